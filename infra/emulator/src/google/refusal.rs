//! Errors as Google's APIs word them: `{"error": {"code", "message", "errors": [...], "status"}}`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: StatusCode,
    domain: &'static str,
    reason: &'static str,
    message: String,
    parameter: Option<String>,
}

impl Refusal {
    pub(crate) fn new(
        status: StatusCode,
        domain: &'static str,
        reason: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            domain,
            reason,
            message: message.into(),
            parameter: None,
        }
    }

    pub(crate) fn bad_request(domain: &'static str, reason: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, domain, reason, message)
    }

    /// With the parameter that is to blame.
    pub(crate) fn at(self, parameter: impl Into<String>) -> Self {
        Self {
            parameter: Some(parameter.into()),
            ..self
        }
    }

    pub(crate) fn not_found(domain: &'static str, reason: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, domain, reason, message)
    }

    pub(crate) fn missing(parameter: &str) -> Self {
        Self::bad_request("global", "required", format!("Required parameter: {parameter}")).at(parameter)
    }

    pub(crate) fn invalid(parameter: &str, given: &str) -> Self {
        let message = format!("Invalid value for parameter {parameter}: '{given}'");
        Self::bad_request("global", "invalidParameter", message).at(parameter)
    }

    pub(crate) fn unknown_name(name: &str) -> Self {
        let message = format!(
            "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. \
             Field '{name}' could not be found in request message."
        );
        Self::bad_request("global", "badRequest", message)
    }

    pub(crate) fn page_token() -> Self {
        let message = "The request specifies an invalid page token.";
        Self::bad_request("youtube.parameter", "invalidPageToken", message).at("pageToken")
    }

    pub(crate) fn quota_exceeded() -> Self {
        let message = "The request cannot be completed because you have exceeded your \
                       <a href=\"/youtube/v3/getting-started#quota\">quota</a>.";
        Self::new(StatusCode::FORBIDDEN, "youtube.quota", "quotaExceeded", message)
    }

    pub(crate) fn unauthenticated() -> Self {
        let message = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or \
                       other valid authentication credential. See \
                       https://developers.google.com/identity/sign-in/web/devconsole-project.";
        Self::new(StatusCode::UNAUTHORIZED, "global", "authError", message)
    }

    pub(crate) fn login_required() -> Self {
        let message = "Request is missing required authentication credential. Expected OAuth 2 access token, login \
                       cookie or other valid authentication credential. See \
                       https://developers.google.com/identity/sign-in/web/devconsole-project.";
        Self::new(StatusCode::UNAUTHORIZED, "global", "required", message)
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "global", "forbidden", message)
    }

    pub(crate) fn scope() -> Self {
        let message = "Request had insufficient authentication scopes.";
        Self::new(StatusCode::FORBIDDEN, "global", "insufficientPermissions", message)
    }

    /// What Google says when it is Google's fault, or nobody's.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let (reason, message) = match status.as_u16() {
            401 => return Self::unauthenticated(),
            403 => ("forbidden", "The caller does not have permission"),
            404 => ("notFound", "Requested entity was not found."),
            429 => ("rateLimitExceeded", "Resource has been exhausted (e.g. check quota)."),
            503 => ("backendError", "The service is currently unavailable."),
            _ => ("backendError", "Internal error encountered."),
        };
        Self::new(status, "global", reason, message)
    }

    fn rpc_status(&self) -> Option<&'static str> {
        Some(match self.status.as_u16() {
            400 if self.domain == "global" => "INVALID_ARGUMENT",
            401 => "UNAUTHENTICATED",
            403 if self.domain == "global" => "PERMISSION_DENIED",
            404 if self.domain == "global" => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            503 => "UNAVAILABLE",
            500 => "INTERNAL",
            _ => return None,
        })
    }

    pub(crate) fn body(&self) -> Value {
        let mut one = json!({"message": self.message, "domain": self.domain, "reason": self.reason});
        if let Some(parameter) = &self.parameter {
            one["location"] = json!(parameter);
            one["locationType"] = json!("parameter");
        }
        let mut error = json!({"code": self.status.as_u16(), "message": self.message, "errors": [one]});
        if let Some(status) = self.rpc_status() {
            error["status"] = json!(status);
        }
        json!({"error": error})
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge =
                HeaderValue::from_static("Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
