//! The demo's world as the vendors would tell of it: the emulator, and sources that poll it as they would poll them.

use std::sync::Arc;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use emulator::{Config, Emulator};
use ingest::pull::Entry;
use ingest::pull::catalogue::Opened;
use ingest::sources::simulate::WorldConfig;
use serde_json::{Value, json};

use crate::platform::Platform;

/// Whose quota the demo is charged to; yours is left alone.
const PROJECT: &str = "demo";
const CLIENT: &str = "demo";
/// Keywords that trends are asked about.
const KEYWORDS: usize = 6;

/// Serves the world on a free port of the loopback.
///
/// # Errors
/// The emulator can't be started.
pub async fn emulate(platform: &Platform, seed: u64, channels: u32, start: DateTime<Utc>) -> Result<Emulator> {
    let config = Config {
        seed,
        world: WorldConfig {
            channels,
            start,
            ..WorldConfig::default()
        },
        ..Config::default()
    };
    let clock = Arc::clone(&platform.clock);
    Emulator::start(config, clock).await.context("the demo's vendors")
}

/// Sources that poll the emulator, but for those that you have configured yourself.
///
/// # Errors
/// A source does not take its settings.
pub fn sources(platform: &Platform, emulator: &Emulator) -> Result<Vec<Opened>> {
    let mut sources = Vec::new();
    for (name, settings) in settings(emulator) {
        let yours = &platform.settings.sources;
        let entry = Entry::find(name).with_context(|| format!("there is no source {name}"))?;
        if !entry.open(yours.of(name))?.pull.targets().is_empty() {
            continue;
        }
        let mut opened = entry.open(settings)?;
        // who has connected a channel wants it read from YouTube
        opened.reads_accounts = false;
        sources.push(opened);
    }
    Ok(sources)
}

fn settings(emulator: &Emulator) -> Vec<(&'static str, Value)> {
    let url = emulator.url();
    let world = emulator.world();
    // the channel that is ours
    let number = world.earning;
    let own = world.channels.get(number as usize).cloned().unwrap_or_default();
    let owner = json!({"base_url": url, "token_url": format!("{url}/token"), "client_id": CLIENT,
        "client_secret": CLIENT, "refresh_token": emulator.refresh_token(number, CLIENT)});
    let keywords: Vec<&String> = world.keywords.iter().take(KEYWORDS).collect();
    let listings: Vec<String> = world.niches.iter().map(|niche| format!("hot:{niche}")).collect();
    vec![
        (
            "youtube",
            json!({"base_url": url, "api_key": CLIENT, "project": PROJECT, "channels": world.channels,
                "charts": world.regions, "categories": world.regions, "channels_every_minutes": 30,
                "charts_every_minutes": 5}),
        ),
        (
            "analytics",
            with(&owner, json!({"channels": [own], "requests_per_second": 20.0})),
        ),
        (
            "reporting",
            with(
                &owner,
                // the combined report is a hundred times as large
                json!({"channels": [own], "reports": ["channel_reach_basic_a1"]}),
            ),
        ),
        (
            "adsense",
            with(
                &owner,
                json!({"channel": own, "accounts": [emulator.adsense_account(number)], "history_days": 30}),
            ),
        ),
        (
            "reddit",
            json!({"base_url": url, "token_url": format!("{url}/api/v1/access_token"), "client_id": CLIENT,
                "client_secret": CLIENT, "listings": listings, "searches": keywords,
                "every_minutes": 15}),
        ),
        (
            "x",
            json!({"base_url": url, "bearer_token": CLIENT, "queries": keywords, "requests_per_second": 5.0}),
        ),
        (
            "google-trends",
            json!({"base_url": url, "words": keywords, "requests_per_second": 5.0, "every_minutes": 60}),
        ),
        (
            "tiktok",
            json!({"base_url": url, "token_url": format!("{url}/v2/oauth/token/"), "client_key": CLIENT,
                "client_secret": CLIENT, "words": keywords, "requests_per_second": 5.0}),
        ),
        ("exchange-rates", json!({"base_url": url, "currencies": ["all"]})),
        (
            "suggestions",
            json!({"base_url": url, "words": keywords, "every_minutes": 60}),
        ),
        (
            "stripe",
            json!({"base_url": url, "secret_key": format!("sk_test_{number}"), "channel": own,
                "lists": ["charges", "refunds", "payouts", "balance_transactions", "subscriptions"]}),
        ),
    ]
}

fn with(settings: &Value, more: Value) -> Value {
    let mut settings = settings.clone();
    if let (Some(settings), Value::Object(more)) = (settings.as_object_mut(), more) {
        settings.extend(more);
    }
    settings
}
