//! Answers that lead on: pages, playlists, search results, regions; and the names of categories.

use chrono::{DateTime, Utc};
use events::{CategoryName, Region};
use serde_json::Value;

use super::{items, record};
use crate::Outgoing;
use crate::pull::{BadItem, Item};

/// The token of the next page.
pub fn next_page(answer: &Value) -> Option<String> {
    answer.get("nextPageToken")?.as_str().map(str::to_owned)
}

/// How many items all pages have.
pub fn total(answer: &Value) -> Option<u64> {
    answer.pointer("/pageInfo/totalResults")?.as_u64()
}

/// Video ids of an answer, and how many items had none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    pub ids: Vec<String>,
    pub without: usize,
}

fn listed(answer: &Value, fields: [&str; 2]) -> Listed {
    let mut listed = Listed::default();
    for item in items(answer) {
        let id = fields.iter().find_map(|field| item.pointer(field)?.as_str());
        match id.map(events::VideoId::new) {
            Some(Ok(id)) => listed.ids.push(id.into()),
            _ => listed.without += 1,
        }
    }
    listed
}

/// The videos of a page of `playlistItems.list`, whether they can still be seen or not.
pub fn playlist(answer: &Value) -> Listed {
    listed(answer, ["/contentDetails/videoId", "/snippet/resourceId/videoId"])
}

/// The videos of a page of `search.list`; channels and playlists are found, too, and left out.
pub fn found(answer: &Value) -> Listed {
    listed(answer, ["/id/videoId", "/id/videoId"])
}

/// The regions that YouTube knows (`i18nRegions.list`), in order.
pub fn regions(answer: &Value) -> Vec<Region> {
    let code = |item: &Value| {
        item.pointer("/snippet/gl")
            .or_else(|| item.get("id"))?
            .as_str()
            .map(str::to_owned)
    };
    let mut regions: Vec<Region> = items(answer)
        .iter()
        .filter_map(|item| Region::new(code(item)?).ok())
        .collect();
    regions.sort();
    regions.dedup();
    regions
}

/// What a region calls its categories (`videoCategories.list`).
pub fn categories(answer: &Value, region: &Region, observed_at: DateTime<Utc>) -> Vec<Outgoing> {
    let read = |item| record(item, "category", |item| Ok((observed_at, category(item, region)?)));
    items(answer).iter().map(read).collect()
}

fn category(item: Item<'_>, region: &Region) -> Result<CategoryName, BadItem> {
    let id = item.required("/id")?;
    Ok(CategoryName {
        region: region.clone(),
        category_id: id.parse().map_err(|_| BadItem::new("/id", "is no category id"))?,
        title: item.required("/snippet/title")?.to_owned(),
        assignable: item.flag("/snippet/assignable")?,
    })
}
