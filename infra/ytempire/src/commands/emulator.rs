//! `ytempire emulator`: the vendors' APIs over a simulated world, until asked to stop. It needs no data folder.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use emulator::{Config, Emulator};
use ingest::sources::simulate::WorldConfig;
use serde_json::json;

use super::{Start, asked_to_stop};
use crate::cli::EmulatorOptions;
use crate::exit::{Done, wrong_use};
use crate::output;

/// Any free port of the loopback.
const ADDRESS: &str = "127.0.0.1:0";

pub async fn run(start: Start, options: EmulatorOptions) -> Result<Done> {
    let quiet = start.global.quiet;
    let config = config(&start, &options).await?;
    let emulator = Emulator::start(config, start.clock)
        .await
        .map_err(|error| match error {
            emulator::EmulatorError::Listen { .. } => {
                anyhow::Error::from(error).context("choose another address with --http, or port 0 for any free one")
            }
            other => wrong_use(other),
        })?;
    match start.global.json {
        true => output::print(&format!("{}\n", json!({"url": emulator.url()})))?,
        false => output::print(&format!("{}\n", emulator.url()))?,
    }
    if !quiet {
        eprintln!(
            "the vendors' APIs are emulated at {}  (Ctrl-C stops it)",
            emulator.url()
        );
    }
    asked_to_stop().await;
    emulator.stop().await?;
    Ok(Done::Wholly)
}

async fn config(start: &Start, options: &EmulatorOptions) -> Result<Config> {
    let text = start.global.http.as_deref().unwrap_or(ADDRESS);
    let addresses = tokio::net::lookup_host(text).await;
    let mut addresses = addresses
        .with_context(|| format!("--http {text} is not an address"))
        .map_err(wrong_use)?;
    let address: SocketAddr = addresses
        .next()
        .with_context(|| format!("--http {text} has no address"))?;
    let settings = &start.settings.simulate;
    Ok(Config {
        address,
        seed: options.seed.unwrap_or(settings.seed),
        world: WorldConfig {
            channels: options.channels.unwrap_or(settings.channels),
            ..WorldConfig::default()
        },
        fault_rate: options.fault.unwrap_or_default(),
        ..Config::default()
    })
}
