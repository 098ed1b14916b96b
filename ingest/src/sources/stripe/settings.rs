//! `[sources.stripe]`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Stripe;
use crate::pull::catalogue::Configured;
use crate::pull::{Auth, BadSetting, Contract, Flag, Kind, Manual, Pull, Refusal, Secret, Target, Trouble, base_url};

/// The lists that can be read, as Stripe calls them.
const LISTS: [&str; 5] = ["charges", "refunds", "payouts", "balance_transactions", "subscriptions"];

/// What to read, of whom, how often.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub base_url: String,
    /// A restricted key that may read the lists is enough.
    pub secret_key: Secret,
    /// Of webhook endpoints, `whsec_…`; several, separated by commas, while one is rolled. Without one none is served.
    pub webhook_secret: Secret,
    /// The id of the channel that the money is earned by.
    pub channel: String,
    /// Of charges, refunds, payouts, `balance_transactions`, subscriptions.
    pub lists: Vec<String>,
    pub every_minutes: u64,
    pub requests_per_second: f64,
    pub timeout_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: "https://api.stripe.com/".to_owned(),
            secret_key: Secret::default(),
            webhook_secret: Secret::default(),
            channel: String::new(),
            lists: Vec::new(),
            every_minutes: 60,
            requests_per_second: 20.0,
            timeout_seconds: 30,
        }
    }
}

impl Configured for Settings {
    const MANUAL: Manual = Manual {
        name: "stripe",
        about: "Stripe: charges, refunds, payouts, balance transactions, subscriptions",
        details: "Reads what is configured in [sources.stripe], or the lists that flags name, once and now: all of it the \
            first time, then what is new and the seven days before. Needs a key that may read them \
            (STRIPE_SECRET_KEY) and the id of the channel that the money is earned by (channel).",
        example: "ytempire ingest stripe --list charges --list refunds",
        flags: &[Flag {
            name: "list",
            setting: "lists",
            value: "LIST",
            help: "charges, refunds, payouts, balance_transactions or subscriptions",
        }],
        variables: &[
            ("STRIPE_SECRET_KEY", "secret_key"),
            ("STRIPE_WEBHOOK_SECRET", "webhook_secret"),
            ("STRIPE_BASE_URL", "base_url"),
        ],
    };

    fn open(self) -> Result<Box<dyn Pull>, BadSetting> {
        base_url(&self.base_url)?;
        let every = Duration::from_secs(self.every_minutes.max(1) * 60);
        let mut targets = Vec::new();
        for name in &self.lists {
            if !LISTS.contains(&name.as_str()) {
                return Err(BadSetting::new(
                    "lists",
                    format!("{name:?} is none of {}", LISTS.join(", ")),
                ));
            }
            let name = name.clone();
            targets.push(Target { name, every });
        }
        if !targets.is_empty() {
            let channel = events::ChannelId::new(self.channel.as_str());
            channel.map_err(|invalid| BadSetting::new("channel", invalid.reason))?;
        }
        Ok(Box::new(Stripe {
            settings: self,
            targets,
        }))
    }
}

impl Settings {
    /// Each of which may sign a delivery.
    pub fn webhook_secrets(&self) -> Vec<Secret> {
        let secrets = self.webhook_secret.reveal().split(',').map(str::trim);
        secrets.filter(|secret| !secret.is_empty()).map(Secret::new).collect()
    }

    pub(super) fn contract(&self) -> Contract {
        Contract {
            base_url: self.base_url.clone(),
            auth: Auth::Bearer(self.secret_key.clone()),
            sort,
            requests_per_second: self.requests_per_second,
            timeout: Duration::from_secs(self.timeout_seconds.max(1)),
            project: None,
            headers: Vec::new(),
        }
    }
}

/// `{"error": {"type", "code", "message"}}`. Source: Stripe API reference, "Errors".
fn sort(refusal: &Refusal) -> Trouble {
    let word = |field: &str| {
        refusal
            .body
            .pointer(field)
            .and_then(|word| word.as_str())
            .unwrap_or_default()
    };
    let kind = match (refusal.status, word("/error/type")) {
        (409, _) | (_, "api_error") => Kind::Dependency,
        _ => refusal.kind(),
    };
    let reason = match word("/error/code") {
        "" => word("/error/type"),
        code => code,
    };
    refusal.trouble(kind, reason, word("/error/message"))
}
