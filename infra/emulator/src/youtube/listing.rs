//! A page of a list.

use serde_json::{Value, json};

use crate::google::{Call, Refusal};
use crate::moment::Moment;
use crate::page::Page;

/// Which part of a list is asked for.
pub(super) struct Listing {
    pub(super) page: Page,
    pub(super) size: usize,
    request: String,
}

impl Listing {
    /// Reads `pageToken` and `maxResults`, at most `most`.
    pub(super) fn of(moment: &Moment<'_>, call: &Call, method: &str, default: i64, most: i64) -> Result<Self, Refusal> {
        let size = call.integer("maxResults")?.unwrap_or(default);
        if !(0..=most).contains(&size) {
            let message = format!("Invalid value '{size}'. Values must be within the range: [0, {most}]");
            return Err(Refusal::bad_request("global", "invalidParameter", message).at("maxResults"));
        }
        let without = [
            "pageToken",
            "maxResults",
            "part",
            "fields",
            "access_token",
            "key",
            "alt",
            "prettyPrint",
        ];
        let request = format!("{method}?{}", call.query.fingerprint(&without));
        let page = match call.query.get("pageToken") {
            None => Page::first(moment.now),
            Some(token) => Page::of(token, &request).ok_or_else(Refusal::page_token)?,
        };
        Ok(Self {
            page,
            size: usize::try_from(size).unwrap_or_default(),
            request,
        })
    }

    /// The places of the page in a list of `total`.
    pub(super) fn places(&self, total: usize) -> std::ops::Range<usize> {
        let begin = self.page.offset.min(total);
        begin..(begin + self.size).min(total)
    }

    pub(super) fn answer(&self, kind: &str, total: usize, items: Vec<Value>) -> Value {
        let places = self.places(total);
        let info = json!({"totalResults": total, "resultsPerPage": self.size});
        let mut list = json!({"kind": kind, "etag": ""});
        if places.end < total && self.size > 0 {
            list["nextPageToken"] = json!(self.page.at(places.end).token(&self.request));
        }
        if places.start > 0 {
            let before = places.start.saturating_sub(self.size);
            list["prevPageToken"] = json!(self.page.at(before).token(&self.request));
        }
        list["pageInfo"] = info;
        list["items"] = Value::Array(items);
        list
    }
}
