//! The ledger among callers who don't know of each other.

use events::Topic;
use ingest::pull::{Bucket, Cost, Kind, When};
use serde_json::json;
use tokio::task::JoinSet;

use super::vendor::Vendor;
use super::world::{Bench, CHANNEL, source, video_id, youtube_tagged};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_spends_more_than_there_is() {
    let bench = Bench::new().await;
    let bucket = Bucket {
        name: "default",
        daily: 30,
    };
    let mut callers = JoinSet::new();
    for _ in 0..50 {
        let ledger = bench.runner.ledger.clone();
        callers.spawn(async move {
            let slip = ledger.reserve("project", Cost { bucket, units: 1 }).await?;
            ledger.settle(Some(&slip), true, "youtube", "t").await?;
            Ok::<_, ingest::pull::Trouble>(())
        });
    }
    let outcomes = callers.join_all().await;
    let refused: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
    assert_eq!(refused.len(), 20);
    assert!(
        refused
            .iter()
            .all(|trouble| trouble.kind == Kind::Quota && trouble.until.is_some())
    );
    let left = bench.runner.ledger.left("project").await.expect("quotas");
    assert_eq!((left[0].used, left[0].reserved, left[0].left), (30, 0, 0));
}

#[tokio::test]
async fn projects_and_days_have_quotas_of_their_own() {
    let bench = Bench::new().await;
    let bucket = Bucket {
        name: "default",
        daily: 1,
    };
    let cost = Cost { bucket, units: 1 };
    let ledger = &bench.runner.ledger;
    ledger.reserve("a", cost).await.expect("the first unit");
    ledger.reserve("a", cost).await.expect_err("a second unit");
    ledger.reserve("b", cost).await.expect("another project's");
    bench.clock.advance(chrono::Duration::hours(12));
    ledger.reserve("a", cost).await.expect("the next day's");
}

#[tokio::test]
async fn warnings_come_at_80_and_95_percent_once_a_day() {
    let videos: Vec<String> = (0..500).map(video_id).collect();
    let vendor = Vendor::start(move |asked| youtube_tagged(asked, &videos)).await;
    let bench = Bench::new().await;
    let source = source(&vendor.url, json!({"channels": [CHANNEL], "daily_units": 20}));
    for _ in 0..3 {
        bench.read(&source, When::Now).await;
    }
    let alerts = bench.outbox.payloads(Topic::Alerts);
    let percents: Vec<_> = alerts.iter().map(|alert| &alert["details"]["percent"]).collect();
    assert_eq!(percents, ["80", "95"]);
    assert_eq!(alerts[1]["severity"], "critical");
}
