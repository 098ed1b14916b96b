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
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;

use crate::Outgoing;
use crate::pull::{Answer, Bucket, Call, Contract, Cost, Errand, Page, Pull, Target, Trouble, Vendor};

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
        call(self.settings.daily_units, method, part)
    }

    fn videos(&self, ids: &[String]) -> Call {
        videos(self.settings.daily_units, ids)
    }
}

/// One video to be looked up.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    pub video: &'a str,
    /// The connected channel that asks, where there is one.
    pub account: Option<&'a str>,
    /// Whether it becomes a tombstone when it is not returned; else it is none.
    pub is_gone: bool,
    pub observed_at: DateTime<Utc>,
    /// What it is counted under.
    pub target: &'a str,
}

impl Settings {
    /// A video by its id, for one unit.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub async fn look_up(&self, vendor: &Vendor, look: Look<'_>) -> Result<Vec<Outgoing>, Trouble> {
        let ids = [look.video.to_owned()];
        let call = videos(self.daily_units, &ids);
        let body = match vendor.ask_for(look.account, &call, look.target).await? {
            Answer::Fresh { body, .. } => body,
            Answer::Unchanged => return Ok(Vec::new()),
        };
        let answer = serde_json::from_slice(&body)
            .map_err(|error| Trouble::dependency(format!("the answer is no JSON ({error}): cut off?")))?;
        let asked = parse::Asked {
            observed_at: look.observed_at,
            ids: if look.is_gone { &ids } else { &[] },
            region: None,
            ranked: None,
        };
        Ok(parse::videos(&answer, asked))
    }
}

fn call(daily_units: i64, method: &str, part: &str) -> Call {
    let bucket = Bucket {
        name: "default",
        daily: daily_units,
    };
    Call::to(format!("youtube/v3/{method}"))
        .with("part", part)
        .at(Cost { bucket, units: 1 })
}

fn videos(daily_units: i64, ids: &[String]) -> Call {
    call(daily_units, "videos", parse::VIDEO_PARTS).with("id", ids.join(","))
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
