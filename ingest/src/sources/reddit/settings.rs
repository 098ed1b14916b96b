//! `[sources.reddit]`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Aim, Reddit};
use crate::pull::catalogue::Configured;
use crate::pull::{Auth, BadSetting, Contract, Flag, Grant, Manual, Pull, Refusal, Secret, Target, base_url};

/// What to read, as which application, how often.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub base_url: String,
    pub token_url: String,
    pub client_id: String,
    pub client_secret: Secret,
    /// Reddit asks for one that names the application and its owner.
    pub user_agent: String,
    /// `ORDER:SUBREDDIT`, where the order is hot, new, top, rising or comments.
    pub listings: Vec<String>,
    /// `WORDS`, or `SUBREDDIT:WORDS`.
    pub searches: Vec<String>,
    /// Pages of 100 read of each.
    pub pages: u32,
    pub every_minutes: u64,
    pub requests_per_second: f64,
    pub timeout_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: "https://oauth.reddit.com/".to_owned(),
            token_url: "https://www.reddit.com/api/v1/access_token".to_owned(),
            client_id: String::new(),
            client_secret: Secret::default(),
            user_agent: concat!("linux:ytempire:v", env!("CARGO_PKG_VERSION")).to_owned(),
            listings: Vec::new(),
            searches: Vec::new(),
            pages: 1,
            every_minutes: 60,
            // 100 a minute are free
            requests_per_second: 1.5,
            timeout_seconds: 30,
        }
    }
}

impl Configured for Settings {
    const MANUAL: Manual = Manual {
        name: "reddit",
        about: "Reddit: hot, new, top and rising posts, comments, searches",
        details: "Reads what is configured in [sources.reddit], or what the flags name, once and now. A post is a trend \
            signal with its title as keyword, its score as value and its age as window; a search is a count of the \
            last day's posts, too. Needs an application of type script or web (client_id, client_secret).",
        example: "ytempire ingest reddit --listing hot:youtubers --search 'new camera'",
        flags: &[
            Flag {
                name: "listing",
                setting: "listings",
                value: "ORDER:SUBREDDIT",
                help: "Posts of a subreddit: hot, new, top, rising; or its comments",
            },
            Flag {
                name: "search",
                setting: "searches",
                value: "[SUBREDDIT:]WORDS",
                help: "Posts of the last day that words find",
            },
        ],
        variables: &[
            ("REDDIT_CLIENT_ID", "client_id"),
            ("REDDIT_CLIENT_SECRET", "client_secret"),
            ("REDDIT_BASE_URL", "base_url"),
            ("REDDIT_TOKEN_URL", "token_url"),
        ],
    };

    fn open(self) -> Result<Box<dyn Pull>, BadSetting> {
        base_url(&self.base_url)?;
        let every = Duration::from_secs(self.every_minutes.max(1) * 60);
        let searches = self
            .searches
            .iter()
            .map(|words| ("searches", format!("search:{words}")));
        let listings = self.listings.iter().map(|listing| ("listings", listing.clone()));
        let mut targets = Vec::new();
        for (setting, name) in listings.chain(searches) {
            Aim::named(&name).map_err(|trouble| BadSetting::new(setting, trouble.what))?;
            targets.push(Target { name, every });
        }
        Ok(Box::new(Reddit {
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
            None,
        );
        Contract {
            base_url: self.base_url.clone(),
            auth: Auth::Granted(Box::new(grant)),
            sort: |refusal: &Refusal| {
                let word = |field: &str| {
                    refusal
                        .body
                        .get(field)
                        .and_then(|word| word.as_str())
                        .unwrap_or_default()
                };
                refusal.trouble(refusal.kind(), word("reason"), word("message"))
            },
            requests_per_second: self.requests_per_second,
            timeout: Duration::from_secs(self.timeout_seconds.max(1)),
            project: None,
            headers: vec![("user-agent", self.user_agent.clone())],
        }
    }
}
