//! The product's envelope: the one form in which data and errors leave.
//!
//! Handlers return an [`Answer`] or something that becomes a [`Problem`]; neither knows the request. [`seal`] sees them
//! on their way out, writes the body with time, version and request id, and logs the cause of a problem, once. The
//! cause never goes to the caller.

use std::error::Error;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use crate::ApiState;
use crate::request_id::RequestId;

/// How long a caller should wait before it asks again, where waiting helps.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("2");

/// Data and the newest event time in the rows it was made from; `None` where there are no rows.
pub(crate) struct Answer<T> {
    pub(crate) data: T,
    pub(crate) as_of: Option<DateTime<Utc>>,
}

/// What callers can tell apart. The names are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Code {
    ValidationFailed,
    NotFound,
    MethodNotAllowed,
    Internal,
    Unavailable,
}

impl Code {
    fn status(self) -> StatusCode {
        match self {
            Self::ValidationFailed => StatusCode::BAD_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// Why there is no data. `message` tells the caller what to do.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    code: Code,
    message: String,
    details: Value,
    cause: Option<Arc<dyn Error + Send + Sync>>,
}

impl Problem {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: json!({}),
            cause: None,
        }
    }

    /// `details` is a JSON object.
    pub(crate) fn with_details(self, details: Value) -> Self {
        Self { details, ..self }
    }

    /// For the log only.
    pub(crate) fn caused_by(self, cause: impl Error + Send + Sync + 'static) -> Self {
        Self {
            cause: Some(Arc::new(cause)),
            ..self
        }
    }

    pub(crate) fn internal() -> Self {
        Self::new(
            Code::Internal,
            "something went wrong here; if it stays so, report it with the request_id",
        )
    }
}

#[derive(Clone)]
enum Unsealed {
    Data {
        json: Box<RawValue>,
        as_of: Option<DateTime<Utc>>,
    },
    Problem(Problem),
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        match to_raw_value(&self.data) {
            Ok(json) => Extension(Unsealed::Data {
                json,
                as_of: self.as_of,
            })
            .into_response(),
            Err(error) => Problem::internal().caused_by(error).into_response(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.code.status(), Extension(Unsealed::Problem(self.clone()))).into_response();
        if self.code == Code::Unavailable {
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        response
    }
}

/// Writes the envelope. A response that carries neither data nor a problem (a file, metrics) passes unchanged.
pub(crate) async fn seal(
    State(state): State<ApiState>,
    Extension(RequestId(request_id)): Extension<RequestId>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let timestamp = rfc3339(state.clock.now());
    let body = match response.extensions_mut().remove::<Unsealed>() {
        None => return response,
        Some(Unsealed::Data { json, as_of }) => Json(Success {
            success: true,
            data: json,
            meta: SuccessMeta {
                timestamp,
                version: state.version,
                request_id: request_id.to_string(),
                as_of: as_of.map(rfc3339),
            },
        })
        .into_response(),
        Some(Unsealed::Problem(problem)) => {
            if let Some(cause) = &problem.cause {
                tracing::error!(%request_id, code = ?problem.code, error = chain(cause.as_ref()), "request failed");
            }
            Json(json!({
                "success": false,
                "error": {"code": problem.code, "message": problem.message, "details": problem.details},
                "meta": {"timestamp": timestamp, "request_id": request_id},
            }))
            .into_response()
        }
    };
    let (sealed, body) = body.into_parts();
    response.headers_mut().extend(sealed.headers);
    // data changes with every micro-batch, and an error is nobody's to keep
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.map(|_| body)
}

#[derive(Serialize)]
struct Success {
    success: bool,
    data: Box<RawValue>,
    meta: SuccessMeta,
}

#[derive(Serialize)]
struct SuccessMeta {
    timestamp: String,
    version: &'static str,
    request_id: String,
    as_of: Option<String>,
}

fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// The error and everything it came from, on one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // some errors say their cause themselves
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
