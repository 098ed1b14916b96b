//! Demo data: a simulated world that goes on where it was.
//!
//! Its history is sent at once, as nobody can ask a vendor for it. From then on the world is polled from the emulator, as
//! real vendors are; played at another speed than real time it is sent on instead.
//!
//! The world's first day and its cursor are kept beside the data. After a kill the cursor may be a little behind what
//! was sent; the world is deterministic, so what is sent again is the same events, and counts once.

mod pulled;

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use chrono::{DateTime, Days, Utc};
use emulator::Emulator;
use events::Clock;
use ingest::pull::catalogue::Opened;
use ingest::sources::simulate::{Pace, World, WorldConfig};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::platform::Platform;
use crate::sending::Sending;
use crate::settings::Simulate;

/// How often the cursor is stored, in records and in time.
const CURSOR_EVERY: u64 = 2_000;

/// Where the world stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Cursor {
    seed: u64,
    channels: u32,
    start: DateTime<Utc>,
    /// Everything before it has been delivered.
    next: DateTime<Utc>,
}

/// How often the cursor is stored while the world is polled.
const POLLED_CURSOR_EVERY: Duration = Duration::from_secs(60);

/// A demo under way.
pub struct Running {
    sending: tokio::task::JoinHandle<Result<()>>,
    emulator: Option<Emulator>,
    /// To be polled beside what is configured.
    pub sources: Vec<Opened>,
}

impl Running {
    /// Waits for its end, after `stop`.
    pub async fn end(self) -> Result<()> {
        self.sending.await.context("demo data")??;
        match self.emulator {
            Some(emulator) => emulator.stop().await.context("the demo's vendors"),
            None => Ok(()),
        }
    }
}

/// Sends the world's history, then has it polled or plays it on, until `stop`.
pub async fn start(platform: &Platform, stop: CancellationToken) -> Result<Running> {
    let file = platform.data_dir().join("simulation.json");
    let settings = platform.settings.simulate.clone();
    let cursor = read_cursor(&file)?.unwrap_or_else(|| first_cursor(&settings, platform.clock.now()));
    let sending = Sending::open(platform, CancellationToken::new())?;
    let is_polled = (settings.speed - 1.0).abs() < f64::EPSILON;
    let emulator = match is_polled {
        true => Some(pulled::emulate(platform, cursor.seed, cursor.channels, cursor.start).await?),
        false => None,
    };
    let sources = match &emulator {
        Some(emulator) => pulled::sources(platform, emulator)?,
        None => Vec::new(),
    };
    let demo = Demo {
        file,
        cursor,
        settings,
        sending,
        is_polled,
        clock: Arc::clone(&platform.clock),
    };
    Ok(Running {
        sending: tokio::spawn(demo.run(stop)),
        emulator,
        sources,
    })
}

struct Demo {
    file: PathBuf,
    cursor: Cursor,
    settings: Simulate,
    sending: Sending,
    is_polled: bool,
    clock: Arc<dyn Clock>,
}

impl Demo {
    async fn run(mut self, stop: CancellationToken) -> Result<()> {
        let config = WorldConfig {
            channels: self.cursor.channels,
            start: self.cursor.start,
            ..WorldConfig::default()
        };
        let world = World::at(self.cursor.seed, config, self.cursor.next)?;
        let mark = self.sending.begin();
        // history goes out as fast as the rate allows; from now on event time is played at the speed
        let now = self.clock.now();
        let mut history = Pace::new(self.cursor.next, None, rate(self.settings.max_rate))?;
        let mut live = Pace::new(now, Some(self.settings.speed), rate(self.settings.max_rate))?;
        let (begun, mut live_since, mut sent) = (tokio::time::Instant::now(), None, 0u64);
        for observation in world {
            let observation = observation?;
            let time = observation.time();
            if self.is_polled && time >= now {
                return self.follow(stop).await;
            }
            let due = match time < now {
                true => begun + history.due(time),
                false => *live_since.get_or_insert_with(tokio::time::Instant::now) + live.due(time),
            };
            if due > tokio::time::Instant::now() + Duration::from_secs(1) {
                self.store_cursor(time).await?;
            }
            tokio::select! {
                () = stop.cancelled() => return self.store_cursor(time).await,
                () = tokio::time::sleep_until(due) => {}
            }
            self.sending.send_one(&observation.into(), mark).await?;
            sent += 1;
            if sent % CURSOR_EVERY == 0 {
                self.store_cursor(time).await?;
            }
        }
        Ok(())
    }

    /// Others tell of the world from here on; after a restart it is told from the last minute that they did.
    async fn follow(&mut self, stop: CancellationToken) -> Result<()> {
        loop {
            self.store_cursor(self.clock.now()).await?;
            tokio::select! {
                () = stop.cancelled() => return self.store_cursor(self.clock.now()).await,
                () = tokio::time::sleep(POLLED_CURSOR_EVERY) => {}
            }
        }
    }

    /// What comes before `next` is delivered first, then the cursor moves.
    async fn store_cursor(&mut self, next: DateTime<Utc>) -> Result<()> {
        if next == self.cursor.next {
            return Ok(());
        }
        self.sending.flush().await?;
        self.cursor.next = next;
        let draft = self.file.with_extension("json.draft");
        std::fs::write(&draft, serde_json::to_vec_pretty(&self.cursor)?).context("simulation.json")?;
        std::fs::rename(&draft, &self.file).context("simulation.json")
    }
}

fn rate(per_second: f64) -> Option<NonZeroU32> {
    NonZeroU32::new(per_second.clamp(0.0, f64::from(u32::MAX)) as u32)
}

fn first_cursor(settings: &Simulate, now: DateTime<Utc>) -> Cursor {
    let today = now.date_naive();
    let first = today
        .checked_sub_days(Days::new(settings.history_days.into()))
        .unwrap_or(today);
    let start = first.and_time(chrono::NaiveTime::MIN).and_utc();
    Cursor {
        seed: settings.seed,
        channels: settings.channels,
        start,
        next: start,
    }
}

fn read_cursor(file: &Path) -> Result<Option<Cursor>> {
    match std::fs::read(file) {
        Ok(text) => {
            let cursor = serde_json::from_slice(&text);
            cursor
                .map(Some)
                .with_context(|| format!("{} can't be read: delete it to start a new world", file.display()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).context("simulation.json"),
    }
}
