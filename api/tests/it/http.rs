//! What every answer has, whatever it says: request id, security headers, compression, measurements; and the probes.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::json;

use crate::client::{Client, REQUEST_ID};

#[tokio::test]
async fn a_request_without_a_usable_id_gets_a_new_one() {
    let client = Client::without_database();
    let mut seen = std::collections::BTreeSet::new();
    for sent in [None, None, Some("not-a-uuid"), Some("x\ty")] {
        let mut request = Request::get("/livez");
        if let Some(sent) = sent {
            request = request.header("x-request-id", sent);
        }
        let reply = client.send(request.body(Body::empty()).expect("a request")).await;
        let id = reply.header("x-request-id").to_owned();
        uuid::Uuid::try_parse(&id).expect("a UUID");
        assert_eq!(reply.json()["meta"]["request_id"], *id);
        assert!(seen.insert(id), "an id was given twice");
    }
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    for uri in ["/livez", "/v1/nothing", "/v1/trending", "/metrics", "/", "/gone.js"] {
        let reply = Client::without_database().get(uri).await;
        let policy = reply.header("content-security-policy");
        for rule in [
            "default-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(rule), "{uri}: {rule} is not in {policy}");
        }
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{uri}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{uri}");
    }
}

#[tokio::test]
async fn api_answers_are_not_cached() {
    let reply = Client::without_database().get("/livez").await;
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("content-type"), "application/json");
}

#[tokio::test]
async fn answers_are_compressed_for_those_who_ask() {
    let client = Client::without_database();
    let plain = client.get("/v1/nothing").await;
    let request = Request::get("/v1/nothing").header("accept-encoding", "gzip");
    let packed = client.send(request.body(Body::empty()).expect("a request")).await;
    assert!(!plain.headers.contains_key("content-encoding"));
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert_eq!(packed.body[..2], [0x1f, 0x8b], "not gzip");
}

#[tokio::test]
async fn head_answers_without_a_body() {
    let reply = Client::without_database().ask(Method::HEAD, "/livez").await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.body.is_empty(), "{}", reply.text());
}

#[tokio::test]
async fn alive_is_alive_without_a_database() {
    let envelope = Client::without_database().data("/livez").await;
    assert_eq!(envelope["data"], json!({"status": "ok"}));
    assert_eq!(
        envelope["meta"],
        json!({"timestamp": "2026-01-02T03:04:05Z", "version": "1.2.3", "request_id": REQUEST_ID, "as_of": null})
    );
}

#[tokio::test]
async fn not_ready_names_what_is_missing() {
    let client = Client::without_database();
    client.readiness.not_ready("broker", "starting");
    client.readiness.not_ready("views", "starting");
    client.readiness.ready("views");
    let reply = client.get("/readyz").await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(reply.headers.contains_key("retry-after"));
    let error = reply.json()["error"].clone();
    assert_eq!(error["code"], "UNAVAILABLE");
    assert_eq!(error["message"], "not ready: broker, postgres");
    assert_eq!(
        error["details"],
        json!({"broker": "starting", "postgres": "the database is away"})
    );
}

#[tokio::test]
async fn requests_are_measured_by_route_method_and_status() {
    let client = Client::without_database();
    client.get("/v1/videos/stats/short").await;
    client.get("/v1/does-not-exist").await;
    client
        .ask(Method::from_bytes(b"BREW").expect("a method"), "/v1/pipelines")
        .await;
    let reply = client.get("/metrics").await;
    assert!(reply.header("content-type").starts_with("text/plain; version=0.0.4"));
    let text = reply.text();
    for labels in [
        r#"route="/v1/videos/stats/{youtube_video_id}",method="GET",status="400""#,
        r#"route="unknown",method="GET",status="404""#,
        r#"route="/v1/pipelines",method="OTHER",status="405""#,
    ] {
        let bucket = format!("http_request_duration_seconds_bucket{{{labels},le=\"10\"}}");
        assert!(text.contains(&bucket), "{bucket} is not in\n{text}");
    }
}
