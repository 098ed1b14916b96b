//! `POST /webhooks/stripe`: what vendors tell by themselves. The answer is 200 once the log has confirmed it; anything
//! else has the vendor send it again.

use std::sync::Arc;

use anyhow::{Context, Result};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use ingest::sources::stripe;
use ingest::sources::stripe::webhook::{Receiver, Refused};
use serde_json::json;

use crate::commands::ingest::pull::SharedSending;
use crate::platform::Platform;

/// Stripe's events are some kilobytes.
const LARGEST_BODY_BYTES: usize = 1 << 20;

/// The addresses of those vendors that a secret is configured for.
///
/// # Errors
/// The settings of a source don't fit, or the log can't be written to.
pub fn routes(platform: &Platform) -> Result<Router> {
    let settings: stripe::Settings = serde_json::from_value(platform.settings.sources.of("stripe"))?;
    let secrets = settings.webhook_secrets();
    if secrets.is_empty() {
        return Ok(Router::new().route("/webhooks/stripe", post(not_configured)));
    }
    events::ChannelId::new(settings.channel.as_str())
        .map_err(|invalid| anyhow::anyhow!("{}", invalid.reason))
        .context("[sources.stripe] has a webhook_secret, and so needs channel, whose money it is")?;
    let receiver = Receiver {
        pool: platform.pool()?.clone(),
        outbox: Arc::new(SharedSending::open(platform)?),
        clock: Arc::clone(&platform.clock),
        secrets,
        channel: settings.channel,
    };
    Ok(Router::new()
        .route("/webhooks/stripe", post(take))
        .layer(DefaultBodyLimit::max(LARGEST_BODY_BYTES))
        .with_state(receiver))
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> Response {
    let signature = headers.get("stripe-signature").and_then(|value| value.to_str().ok());
    match receiver.receive(signature.unwrap_or_default(), &body).await {
        Ok(taken) => Json(json!({"received": true, "outcome": taken.as_str()})).into_response(),
        Err(refused) => {
            tracing::warn!(error = %refused, "a delivery of Stripe's was refused");
            let (status, code) = match refused {
                Refused::Storage(_) => (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"),
                _ => (StatusCode::BAD_REQUEST, "VALIDATION_FAILED"),
            };
            problem(status, code, &refused.to_string())
        }
    }
}

async fn not_configured() -> Response {
    let message = "no webhook secret is configured: set webhook_secret of [sources.stripe] (STRIPE_WEBHOOK_SECRET)";
    problem(StatusCode::NOT_FOUND, "NOT_FOUND", message)
}

fn problem(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({"success": false, "error": {"code": code, "message": message}});
    (status, Json(body)).into_response()
}
