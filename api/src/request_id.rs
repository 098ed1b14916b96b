//! The id under which a request is found again in answers and logs: the caller's own if it sends one, else a new one.
//!
//! Only a UUID is taken from the caller: the id is logged, and a log line is not the caller's to write.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestId(pub(crate) Uuid);

/// Puts a [`RequestId`] into the request and `x-request-id` into the response.
pub(crate) async fn assign(mut request: Request, next: Next) -> Response {
    let id = from_caller(&request).unwrap_or_else(Uuid::new_v4);
    request.extensions_mut().insert(RequestId(id));
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

fn from_caller(request: &Request) -> Option<Uuid> {
    Uuid::try_parse(request.headers().get(HEADER)?.to_str().ok()?).ok()
}
