//! `[sources.reporting]`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Reporting, kind};
use crate::pull::catalogue::Configured;
use crate::pull::{Auth, BadSetting, Contract, Flag, Grant, Manual, Pull, Secret, Target, base_url, sort_google};

/// What to read, as whom, how often.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub base_url: String,
    pub token_url: String,
    pub client_id: String,
    pub client_secret: Secret,
    pub refresh_token: Secret,
    /// `MINE`, or ids of channels that the account owns.
    pub channels: Vec<String>,
    /// Ids of report types; those with impressions unless named.
    pub reports: Vec<String>,
    pub every_minutes: u64,
    pub requests_per_second: f64,
    pub timeout_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: "https://youtubereporting.googleapis.com/".to_owned(),
            token_url: "https://oauth2.googleapis.com/token".to_owned(),
            client_id: String::new(),
            client_secret: Secret::default(),
            refresh_token: Secret::default(),
            channels: Vec::new(),
            reports: kind::USUAL.map(str::to_owned).into(),
            every_minutes: 12 * 60,
            requests_per_second: 5.0,
            timeout_seconds: 60,
        }
    }
}

impl Configured for Settings {
    const MANUAL: Manual = Manual {
        name: "reporting",
        about: "YouTube Reporting API v1: bulk reports of a channel to its owner, with impressions",
        details: "Reads the bulk reports of [sources.reporting] for the channels named: impressions and click-through \
            rates (channel_reach_basic_a1, channel_reach_combined_a1) unless others are named. A job makes a report a \
            day, and is made here where there is none; YouTube fills a new one within 48 hours, with the last 30 days. \
            Every connected channel is read (`ytempire channels connect`), and those named in the settings by their \
            client_id, client_secret and refresh_token.",
        example: "ytempire ingest reporting --channel MINE",
        flags: &[Flag {
            name: "channel",
            setting: "channels",
            value: "MINE|ID",
            help: "A channel that the account owns",
        }],
        variables: &[
            ("YOUTUBE_CLIENT_ID", "client_id"),
            ("YOUTUBE_CLIENT_SECRET", "client_secret"),
            ("YOUTUBE_REFRESH_TOKEN", "refresh_token"),
            ("YOUTUBE_REPORTING_BASE_URL", "base_url"),
        ],
    };

    fn open(self) -> Result<Box<dyn Pull>, BadSetting> {
        base_url(&self.base_url)?;
        if let Some(name) = self.reports.iter().find(|name| kind::named(name).is_none()) {
            let known: Vec<&str> = kind::ALL.iter().map(|bulk| bulk.id).collect();
            let reason = format!("there is no report type {name:?}; there are {}", known.join(", "));
            return Err(BadSetting::new("reports", reason));
        }
        let mut targets = Vec::new();
        for channel in &self.channels {
            if channel != "MINE" {
                let id = events::ChannelId::new(channel.as_str());
                id.map_err(|invalid| BadSetting::new("channels", invalid.reason))?;
            }
            targets.extend(self.targets_of(channel));
        }
        Ok(Box::new(Reporting {
            settings: self,
            targets,
        }))
    }
}

impl Settings {
    pub(super) fn targets_of(&self, channel: &str) -> Vec<Target> {
        let every = Duration::from_secs(self.every_minutes.max(1) * 60);
        let target = |report: &String| Target {
            name: format!("{channel}/{report}"),
            every,
        };
        self.reports.iter().map(target).collect()
    }

    pub(super) fn contract(&self) -> Contract {
        let grant = Grant::new(
            self.token_url.clone(),
            self.client_id.clone(),
            self.client_secret.clone(),
            Some(self.refresh_token.clone()),
        );
        Contract {
            base_url: self.base_url.clone(),
            auth: Auth::Granted(Box::new(grant)),
            sort: sort_google,
            requests_per_second: self.requests_per_second,
            timeout: Duration::from_secs(self.timeout_seconds.max(1)),
            project: None,
            headers: Vec::new(),
        }
    }
}
