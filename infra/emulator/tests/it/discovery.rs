//! Every answer of a Google API is what the API's discovery document says of it: no member it does not know, each of its
//! type and format.

use serde_json::{Value, json};

use crate::running::{Running, shared_data, start, unzipped};

struct Document(Value);

impl Document {
    fn load(name: &str) -> Option<Self> {
        let path = shared_data()?.join("specs").join(format!("{name}.discovery.json.gz"));
        Some(Self(unzipped(&path)))
    }

    fn check(&self, schema: &str, value: &Value) {
        assert!(value.get("error").is_none(), "{value}");
        self.is(&json!({"$ref": schema}), value, schema);
    }

    fn is(&self, schema: &Value, value: &Value, place: &str) {
        if let Some(name) = schema["$ref"].as_str() {
            let found = &self.0["schemas"][name];
            assert!(found.is_object(), "{place}: no schema {name}");
            return self.is(found, value, place);
        }
        match schema["type"].as_str().expect("a type") {
            "object" => self.is_object(schema, value, place),
            "array" => {
                let items = value
                    .as_array()
                    .unwrap_or_else(|| panic!("{place} is no array: {value}"));
                for (number, item) in items.iter().enumerate() {
                    self.is(&schema["items"], item, &format!("{place}[{number}]"));
                }
            }
            "string" => is_text(schema, value, place),
            "integer" => assert!(value.is_i64() || value.is_u64(), "{place} is no integer: {value}"),
            "number" => assert!(value.is_number(), "{place} is no number: {value}"),
            "boolean" => assert!(value.is_boolean(), "{place} is no boolean: {value}"),
            "any" => {}
            other => panic!("{place}: type {other}"),
        }
    }

    fn is_object(&self, schema: &Value, value: &Value, place: &str) {
        let members = value
            .as_object()
            .unwrap_or_else(|| panic!("{place} is no object: {value}"));
        for (name, member) in members {
            let below = format!("{place}.{name}");
            match (schema["properties"].get(name), schema.get("additionalProperties")) {
                (Some(schema), _) | (None, Some(schema)) => self.is(schema, member, &below),
                (None, None) => panic!("{below} is not in the discovery document"),
            }
        }
    }
}

fn is_text(schema: &Value, value: &Value, place: &str) {
    let text = value
        .as_str()
        .unwrap_or_else(|| panic!("{place} is no string: {value}"));
    match schema["format"].as_str() {
        Some("date-time" | "google-datetime") => {
            assert!(
                chrono::DateTime::parse_from_rfc3339(text).is_ok(),
                "{place} is no time: {text}"
            );
        }
        Some("uint64") => assert!(text.parse::<u64>().is_ok(), "{place} is no uint64: {text}"),
        Some("int64") => assert!(text.parse::<i64>().is_ok(), "{place} is no int64: {text}"),
        _ => {}
    }
    if let Some(values) = schema["enum"].as_array() {
        assert!(
            values.iter().any(|one| one == text),
            "{place} is none of its values: {text}"
        );
    }
}

/// A video that has comments, and a thread with answers of it.
async fn discussed(running: &Running) -> (String, String) {
    let chart = running
        .get("/youtube/v3/videos?part=id,statistics&chart=mostPopular&maxResults=50&key=k")
        .await
        .json();
    for video in chart["items"].as_array().expect("a chart") {
        let id = video["id"].as_str().expect("an id");
        let path = format!("/youtube/v3/commentThreads?part=id,snippet&videoId={id}&maxResults=100&key=k");
        let threads = running.get(&path).await.json();
        let threads = threads["items"].as_array().into_iter().flatten();
        if let Some(thread) = threads
            .into_iter()
            .find(|thread| thread["snippet"]["totalReplyCount"] != 0)
        {
            return (id.to_owned(), thread["id"].as_str().expect("an id").to_owned());
        }
    }
    panic!("nobody talks");
}

#[tokio::test]
async fn youtube_data_answers_are_as_described() {
    let Some(document) = Document::load("youtube.v3") else {
        return;
    };
    let running = start().await;
    let world = running.world().await;
    let channel = world["channels"][0]["id"].as_str().expect("an id").to_owned();
    let uploads = format!("UU{}", &channel[2..]);
    let (video, thread) = discussed(&running).await;
    let every_channel: Vec<&str> = world["channels"]
        .as_array()
        .expect("channels")
        .iter()
        .filter_map(|one| one["id"].as_str())
        .collect();
    let channel_parts =
        "id,snippet,contentDetails,statistics,status,topicDetails,brandingSettings,localizations,contentOwnerDetails";
    let video_parts = "id,snippet,contentDetails,statistics,status,topicDetails,player,localizations,recordingDetails,paidProductPlacementDetails";
    let cases = [
        (
            "ChannelListResponse",
            format!("channels?part={channel_parts}&id={}", every_channel.join(",")),
        ),
        ("ChannelListResponse", "channels?part=id&forHandle=@nobody".to_owned()),
        ("VideoListResponse", format!("videos?part={video_parts}&id={video}")),
        (
            "VideoListResponse",
            format!("videos?part={video_parts}&chart=mostPopular&regionCode=JP&maxResults=50"),
        ),
        (
            "PlaylistItemListResponse",
            format!("playlistItems?part=id,snippet,contentDetails,status&maxResults=50&playlistId={uploads}"),
        ),
        ("SearchListResponse", "search?part=snippet&q=a&maxResults=50".to_owned()),
        (
            "SearchListResponse",
            format!("search?part=snippet&channelId={channel}&order=date"),
        ),
        (
            "CommentThreadListResponse",
            format!("commentThreads?part=id,snippet,replies&videoId={video}&maxResults=100"),
        ),
        (
            "CommentListResponse",
            format!("comments?part=id,snippet&parentId={thread}"),
        ),
        (
            "VideoCategoryListResponse",
            "videoCategories?part=snippet&regionCode=US".to_owned(),
        ),
        ("I18nRegionListResponse", "i18nRegions?part=snippet".to_owned()),
        ("I18nLanguageListResponse", "i18nLanguages?part=snippet".to_owned()),
    ];
    for (schema, path) in cases {
        let answer = running.get(&format!("/youtube/v3/{path}&key=k")).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        document.check(schema, &answer.json());
    }
}

#[tokio::test]
async fn analytics_reports_are_as_described() {
    let Some(document) = Document::load("youtubeAnalytics.v2") else {
        return;
    };
    let running = start().await;
    let (token, _) = running.connect(0).await;
    for columns in [
        "metrics=views,likes,estimatedRevenue&dimensions=day",
        "metrics=views,averageViewPercentage&dimensions=video&sort=-views&maxResults=20",
        "metrics=viewerPercentage&dimensions=ageGroup,gender",
        "metrics=views&dimensions=country,day&filters=country==US",
    ] {
        let path = format!("/v2/reports?ids=channel==MINE&startDate=2026-03-01&endDate=2026-03-25&{columns}");
        document.check("QueryResponse", &running.get_as(&path, &token).await.json());
    }
}

#[tokio::test]
async fn reporting_answers_are_as_described() {
    let Some(document) = Document::load("youtubereporting.v1") else {
        return;
    };
    let running = start().await;
    let (token, _) = running.connect(0).await;
    document.check(
        "ListReportTypesResponse",
        &running.get_as("/v1/reportTypes", &token).await.json(),
    );
    let wanted = json!({"reportTypeId": "channel_reach_basic_a1", "name": "reach"});
    let job = running.post_json("/v1/jobs", &token, &wanted).await.json();
    document.check("Job", &job);
    document.check("ListJobsResponse", &running.get_as("/v1/jobs", &token).await.json());
    let id = job["id"].as_str().expect("an id");
    let reports = running.get_as(&format!("/v1/jobs/{id}/reports"), &token).await.json();
    document.check("ListReportsResponse", &reports);
    assert!(
        reports["reports"].as_array().is_some_and(|reports| reports.len() > 25),
        "{reports}"
    );
}

#[tokio::test]
async fn adsense_answers_are_as_described() {
    let Some(document) = Document::load("adsense.v2") else {
        return;
    };
    let running = start().await;
    let (token, _) = running.connect(0).await;
    let accounts = running.get_as("/v2/accounts", &token).await.json();
    document.check("ListAccountsResponse", &accounts);
    let account = accounts["accounts"][0]["name"].as_str().expect("a name");
    document.check(
        "ListAdClientsResponse",
        &running.get_as(&format!("/v2/{account}/adclients"), &token).await.json(),
    );
    document.check(
        "ListPaymentsResponse",
        &running.get_as(&format!("/v2/{account}/payments"), &token).await.json(),
    );
    let report = "reports:generate?dateRange=LAST_30_DAYS&dimensions=DATE&metrics=ESTIMATED_EARNINGS&metrics=CLICKS";
    document.check(
        "ReportResult",
        &running.get_as(&format!("/v2/{account}/{report}"), &token).await.json(),
    );
}
