//! What protects caller and server whatever the handler does: a time limit, an answer after a panic, security headers.

use std::any::Any;
use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::envelope::{Code, Problem};

/// Longer than any store waits for the database, so that this only catches what nothing else has caught.
const ANSWER_TIME_LIMIT: Duration = Duration::from_secs(10);

// 'unsafe-inline' for styles only: the dashboard's components write their styles at run time
const SECURITY_HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Puts the security headers on every response.
pub(crate) async fn protect(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in SECURITY_HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Answers UNAVAILABLE in place of a handler that takes too long, and drops that handler.
pub(crate) async fn limit_time(request: Request, next: Next) -> Response {
    tokio::time::timeout(ANSWER_TIME_LIMIT, next.run(request))
        .await
        .unwrap_or_else(|_| {
            let message = "the answer takes too long at the moment; try again, or ask for less";
            Problem::new(Code::Unavailable, message).into_response()
        })
}

/// The panic itself is logged by the panic hook of the binary.
pub(crate) fn panic_answer(_panic: Box<dyn Any + Send + 'static>) -> Response {
    Problem::internal().into_response()
}
