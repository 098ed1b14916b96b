//! What goes wrong, whose fault it is, and when it is tried again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ingest::pull::{Kind, TargetStatus, When};
use serde_json::json;

use super::vendor::{Reply, Vendor};
use super::world::{Bench, CHANNEL, noon, source, video_id, youtube_tagged};

/// A channel with three uploads whose first answers are `replies`.
async fn vendor_after(replies: Vec<Reply>) -> Vendor {
    let turn = AtomicUsize::new(0);
    let videos: Vec<String> = (0..3).map(video_id).collect();
    Vendor::start(move |asked| {
        let turn = turn.fetch_add(1, Ordering::SeqCst);
        replies
            .get(turn)
            .cloned()
            .unwrap_or_else(|| youtube_tagged(asked, &videos))
    })
    .await
}

struct Ended {
    bench: Bench,
    vendor: Vendor,
    kind: Option<Kind>,
    status: TargetStatus,
}

/// What becomes of a run whose first answers are `replies`.
async fn ended(replies: Vec<Reply>) -> Ended {
    let vendor = vendor_after(replies).await;
    let bench = Bench::new().await;
    let source = source(&vendor.url, json!({"channels": [CHANNEL], "timeout_seconds": 2}));
    let report = bench.read(&source, When::Due).await;
    let status = bench
        .runner
        .store
        .status(&source, &[], &bench.runner.ledger, noon())
        .await
        .expect("a status");
    Ended {
        kind: report.put_off.first().map(|(_, trouble)| trouble.kind),
        status: status.targets.into_iter().next().expect("a target"),
        bench,
        vendor,
    }
}

#[tokio::test]
async fn a_vendor_in_trouble_is_asked_again() {
    let cut_off = Reply {
        body: "{\"items\": [{\"id\": \"UC".to_owned(),
        ..Reply::status(200)
    };
    let ended = ended(vec![Reply::status(503), cut_off, Reply::status(500)]).await;
    assert_eq!((ended.kind, ended.status.state.as_str()), (None, "ok"));
    assert_eq!(ended.vendor.asked().len(), 6);
    assert_eq!(ended.bench.outbox.records().len(), 4);
    // every call that was made was paid for
    assert_eq!(ended.status.units_today, 6);
}

#[tokio::test]
async fn a_vendor_that_stays_in_trouble_is_left_alone_for_a_while() {
    let ended = ended(vec![Reply::status(503); 9]).await;
    assert_eq!(
        (ended.kind, ended.status.state.as_str()),
        (Some(Kind::Dependency), "dependency")
    );
    assert_eq!(ended.vendor.asked().len(), 4);
    assert_eq!(ended.status.next_run, Some(noon() + Duration::from_secs(60)));
    assert!(ended.status.error.expect("an error").contains("503"));
}

#[tokio::test]
async fn retry_after_is_honoured() {
    let ended = ended(vec![Reply::google(429, "x", "slow down").with("retry-after", "1")]).await;
    assert_eq!((ended.kind, ended.status.state.as_str()), (None, "ok"));
    let asked = ended.vendor.asked();
    assert!(asked[1].at - asked[0].at >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_long_retry_after_puts_the_run_off() {
    let date = "Wed, 25 Nov 2026 20:10:00 GMT";
    let ended = ended(vec![Reply::status(429).with("retry-after", date)]).await;
    assert_eq!((ended.kind, ended.status.state.as_str()), (Some(Kind::Rate), "rate"));
    assert_eq!(ended.status.next_run, Some(noon() + Duration::from_secs(600)));
    assert_eq!(ended.vendor.asked().len(), 1);
}

#[tokio::test]
async fn what_needs_somebody_stops_and_says_what_to_do() {
    let cases = [
        (
            Reply::google(400, "invalidParameter", "no such part"),
            Kind::Input,
            "correct the settings",
        ),
        (
            Reply::google(404, "channelNotFound", "not found"),
            Kind::Input,
            "check its name",
        ),
        (Reply::json(&json!({"items": []})), Kind::Input, "YouTube knows no"),
        (
            Reply::google(401, "authError", "bad token"),
            Kind::Credential,
            "connect it again",
        ),
        (
            Reply::google(403, "accessNotConfigured", "not enabled"),
            Kind::Credential,
            "may not do this",
        ),
        (
            Reply::google(400, "API_KEY_INVALID", "API key not valid"),
            Kind::Credential,
            "may not do this",
        ),
    ];
    for (reply, kind, advice) in cases {
        let ended = ended(vec![reply]).await;
        assert_eq!(ended.kind, Some(kind), "{advice}");
        assert_eq!(ended.vendor.asked().len(), 1, "{advice}");
        assert_eq!(
            (ended.status.state.as_str(), ended.status.next_run),
            (kind.name(), None)
        );
        let error = ended.status.error.expect("an error");
        assert!(error.contains(advice), "{error}");
    }
}

#[tokio::test]
async fn a_target_that_waits_for_somebody_is_tried_once_at_every_start() {
    let vendor = vendor_after(vec![Reply::google(403, "forbidden", "no")]).await;
    let bench = Bench::new().await;
    let source = source(&vendor.url, json!({"channels": [CHANNEL]}));
    assert_eq!(bench.read(&source, When::Due).await.put_off.len(), 1);
    assert_eq!(bench.read(&source, When::Due).await.done, 1);
}

#[tokio::test]
async fn the_vendors_word_on_the_quota_wins() {
    let ended = ended(vec![Reply::google(403, "quotaExceeded", "spent")]).await;
    assert_eq!(ended.status.state, "quota");
    let reset = "2026-11-26T08:00:00Z".parse().expect("a time");
    assert_eq!(ended.status.next_run, Some(reset));
    let left = ended.bench.runner.ledger.left("default").await.expect("quotas");
    assert_eq!(left[0].left, 0);
}

#[tokio::test]
async fn a_job_too_large_for_the_day_goes_on_after_the_reset_and_says_when_it_is_done() {
    let videos: Vec<String> = (0..1_000).map(video_id).collect();
    let vendor = Vendor::start(move |asked| youtube_tagged(asked, &videos)).await;
    let bench = Bench::new().await;
    // 1 + 20 + 20 units at 15 a day: three days
    let source = source(&vendor.url, json!({"channels": [CHANNEL], "daily_units": 15}));
    let status = async || {
        let now = events::Clock::now(bench.clock.as_ref());
        let status = bench
            .runner
            .store
            .status(&source, &[], &bench.runner.ledger, now)
            .await
            .expect("a status");
        status.targets.into_iter().next().expect("a target")
    };
    assert_eq!(bench.read(&source, When::Due).await.put_off.len(), 1);
    let first = status().await;
    assert_eq!(first.next_run, Some("2026-11-26T08:00:00Z".parse().expect("a time")));
    assert_eq!(first.done_by, Some("2026-11-27T08:00:00Z".parse().expect("a time")));

    for day in [1, 2] {
        assert_eq!(
            bench.read(&source, When::Due).await.done,
            0,
            "before the reset of day {day}"
        );
        bench.clock.advance(chrono::Duration::days(1));
        bench.read(&source, When::Due).await;
    }
    assert_eq!(status().await.state, "ok");
    assert_eq!(vendor.asked().len(), 41);
    assert_eq!(bench.outbox.payloads(events::Topic::VideoSnapshots).len(), 1_000);
}

#[tokio::test]
async fn a_vendor_that_is_not_there_costs_nothing() {
    let bench = Bench::new().await;
    let source = source(
        "http://127.0.0.1:1",
        json!({"channels": [CHANNEL], "api_key": "planted-key"}),
    );
    let report = bench.read(&source, When::Due).await;
    assert_eq!(report.put_off[0].1.kind, Kind::Dependency);
    let left = bench.runner.ledger.left("default").await.expect("quotas");
    assert_eq!((left[0].used, left[0].reserved), (0, 0));
}
