//! Reddit's recorded exchanges and Stripe's own fixtures become records; analytics know what can't be had.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use events::Topic;
use flate2::read::GzDecoder;
use ingest::pull::When;
use ingest::sources::{reddit, stripe};
use serde_json::{Value, json};

use super::vendor::{Reply, Vendor};
use super::world::{Bench, CHANNEL, noon, open};

fn data(folder: &str) -> Option<PathBuf> {
    match std::env::var_os("YTEMPIRE_SHARED_DATA") {
        Some(data) => Some(PathBuf::from(data).join(folder)),
        None => {
            eprintln!("YTEMPIRE_SHARED_DATA is not set: NOT testing with real {folder} data");
            None
        }
    }
}

fn unzipped(path: &Path) -> Value {
    let mut text = String::new();
    let read = GzDecoder::new(File::open(path).expect("a file")).read_to_string(&mut text);
    read.expect("text");
    serde_json::from_str(&text).expect("json")
}

#[test]
fn every_recorded_listing_of_reddit_is_read() {
    let Some(folder) = data("reddit") else { return };
    let mut listings = 0;
    for file in std::fs::read_dir(folder).expect("a folder").flatten() {
        if !file.file_name().to_string_lossy().ends_with(".json.gz") {
            continue;
        }
        let exchanges = unzipped(&file.path());
        for exchange in exchanges["interactions"].as_array().expect("interactions") {
            let body = exchange["response"]["body"]["string"].as_str().unwrap_or_default();
            let Ok(answer) = serde_json::from_str::<Value>(body) else {
                continue;
            };
            let Some(children) = answer.pointer("/data/children").and_then(Value::as_array) else {
                continue;
            };
            let posts = reddit::parse::posts(&answer, reddit::parse::Listing::Other, noon());
            assert_eq!(posts.records.len(), children.len());
            let reasons: Vec<_> = posts
                .records
                .iter()
                .filter_map(|post| post.envelope.reject_reason.as_ref())
                .collect();
            assert!(reasons.is_empty(), "{}: {reasons:?}", file.path().display());
            listings += 1;
        }
    }
    assert!(listings >= 8, "{listings} listings");
}

#[test]
fn stripes_own_fixtures_are_read() {
    let Some(folder) = data("stripe") else { return };
    let fixtures = unzipped(&folder.join("fixtures3.json.gz"));
    for name in ["charge", "refund", "payout", "balance_transaction", "subscription"] {
        let record = stripe::parse::record(&fixtures["resources"][name], CHANNEL, noon());
        assert!(!record.is_rejected(), "{name}: {:?}", record.envelope.reject_reason);
    }
    let other = stripe::parse::record(&fixtures["resources"]["customer"], CHANNEL, noon());
    assert!(
        other
            .envelope
            .reject_reason
            .expect("a reason")
            .contains("moves no money")
    );
}

#[tokio::test]
async fn reddit_is_asked_with_a_token_that_is_renewed() {
    let tokens = std::sync::atomic::AtomicUsize::new(0);
    let vendor = Vendor::start(move |asked| match asked.path.as_str() {
        "/api/v1/access_token" => {
            let authorization = asked.authorization.as_deref();
            assert!(
                authorization.is_some_and(|text| text.starts_with("Basic ")),
                "{authorization:?}"
            );
            let turn = tokens.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            Reply::json(&json!({"access_token": format!("planted-token-{turn}"), "expires_in": 3600}))
        }
        // the first token is refused, as if it had been revoked
        _ if asked.authorization.as_deref() == Some("Bearer planted-token-0") => Reply::status(401),
        path => {
            assert_eq!(path, "/r/youtubers/hot");
            let post = json!({"kind": "t3", "data": {"title": "A camera", "score": 5, "subreddit": "youtubers",
                "created_utc": 1_795_600_000.0}});
            Reply::json(&json!({"data": {"children": [post], "after": null}}))
        }
    })
    .await;
    let bench = Bench::new().await;
    let settings = json!({"token_url": format!("{}/api/v1/access_token", vendor.url), "client_id": "id",
        "client_secret": "planted-secret", "listings": ["hot:youtubers"]});
    let report = bench.read(&open("reddit", &vendor.url, settings), When::Due).await;
    assert_eq!(report.put_off.len(), 0, "{:?}", report.put_off);
    let signals = bench.outbox.payloads(Topic::TrendSignals);
    assert_eq!(
        (&signals[0]["keyword"], &signals[0]["value"]),
        (&json!("A camera"), &json!(5.0))
    );
    assert_eq!(vendor.asked().len(), 4);
}

#[tokio::test]
async fn a_revoked_connection_asks_for_a_new_one() {
    let vendor = Vendor::start(|_| Reply {
        status: 400,
        ..Reply::json(
            &json!({"error": "invalid_grant", "error_description": "Token has been revoked: planted-refresh"}),
        )
    })
    .await;
    let bench = Bench::new().await;
    let settings = json!({"token_url": format!("{}/token", vendor.url), "client_id": "id", "client_secret": "planted-secret",
        "refresh_token": "planted-refresh", "channels": ["MINE"], "reports": ["basic"]});
    let report = bench.read(&open("analytics", &vendor.url, settings), When::Due).await;
    let trouble = &report.put_off[0].1;
    assert_eq!(trouble.kind, ingest::pull::Kind::Credential);
    assert!(trouble.what.contains("connect the account again"), "{trouble}");
    assert!(!trouble.what.contains("planted"), "{trouble}");
}

#[tokio::test]
async fn stripe_lists_go_on_after_the_last_object_and_later_since_the_last_run() {
    let vendor = Vendor::start(|asked| {
        assert_eq!(asked.authorization.as_deref(), Some("Bearer planted-key"));
        let charge = |id: &str| {
            json!({"object": "charge", "id": id, "amount": 7, "currency": "usd", "status": "succeeded",
            "created": 1_795_600_000})
        };
        match asked.of("starting_after") {
            "" => Reply::json(&json!({"data": [charge("ch_3"), charge("ch_2")], "has_more": true})),
            "ch_2" => Reply::json(&json!({"data": [charge("ch_1")], "has_more": false})),
            other => panic!("after {other}"),
        }
    })
    .await;
    let bench = Bench::new().await;
    let settings = json!({"secret_key": "planted-key", "channel": CHANNEL, "lists": ["charges"]});
    let source = open("stripe", &vendor.url, settings);
    bench.read(&source, When::Now).await;
    let ids = bench.outbox.ids();
    assert_eq!(ids.len(), 3);
    bench.clock.advance(chrono::Duration::hours(1));
    bench.read(&source, When::Now).await;
    assert_eq!(bench.outbox.ids(), ids, "read again, the same events");
    let week_before = noon().timestamp() - 7 * 24 * 60 * 60;
    assert_eq!(vendor.asked()[2].of("created[gte]"), week_before.to_string());
}

#[tokio::test]
async fn days_that_are_not_final_are_read_again_and_revenue_that_is_refused_is_no_failure() {
    let vendor = Vendor::start(|asked| match asked.path.as_str() {
        "/token" => Reply::json(&json!({"access_token": "planted-token", "expires_in": 3600})),
        _ if asked.of("metrics").contains("estimatedRevenue") => Reply::google(403, "forbidden", "Forbidden"),
        _ => {
            assert_eq!(
                (asked.of("ids"), asked.of("startDate")),
                ("channel==MINE", asked.of("endDate"))
            );
            Reply::json(
                &json!({"columnHeaders": [{"name": "day"}, {"name": "views"}], "rows": [[asked.of("startDate"), 3]]}),
            )
        }
    })
    .await;
    let bench = Bench::new().await;
    let settings = json!({"token_url": format!("{}/token", vendor.url), "client_id": "id", "client_secret": "s",
        "refresh_token": "r", "channels": ["MINE"], "reports": ["basic", "revenue"], "history_days": 5});
    let source = open("analytics", &vendor.url, settings);
    let report = bench.read(&source, When::Now).await;
    assert_eq!((report.done, report.put_off.len()), (2, 0), "{:?}", report.put_off);
    let rows = bench.outbox.payloads(Topic::Analytics);
    let days: Vec<_> = rows
        .iter()
        .map(|row| (row["day"].as_str().expect("a day"), row["is_final"] == true))
        .collect();
    let expected = [
        ("2026-11-20", true),
        ("2026-11-21", true),
        ("2026-11-22", false),
        ("2026-11-23", false),
        ("2026-11-24", false),
    ];
    assert_eq!(days, expected);
    let status = bench
        .runner
        .store
        .status(&source, &[], &bench.runner.ledger, noon())
        .await
        .expect("a status");
    assert_eq!(status.state, "ok");
    let note = status.targets.iter().find_map(|target| target.error.as_deref());
    assert!(note.is_some_and(|note| note.contains("partner programme")), "{note:?}");

    bench.outbox.forget();
    bench.clock.advance(chrono::Duration::days(1));
    bench.read(&source, When::Now).await;
    let again = bench.outbox.payloads(Topic::Analytics);
    let days: Vec<_> = again.iter().map(|row| row["day"].as_str().expect("a day")).collect();
    assert_eq!(days, ["2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25"]);
}

/// A day whose videos don't end within the pages that are read is left out, and said; one that does is counted whole.
#[tokio::test]
async fn part_of_a_count_of_tiktok_is_none() {
    for (has_more, counted) in [(true, 0), (false, 7)] {
        let vendor = Vendor::start(move |asked| match asked.path.contains("token") {
            true => Reply::json(&json!({"access_token": "t", "expires_in": 7200})),
            false => Reply::json(&json!({"error": {"code": "ok"},
                "data": {"videos": vec![json!({"id": 1}); 100], "has_more": has_more, "cursor": 100, "search_id": "s"}})),
        })
        .await;
        let bench = Bench::new().await;
        let settings = json!({"token_url": format!("{}/v2/oauth/token/", vendor.url), "client_key": "k",
            "client_secret": "s", "words": ["cats"], "pages": 2});
        let report = bench.read(&open("tiktok", &vendor.url, settings), When::Due).await;
        assert!(report.put_off.is_empty(), "{:?}", report.put_off);
        let signals = bench.outbox.payloads(Topic::TrendSignals);
        assert_eq!(signals.len(), counted);
        assert!(signals.iter().all(|signal| signal["value"] == 100.0));
        let queries = vendor
            .asked()
            .iter()
            .filter(|asked| asked.path.contains("query"))
            .count();
        assert_eq!(queries, if has_more { 14 } else { 7 });
        let note: Option<String> = sqlx::query_scalar("SELECT error FROM ingest.runs WHERE source = 'tiktok'")
            .fetch_one(&bench.database.pool)
            .await
            .expect("a run");
        let days = note.map_or(0, |note| note.matches("2026-").count());
        assert_eq!(days, 7 - counted, "every day that is left out is named");
    }
}
