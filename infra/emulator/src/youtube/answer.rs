//! From a list to an HTTP answer: etags, `If-None-Match`, `fields`.

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::fields::Mask;
use crate::google::Refusal;
use crate::query::Query;
use crate::secrets;

/// Members that a list may have, here or in other lists.
const MEMBERS: [&str; 10] = [
    "kind",
    "etag",
    "eventId",
    "nextPageToken",
    "prevPageToken",
    "pageInfo",
    "regionCode",
    "visitorId",
    "items",
    "tokenPagination",
];

/// The etag of a resource: a digest of what it says.
pub(super) fn etag(value: &Value) -> String {
    secrets::opaque(&["etag", &value.to_string()], 27)
}

/// A resource with its kind and etag in front of its own members.
pub(super) fn resource(kind: &str, id: Value, parts: Value) -> Value {
    let mut made = json!({"kind": kind, "etag": "", "id": id});
    if let (Some(made), Value::Object(parts)) = (made.as_object_mut(), parts) {
        made.extend(parts);
    }
    made["etag"] = json!(etag(&made));
    made
}

pub(super) fn shaped(mut list: Value, query: &Query, headers: &HeaderMap) -> Result<Response, Refusal> {
    let tag = etag(&list);
    list["etag"] = json!(tag);
    let quoted = format!("\"{tag}\"");
    let tagged = [
        (header::ETAG, quoted.clone()),
        (header::CACHE_CONTROL, "private".to_owned()),
    ];
    if headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| matches(known.to_str().unwrap_or_default(), &quoted))
    {
        return Ok((StatusCode::NOT_MODIFIED, tagged).into_response());
    }
    let shown = match query.get("fields") {
        None => list,
        Some(text) => {
            let refuse = || {
                let message = format!("Invalid field selection {text}");
                Refusal::bad_request("global", "invalidParameter", message).at("fields")
            };
            let mask = Mask::parse(text).map_err(|_| refuse())?;
            if mask.names().any(|name| name != "*" && !MEMBERS.contains(&name)) {
                return Err(refuse());
            }
            mask.apply(list)
        }
    };
    Ok((tagged, Json(shown)).into_response())
}

/// A list of etags, weak or strong, quoted or (as some clients send them) not.
fn matches(known: &str, quoted: &str) -> bool {
    let plain = quoted.trim_matches('"');
    known
        .split(',')
        .map(|one| one.trim().trim_start_matches("W/"))
        .any(|one| one == "*" || one.trim_matches('"') == plain)
}
