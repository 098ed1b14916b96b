//! Stripe's errors: `{"error": {"type", "code", "message", "param", "doc_url"}}`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::account::Kind;

#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: Option<&'static str>,
    message: String,
    param: Option<String>,
}

impl Refusal {
    pub(super) fn no_key() -> Self {
        let message = "You did not provide an API key. You need to provide your API key in the Authorization header, using \
                       Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication \
                       for details, or we can help at https://support.stripe.com/.";
        Self::new(StatusCode::UNAUTHORIZED, None, message, None)
    }

    pub(super) fn bad_key(key: &str) -> Self {
        let end: String = key
            .chars()
            .rev()
            .take(4)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        Self::new(
            StatusCode::UNAUTHORIZED,
            None,
            format!("Invalid API Key provided: ****{end}"),
            None,
        )
    }

    pub(super) fn no_such(kind: Kind, id: &str, param: &str) -> Self {
        let message = format!("No such {}: '{id}'", kind.object());
        let status = if param == "id" {
            StatusCode::NOT_FOUND
        } else {
            StatusCode::BAD_REQUEST
        };
        Self::new(status, Some("resource_missing"), message, Some(param))
    }

    pub(super) fn unknown(param: &str) -> Self {
        let message = format!("Received unknown parameter: {param}");
        Self::new(StatusCode::BAD_REQUEST, Some("parameter_unknown"), message, Some(param))
    }

    pub(super) fn invalid(param: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Some("parameter_invalid"), message, Some(param))
    }

    pub(super) fn not_here() -> Self {
        Self::new(StatusCode::NOT_FOUND, None, "the emulator only reads", None)
    }

    fn new(status: StatusCode, code: Option<&'static str>, message: impl Into<String>, param: Option<&str>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            param: param.map(str::to_owned),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut error = json!({"message": self.message, "type": "invalid_request_error"});
        if let Some(code) = self.code {
            error["code"] = json!(code);
            error["doc_url"] = json!(format!(
                "https://stripe.com/docs/error-codes/{}",
                code.replace('_', "-")
            ));
        }
        if let Some(param) = self.param {
            error["param"] = json!(param);
        }
        (self.status, Json(json!({"error": error}))).into_response()
    }
}
