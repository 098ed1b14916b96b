//! Google Trends' endpoints behind its page: `explore` hands out widgets with tokens, a widget's data is asked with its
//! request and token. Answers begin with `)]}'`, as Google guards JSON. Values are relative to the highest of the query.

mod explore;
mod series;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use crate::moment::Moment;
use crate::query::Query;
use crate::secrets;
use crate::state::Shared;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/trends", get(cookie))
        .route("/trends/explore", get(cookie))
        .route("/trends/api/explore", get(explore).post(explore))
        .route("/trends/api/widgetdata/multiline", get(multiline))
        .route("/trends/api/widgetdata/relatedsearches", get(related))
        .route("/trends/api/widgetdata/comparedgeo", get(compared))
}

/// The page that gives the cookie which clients send along.
async fn cookie() -> Response {
    let cookie = [(header::SET_COOKIE, "NID=emulator; Path=/; HttpOnly")];
    (cookie, axum::response::Html("<html></html>")).into_response()
}

fn guarded(prefix: &str, made: Result<Value, StatusCode>) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json; charset=utf-8")];
    match made {
        Ok(body) => (json, format!("{prefix}\n{body}")).into_response(),
        Err(status) => (status, format!("The server returned a response with code {status}")).into_response(),
    }
}

fn request(query: &Query) -> Result<Value, StatusCode> {
    let text = query.get("req").ok_or(StatusCode::BAD_REQUEST)?;
    serde_json::from_str(text).map_err(|_| StatusCode::BAD_REQUEST)
}

/// The token that `explore` gives for a widget's request.
fn token(widget: &str, request: &Value) -> String {
    format!(
        "APP6_UEAAAAA{}",
        secrets::opaque(&["trends", widget, &request.to_string()], 30)
    )
}

async fn explore(State(state): State<Shared>, uri: Uri) -> Response {
    let query = Query::of(&uri);
    guarded(
        ")]}'",
        request(&query).and_then(|request| explore::widgets(&state.moment(), &request)),
    )
}

type Widget = fn(&Moment<'_>, &Value) -> Result<Value, StatusCode>;

fn widget(state: &Shared, uri: &Uri, name: &str, make: Widget) -> Response {
    let query = Query::of(uri);
    let made = request(&query).and_then(|request| {
        let genuine = query.get("token") == Some(&token(name, &request));
        if genuine {
            make(&state.moment(), &request)
        } else {
            Err(StatusCode::UNAUTHORIZED)
        }
    });
    guarded(")]}',", made.map(|data| json!({"default": data})))
}

async fn multiline(State(state): State<Shared>, uri: Uri) -> Response {
    widget(&state, &uri, "TIMESERIES", series::timeline)
}

async fn related(State(state): State<Shared>, uri: Uri) -> Response {
    widget(&state, &uri, "RELATED_QUERIES", series::related)
}

async fn compared(State(state): State<Shared>, uri: Uri) -> Response {
    widget(&state, &uri, "GEO_MAP", series::by_region)
}
