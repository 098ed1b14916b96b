//! Which address is answered by what, and what every request passes through on its way.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use events::Clock;
use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::PgPool;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::{
    Readiness, access, analytics, dashboard, envelope, health, pipelines, request_id, shield, sources, trending,
    videos, views,
};

/// What the handlers work with; made once by the binary.
#[derive(Clone)]
pub struct ApiState {
    pub pool: PgPool,
    pub clock: Arc<dyn Clock>,
    pub metrics: PrometheusHandle,
    pub readiness: Readiness,
    /// The version of the executable, as `meta.version` shows it.
    pub version: &'static str,
}

/// All routes, ready to be served. Nothing is read from the database before the first request.
pub fn router(state: ApiState) -> Router {
    access::describe();
    let routes = Router::new()
        .route("/v1/trending", get(trending::chart))
        .route("/v1/trending/regions", get(trending::regions))
        .route("/v1/videos/stats/{youtube_video_id}", get(videos::stats))
        .route("/v1/analytics/trends", get(analytics::trends))
        .route("/v1/analytics/channels", get(analytics::channels))
        .route("/v1/sources", get(sources::list))
        .route("/v1/pipelines", get(pipelines::list))
        .route("/v1/groups", get(pipelines::groups))
        .route("/v1/views", get(views::list))
        .route("/v1/views/{name}", get(views::rows))
        .route("/v1/views/{name}/window", get(views::window))
        .route("/v1/corrections", get(views::corrections))
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(access::exposition))
        .fallback(dashboard::serve)
        .method_not_allowed_fallback(dashboard::method_not_allowed);
    enclose(routes, state)
}

/// What every request passes through, outermost first: an answer of any layer below `seal` leaves in the envelope.
fn enclose(routes: Router<ApiState>, state: ApiState) -> Router {
    let layers = ServiceBuilder::new()
        .layer(CompressionLayer::new().gzip(true))
        .layer(from_fn(shield::protect))
        .layer(from_fn(request_id::assign))
        .layer(from_fn_with_state(state.clone(), envelope::seal))
        .layer(from_fn(access::observe))
        .layer(from_fn(shield::limit_time))
        .layer(CatchPanicLayer::custom(shield::panic_answer));
    routes.layer(layers).with_state(state)
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode, header};
    use chrono::DateTime;
    use events::ManualClock;
    use metrics_exporter_prometheus::PrometheusBuilder;
    use serde_json::Value;
    use tower::ServiceExt;

    use super::*;

    async fn answer_of(routes: Router<ApiState>) -> (StatusCode, bool, Value) {
        let state = ApiState {
            pool: PgPool::connect_lazy("postgres://nobody@127.0.0.1:1/none").expect("a database address"),
            clock: Arc::new(ManualClock::at(DateTime::UNIX_EPOCH)),
            metrics: PrometheusBuilder::new().build_recorder().handle(),
            readiness: Readiness::default(),
            version: "0.0.0",
        };
        let request = Request::get("/").body(Body::empty()).expect("a request");
        let response = enclose(routes, state).oneshot(request).await.expect("an answer");
        let (status, retry) = (response.status(), response.headers().contains_key(header::RETRY_AFTER));
        let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        (status, retry, serde_json::from_slice(&body).expect("JSON"))
    }

    #[tokio::test]
    async fn a_panic_is_an_internal_error_that_tells_nothing() {
        async fn panics() -> &'static str {
            panic!("the password is hunter2")
        }
        let (status, _, body) = answer_of(Router::new().route("/", get(panics))).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(body["error"]["code"], "INTERNAL");
        assert!(!body.to_string().contains("hunter2"), "{body}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_handler_that_never_ends_is_cut_off() {
        async fn hangs() -> &'static str {
            std::future::pending().await
        }
        let (status, retry, body) = answer_of(Router::new().route("/", get(hangs))).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(body["error"]["code"], "UNAVAILABLE");
        assert!(retry, "no retry-after");
    }
}
