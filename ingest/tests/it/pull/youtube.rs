//! What reading a channel, a chart and comments costs and brings.

use std::sync::{Arc, Mutex};

use events::Topic;
use ingest::pull::When;
use serde_json::json;

use super::vendor::{Reply, Vendor};
use super::world::{Bench, CHANNEL, source, video_id, youtube, youtube_tagged};

/// One for the channel, and for every 50 uploads one page and one batch.
const MINIMUM: usize = 1 + 100 + 100;

#[tokio::test]
async fn a_channel_with_5000_uploads_costs_the_minimum_and_nothing_new_brings_nothing() {
    let videos: Vec<String> = (0..5_000).map(video_id).collect();
    let vendor = Vendor::start(move |asked| youtube_tagged(asked, &videos)).await;
    let bench = Bench::new().await;
    let source = source(&vendor.url, json!({"api_key": "key", "channels": [CHANNEL]}));

    let report = bench.read(&source, When::Due).await;
    assert_eq!((report.put_off.len(), report.done, report.records), (0, 1, 5_001));
    assert_eq!(vendor.asked().len(), MINIMUM);
    let status = bench
        .runner
        .store
        .status(&source, &[], &bench.runner.ledger, super::world::noon())
        .await
        .expect("a status");
    assert_eq!(status.quota[0].used, MINIMUM as i64);
    assert_eq!(
        (status.quota[0].reserved, status.targets[0].requests_today),
        (0, MINIMUM as i64)
    );
    assert_eq!((status.state.as_str(), status.next_run.is_some()), ("ok", true));

    // not due: not asked
    vendor.forget();
    assert_eq!(bench.read(&source, When::Due).await.done, 0);
    assert_eq!(vendor.asked().len(), 0);

    // an hour later nothing has changed: every answer is a 304, costs its unit and brings nothing
    bench.clock.advance(chrono::Duration::hours(1));
    let again = bench.read(&source, When::Due).await;
    assert_eq!((again.done, again.records), (1, 0), "{:?}", again.put_off);
    assert_eq!(vendor.asked().len(), MINIMUM);
    assert!(vendor.asked().iter().all(|asked| asked.if_none_match.is_some()));
}

#[tokio::test]
async fn videos_that_are_gone_become_tombstones() {
    let listed = Arc::new(Mutex::new((0..60).map(video_id).collect::<Vec<_>>()));
    let answer = Arc::clone(&listed);
    let vendor = Vendor::start(move |asked| {
        let listed = answer.lock().expect("not poisoned");
        // private: listed, and not returned; video 3 is returned as long as it is listed, or asked for
        Reply::json(&youtube(asked, &listed, |id| {
            id != video_id(55) && (id != video_id(7) || listed.contains(&video_id(7)))
        }))
    })
    .await;
    let bench = Bench::new().await;
    let source = source(&vendor.url, json!({"channels": [CHANNEL]}));
    let gone = |bench: &Bench| -> Vec<String> {
        let videos = bench.outbox.payloads(Topic::VideoSnapshots).into_iter();
        let gone = videos.filter(|video| video["availability"] == "deleted");
        gone.map(|video| video["video_id"].as_str().expect("an id").to_owned())
            .collect()
    };
    bench.read(&source, When::Now).await;
    assert_eq!(gone(&bench), [video_id(55)]);

    // two leave the playlist: one is deleted, one only unlisted
    bench.outbox.forget();
    listed
        .lock()
        .expect("not poisoned")
        .retain(|id| *id != video_id(3) && *id != video_id(7));
    bench.clock.advance(chrono::Duration::hours(1));
    bench.read(&source, When::Now).await;
    assert_eq!(gone(&bench), [video_id(55), video_id(7)]);
    let unlisted = bench.outbox.payloads(Topic::VideoSnapshots).into_iter();
    assert_eq!(unlisted.filter(|video| video["video_id"] == video_id(3)).count(), 1);

    // a tombstone is told once
    bench.outbox.forget();
    bench.clock.advance(chrono::Duration::hours(1));
    bench.read(&source, When::Now).await;
    assert_eq!(gone(&bench), [video_id(55)]);
}

#[tokio::test]
async fn a_chart_has_its_ranks_and_a_category_has_none() {
    let vendor = Vendor::start(|asked| {
        assert_eq!((asked.of("chart"), asked.of("regionCode")), ("mostPopular", "US"));
        let start: usize = asked.of("pageToken").parse().unwrap_or(0);
        let items: Vec<_> = (start..start + 50)
            .map(|number| json!({"id": video_id(number)}))
            .collect();
        let next = (start < 150).then(|| (start + 50).to_string());
        Reply::json(&json!({"items": items, "nextPageToken": next}))
    })
    .await;
    let bench = Bench::new().await;
    bench
        .read(&source(&vendor.url, json!({"charts": ["US"]})), When::Now)
        .await;
    let ranks: Vec<_> = bench.outbox.payloads(Topic::VideoSnapshots);
    assert!(
        ranks
            .iter()
            .map(|video| video["trending_rank"].as_i64())
            .eq((1..=200).map(Some))
    );
    assert!(ranks.iter().all(|video| video["region"] == "US"));

    bench.outbox.forget();
    bench
        .read(&source(&vendor.url, json!({"charts": ["US/10"]})), When::Now)
        .await;
    let videos = bench.outbox.payloads(Topic::VideoSnapshots);
    assert_eq!(videos.len(), 200);
    assert!(
        videos
            .iter()
            .all(|video| video["trending_rank"].is_null() && video["region"].is_null())
    );
    assert_eq!(vendor.asked()[4].of("videoCategoryId"), "10");
}

#[tokio::test]
async fn replies_that_did_not_come_along_are_asked_for() {
    let comment = |id: &str| json!({"id": id, "snippet": {"textOriginal": id, "updatedAt": "2026-01-02T03:04:05Z"}});
    let vendor = Vendor::start(move |asked| match asked.path.as_str() {
        "/youtube/v3/commentThreads" => Reply::json(&json!({"items": [
            {"id": "a", "snippet": {"topLevelComment": comment("a"), "totalReplyCount": 1}, "replies": {"comments": [comment("a.1")]}},
            {"id": "b", "snippet": {"topLevelComment": comment("b"), "totalReplyCount": 3}, "replies": {"comments": [comment("b.1")]}},
        ]})),
        _ => match asked.of("pageToken") {
            "" => Reply::json(&json!({"items": [comment("b.1"), comment("b.2")], "nextPageToken": "2"})),
            _ => Reply::json(&json!({"items": [comment("b.3")]})),
        },
    })
    .await;
    let bench = Bench::new().await;
    let report = bench
        .read(&source(&vendor.url, json!({"comments": ["D-lhorsDlUQ"]})), When::Now)
        .await;
    assert_eq!(report.put_off.len(), 0, "{:?}", report.put_off);
    let comments = bench.outbox.payloads(Topic::Comments);
    let ids: Vec<_> = comments
        .iter()
        .map(|comment| comment["comment_id"].as_str().expect("an id"))
        .collect();
    assert_eq!(ids, ["a", "a.1", "b", "b.1", "b.2", "b.3"]);
    assert_eq!(comments[4]["parent_id"], "b");
    assert_eq!(vendor.asked().len(), 3);
}

#[tokio::test]
async fn disabled_comments_are_no_failure() {
    let vendor = Vendor::start(|_| Reply::google(403, "commentsDisabled", "disabled")).await;
    let bench = Bench::new().await;
    let report = bench
        .read(&source(&vendor.url, json!({"comments": ["D-lhorsDlUQ"]})), When::Now)
        .await;
    assert_eq!((report.done, report.put_off.len(), report.records), (1, 0, 0));
}

#[tokio::test]
async fn a_search_takes_one_search_of_its_own_bucket() {
    let vendor = Vendor::start(|asked| match asked.path.as_str() {
        "/youtube/v3/search" => {
            Reply::json(&json!({"items": [{"id": {"videoId": video_id(1)}}, {"id": {"channelId": "x"}}]}))
        }
        _ => Reply::json(&json!({"items": [{"id": video_id(1)}]})),
    })
    .await;
    let bench = Bench::new().await;
    bench
        .read(&source(&vendor.url, json!({"searches": ["cats"]})), When::Now)
        .await;
    assert_eq!(bench.outbox.payloads(Topic::VideoSnapshots).len(), 1);
    let left = bench.runner.ledger.left("default").await.expect("quotas");
    let used: Vec<_> = left
        .iter()
        .map(|left| (left.bucket.as_str(), left.used, left.limit))
        .collect();
    assert_eq!(used, [("default", 1, 10_000), ("search.list", 1, 100)]);
}
