//! `/webhooks/youtube/{channel}/{token}`: where YouTube's hub verifies subscriptions and tells of uploads, and the task that
//! reads what it told of.

use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use ingest::pull::Ledger;
use ingest::sources::websub::reader::Reader;
use ingest::sources::websub::receiver::{Intent, Receiver, Refused, Taken};
use ingest::sources::{websub, youtube};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use crate::commands::ingest::pull::SharedSending;
use crate::connect;
use crate::platform::Platform;

/// A delivery holds some entries of a feed.
const LARGEST_BODY_BYTES: usize = 1 << 20;

/// What the hub sends when it verifies.
#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(rename = "hub.mode")]
    mode: String,
    #[serde(rename = "hub.topic")]
    topic: String,
    #[serde(rename = "hub.challenge", default)]
    challenge: String,
    #[serde(rename = "hub.lease_seconds")]
    lease_seconds: Option<i64>,
}

fn settings(platform: &Platform) -> Result<websub::Settings> {
    Ok(serde_json::from_value(platform.settings.sources.of(websub::NAME))?)
}

/// # Errors
/// The settings don't fit, or the keys can't be read.
pub fn routes(platform: &Platform) -> Result<Router> {
    let settings = settings(platform)?;
    if !settings.is_reachable() {
        return Ok(Router::new());
    }
    let receiver = Receiver {
        pool: platform.pool()?.clone(),
        clock: Arc::clone(&platform.clock),
        keyring: Arc::new(connect::keyring(platform)?),
        channels: settings.channels,
        wallet: connect::wallet(platform)?,
    };
    let path = format!("/{}/{{channel}}/{{token}}", websub::PATH);
    Ok(Router::new()
        .route(&path, get(verify).post(deliver))
        .layer(DefaultBodyLimit::max(LARGEST_BODY_BYTES))
        .with_state(receiver))
}

/// Reads what the hub tells of, until `stop`. Does nothing where the hub has no address to tell it to.
///
/// # Errors
/// The settings don't fit, or the log can't be written to.
pub fn start(platform: &Platform, stop: CancellationToken) -> Result<tokio::task::JoinHandle<()>> {
    if !settings(platform)?.is_reachable() {
        return Ok(tokio::spawn(async {}));
    }
    let pool = platform.pool()?.clone();
    let settings: youtube::Settings = serde_json::from_value(platform.settings.sources.of("youtube"))?;
    let reader = Reader {
        ledger: Ledger::new(pool.clone(), Arc::clone(&platform.clock)),
        pool,
        clock: Arc::clone(&platform.clock),
        outbox: Arc::new(SharedSending::open(platform)?),
        wallet: connect::wallet(platform)?,
        settings,
        stop,
    };
    Ok(tokio::spawn(async move {
        if let Err(error) = reader.run().await {
            tracing::error!(%error, "what YouTube's hub tells of can't be read");
        }
    }))
}

async fn verify(
    State(receiver): State<Receiver>,
    Path((channel, token)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Response {
    let intent = Intent {
        mode: &asked.mode,
        topic: &asked.topic,
        lease_seconds: asked.lease_seconds,
    };
    match receiver.verify(&channel, &token, intent).await {
        Ok(()) => asked.challenge.into_response(),
        Err(refused) => refusal(&refused),
    }
}

async fn deliver(
    State(receiver): State<Receiver>,
    Path((channel, token)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let signature = headers.get("x-hub-signature").and_then(|value| value.to_str().ok());
    match receiver.deliver(&channel, &token, signature, &body).await {
        Ok(Taken::Noted(videos)) => tracing::debug!(channel, videos, "YouTube's hub told of uploads"),
        Ok(Taken::Ignored) => {}
        Err(refused) => return refusal(&refused),
    }
    StatusCode::ACCEPTED.into_response()
}

fn refusal(refused: &Refused) -> Response {
    let status = match refused {
        Refused::Unknown => StatusCode::NOT_FOUND,
        Refused::Gone => StatusCode::GONE,
        Refused::NoFeed(_) => StatusCode::BAD_REQUEST,
        Refused::Storage(_) => StatusCode::SERVICE_UNAVAILABLE,
    };
    tracing::warn!(error = %refused, status = status.as_u16(), "YouTube's hub was refused");
    (status, refused.to_string()).into_response()
}
