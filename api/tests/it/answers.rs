//! Every endpoint over the rows of `seed.sql`: the whole envelope is a snapshot.

use axum::http::StatusCode;
use serde_json::json;

use crate::client::Client;
use crate::database::Database;

const ADDRESSES: [(&str, &str); 21] = [
    ("regions", "/v1/trending/regions"),
    ("chart_of_the_latest_day", "/v1/trending?region=US"),
    ("chart_of_another_day", "/v1/trending?region=US&day=2020-08-12"),
    ("chart_of_a_day_without_one", "/v1/trending?region=US&day=2020-08-13"),
    ("chart_of_a_category", "/v1/trending?region=US&category_id=20"),
    ("chart_of_no_category", "/v1/trending?region=US&category_id=0"),
    ("chart_cut_short", "/v1/trending?region=US&limit=1"),
    ("video", "/v1/videos/stats/riser000001"),
    ("video_of_which_little_is_known", "/v1/videos/stats/newcomer-_1"),
    ("trends", "/v1/analytics/trends?region=US"),
    ("trends_of_one_day", "/v1/analytics/trends?region=US&days=2&limit=1"),
    ("channels", "/v1/analytics/channels"),
    ("largest_channel", "/v1/analytics/channels?limit=1"),
    ("pipelines", "/v1/pipelines"),
    ("sources", "/v1/sources"),
    ("views", "/v1/views"),
    ("rows_of_a_view", "/v1/views/video_outliers?order=outlier_score&limit=5"),
    (
        "rows_of_one_channel",
        "/v1/views/video_outliers?channel_ref=UCgames0000000000000000a",
    ),
    (
        "window",
        "/v1/views/video_hours/window?video_id=riser000001&hours=2&to=2020-08-14T01:00:00Z",
    ),
    ("corrections", "/v1/corrections?view=video_day_tiles"),
    ("groups", "/v1/groups"),
];

#[tokio::test]
async fn every_endpoint_shows_what_the_views_hold() {
    let database = Database::shared().await;
    database.fill().await;
    let client = Client::of(database.pool.clone());
    for (name, uri) in ADDRESSES {
        insta::assert_json_snapshot!(name, client.data(uri).await);
    }
    let ready = client.data("/readyz").await;
    assert_eq!(ready["data"], json!({"status": "ok"}));
}

/// Keywords are stored folded; who asks writes them as people do.
#[tokio::test]
async fn a_keyword_is_found_however_it_is_written() {
    let database = Database::shared().await;
    sqlx::query(
        "INSERT INTO views.trend_keywords (keyword, region, sources, source_names, score, first_hour, last_hour, as_of) \
         VALUES ('lofi beats', 'US', 1, 'reddit', 50, '2020-08-14Z', '2020-08-14Z', '2020-08-14Z')",
    )
    .execute(&database.pool)
    .await
    .expect("told");
    let client = Client::of(database.pool.clone());
    for (keyword, rows) in [("Lofi%20%20BEATS%20", 1), ("lofi%20beats", 1), ("lofi", 0)] {
        let found = client
            .data(&format!("/v1/views/trend_keywords?keyword={keyword}"))
            .await;
        assert_eq!(found["data"]["rows"].as_array().map(Vec::len), Some(rows), "{keyword}");
    }
}

#[tokio::test]
async fn what_has_not_been_observed_is_not_found() {
    let database = Database::shared().await;
    let client = Client::of(database.pool.clone());
    check_unknown_region(&client, "/v1/trending?region=US", json!([])).await;
    database.fill().await;
    for uri in ["/v1/trending?region=DE", "/v1/analytics/trends?region=DE"] {
        check_unknown_region(&client, uri, json!(["FR", "US"])).await;
    }
    let reply = client.get("/v1/videos/stats/never_seen1").await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
    assert_eq!(
        reply.json()["error"]["message"],
        "video never_seen1 has not been observed"
    );
}

async fn check_unknown_region(client: &Client, uri: &str, known: serde_json::Value) {
    let reply = client.get(uri).await;
    let error = reply.json()["error"].clone();
    assert_eq!(reply.status, StatusCode::NOT_FOUND, "{uri}: {error}");
    assert_eq!(error["code"], "NOT_FOUND");
    assert_eq!(error["details"]["known_regions"], known, "{uri}");
}

#[tokio::test]
async fn lists_of_nothing_are_empty_and_have_no_date() {
    let database = Database::shared().await;
    let client = Client::of(database.pool.clone());
    for (uri, list) in [
        ("/v1/trending/regions", "regions"),
        ("/v1/analytics/channels", "channels"),
        ("/v1/pipelines", "pipelines"),
    ] {
        let envelope = client.data(uri).await;
        assert_eq!(envelope["data"][list], json!([]), "{uri}");
        assert_eq!(envelope["meta"]["as_of"], json!(null), "{uri}");
    }
}
