//! Stripe's API, version 2025 and later: what fans pay a channel for its membership.
//!
//! The account is the channel whose number ends the secret key: `sk_test_7` is channel 7, a key without a number is
//! channel 0. Objects have the members of Stripe's own fixtures; lists, cursors and errors are Stripe's.

mod account;
mod listing;
mod objects;
mod refusal;
pub(crate) mod webhook;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::query::Query;
use crate::state::Shared;
use account::{Account, Kind};
use refusal::Refusal;

pub(crate) fn routes() -> Router<Shared> {
    let mut router = Router::new();
    for kind in Kind::ALL {
        let list = move |State(state): State<Shared>, headers: HeaderMap, uri: axum::http::Uri| async move {
            answer(list(&state, &headers, &Query::of(&uri), kind))
        };
        let one = move |State(state): State<Shared>,
                        headers: HeaderMap,
                        Path(id): Path<String>,
                        uri: axum::http::Uri| async move {
            answer(one(&state, &headers, &Query::of(&uri), kind, &id))
        };
        router = router
            .route(&format!("/v1/{}", kind.path()), get(list))
            .route(&format!("/v1/{}/{{id}}", kind.path()), get(one));
    }
    router.route("/v1/refunds/{id}/cancel", post(|| async { Refusal::not_here() }))
}

fn answer(made: Result<Value, Refusal>) -> Response {
    let mut response = made.map(Json).into_response();
    let id = axum::http::HeaderValue::from_static("req_emulator");
    response.headers_mut().insert("request-id", id);
    response
}

fn list(state: &Shared, headers: &HeaderMap, query: &Query, kind: Kind) -> Result<Value, Refusal> {
    let (moment, channel) = (state.moment(), account::channel(state, headers)?);
    listing::list(&Account::new(&moment, channel), query, kind)
}

fn one(state: &Shared, headers: &HeaderMap, query: &Query, kind: Kind, id: &str) -> Result<Value, Refusal> {
    let (moment, channel) = (state.moment(), account::channel(state, headers)?);
    let account = Account::new(&moment, channel);
    let mut object = account.find(kind, id).ok_or_else(|| Refusal::no_such(kind, id, "id"))?;
    listing::expand(&account, query, "", std::slice::from_mut(&mut object))?;
    Ok(json!(object))
}
