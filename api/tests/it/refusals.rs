//! What is refused before the database is asked, and how the refusal says what to do. The database is away on purpose:
//! a request that got through to it would answer UNAVAILABLE.

use axum::http::{Method, StatusCode};

use crate::client::{Client, REQUEST_ID};

async fn check_invalid(uri: &str, message: &str) {
    let reply = Client::without_database().get(uri).await;
    let body = reply.json();
    assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{uri}: {body}");
    assert_eq!(body["success"], false);
    assert_eq!(body["error"]["code"], "VALIDATION_FAILED");
    assert_eq!(body["error"]["message"], message, "{uri}");
    assert!(body["error"]["details"].is_object(), "{body}");
}

const REGION: &str = "an ISO 3166-1 alpha-2 country code in upper case, such as US or FR";

#[tokio::test]
async fn the_region_is_a_country() {
    for address in ["/v1/trending", "/v1/analytics/trends"] {
        for given in ["us", "ZZ", "", "USA"] {
            let message = format!("region must be {REGION}, not {given:?}");
            check_invalid(&format!("{address}?region={given}"), &message).await;
        }
    }
}

#[tokio::test]
async fn a_day_is_a_day() {
    for given in ["2020-02-30", "14.08.2020", "2020-8-14", "today", "", "+20200-1-1"] {
        let sent = given.replace('+', "%2B");
        let message = format!("day must be a day as YYYY-MM-DD, such as 2020-08-14, not {given:?}");
        check_invalid(&format!("/v1/trending?region=US&day={sent}"), &message).await;
    }
}

#[tokio::test]
async fn numbers_have_bounds() {
    for (address, parameter, range) in [
        ("/v1/trending?region=US", "limit", "1 to 200"),
        ("/v1/trending?region=US", "category_id", "0 to 2147483647"),
        ("/v1/analytics/trends?region=US", "limit", "1 to 200"),
        ("/v1/analytics/trends?region=US", "days", "1 to 366"),
        ("/v1/analytics/channels?", "limit", "1 to 200"),
    ] {
        for given in ["-1", "99999999999", "99999999999999999999", "1.5", "ten", ""] {
            let message = format!("{parameter} must be an integer from {range}, not {given:?}");
            check_invalid(&format!("{address}&{parameter}={given}"), &message).await;
        }
    }
    check_invalid(
        "/v1/analytics/channels?limit=0",
        "limit must be an integer from 1 to 200, not \"0\"",
    )
    .await;
    check_invalid(
        "/v1/analytics/channels?limit=201",
        "limit must be an integer from 1 to 200, not \"201\"",
    )
    .await;
}

#[tokio::test]
async fn a_parameter_that_does_not_exist_is_refused_with_those_that_do() {
    for (uri, accepted) in [
        ("/v1/trending?region=US&colour=red", "region, category_id, day, limit"),
        ("/v1/analytics/trends?region=US&colour=red", "region, days, limit"),
        ("/v1/analytics/channels?colour=red", "limit"),
        ("/v1/trending/regions?colour=red", "none"),
        ("/v1/pipelines?colour=red", "none"),
        ("/v1/sources?colour=red", "none"),
        ("/v1/videos/stats/riser000001?colour=red", "none"),
    ] {
        check_invalid(uri, &format!("colour is not a parameter here: accepted is {accepted}")).await;
    }
}

#[tokio::test]
async fn a_parameter_is_given_once() {
    check_invalid(
        "/v1/trending?region=US&region=FR",
        "region is given more than once: give it once",
    )
    .await;
}

#[tokio::test]
async fn what_the_caller_sent_is_shown_shortened() {
    let reply = Client::without_database()
        .get(&format!("/v1/trending?region={}", "x".repeat(5000)))
        .await;
    let given = reply.json()["error"]["details"]["given"].clone();
    assert_eq!(given, format!("{}…", "x".repeat(40)));
}

#[tokio::test]
async fn a_video_id_has_its_form() {
    let message = "youtube_video_id must be 11 letters, digits, '-' or '_', such as dQw4w9WgXcQ";
    for id in ["short", "waytoolong-id", "riser00000%20", "riser%ff0000"] {
        check_invalid(&format!("/v1/videos/stats/{id}"), message).await;
    }
}

#[tokio::test]
async fn an_unknown_address_of_the_api_is_not_a_page() {
    for uri in [
        "/v1",
        "/v1/",
        "/v1/nothing",
        "/v1/trending/",
        "/v1/videos/stats/",
        "/livez/x",
    ] {
        let reply = Client::without_database().get(uri).await;
        let body = reply.json();
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{uri}: {body}");
        assert_eq!(body["error"]["code"], "NOT_FOUND");
        assert!(
            body["error"]["message"]
                .as_str()
                .expect("text")
                .contains("/v1/trending"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn other_methods_are_refused_in_the_envelope() {
    let addresses = [
        "/v1/trending?region=US",
        "/v1/pipelines",
        "/livez",
        "/metrics",
        "/",
        "/some/page",
    ];
    for uri in addresses {
        for method in [Method::POST, Method::DELETE, Method::PUT] {
            let reply = Client::without_database().ask(method.clone(), uri).await;
            assert_eq!(
                reply.status,
                StatusCode::METHOD_NOT_ALLOWED,
                "{method} {uri}: {}",
                reply.text()
            );
            assert_eq!(reply.header("allow"), "GET,HEAD", "{method} {uri}");
            assert_eq!(reply.json()["error"]["code"], "METHOD_NOT_ALLOWED");
        }
    }
}

#[tokio::test]
async fn views_are_asked_for_by_their_columns() {
    check_invalid(
        "/v1/views/video_outliers?age_days=old",
        "age_days must be an integer of 32 bits, not \"old\"",
    )
    .await;
    check_invalid(
        "/v1/views/niches?order=size",
        "order must be one of category_id, niche, last_day, channels, gain_views_1d, gain_views_7d, gain_views_28d, as_of, with + \
         before it for smallest first, not \"size\"",
    )
    .await;
    check_invalid(
        "/v1/views/video_hours/window?hours=3",
        "give video_id: a window is of one entity",
    )
    .await;
    let reply = Client::without_database().get("/v1/views/nothing").await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
    assert_eq!(reply.json()["error"]["message"], "there is no view nothing");
    let reply = Client::without_database().get("/v1/views/videos/window").await;
    let message = reply.json()["error"]["message"].to_string();
    assert!(
        message.contains("videos is no tile: windows are made of video_day_tiles"),
        "{message}"
    );
}

#[tokio::test]
async fn an_error_is_dated_and_carries_the_request_id() {
    let reply = Client::without_database().get("/v1/trending").await;
    let meta = reply.json()["meta"].clone();
    let expected = serde_json::json!({"timestamp": "2026-01-02T03:04:05Z", "request_id": REQUEST_ID});
    assert_eq!(meta, expected);
    assert_eq!(reply.header("x-request-id"), REQUEST_ID);
}
