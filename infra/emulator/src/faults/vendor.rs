//! Whose path it is, and how that vendor words an error.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::google::Refusal;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vendor {
    Google,
    Stripe,
    Reddit,
    X,
    Tiktok,
    /// Those that answer in plain text.
    Other,
}

impl Vendor {
    pub(super) fn of(path: &str) -> Self {
        let within = |beginnings: &[&str]| beginnings.iter().any(|beginning| path.starts_with(beginning));
        if within(&[
            "/youtube/",
            "/v2/reports",
            "/v2/accounts",
            "/v1/jobs",
            "/v1/reportTypes",
            "/v1/media",
            "/oauth2/",
        ]) {
            Vendor::Google
        } else if within(&["/v2/research", "/v2/oauth"]) {
            Vendor::Tiktok
        } else if within(&["/v1/"]) {
            Vendor::Stripe
        } else if within(&["/2/"]) {
            Vendor::X
        } else if within(&["/r/", "/api/", "/comments/", "/hot", "/new", "/top", "/rising"]) {
            Vendor::Reddit
        } else {
            Vendor::Other
        }
    }

    pub(super) fn answer(self, status: StatusCode) -> Response {
        let text = status.canonical_reason().unwrap_or_default();
        let code = status.as_u16();
        let body = match self {
            Vendor::Google => return Refusal::of_status(status).into_response(),
            Vendor::Stripe => json!({"error": {"type": stripe_type(status), "message": text}}),
            Vendor::Reddit => json!({"message": text, "error": code}),
            Vendor::X => json!({"title": text, "detail": text, "type": "about:blank", "status": code}),
            Vendor::Tiktok => {
                json!({"data": {}, "error": {"code": tiktok_code(status), "message": text, "log_id": ""}})
            }
            Vendor::Other => return (status, text.to_owned()).into_response(),
        };
        (status, Json(body)).into_response()
    }
}

fn stripe_type(status: StatusCode) -> &'static str {
    match status.as_u16() {
        429 => "rate_limit_error",
        500.. => "api_error",
        _ => "invalid_request_error",
    }
}

fn tiktok_code(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "access_token_invalid",
        403 => "scope_not_authorized",
        429 => "rate_limit_exceeded",
        500.. => "internal_error",
        _ => "invalid_params",
    }
}
