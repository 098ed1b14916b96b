//! A run that is killed anywhere and resumed hands out the same events as one that is left alone.

use std::time::Duration;

use ingest::pull::When;
use serde_json::{Value, json};

use super::vendor::{Asked, Reply, Vendor};
use super::world::{Bench, CHANNEL, source, video_id, youtube, youtube_tagged};

const UPLOADS: usize = 700;

fn answer(asked: &Asked, videos: &[String]) -> Reply {
    match asked.of("chart") {
        "" => youtube_tagged(asked, videos),
        _ => {
            let items: Vec<Value> = videos[..50].iter().map(|id| json!({"id": id})).collect();
            Reply::tagged(&json!({"items": items}), asked)
        }
    }
}

fn settings() -> Value {
    json!({"channels": [CHANNEL, "@other"], "charts": ["US", "FR"]})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_run_ends_in_the_events_of_an_undisturbed_one() {
    let videos: Vec<String> = (0..UPLOADS).map(video_id).collect();
    let vendor = Vendor::start(move |asked| answer(asked, &videos)).await;
    let calm = Bench::new().await;
    calm.read(&source(&vendor.url, settings()), When::Due).await;
    // the handle leads to the same channel at the same time, so its events are the same ones
    assert_eq!(calm.outbox.ids().len(), 1 + UPLOADS + 2 * 50);

    let killed = Bench::new().await;
    let mut kills = 0;
    loop {
        let runner = killed.runner.clone();
        let source = source(&vendor.url, settings());
        let reading = tokio::spawn(async move { runner.read(&source, When::Due).await });
        let patience = Duration::from_millis(rand::random_range(5..120));
        let abort = reading.abort_handle();
        match tokio::time::timeout(patience, reading).await {
            Ok(report) => {
                let report = report.expect("no panic").expect("a report");
                assert_eq!(report.put_off.len(), 0, "{:?}", report.put_off);
                break;
            }
            Err(_) => {
                abort.abort();
                kills += 1;
                assert!(kills < 1_000, "no progress");
            }
        }
    }
    assert!(kills > 0, "nothing was killed");
    assert_eq!(killed.outbox.ids(), calm.outbox.ids());
}

#[tokio::test]
async fn a_run_that_is_resumed_soon_keeps_its_observation_time() {
    let (noon, minutes) = (super::world::noon(), chrono::Duration::minutes);
    assert_eq!(observed_when_resumed_after(minutes(20)).await, [noon]);
    // what was asked after a long wait was not seen before it
    assert_eq!(
        observed_when_resumed_after(minutes(13 * 60)).await,
        [noon, noon + minutes(13 * 60)]
    );
}

/// The times of what a run has seen that its quota did not last for.
async fn observed_when_resumed_after(pause: chrono::Duration) -> Vec<chrono::DateTime<chrono::Utc>> {
    let videos: Vec<String> = (0..UPLOADS).map(video_id).collect();
    let vendor = Vendor::start(move |asked| Reply::json(&youtube(asked, &videos, |_| true))).await;
    let bench = Bench::new().await;
    let opened = source(&vendor.url, json!({"channels": [CHANNEL], "daily_units": 10}));
    bench.read(&opened, When::Due).await;
    bench.clock.advance(pause);
    let opened = source(&vendor.url, json!({"channels": [CHANNEL]}));
    assert_eq!(bench.read(&opened, When::Now).await.done, 1);
    let of_videos = bench
        .outbox
        .records()
        .into_iter()
        .filter(|record| record.topic == events::Topic::VideoSnapshots);
    let times: std::collections::BTreeSet<_> = of_videos.filter_map(|record| record.envelope.time).collect();
    times.into_iter().collect()
}
