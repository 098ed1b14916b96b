//! YouTube Data API v3: channels and their uploads, charts, search, comments, categories.
//!
//! Uploads are read through the uploads playlist, never by search: a channel costs one unit, and two for every 50 of its
//! videos. What is hidden (likes, subscribers) is absent, never zero. A video that is asked for and not returned, or
//! returned as private or blocked, becomes a tombstone. Answers that have not changed since the last run bring nothing.

mod aim;
mod categories;
mod channel;
mod chart;
mod comments;
pub mod duration;
pub mod parse;
mod search;
mod settings;

use async_trait::async_trait;
use serde::de::DeserializeOwned;

use crate::pull::{Bucket, Call, Contract, Cost, Errand, Page, Pull, Target, Trouble};

use aim::Aim;
pub use settings::Settings;

/// CloudEvents `source` of everything read here.
pub const SOURCE: &str = "/ingest/youtube";

/// As many ids and playlist items as one call takes.
const BATCH: usize = 50;

pub struct Youtube {
    settings: Settings,
    targets: Vec<Target>,
}

#[async_trait]
impl Pull for Youtube {
    fn contract(&self) -> Contract {
        self.settings.contract()
    }

    fn targets(&self) -> &[Target] {
        &self.targets
    }

    fn of_account(&self, account: &str) -> Vec<Target> {
        let every = std::time::Duration::from_secs(self.settings.channels_every_minutes.max(1) * 60);
        let name = format!("{CHANNEL}{account}");
        vec![Target { name, every }]
    }

    fn reads_accounts(&self) -> bool {
        true
    }

    fn account<'t>(&self, target: &'t str) -> Option<&'t str> {
        target.strip_prefix(CHANNEL)
    }

    async fn page(&self, errand: &Errand<'_>) -> Result<Page, Trouble> {
        match Aim::named(errand.target)? {
            Aim::Channel(who) => channel::page(self, errand, &who).await,
            Aim::Chart { region, category } => chart::page(self, errand, region, category).await,
            Aim::Categories(region) => categories::page(self, errand, &region).await,
            Aim::Search(query) => search::page(self, errand, &query).await,
            Aim::Comments(video) => comments::page(self, errand, &video).await,
        }
    }
}

/// What a target that is a channel begins with.
const CHANNEL: &str = "channel:";

impl Youtube {
    /// A read call: every one costs one unit, whatever its parts.
    fn call(&self, method: &str, part: &str) -> Call {
        let bucket = Bucket {
            name: "default",
            daily: self.settings.daily_units,
        };
        Call::to(format!("youtube/v3/{method}"))
            .with("part", part)
            .at(Cost { bucket, units: 1 })
    }

    fn videos(&self, ids: &[String]) -> Call {
        self.call("videos", parse::VIDEO_PARTS).with("id", ids.join(","))
    }
}

/// The cursor, or the beginning.
fn step<S: DeserializeOwned + Default>(errand: &Errand<'_>) -> Result<S, Trouble> {
    match errand.cursor {
        None => Ok(S::default()),
        Some(cursor) => serde_json::from_value(cursor.clone())
            .map_err(|error| Trouble::ours(format!("the cursor can't be read: {error}"))),
    }
}

fn cursor(step: &impl serde::Serialize) -> Result<serde_json::Value, Trouble> {
    serde_json::to_value(step).map_err(|error| Trouble::ours(format!("the cursor can't be written: {error}")))
}
