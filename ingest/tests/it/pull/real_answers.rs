//! Real answers of the YouTube Data API become records; arbitrary JSON never breaks a parser.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use events::Region;
use flate2::read::GzDecoder;
use ingest::Outgoing;
use ingest::sources::youtube::parse::{self, Asked};
use proptest::prelude::*;
use serde_json::Value;

fn time() -> DateTime<Utc> {
    super::world::noon()
}

fn asked(ids: &[String]) -> Asked<'_> {
    Asked {
        observed_at: time(),
        ids,
        region: None,
        ranked: None,
    }
}

/// A recorded answer, or a loud word that nothing is tested.
fn sample(name: &str) -> Option<Value> {
    let Some(data) = std::env::var_os("YTEMPIRE_SHARED_DATA") else {
        eprintln!("YTEMPIRE_SHARED_DATA is not set: NOT testing with real answers");
        return None;
    };
    let path = PathBuf::from(data)
        .join("youtube-api-samples")
        .join(format!("{name}.json.gz"));
    let mut text = String::new();
    GzDecoder::new(File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        .read_to_string(&mut text)
        .expect("text");
    Some(serde_json::from_str(&text).expect("json"))
}

/// Answers to a write are the object alone.
fn listed(answer: Value) -> Value {
    match answer.get("items") {
        Some(_) => answer,
        None => serde_json::json!({"items": [answer]}),
    }
}

fn check(names: &[&str], read: impl Fn(&Value) -> Vec<Outgoing>) {
    for name in names {
        let Some(answer) = sample(name).map(listed) else { return };
        let items = answer["items"].as_array().expect("items").len();
        let records = read(&answer);
        assert!(
            records.len() >= items && items > 0,
            "{name}: {} records of {items} items",
            records.len()
        );
        for record in records {
            assert!(!record.is_rejected(), "{name}: {:?}", record.envelope.reject_reason);
        }
    }
}

#[test]
fn real_videos_and_channels_are_read() {
    check(
        &[
            "videos/videos_info_multi",
            "videos/videos_info_single",
            "videos/insert_response",
        ],
        |answer| parse::videos(answer, asked(&[])),
    );
    check(
        &[
            "channels/info",
            "channels/info_multiple",
            "channels/update_resp",
            "channel_info_multi",
            "channel_info_single",
        ],
        |answer| parse::channels(answer, time()),
    );
}

#[test]
fn real_comments_are_read_and_those_without_a_video_rejected() {
    let video = events::VideoId::new("D-lhorsDlUQ").expect("an id");
    check(
        &[
            "comment_threads/comment_thread_single",
            "comment_threads/comment_threads_multi",
            "comment_threads/comment_threads_with_search",
            "comment_threads/comment_threads_by_channel",
            "comment_threads/comment_threads_all_to_me",
            "comment_threads/insert_response",
        ],
        |answer| parse::threads(answer, Some(&video), time()).records,
    );
    check(
        &[
            "comments/comments_multi",
            "comments/comments_single",
            "comments/insert_response",
        ],
        |answer| parse::replies(answer, Some(&video), None, time()),
    );
    let Some(answer) = sample("comment_threads/comment_threads_by_channel") else {
        return;
    };
    let records = parse::threads(&answer, None, time()).records;
    let reasons: Vec<_> = records
        .iter()
        .filter_map(|record| record.envelope.reject_reason.as_deref())
        .collect();
    assert_eq!(reasons, ["comment thread, snippet.videoId: is missing"; 2]);
}

#[test]
fn real_categories_regions_playlists_and_searches_are_read() {
    let us = Region::new("US").expect("a region");
    check(
        &[
            "categories/video_category_by_region",
            "categories/video_category_multi",
            "categories/video_category_single",
        ],
        |answer| parse::categories(answer, &us, time()),
    );
    let ids = |name| sample(name).map(|answer| parse::playlist(&listed(answer)));
    for name in [
        "playlist_items/playlist_items_multi",
        "playlist_items/playlist_items_single",
        "playlist_items/playlist_items_filter_video",
        "playlist_items/insert_response",
    ] {
        let Some(listed) = ids(name) else { return };
        assert!(!listed.ids.is_empty() && listed.without == 0, "{name}");
    }
    let Some(regions) = sample("i18ns/regions_res") else {
        return;
    };
    assert_eq!(
        parse::regions(&regions).iter().map(Region::as_str).collect::<Vec<_>>(),
        ["VE", "VN", "YE", "ZW"]
    );
    for (name, found) in [
        ("search/search_by_developer", true),
        ("search/search_by_event", true),
        ("search/search_by_location", true),
        ("search/search_by_mine", true),
        ("search/search_by_related_video", true),
        ("search/search_videos_by_channel", true),
        ("search/search_channels", false),
    ] {
        let Some(answer) = sample(name) else { return };
        let listed = parse::found(&answer);
        assert_eq!(!listed.ids.is_empty(), found, "{name}");
        assert_eq!(
            listed.ids.len() + listed.without,
            answer["items"].as_array().expect("items").len(),
            "{name}"
        );
    }
}

#[test]
fn a_video_that_is_not_returned_is_a_tombstone() {
    let ids = ["D-lhorsDlUQ".to_owned(), "aaaaaaaaaaa".to_owned()];
    let Some(answer) = sample("videos/videos_info_single") else {
        return;
    };
    let records = parse::videos(&answer, asked(&ids));
    let tombstone: Value = serde_json::from_slice(&records[1].body).expect("json");
    assert_eq!(
        tombstone,
        serde_json::json!({"video_id": "aaaaaaaaaaa", "removed": true, "availability": "deleted"})
    );
}

/// Anything that JSON can be, with the names that parsers look for.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "[0-9]{1,20}".prop_map(Value::from),
        Just(Value::from("D-lhorsDlUQ")),
        Just(Value::from("UC_x5XG1OV2P6uZZ5FSM9Ttw")),
        Just(Value::from("2026-01-02T03:04:05Z")),
        "P[0-9TDHMS]{0,8}".prop_map(Value::from),
    ];
    let name = prop::sample::select(vec![
        "items",
        "id",
        "snippet",
        "statistics",
        "contentDetails",
        "status",
        "topLevelComment",
        "replies",
        "comments",
        "videoId",
        "channelId",
        "title",
        "publishedAt",
        "viewCount",
        "likeCount",
        "duration",
        "tags",
        "categoryId",
        "totalReplyCount",
        "regionRestriction",
        "allowed",
        "blocked",
        "nextPageToken",
        "kind",
        "textOriginal",
    ]);
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_read_without_losing_an_item(items in prop::collection::vec(anything(), 0..5)) {
        let count = items.len();
        let answer = serde_json::json!({"items": items});
        let region = Region::new("US").expect("a region");
        prop_assert_eq!(parse::videos(&answer, asked(&[])).len(), count);
        prop_assert_eq!(parse::channels(&answer, time()).len(), count);
        prop_assert_eq!(parse::categories(&answer, &region, time()).len(), count);
        prop_assert_eq!(parse::replies(&answer, None, None, time()).len(), count);
        prop_assert!(parse::threads(&answer, None, time()).records.len() >= count);
        let listed = parse::playlist(&answer);
        prop_assert_eq!(listed.ids.len() + listed.without, count);
    }

    #[test]
    fn any_answer_is_read(answer in anything()) {
        let _ = (parse::videos(&answer, asked(&[])), parse::channels(&answer, time()), parse::next_page(&answer));
        let _ = (parse::regions(&answer), parse::found(&answer), parse::threads(&answer, None, time()));
    }
}
