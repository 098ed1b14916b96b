//! `comments.list`: by id, or the answers of a thread.

use serde_json::{Value, json};

use super::listing::Listing;
use super::parts::{Parts, filter};
use super::remark;
use crate::google::{Call, Refusal};
use crate::moment::Moment;

pub(super) const PARAMETERS: &[&str] = &["part", "id", "parentId", "maxResults", "pageToken", "textFormat"];

pub(super) fn list(moment: &Moment<'_>, call: &Call) -> Result<Value, Refusal> {
    let parts = Parts::of(call, &["id", "snippet"])?;
    let format = remark::text_format(call)?;
    let found = match filter(call, &["id", "parentId"])? {
        ("parentId", id) => {
            let Some((key, parent)) = remark::find(moment, id) else {
                let message = "The specified comment could not be found.";
                return Err(Refusal::not_found("youtube.comment", "commentNotFound", message).at("parentId"));
            };
            let numbers = moment.census.answers(key, parent.number, moment.now);
            let comments = numbers.filter_map(|number| moment.census.comment(key, number, moment.now));
            comments.map(|comment| (key, comment)).collect()
        }
        _ => call
            .query
            .list("id")
            .into_iter()
            .filter_map(|id| remark::find(moment, id))
            .collect::<Vec<_>>(),
    };
    let listing = Listing::of(moment, call, "comments", 20, 100)?;
    let shown = &found[listing.places(found.len())];
    let mut items: Vec<Value> = shown
        .iter()
        .filter_map(|(key, comment)| remark::comment(moment, *key, comment, format))
        .collect();
    if !parts.has("snippet") {
        items = items
            .into_iter()
            .map(|item| json!({"kind": item["kind"], "etag": item["etag"], "id": item["id"]}))
            .collect();
    }
    let mut list = listing.answer("youtube#commentListResponse", found.len(), items);
    if let Some(list) = list.as_object_mut() {
        list.remove("prevPageToken");
    }
    Ok(list)
}
