//! What is measured and logged about each request, and `/metrics`, which shows all measurements of the process.
//!
//! Labels have few values: the route's template stands for its path, and unknown methods count together.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::Instant;
use tracing::Instrument;

use crate::ApiState;
use crate::dashboard::belongs_to_api;
use crate::request_id::RequestId;

/// Histogram of seconds by `route`, `method` and `status`.
pub const REQUEST_DURATION: &str = "http_request_duration_seconds";

/// Upper bounds of its buckets; the product promises 0.2 s (median), 0.5 s (p95) and 1 s (p99).
pub const REQUEST_DURATION_BUCKETS_SECONDS: &[f64] =
    &[0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 2.5, 5.0, 10.0];

pub(crate) fn describe() {
    metrics::describe_histogram!(
        REQUEST_DURATION,
        metrics::Unit::Seconds,
        "time from a request's arrival until its answer is ready"
    );
}

/// Measures and logs a request, and gives everything logged on its way the request's id.
pub(crate) async fn observe(request: Request, next: Next) -> Response {
    let route = route_of(&request);
    let method = method_of(request.method());
    let request_id = request.extensions().get::<RequestId>().map(|id| id.0.to_string());
    let span = tracing::info_span!("request", request_id, method, path = request.uri().path());
    let started = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let elapsed = started.elapsed();
    let status = response.status().as_u16();
    metrics::histogram!(
        REQUEST_DURATION, "route" => route, "method" => method, "status" => status.to_string()
    )
    .record(elapsed.as_secs_f64());
    span.in_scope(|| tracing::debug!(status, duration_ms = elapsed.as_secs_f64() * 1e3, "request answered"));
    response
}

/// `/metrics`, in Prometheus' text format.
pub(crate) async fn exposition(State(state): State<ApiState>) -> impl IntoResponse {
    let content_type = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (content_type, state.metrics.render())
}

fn route_of(request: &Request) -> String {
    match request.extensions().get::<MatchedPath>() {
        Some(path) => path.as_str().to_owned(),
        None if belongs_to_api(request.uri().path()) => "unknown".to_owned(),
        None => "dashboard".to_owned(),
    }
}

fn method_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}
