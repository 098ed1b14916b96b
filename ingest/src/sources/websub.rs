//! WebSub: YouTube's hub tells of uploads by itself, so that a new video is read in seconds instead of at the next poll.
//!
//! A target is a channel; its run asks the hub for a subscription, and again when a fifth of the lease is left. The hub
//! verifies at the [`receiver`]'s address, which also takes its deliveries; the [`reader`] reads the videos they name.
//! Sources: W3C WebSub; YouTube Data API, "Subscribe to Push Notifications".

pub mod notice;
pub mod reader;
pub mod receiver;
mod store;

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use events::ChannelId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use crate::pull::catalogue::Configured;
use crate::pull::{
    Auth, BadSetting, Call, Contract, Errand, Flag, Manual, Next, Page, Pull, Refusal, Secret, Target, Trouble,
    base_url,
};

pub use store::Subscription;

/// The name in the catalogue.
pub const NAME: &str = "websub";
/// Below the callback's address.
pub const PATH: &str = "webhooks/youtube";
const FEED: &str = "https://www.youtube.com/feeds/videos.xml?channel_id=";
/// Most hubs verify within a moment; it is looked so often, and so many times.
const VERIFIED_EVERY: Duration = Duration::from_millis(100);
const VERIFIED_LOOKS: u32 = 10;
/// What YouTube's hub gives at most.
const LONGEST_LEASE_SECONDS: u64 = 864_000;

/// `[sources.websub]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The hub.
    pub base_url: String,
    /// Where the hub reaches this platform: `https://example.com`, without a path.
    pub callback: String,
    /// Ids of channels.
    pub channels: Vec<String>,
    pub lease_seconds: u64,
    /// How often it is looked whether a lease ends.
    pub every_minutes: u64,
    pub requests_per_second: f64,
    pub timeout_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: "https://pubsubhubbub.appspot.com/".to_owned(),
            callback: String::new(),
            channels: Vec::new(),
            lease_seconds: 432_000,
            every_minutes: 15,
            requests_per_second: 5.0,
            timeout_seconds: 30,
        }
    }
}

impl Configured for Settings {
    const MANUAL: Manual = Manual {
        name: NAME,
        about: "WebSub: YouTube's hub tells of uploads as they are published",
        details: "Subscribes to the channels of [sources.websub], and to every connected channel, while `ytempire up` runs: \
            `callback` is the address at which the hub reaches it (https://example.com, leading to `up`). Deliveries are \
            signed; what they name is read with the key of [sources.youtube], for 1 unit a video. Leases are renewed.",
        example: "ytempire ingest websub --channel UC_x5XG1OV2P6uZZ5FSM9Ttw",
        flags: &[Flag {
            name: "channel",
            setting: "channels",
            value: "ID",
            help: "A channel's id",
        }],
        variables: &[("WEBSUB_CALLBACK", "callback"), ("WEBSUB_HUB_URL", "base_url")],
    };

    fn open(self) -> Result<Box<dyn Pull>, BadSetting> {
        base_url(&self.base_url)?;
        if !(600..=LONGEST_LEASE_SECONDS).contains(&self.lease_seconds) {
            let reason = format!("must be 600 to {LONGEST_LEASE_SECONDS}");
            return Err(BadSetting::new("lease_seconds", reason));
        }
        for channel in &self.channels {
            ChannelId::new(channel.as_str()).map_err(|invalid| BadSetting::new("channels", invalid.reason))?;
        }
        if !self.callback.is_empty() {
            callback(&self.callback)?;
        } else if !self.channels.is_empty() {
            let reason = "is missing: the address at which the hub reaches `ytempire up`, such as https://example.com";
            return Err(BadSetting::new("callback", reason));
        }
        let targets = self.channels.iter().map(|channel| self.target(channel)).collect();
        Ok(Box::new(Websub {
            settings: self,
            targets,
        }))
    }
}

impl Settings {
    fn target(&self, channel: &str) -> Target {
        Target {
            name: channel.to_owned(),
            every: Duration::from_secs(self.every_minutes.max(1) * 60),
        }
    }

    /// Whether there is an address for the hub.
    pub fn is_reachable(&self) -> bool {
        !self.callback.is_empty()
    }
}

fn callback(text: &str) -> Result<Url, BadSetting> {
    let url = base_url(text).map_err(|bad| BadSetting::new("callback", bad.reason))?;
    match url.query().is_some() || url.fragment().is_some() {
        true => Err(BadSetting::new("callback", "must have neither a query nor a fragment")),
        false => Ok(url),
    }
}

/// What the hub signs a channel's deliveries with is derived under this name; see [`crate::connect::Keyring::derived`].
fn secret_purpose(channel: &str) -> String {
    format!("websub/secret/{channel}")
}

/// The last part of a channel's callback, which nobody else knows.
fn token_purpose(channel: &str) -> String {
    format!("websub/callback/{channel}")
}

/// What is subscribed to.
pub fn topic(channel: &str) -> String {
    format!("{FEED}{channel}")
}

struct Websub {
    settings: Settings,
    targets: Vec<Target>,
}

#[async_trait]
impl Pull for Websub {
    fn contract(&self) -> Contract {
        Contract {
            base_url: self.settings.base_url.clone(),
            auth: Auth::None,
            sort: |refusal: &Refusal| refusal.trouble(refusal.kind(), "", "the hub refused"),
            requests_per_second: self.settings.requests_per_second,
            timeout: Duration::from_secs(self.settings.timeout_seconds.max(1)),
            project: None,
            headers: Vec::new(),
        }
    }

    fn targets(&self) -> &[Target] {
        &self.targets
    }

    fn of_account(&self, account: &str) -> Vec<Target> {
        match self.settings.is_reachable() {
            true => vec![self.settings.target(account)],
            false => Vec::new(),
        }
    }

    fn reads_accounts(&self) -> bool {
        self.settings.is_reachable()
    }

    /// Asks for a subscription, unless one holds for long enough.
    async fn page(&self, errand: &Errand<'_>) -> Result<Page, Trouble> {
        let channel = errand.target;
        let known = store::subscription(errand.pool(), channel).await.map_err(database)?;
        let lease_until = known.and_then(|known| known.lease_until);
        let spare = TimeDelta::seconds((self.settings.lease_seconds / 5) as i64);
        if lease_until.is_some_and(|until| until - spare > errand.observed_at) {
            return Ok(Page::new(Vec::new(), Next::Done(shown(lease_until))));
        }
        errand.ask(&self.subscribe(errand, channel)?).await?;
        let lease_until = until_verified(errand, channel, lease_until).await?;
        let mut page = Page::new(Vec::new(), Next::Done(shown(lease_until)));
        if lease_until.is_none_or(|until| until < errand.observed_at) {
            page.note = Some(format!(
                "asked for; the hub has not verified {} yet",
                self.settings.callback
            ));
        }
        Ok(page)
    }
}

impl Websub {
    fn subscribe(&self, errand: &Errand<'_>, channel: &str) -> Result<Call, Trouble> {
        let secret = errand.derived(&secret_purpose(channel))?;
        let token = errand.derived(&token_purpose(channel))?;
        let base = callback(&self.settings.callback).map_err(|bad| Trouble::input(bad.to_string()))?;
        let address = format!("{base}{PATH}/{channel}/{}", token.reveal());
        Ok(Call::to("subscribe").form(vec![
            ("hub.mode", "subscribe".to_owned()),
            ("hub.topic", topic(channel)),
            ("hub.callback", address),
            ("hub.verify", "async".to_owned()),
            ("hub.lease_seconds", self.settings.lease_seconds.to_string()),
            ("hub.secret", secret.reveal().to_owned()),
        ]))
    }
}

/// The lease, once the hub has verified it, or as it was when the hub takes longer than a moment.
async fn until_verified(
    errand: &Errand<'_>,
    channel: &str,
    before: Option<DateTime<Utc>>,
) -> Result<Option<DateTime<Utc>>, Trouble> {
    for _ in 0..VERIFIED_LOOKS {
        tokio::time::sleep(VERIFIED_EVERY).await;
        let known = store::subscription(errand.pool(), channel).await.map_err(database)?;
        let lease_until = known.and_then(|known| known.lease_until);
        if lease_until != before {
            return Ok(lease_until);
        }
    }
    Ok(before)
}

/// What a status shows of it.
fn shown(lease_until: Option<DateTime<Utc>>) -> Option<Value> {
    lease_until.map(|until| json!({"lease_until": until}))
}

fn database(error: sqlx::Error) -> Trouble {
    Trouble::dependency(format!("the database does not answer: {error}"))
}

/// Whether what somebody shows is one of `expected`, in a time that does not tell how much of it is.
fn is_one_of(shown: &str, expected: &[Secret]) -> bool {
    let same = |secret: &Secret| {
        let secret = secret.reveal().as_bytes();
        let differing = secret.iter().zip(shown.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
        secret.len() == shown.len() && differing == 0
    };
    expected.iter().fold(false, |found, secret| found | same(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscription_needs_an_address() {
        let open = |callback: &str, channel: &str| {
            let settings = Settings {
                callback: callback.to_owned(),
                channels: vec![channel.to_owned()],
                ..Settings::default()
            };
            settings.open().map(|pull| pull.targets().len())
        };
        assert_eq!(open("https://example.com", "UC_x5XG1OV2P6uZZ5FSM9Ttw"), Ok(1));
        assert_eq!(
            open("", "UC_x5XG1OV2P6uZZ5FSM9Ttw").map_err(|bad| bad.setting),
            Err("callback")
        );
        assert!(open("example.com", "UC_x5XG1OV2P6uZZ5FSM9Ttw").is_err());
        assert!(open("https://example.com/?a=b", "UC_x5XG1OV2P6uZZ5FSM9Ttw").is_err());
        assert!(open("https://example.com", "@handle").is_err());
    }

    #[test]
    fn only_the_whole_secret_is_the_secret() {
        let secrets = [Secret::new("abc"), Secret::new("defg")];
        assert!(is_one_of("defg", &secrets) && is_one_of("abc", &secrets));
        for wrong in ["", "ab", "abcd", "abd", "def"] {
            assert!(!is_one_of(wrong, &secrets), "{wrong}");
        }
    }
}
