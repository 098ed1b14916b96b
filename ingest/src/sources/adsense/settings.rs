//! `[sources.adsense]`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Adsense;
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
    /// Accounts such as `pub-1234567890123456`.
    pub accounts: Vec<String>,
    /// The id of the channel that the money is earned by.
    pub channel: String,
    /// Days read the first time.
    pub history_days: u64,
    pub every_minutes: u64,
    pub requests_per_second: f64,
    pub timeout_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: "https://adsense.googleapis.com/".to_owned(),
            token_url: "https://oauth2.googleapis.com/token".to_owned(),
            client_id: String::new(),
            client_secret: Secret::default(),
            refresh_token: Secret::default(),
            accounts: Vec::new(),
            channel: String::new(),
            history_days: 365,
            every_minutes: 12 * 60,
            requests_per_second: 1.0,
            timeout_seconds: 60,
        }
    }
}

impl Configured for Settings {
    const MANUAL: Manual = Manual {
        name: "adsense",
        about: "AdSense Management API v2: an account's daily earnings",
        details: "Reads the accounts of [sources.adsense], or those that flags name: a year the first time, then the last \
            two months. Needs a connected account (client_id, client_secret, refresh_token) and the id of the channel that \
            the money is earned by (channel).",
        example: "ytempire ingest adsense --account pub-1234567890123456",
        flags: &[Flag {
            name: "account",
            setting: "accounts",
            value: "PUB-ID",
            help: "An account",
        }],
        variables: &[
            ("ADSENSE_CLIENT_ID", "client_id"),
            ("ADSENSE_CLIENT_SECRET", "client_secret"),
            ("ADSENSE_REFRESH_TOKEN", "refresh_token"),
            ("ADSENSE_BASE_URL", "base_url"),
        ],
    };

    fn open(self) -> Result<Box<dyn Pull>, BadSetting> {
        base_url(&self.base_url)?;
        let every = Duration::from_secs(self.every_minutes.max(1) * 60);
        let mut targets = Vec::new();
        for name in &self.accounts {
            let digits = name.strip_prefix("pub-").unwrap_or_default();
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(BadSetting::new(
                    "accounts",
                    format!("{name:?} is no account, such as pub-1234567890123456"),
                ));
            }
            let name = name.clone();
            targets.push(Target { name, every });
        }
        if !targets.is_empty() {
            let channel = events::ChannelId::new(self.channel.as_str());
            channel.map_err(|invalid| BadSetting::new("channel", invalid.reason))?;
        }
        Ok(Box::new(Adsense {
            settings: self,
            targets,
        }))
    }
}

impl Settings {
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
