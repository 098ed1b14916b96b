//! Every polled source against the emulator: what is killed at random and started again ends in the events of a run that
//! was left alone.

use std::time::Duration;

use events::Topic;
use ingest::pull::catalogue::Opened;
use ingest::pull::{CATALOGUE, Entry, When};
use serde_json::{Value, json};

use crate::bench::Bench;

/// Settings of every source; a token is asked for anew each time, as another process would have to.
fn settings(bench: &Bench) -> Vec<(&'static str, Value)> {
    let (url, world) = (bench.running.emulator.url(), bench.running.emulator.world());
    let own = &world.channels[world.earning as usize];
    let account = bench.running.emulator.adsense_account(world.earning);
    let token = bench.running.emulator.refresh_token(world.earning, "c");
    vec![
        (
            "youtube",
            json!({"api_key": "k", "channels": world.channels, "charts": world.regions, "categories": ["US"],
                "searches": [world.keywords[0]]}),
        ),
        ("analytics", json!({"history_days": 6})),
        (
            "adsense",
            json!({"token_url": format!("{url}/token"), "client_id": "c", "client_secret": "s", "refresh_token": token,
                "accounts": [account], "channel": own, "history_days": 60}),
        ),
        (
            "reddit",
            json!({"token_url": format!("{url}/api/v1/access_token"), "client_id": "c", "client_secret": "s",
                "listings": ["hot:all", "top:all"], "searches": [world.keywords[1]], "pages": 2}),
        ),
        (
            "x",
            json!({"bearer_token": "t", "queries": [world.keywords[0], world.keywords[2]]}),
        ),
        ("suggestions", json!({"words": world.keywords})),
        (
            "stripe",
            json!({"secret_key": format!("sk_test_{}", world.earning), "channel": own,
                "lists": ["charges", "refunds", "payouts", "balance_transactions", "subscriptions"]}),
        ),
    ]
}

fn open(bench: &Bench) -> Vec<Opened> {
    let opened = settings(bench).into_iter().map(|(name, mut settings)| {
        settings["base_url"] = bench.running.emulator.url().into();
        settings["requests_per_second"] = 100_000.0.into();
        let entry = Entry::find(name).expect("a source");
        entry.open(settings).expect("settings that fit")
    });
    opened.collect()
}

/// Reads what is due of everything, one source after the other; says what was put off.
async fn read(bench: &Bench) -> Vec<String> {
    let mut troubles = Vec::new();
    for source in open(bench) {
        let report = bench.runner().read(&source, When::Due).await.expect("a report");
        let put_off = report.put_off.into_iter();
        troubles.extend(put_off.map(|(target, trouble)| format!("{} {target}: {trouble}", source.name)));
    }
    troubles
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_random_it_ends_in_the_events_of_an_undisturbed_run() {
    let calm = Bench::new().await;
    let owner = calm.running.emulator.world().earning.to_string();
    calm.connect(&owner).await;
    assert_eq!(read(&calm).await, Vec::<String>::new());
    assert_eq!(settings(&calm).len(), CATALOGUE.len(), "a source is left out");
    for topic in [
        Topic::VideoSnapshots,
        Topic::ChannelSnapshots,
        Topic::Categories,
        Topic::Analytics,
        Topic::TrendSignals,
        Topic::RevenueRecords,
    ] {
        assert!(!calm.payloads(topic).is_empty(), "{topic:?} is empty");
    }

    let killed = Bench::new().await;
    killed.connect(&owner).await;
    let mut kills = 0;
    loop {
        // whoever comes before Postgres has noticed that the connection is gone waits a second for the target
        let patience = Duration::from_millis(rand::random_range(50..2_500));
        match tokio::time::timeout(patience, read(&killed)).await {
            Ok(troubles) => {
                assert_eq!(troubles, Vec::<String>::new());
                break;
            }
            Err(_) => kills += 1,
        }
        assert!(kills < 200, "no progress");
    }
    assert!(kills > 1, "nothing was killed");
    let (calm, killed) = (calm.ids(), killed.ids());
    assert_eq!(killed.difference(&calm).next(), None, "invented");
    assert_eq!(calm.difference(&killed).next(), None, "lost");
}

/// Counts of X are those of the world, whole hours only, and no hour is read twice.
#[tokio::test]
async fn hours_of_x_are_read_once_they_are_over() {
    let bench = Bench::new().await;
    let words = bench.running.emulator.world().keywords[0].clone();
    let settings = json!({"bearer_token": "t", "queries": [words]});
    bench.running.clock.advance(chrono::TimeDelta::minutes(25));
    bench.read("x", settings.clone()).await;
    let first = bench.payloads(Topic::TrendSignals);
    assert_eq!(first.len(), 7 * 24 - 4);
    assert!(
        first
            .iter()
            .all(|signal| signal["window_seconds"] == 3600 && signal["partial"].is_null())
    );
    assert!(first.iter().any(|signal| signal["value"].as_f64() > Some(0.0)));
    bench.read("x", settings.clone()).await;
    assert_eq!(
        bench.payloads(Topic::TrendSignals).len(),
        first.len(),
        "the hour is not over"
    );
    bench.running.clock.advance(chrono::TimeDelta::minutes(40));
    bench.read("x", settings.clone()).await;
    assert_eq!(bench.payloads(Topic::TrendSignals).len(), first.len() + 1);
    assert_eq!(bench.ids().len(), first.len() + 1, "every hour is an event of its own");

    let report = bench
        .read("x", json!({"bearer_token": "invalid-1", "queries": ["other words"]}))
        .await;
    assert_eq!(report.put_off[0].1.kind.name(), "credential", "{:?}", report.put_off);
    let report = bench
        .read("x", json!({"bearer_token": "t", "queries": ["(unbalanced"]}))
        .await;
    assert!(report.put_off.len() <= 1);
}
