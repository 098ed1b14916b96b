//! A caller: sends requests straight into the router, under a fixed request id and a clock that stands still.

use std::sync::{Arc, OnceLock};

use api::{ApiState, Readiness, router};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use chrono::{DateTime, Utc};
use events::ManualClock;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::Value;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tower::ServiceExt;

pub(crate) const REQUEST_ID: &str = "7f0c7a1e-9d57-4c0e-8a53-3c1d7b1d2f10";

pub(crate) struct Client {
    router: Router,
    pub(crate) readiness: Readiness,
}

pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) fn of(pool: PgPool) -> Self {
        let readiness = Readiness::default();
        let now: DateTime<Utc> = "2026-01-02T03:04:05Z".parse().expect("a time");
        let state = ApiState {
            pool,
            clock: Arc::new(ManualClock::at(now)),
            metrics: measurements(),
            readiness: readiness.clone(),
            version: "1.2.3",
        };
        Self {
            router: router(state),
            readiness,
        }
    }

    /// A client of an API whose database does not exist.
    pub(crate) fn without_database() -> Self {
        let nowhere = PgPoolOptions::new().connect_lazy("postgres://nobody@127.0.0.1:1/none");
        Self::of(nowhere.expect("a database address"))
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.expect("the router answers");
        let (parts, body) = response.into_parts();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body: to_bytes(body, usize::MAX).await.expect("a whole body").to_vec(),
        }
    }

    pub(crate) async fn ask(&self, method: Method, uri: &str) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header("x-request-id", REQUEST_ID);
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    pub(crate) async fn get(&self, uri: &str) -> Reply {
        self.ask(Method::GET, uri).await
    }

    /// The whole envelope of an answer that must be a success.
    pub(crate) async fn data(&self, uri: &str) -> Value {
        let reply = self.get(uri).await;
        assert_eq!(reply.status, StatusCode::OK, "{uri}: {}", reply.text());
        reply.json()
    }
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("no header {name}"));
        value.to_str().expect("a header of text")
    }
}

/// The process has one recorder, so all tests share it.
fn measurements() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let builder = PrometheusBuilder::new()
                .set_buckets(api::REQUEST_DURATION_BUCKETS_SECONDS)
                .expect("buckets");
            builder.install_recorder().expect("the only recorder")
        })
        .clone()
}
