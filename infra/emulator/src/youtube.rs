//! YouTube Data API v3: `/youtube/v3/...`. Parameters, answers and errors as in Google's reference and in the discovery
//! document of revision 20261104.

mod answer;
mod categories;
mod channels;
mod comment_threads;
mod comments;
mod i18n;
mod listing;
mod parts;
mod playlist_items;
mod remark;
mod search;
mod snippet;
mod videos;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::Value;

use crate::google::{Call, Refusal};
use crate::moment::Moment;
use crate::quota::Cost;
use crate::state::{Shared, lock};

/// What answers: a plain function from a moment of the world and a call.
type Method = fn(&Moment<'_>, &Call) -> Result<Value, Refusal>;

#[derive(Clone, Copy)]
struct Resource {
    method: Method,
    /// Its own parameters.
    parameters: &'static [&'static str],
    cost: Cost,
}

pub(crate) fn routes() -> Router<Shared> {
    let one = Cost::Units(1);
    Router::new()
        .merge(route("/youtube/v3/channels", channels::list, channels::PARAMETERS, one))
        .merge(route("/youtube/v3/videos", videos::list, videos::PARAMETERS, one))
        .merge(route(
            "/youtube/v3/playlistItems",
            playlist_items::list,
            playlist_items::PARAMETERS,
            one,
        ))
        .merge(route(
            "/youtube/v3/search",
            search::list,
            search::PARAMETERS,
            Cost::Search,
        ))
        .merge(route(
            "/youtube/v3/commentThreads",
            comment_threads::list,
            comment_threads::PARAMETERS,
            one,
        ))
        .merge(route("/youtube/v3/comments", comments::list, comments::PARAMETERS, one))
        .merge(route(
            "/youtube/v3/videoCategories",
            categories::list,
            categories::PARAMETERS,
            one,
        ))
        .merge(route("/youtube/v3/i18nRegions", i18n::regions, i18n::PARAMETERS, one))
        .merge(route(
            "/youtube/v3/i18nLanguages",
            i18n::languages,
            i18n::PARAMETERS,
            one,
        ))
}

fn route(path: &str, method: Method, parameters: &'static [&'static str], cost: Cost) -> Router<Shared> {
    let resource = Resource {
        method,
        parameters,
        cost,
    };
    let handler = move |State(state): State<Shared>, headers: HeaderMap, call: Result<Call, Refusal>| async move {
        match call {
            Ok(call) => serve(&state, &headers, &call, resource),
            Err(refusal) => refusal.into_response(),
        }
    };
    Router::new().route(path, get(handler))
}

/// Every call is paid for, whatever its answer; only one that names no payer is free.
fn serve(state: &Shared, headers: &HeaderMap, call: &Call, resource: Resource) -> Response {
    let Some(project) = call.project() else {
        let message = "Method doesn't allow unregistered callers (callers without established identity). Please use \
                       API Key or other form of API consumer identity to call this API.";
        return Refusal::forbidden(message).into_response();
    };
    let Ok(spent) = lock(&state.ledger).spend(project, resource.cost, state.now()) else {
        return Refusal::quota_exceeded().into_response();
    };
    let made = call.check_names(resource.parameters).and_then(|()| {
        let moment = state.moment();
        (resource.method)(&moment, call)
    });
    let answered = made.and_then(|value| answer::shaped(value, &call.query, headers));
    let mut response = answered.unwrap_or_else(IntoResponse::into_response);
    response.extensions_mut().insert(spent);
    response
}
