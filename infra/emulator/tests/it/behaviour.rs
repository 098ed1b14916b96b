//! What the emulator promises by itself.

use std::collections::BTreeSet;

use chrono::{TimeDelta, Utc};
use emulator::{Config, Emulator, EmulatorError};
use events::VideoId;
use ingest::sources::simulate::{Access, Census, Observation, World};
use serde_json::{Value, json};

use crate::running::{Running, SEED, noon, small, start, start_with};

async fn pages(running: &Running, path: &str, between: impl Fn()) -> Vec<Value> {
    let (mut items, mut token) = (Vec::new(), String::new());
    loop {
        let answer = running.get(&format!("{path}&pageToken={token}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let page = answer.json();
        items.extend(page["items"].as_array().expect("items").iter().cloned());
        match page["nextPageToken"].as_str() {
            Some(next) => token = next.to_owned(),
            None => return items,
        }
        between();
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_answers() {
    let (one, other) = (start().await, start().await);
    for path in [
        "/youtube/v3/videos?part=id,snippet,statistics&chart=mostPopular&key=k",
        "/youtube/v3/search?part=snippet&q=a&key=k",
        "/complete/search?client=firefox&ds=yt&q=s",
        "/_emulator/world",
    ] {
        assert_eq!(one.get(path).await.text, other.get(path).await.text, "{path}");
    }
    assert_eq!(one.connect(1).await, other.connect(1).await);
}

/// What the stream of the simulated world observes of videos at a moment is what the API says then.
#[tokio::test]
async fn counters_are_those_of_the_simulated_world() {
    let running = start().await;
    let world = World::at(SEED, small(), noon()).expect("a world");
    let videos = world.filter_map(|observation| match observation.expect("an observation") {
        Observation::Video(event) if event.payload.region.is_none() => Some(event),
        _ => None,
    });
    let mut compared = 0;
    for event in videos.take(25) {
        running
            .clock
            .advance(event.time - events::Clock::now(running.clock.as_ref()));
        let seen = &event.payload;
        let path = format!("/youtube/v3/videos?part=snippet,statistics&id={}&key=k", seen.video_id);
        let answer = running.get(&path).await.json();
        let Some(video) = answer["items"].get(0) else {
            continue; // deleted or hidden
        };
        assert_eq!(video["snippet"]["title"].as_str(), seen.title.as_deref());
        let count = |name: &str| {
            video["statistics"][name]
                .as_str()
                .and_then(|text| text.parse::<i64>().ok())
        };
        assert_eq!((count("viewCount"), count("likeCount")), (seen.views, seen.likes));
        if count("commentCount").is_some() {
            assert_eq!(count("commentCount"), seen.comments);
        }
        compared += 1;
    }
    assert!(compared > 15, "{compared} videos compared");
}

/// Pages are of one moment: what is published between them neither repeats nor hides a video.
#[tokio::test]
async fn uploads_are_complete_and_public_however_long_paging_takes() {
    let running = start().await;
    let census = Census::new(SEED, small(), noon()).expect("a census");
    for index in 0..census.channel_count() {
        let began = events::Clock::now(running.clock.as_ref());
        let uploads = format!("UU{}", &census.channel(index).id.as_str()[2..]);
        let path = format!("/youtube/v3/playlistItems?part=contentDetails&playlistId={uploads}&maxResults=7&key=k");
        let items = pages(&running, &path, || running.clock.advance(TimeDelta::hours(3))).await;
        let found: Vec<_> = items
            .iter()
            .filter_map(|item| item["contentDetails"]["videoId"].as_str())
            .collect();
        let public = |id: &VideoId| {
            census
                .find_video(id)
                .is_some_and(|key| census.access(key, began) == Access::Public)
        };
        assert_eq!(
            found.iter().collect::<BTreeSet<_>>().len(),
            found.len(),
            "a video came twice"
        );
        let mut expected: Vec<_> = census
            .videos_of(index, began)
            .into_iter()
            .filter_map(|key| census.video(key))
            .collect();
        expected.retain(|video| public(&video.id));
        let expected: Vec<_> = expected.iter().map(|video| video.id.as_str()).collect();
        if began <= noon() {
            assert_eq!(found, expected);
        }
    }
}

#[tokio::test]
async fn videos_that_are_gone_are_left_out_and_blocked_ones_say_where() {
    let running = start().await;
    let census = Census::new(SEED, small(), noon()).expect("a census");
    let gone = census
        .all_videos(noon())
        .find(|key| census.access(*key, noon()) == Access::Gone)
        .expect("a deleted one");
    let hidden = census
        .all_videos(noon())
        .find(|key| census.access(*key, noon()) == Access::Private)
        .expect("a hidden one");
    let blocked = census.all_videos(noon()).filter_map(|key| census.video(key));
    let blocked = blocked
        .into_iter()
        .find(|video| matches!(video.fate, ingest::sources::simulate::Fate::Blocked { .. }));
    let (gone, hidden) = (census.video(gone).expect("one").id, census.video(hidden).expect("one"));
    let blocked = blocked.expect("a blocked one").id;
    let path = format!(
        "/youtube/v3/videos?part=id,status,contentDetails&id={gone},{},{blocked}",
        hidden.id
    );
    let stranger = running.get(&format!("{path}&key=k")).await.json();
    assert_eq!(stranger["items"].as_array().map(Vec::len), Some(1));
    assert!(
        stranger["items"][0]["contentDetails"]["regionRestriction"]["blocked"].is_array(),
        "{stranger}"
    );
    let (token, _) = running.connect(hidden.channel).await;
    let owner = running.get_as(&path, &token).await.json();
    let mine = owner["items"]
        .as_array()
        .expect("items")
        .iter()
        .find(|item| item["id"] == hidden.id.as_str());
    assert_eq!(mine.expect("its owner sees it")["status"]["privacyStatus"], "private");
}

#[tokio::test]
async fn quota_is_per_key_and_day() {
    let running = start_with(Config {
        units_per_day: 3,
        ..Config::default()
    })
    .await;
    let path = |key: &str| format!("/youtube/v3/i18nRegions?part=snippet&key={key}");
    for _ in 0..3 {
        assert_eq!(running.get(&path("a")).await.status, 200);
    }
    let refused = running.get(&path("a")).await;
    assert_eq!((refused.status, refused.reason().as_str()), (403, "quotaExceeded"));
    assert_eq!(running.get(&path("b")).await.status, 200);
    let keys = running.get("/_emulator/requests").await.json()["keys"].clone();
    assert_eq!(keys[0]["units"], 3, "{keys}");
    running.clock.advance(TimeDelta::days(1));
    assert_eq!(running.get(&path("a")).await.status, 200);
}

#[tokio::test]
async fn an_access_token_ends_after_an_hour_and_is_renewed() {
    let running = start().await;
    let (access, refresh) = running.connect(2).await;
    let path = "/youtube/v3/channels?part=id&mine=true";
    assert_eq!(running.get_as(path, &access).await.status, 200);
    running.clock.advance(TimeDelta::hours(1));
    let expired = running.get_as(path, &access).await;
    assert_eq!((expired.status, expired.reason().as_str()), (401, "authError"));
    let form = format!("grant_type=refresh_token&refresh_token={refresh}&client_id=c");
    let renewed = running.post("/token", &form).await.json();
    let access = renewed["access_token"].as_str().expect("a token");
    assert_eq!(running.get_as(path, access).await.status, 200);
}

#[tokio::test]
async fn an_etag_that_still_holds_is_answered_by_304() {
    let running = start().await;
    let path = "/youtube/v3/videos?part=statistics&chart=mostPopular&key=k";
    let first = running.get(path).await;
    let tag = first.headers["etag"].to_str().expect("a tag").to_owned();
    let same = running.get_with(path, "if-none-match", &tag).await;
    assert_eq!((same.status, same.text.as_str()), (304, ""));
    running.clock.advance(TimeDelta::hours(6));
    assert_eq!(
        running.get_with(path, "if-none-match", &tag).await.status,
        200,
        "counters have moved"
    );
}

#[tokio::test]
async fn faults_come_at_their_rate_and_the_same_each_time() {
    let config = || Config {
        fault_rate: 0.4,
        slowness: std::time::Duration::ZERO,
        ..Config::default()
    };
    let run = async || {
        let running = start_with(config()).await;
        let mut statuses = Vec::new();
        for number in 0..40 {
            let url = format!(
                "{}/youtube/v3/i18nRegions?part=snippet&key={number}",
                running.emulator.url()
            );
            let client = reqwest::Client::builder().no_proxy().build().expect("a client");
            let response = client.get(url).send().await.expect("an answer");
            let status = response.status().as_u16();
            let whole = response
                .text()
                .await
                .is_ok_and(|text| serde_json::from_str::<Value>(&text).is_ok());
            statuses.push((status, whole));
        }
        statuses
    };
    let (one, other) = (run().await, run().await);
    assert_eq!(one, other);
    let wrong = one.iter().filter(|answer| **answer != (200, true)).count();
    assert!((4..28).contains(&wrong), "{wrong} of 40 went wrong");
}

#[tokio::test]
async fn a_scripted_fault_is_worded_as_its_vendor_words_it() {
    let running = start().await;
    for (path, member) in [
        ("/youtube/v3/videos", "error"),
        ("/v1/charges", "error"),
        ("/r/gaming/hot", "message"),
        ("/2/tweets/counts/recent", "title"),
        ("/v2/research/video/query", "error"),
    ] {
        let script = json!({"path": path, "kind": "too-many-requests"});
        assert_eq!(running.post_json("/_emulator/faults", "", &script).await.status, 200);
        let answer = running.get(path).await;
        assert_eq!(
            (answer.status, answer.headers["retry-after"].to_str().ok()),
            (429, Some("1")),
            "{path}"
        );
        assert!(answer.json().get(member).is_some(), "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn it_listens_on_the_loopback_only() {
    let config = Config {
        address: ([0, 0, 0, 0], 0).into(),
        ..Config::default()
    };
    let clock = std::sync::Arc::new(events::ManualClock::at(chrono::DateTime::<Utc>::UNIX_EPOCH));
    let refused = Emulator::start(config, clock).await.expect_err("listens");
    assert!(matches!(refused, EmulatorError::NotLoopback(_)), "{refused}");
}

#[tokio::test]
async fn it_ends_when_it_is_asked_to() {
    let running = start().await;
    assert_eq!(running.get("/_emulator/world").await.status, 200);
    let address = running.emulator.url().trim_start_matches("http://").to_owned();
    running.emulator.stop().await.expect("ends in order");
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "still listens");
}
