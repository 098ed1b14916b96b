//! Tokens and the rate limit: 1,000 requests in ten minutes per application, told in `x-ratelimit-*`.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::google::{authorised, oauth};
use crate::query::Query;
use crate::secrets;
use crate::state::{Shared, lock};

const GOOD_FOR_SECONDS: i64 = 86_400;
const WINDOW_SECONDS: i64 = 600;
const REQUESTS_PER_WINDOW: i64 = 1000;

/// Requests of each application in its latest window.
#[derive(Debug, Default)]
pub(crate) struct Visitors(HashMap<String, (i64, i64)>);

pub(super) async fn token(State(state): State<Shared>, headers: HeaderMap, RawForm(body): RawForm) -> Response {
    let form = Query::parse(&body);
    let Some((client, _)) = oauth::basic(&headers).filter(|(client, _)| !client.is_empty()) else {
        return said(StatusCode::UNAUTHORIZED);
    };
    let user = match form.get("grant_type") {
        Some("client_credentials" | "https://oauth.reddit.com/grants/installed_client") => "",
        Some("password") => match (form.get("username"), form.get("password")) {
            (Some(user), Some(password)) if password != "wrong" => user,
            _ => return Json(json!({"error": "invalid_grant"})).into_response(),
        },
        Some("refresh_token" | "authorization_code") => "redditor",
        _ => return Json(json!({"error": "unsupported_grant_type"})).into_response(),
    };
    let until = state.now().timestamp() + GOOD_FOR_SECONDS;
    let token = secrets::timed("reddit", &format!("{client}/{user}"), until);
    let scope = form.get("scope").unwrap_or("*");
    Json(json!({"access_token": token, "token_type": "bearer", "expires_in": GOOD_FOR_SECONDS, "scope": scope}))
        .into_response()
}

pub(super) async fn revoke() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Answers a visitor with a token, within its limit.
pub(super) fn answer(
    state: &Shared,
    headers: &HeaderMap,
    make: impl FnOnce(&str) -> Result<Value, StatusCode>,
) -> Response {
    let now = state.now().timestamp();
    let token = authorised(headers, "bearer").unwrap_or_default();
    let Some(holder) = secrets::holder("reddit", token, now) else {
        return said(StatusCode::UNAUTHORIZED);
    };
    let window = now.div_euclid(WINDOW_SECONDS);
    let used = {
        let mut visitors = lock(&state.visitors);
        let (latest, used) = visitors.0.entry(holder.clone()).or_default();
        if *latest != window {
            (*latest, *used) = (window, 0);
        }
        *used += 1;
        *used
    };
    let user = holder.split_once('/').map_or("", |(_, user)| user);
    let mut response = match used > REQUESTS_PER_WINDOW {
        true => said(StatusCode::TOO_MANY_REQUESTS),
        false => make(user).map_or_else(said, |body| Json(body).into_response()),
    };
    let reset = (window + 1) * WINDOW_SECONDS - now;
    let left = (REQUESTS_PER_WINDOW - used).max(0);
    let mut tell = |name: &'static str, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    };
    tell("x-ratelimit-used", used.to_string());
    tell("x-ratelimit-remaining", format!("{left}.0"));
    tell("x-ratelimit-reset", reset.to_string());
    if used > REQUESTS_PER_WINDOW {
        tell("retry-after", reset.to_string());
    }
    response
}

/// An error as Reddit words it.
pub(super) fn said(status: StatusCode) -> Response {
    let text = status.canonical_reason().unwrap_or_default();
    (status, Json(json!({"message": text, "error": status.as_u16()}))).into_response()
}
