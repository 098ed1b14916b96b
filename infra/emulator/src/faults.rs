//! Misbehaviour on request: at random at a rate, or scripted by `POST /_emulator/faults`.
//!
//! Whether the n-th asking of one request goes wrong depends on the seed, the request and n alone, so a run can be
//! repeated whatever else is asked meanwhile, and asking again helps.

use std::collections::HashMap;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use ingest::sources::simulate::{Dice, Subject};
use serde::{Deserialize, Serialize};

use crate::query::Query;
use crate::secrets;
use crate::state::{Shared, lock};

mod vendor;

use vendor::Vendor;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// 429 with `Retry-After`.
    TooManyRequests,
    /// 500.
    Internal,
    /// 502 with a page for people in place of JSON.
    BadGateway,
    /// 503 with `Retry-After`.
    Unavailable,
    /// The right answer, late.
    Slow,
    /// An answer of the announced length that is not JSON.
    Broken,
    /// The connection ends in the middle of the answer.
    Truncated,
    /// 401.
    Unauthorized,
    /// 403.
    Forbidden,
    /// 403 as YouTube refuses when the day's quota is used up.
    QuotaExceeded,
    /// 404.
    NotFound,
}

const HALF_SENT_AFTER: Duration = Duration::from_millis(50);

/// What passes by itself, and so may happen at random.
const PASSING: [Kind; 7] = [
    Kind::TooManyRequests,
    Kind::Internal,
    Kind::BadGateway,
    Kind::Unavailable,
    Kind::Slow,
    Kind::Broken,
    Kind::Truncated,
];

/// The next `count` requests under a path go wrong.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Script {
    /// The beginning of the paths it is about.
    #[serde(default)]
    pub(crate) path: String,
    pub(crate) kind: Kind,
    #[serde(default = "once")]
    pub(crate) count: u32,
}

fn once() -> u32 {
    1
}

#[derive(Debug)]
pub(crate) struct Faults {
    seed: u64,
    rate: f64,
    pub(crate) scripts: Vec<Script>,
    asked: HashMap<u64, i64>,
}

impl Faults {
    pub(crate) fn new(seed: u64, rate: f64) -> Self {
        Self {
            seed,
            rate,
            scripts: Vec::new(),
            asked: HashMap::new(),
        }
    }

    /// What happens to a request that is asked once more.
    fn next(&mut self, path: &str, request: &str) -> Option<Kind> {
        let mut scripts = self.scripts.iter_mut();
        if let Some(script) = scripts.find(|script| script.count > 0 && path.starts_with(&script.path)) {
            script.count -= 1;
            return Some(script.kind);
        }
        if self.rate <= 0.0 {
            return None;
        }
        let which = secrets::number(&[request]);
        let times = self.asked.entry(which).or_default();
        *times += 1;
        let mut dice = Dice::new(self.seed, Subject::Fault, which, *times);
        dice.chance(self.rate).then(|| *dice.pick(&PASSING))
    }
}

pub(crate) async fn inject(State(state): State<Shared>, request: Request, next: Next) -> Response {
    let uri = request.uri();
    let path = uri.path().to_owned();
    if path.starts_with("/_emulator") {
        return next.run(request).await;
    }
    let named = format!(
        "{} {path} {}",
        request.method(),
        Query::of(uri).fingerprint(&["access_token"])
    );
    let kind = lock(&state.faults).next(&path, &named);
    let vendor = Vendor::of(&path);
    match kind {
        None => next.run(request).await,
        Some(Kind::Slow) => {
            late(state.config.slowness).await;
            next.run(request).await
        }
        Some(Kind::Broken) => broken(next.run(request).await).await,
        Some(Kind::Truncated) => truncated(next.run(request).await).await,
        Some(Kind::BadGateway) => bad_gateway(),
        Some(Kind::TooManyRequests) => retry_later(vendor.answer(StatusCode::TOO_MANY_REQUESTS)),
        Some(Kind::Unavailable) => retry_later(vendor.answer(StatusCode::SERVICE_UNAVAILABLE)),
        Some(Kind::Internal) => vendor.answer(StatusCode::INTERNAL_SERVER_ERROR),
        Some(Kind::Unauthorized) => vendor.answer(StatusCode::UNAUTHORIZED),
        Some(Kind::Forbidden) => vendor.answer(StatusCode::FORBIDDEN),
        Some(Kind::NotFound) => vendor.answer(StatusCode::NOT_FOUND),
        Some(Kind::QuotaExceeded) => crate::google::Refusal::quota_exceeded().into_response(),
    }
}

async fn late(slowness: Duration) {
    tokio::time::sleep(slowness).await;
}

fn retry_later(mut response: Response) -> Response {
    let after = axum::http::HeaderValue::from_static("1");
    response.headers_mut().insert(header::RETRY_AFTER, after);
    response
}

fn bad_gateway() -> Response {
    let page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";
    (StatusCode::BAD_GATEWAY, axum::response::Html(page)).into_response()
}

/// The first half, and then something that is no JSON, up to the announced length.
async fn broken(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let mut bytes = whole.to_vec();
    let half = bytes.len() / 2;
    bytes[half..].fill(b'\\');
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(bytes))
}

/// The first half, and then the end of the connection.
async fn truncated(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert(header::CONTENT_LENGTH, whole.len().into());
    let cut = std::io::Error::new(std::io::ErrorKind::ConnectionReset, "cut on request");
    let half: Result<Bytes, std::io::Error> = Ok(whole.slice(..whole.len() / 2));
    // the half has to be on its way before the connection ends
    let end = futures::stream::once(async {
        late(HALF_SENT_AFTER).await;
        Err(cut)
    });
    let pieces = futures::stream::iter([half]).chain(end);
    Response::from_parts(parts, Body::from_stream(pieces))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_asking_goes_wrong_the_same_way() {
        let run = |between: &[&str]| -> Vec<Option<Kind>> {
            let mut faults = Faults::new(7, 0.3);
            let mut asked = Vec::new();
            for _ in 0..40 {
                asked.push(faults.next("/a", "GET /a"));
                for other in between {
                    faults.next(other, other);
                }
            }
            asked
        };
        assert_eq!(run(&[]), run(&["/b", "/c"]));
        let wrong = run(&[]).iter().flatten().count();
        assert!((4..24).contains(&wrong), "{wrong} of 40");
    }

    #[test]
    fn a_script_is_followed_as_often_as_it_says() {
        let mut faults = Faults::new(1, 0.0);
        faults.scripts.push(Script {
            path: "/youtube".to_owned(),
            kind: Kind::NotFound,
            count: 2,
        });
        let found: Vec<_> = ["/x", "/youtube/v3", "/youtube/v3", "/youtube/v3"]
            .map(|path| faults.next(path, path))
            .into();
        assert_eq!(found, [None, Some(Kind::NotFound), Some(Kind::NotFound), None]);
    }
}
