use std::net::SocketAddr;
use std::time::Duration;

use ingest::sources::simulate::WorldConfig;

/// What an emulator serves, and how well it behaves.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where it listens; port 0 takes any free one. Only loopback addresses are accepted.
    pub address: SocketAddr,
    /// The same seed is the same world, the same tokens and the same faults.
    pub seed: u64,
    pub world: WorldConfig,
    /// Share of requests, from 0 to 1, that go wrong.
    pub fault_rate: f64,
    /// How late a slow answer is.
    pub slowness: Duration,
    /// Units of the YouTube Data API per project and day.
    pub units_per_day: u32,
    /// Calls of `search.list` per project and day, which have a bucket of their own.
    pub searches_per_day: u32,
}

impl Default for Config {
    /// The default world on any free port of the loopback, without faults, with the quota every new project has.
    fn default() -> Self {
        Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            seed: 1,
            world: WorldConfig::default(),
            fault_rate: 0.0,
            slowness: Duration::from_secs(2),
            units_per_day: 10_000,
            searches_per_day: 100,
        }
    }
}
