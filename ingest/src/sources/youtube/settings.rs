//! `[sources.youtube]`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Youtube;
use super::aim::Aim;
use crate::pull::catalogue::Configured;
use crate::pull::{Auth, BadSetting, Contract, Flag, Grant, Manual, Pull, Secret, Target, base_url, sort_google};

/// What to read, as whom, how often.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub base_url: String,
    pub api_key: Secret,
    /// For `mine`: the OAuth client, and the refresh token of the channel's owner.
    pub client_id: String,
    pub client_secret: Secret,
    pub refresh_token: Secret,
    pub token_url: String,
    /// Whose quota it is; the key's Google Cloud project.
    pub project: String,
    pub daily_units: i64,
    pub daily_searches: i64,
    pub requests_per_second: f64,
    pub timeout_seconds: u64,
    /// Channel ids, handles (`@name`), or `mine`.
    pub channels: Vec<String>,
    /// Regions (`US`), regions with a category (`US/10`), or `all`.
    pub charts: Vec<String>,
    /// Regions whose category names are read.
    pub categories: Vec<String>,
    /// Search words; each takes one of the day's few searches.
    pub searches: Vec<String>,
    /// Ids of videos whose comments are read.
    pub comments: Vec<String>,
    pub channels_every_minutes: u64,
    pub charts_every_minutes: u64,
    pub categories_every_minutes: u64,
    pub searches_every_minutes: u64,
    pub comments_every_minutes: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: "https://youtube.googleapis.com/".to_owned(),
            api_key: Secret::default(),
            client_id: String::new(),
            client_secret: Secret::default(),
            refresh_token: Secret::default(),
            token_url: "https://oauth2.googleapis.com/token".to_owned(),
            project: "default".to_owned(),
            daily_units: 10_000,
            daily_searches: 100,
            requests_per_second: 20.0,
            timeout_seconds: 30,
            channels: Vec::new(),
            charts: Vec::new(),
            categories: Vec::new(),
            searches: Vec::new(),
            comments: Vec::new(),
            channels_every_minutes: 60,
            charts_every_minutes: 60,
            categories_every_minutes: 7 * 24 * 60,
            searches_every_minutes: 24 * 60,
            comments_every_minutes: 6 * 60,
        }
    }
}

impl Configured for Settings {
    const MANUAL: Manual = Manual {
        name: "youtube",
        about: "YouTube Data API v3: channels, uploads, charts, search, comments, categories",
        details: "Reads what is configured in [sources.youtube], or what the flags name, once and now.\n\n\
            A channel costs 1 unit, and 2 for every 50 uploads; a chart 1 for every 50 places; a search takes one of the \
            day's 100 searches and 1 unit. Every run has one observation time; a run that is interrupted goes on where it \
            was. Needs an API key (YOUTUBE_API_KEY), and for --channel mine a connected account.",
        example: "ytempire ingest youtube --channel @GoogleDevelopers --chart US --chart US/10",
        flags: &[
            Flag {
                name: "channel",
                setting: "channels",
                value: "ID|@HANDLE|mine",
                help: "A channel and all its uploads",
            },
            Flag {
                name: "chart",
                setting: "charts",
                value: "REGION[/CATEGORY]|all",
                help: "The most popular videos of a region",
            },
            Flag {
                name: "categories",
                setting: "categories",
                value: "REGION",
                help: "What a region calls the video categories",
            },
            Flag {
                name: "search",
                setting: "searches",
                value: "WORDS",
                help: "The first 50 videos found by words",
            },
            Flag {
                name: "comments",
                setting: "comments",
                value: "VIDEO_ID",
                help: "All comments under a video",
            },
        ],
        variables: &[("YOUTUBE_API_KEY", "api_key"), ("YOUTUBE_BASE_URL", "base_url")],
    };

    fn open(self) -> Result<Box<dyn Pull>, BadSetting> {
        base_url(&self.base_url)?;
        // what is quick goes first
        let lists = [
            ("charts", "chart", &self.charts, self.charts_every_minutes),
            (
                "categories",
                "categories",
                &self.categories,
                self.categories_every_minutes,
            ),
            ("channels", "channel", &self.channels, self.channels_every_minutes),
            ("searches", "search", &self.searches, self.searches_every_minutes),
            ("comments", "comments", &self.comments, self.comments_every_minutes),
        ];
        let mut targets: Vec<Target> = Vec::new();
        for (setting, kind, names, every_minutes) in lists {
            for name in names {
                let name = format!("{kind}:{name}");
                Aim::named(&name).map_err(|trouble| BadSetting::new(setting, trouble.what))?;
                let every = Duration::from_secs(every_minutes.max(1) * 60);
                if !targets.iter().any(|target| target.name == name) {
                    targets.push(Target { name, every });
                }
            }
        }
        if self.channels.iter().any(|name| name == "mine") && self.refresh_token.is_empty() {
            return Err(BadSetting::new(
                "channels",
                "\"mine\" needs client_id, client_secret and refresh_token",
            ));
        }
        Ok(Box::new(Youtube {
            settings: self,
            targets,
        }))
    }
}

impl Settings {
    pub(crate) fn contract(&self) -> Contract {
        let auth = match (self.refresh_token.is_empty(), self.api_key.is_empty()) {
            (false, _) => Auth::Granted(Box::new(Grant::new(
                self.token_url.clone(),
                self.client_id.clone(),
                self.client_secret.clone(),
                Some(self.refresh_token.clone()),
            ))),
            (true, false) => Auth::Parameter {
                name: "key",
                secret: self.api_key.clone(),
            },
            (true, true) => Auth::None,
        };
        Contract {
            base_url: self.base_url.clone(),
            auth,
            sort: sort_google,
            requests_per_second: self.requests_per_second,
            timeout: Duration::from_secs(self.timeout_seconds.max(1)),
            project: Some(self.project.clone()),
            headers: Vec::new(),
        }
    }
}
