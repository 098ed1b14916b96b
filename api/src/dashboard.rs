//! The dashboard: the files that its build leaves in `api/dashboard/dist`, embedded in the executable.
//!
//! An address that is no file and has no extension is a page of the dashboard itself and gets `index.html`. Files under
//! `assets/` carry their digest in their name and may be kept for ever; the others are asked for again, by ETag.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::envelope::{Code, Problem};

#[derive(RustEmbed)]
#[folder = "dashboard/dist"]
struct Files;

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><title>YTEMPIRE</title><body><h1>The dashboard was not \
                         built</h1><p>This executable was compiled without it: run <code>make build</code>. The API \
                         under <code>/v1</code> works.</p></body></html>\n";

/// Answers every address that is no route.
pub(crate) async fn serve(request: Request) -> Response {
    let path = request.uri().path();
    if belongs_to_api(path) {
        return not_found(path);
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return method_not_allowed(request).await;
    }
    respond(path, request.headers(), Files::get)
}

/// Answers a known address that does not take the request's method.
pub(crate) async fn method_not_allowed(request: Request) -> Response {
    let message = format!(
        "{} doesn't take {}: use GET",
        request.uri().path(),
        request.method().as_str()
    );
    let allowed = [(header::ALLOW, "GET,HEAD")];
    (allowed, Problem::new(Code::MethodNotAllowed, message)).into_response()
}

/// Whether the address is the API's, known or not: no page of the dashboard hides behind it.
pub(crate) fn belongs_to_api(path: &str) -> bool {
    ["/v1", "/livez", "/readyz", "/metrics"].iter().any(|root| {
        path.strip_prefix(root)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

fn respond(path: &str, asked: &HeaderMap, files: impl Fn(&str) -> Option<EmbeddedFile>) -> Response {
    let name = path.trim_start_matches('/');
    if let Some(file) = files(name) {
        return send(name, file, asked);
    }
    if name.rsplit('/').next().is_some_and(|last| last.contains('.')) {
        return not_found(path);
    }
    match files("index.html") {
        Some(page) => send("index.html", page, asked),
        None => (
            StatusCode::SERVICE_UNAVAILABLE,
            [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
            NOT_BUILT,
        )
            .into_response(),
    }
}

fn send(name: &str, file: EmbeddedFile, asked: &HeaderMap) -> Response {
    let tag = etag(&file);
    let kept = match name.starts_with("assets/") {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    let caching = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, kept.to_owned())];
    if has_already(asked, &tag) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    let content_type = [(header::CONTENT_TYPE, content_type(&file))];
    let body = match file.data {
        Cow::Borrowed(embedded) => Bytes::from_static(embedded),
        Cow::Owned(read) => read.into(),
    };
    (caching, content_type, body).into_response()
}

fn content_type(file: &EmbeddedFile) -> String {
    let name = file.metadata.mimetype();
    let text = name.starts_with("text/") || name == "application/javascript";
    if text {
        format!("{name}; charset=utf-8")
    } else {
        name.to_owned()
    }
}

/// Weak, because the same file may leave compressed or not.
fn etag(file: &EmbeddedFile) -> String {
    let digest = file.metadata.sha256_hash();
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{hex}\"")
}

fn has_already(asked: &HeaderMap, tag: &str) -> bool {
    let tags = asked.get_all(header::IF_NONE_MATCH).iter();
    tags.filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim() == tag || known.trim() == "*")
}

fn not_found(path: &str) -> Response {
    let known = "/v1/trending, /v1/trending/regions, /v1/videos/stats/{youtube_video_id}, /v1/analytics/trends, \
                 /v1/analytics/channels, /v1/sources, /v1/pipelines";
    let path: String = path.chars().take(100).collect();
    Problem::new(
        Code::NotFound,
        format!("there is nothing at {path}; the API has {known}"),
    )
    .into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::http::HeaderValue;

    use super::*;

    #[derive(RustEmbed)]
    #[folder = "tests/dashboard"]
    struct Built;

    fn get(path: &str) -> Response {
        respond(path, &HeaderMap::new(), Built::get)
    }

    fn header_of(response: &Response, name: header::HeaderName) -> &str {
        let value = response.headers().get(&name).unwrap_or_else(|| panic!("no {name}"));
        value.to_str().expect("text")
    }

    #[tokio::test]
    async fn a_page_of_the_dashboard_is_its_index() {
        for path in ["/", "/trending", "/videos/dQw4w9WgXcQ"] {
            let response = get(path);
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(header_of(&response, header::CONTENT_TYPE), "text/html; charset=utf-8");
            assert_eq!(header_of(&response, header::CACHE_CONTROL), "no-cache");
            let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
            assert!(body.starts_with(b"<!doctype html>"), "{path}: {body:?}");
        }
    }

    #[test]
    fn a_file_named_by_its_digest_is_kept_for_ever() {
        let response = get("/assets/index-4f1c2a.js");
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(
            header_of(&response, header::CACHE_CONTROL),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(
            header_of(&response, header::CONTENT_TYPE),
            "text/javascript; charset=utf-8"
        );
    }

    #[test]
    fn a_file_that_the_browser_has_is_not_sent_again() {
        let tag = header_of(&get("/"), header::ETAG).to_owned();
        let ask = |known: &str| {
            let known = HeaderValue::from_str(known).expect("a header");
            respond("/", &HeaderMap::from_iter([(header::IF_NONE_MATCH, known)]), Built::get).status()
        };
        assert_eq!(ask(&format!("\"other\", {tag}")), StatusCode::NOT_MODIFIED);
        assert_eq!(ask("\"other\""), StatusCode::OK);
    }

    #[test]
    fn a_file_that_is_not_there_is_not_a_page() {
        assert_eq!(get("/assets/gone.js").status(), StatusCode::NOT_FOUND);
        assert_eq!(get("/../Cargo.toml").status(), StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn without_a_build_the_page_says_what_to_do() {
        let response = respond("/", &HeaderMap::new(), |_| None);
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        assert!(String::from_utf8_lossy(&body).contains("make build"));
    }

    #[test]
    fn only_whole_words_belong_to_the_api() {
        assert!(belongs_to_api("/v1") && belongs_to_api("/v1/nothing") && belongs_to_api("/metrics"));
        assert!(!belongs_to_api("/v10") && !belongs_to_api("/metrics-explained") && !belongs_to_api("/"));
    }
}
