//! The emulator's own routes, below `/_emulator`: what went wrong on request, what was asked, what to send.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::faults::Script;
use crate::hub;
use crate::state::{Shared, lock};
use crate::stripe::webhook;

/// One script or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Scripts {
    One(Script),
    Many(Vec<Script>),
}

pub(crate) async fn add_faults(State(state): State<Shared>, Json(scripts): Json<Scripts>) -> Json<Value> {
    let mut faults = lock(&state.faults);
    match scripts {
        Scripts::One(script) => faults.scripts.push(script),
        Scripts::Many(scripts) => faults.scripts.extend(scripts),
    }
    Json(json!({"faults": faults.scripts}))
}

pub(crate) async fn list_faults(State(state): State<Shared>) -> Json<Value> {
    Json(json!({"faults": lock(&state.faults).scripts}))
}

pub(crate) async fn clear_faults(State(state): State<Shared>) -> StatusCode {
    lock(&state.faults).scripts.clear();
    StatusCode::NO_CONTENT
}

pub(crate) async fn requests(State(state): State<Shared>) -> Json<Value> {
    let ledger = lock(&state.ledger);
    let keys: Vec<Value> = ledger
        .all()
        .map(|(key, day, used)| json!({"key": key, "day": day, "units": used.units, "searches": used.searches}))
        .collect();
    let journal = lock(&state.journal);
    Json(json!({"total": journal.total, "requests": journal.entries, "keys": keys}))
}

pub(crate) async fn forget_requests(State(state): State<Shared>) -> StatusCode {
    *lock(&state.journal) = crate::journal::Journal::default();
    StatusCode::NO_CONTENT
}

/// What there is to ask for: the channels of the world.
pub(crate) async fn world(State(state): State<Shared>) -> Json<Value> {
    let moment = state.moment();
    let channels: Vec<Value> = (0..moment.census.channel_count())
        .map(|index| {
            let channel = moment.census.channel(index);
            json!({"number": index, "id": channel.id, "title": channel.title, "handle": format!("@{}", channel.handle),
                "monetised": channel.monetised, "niche": channel.niche})
        })
        .collect();
    let keywords: Vec<&str> = (0..moment.census.keyword_count())
        .map(|n| moment.census.keyword(n))
        .collect();
    let start = moment.census.config().start;
    Json(
        json!({"seed": moment.census.seed(), "now": moment.now, "start": start, "channels": channels, "keywords": keywords}),
    )
}

/// Sends Stripe events, signed, to a loopback address.
pub(crate) async fn stripe_webhooks(State(state): State<Shared>, Json(order): Json<webhook::Order>) -> Response {
    match webhook::send(&state, order).await {
        Ok(deliveries) => Json(json!({"deliveries": deliveries})).into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, Json(json!({"error": error.to_string()}))).into_response(),
    }
}

/// Notifies the subscribers of a channel of its latest video.
pub(crate) async fn notify(State(state): State<Shared>, Json(order): Json<hub::Order>) -> Json<Value> {
    let deliveries = hub::notify_latest(&state, &order).await;
    Json(json!({"deliveries": deliveries}))
}
