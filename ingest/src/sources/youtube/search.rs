//! The first videos that a search finds. A search takes one of the few that a day has, so only its first page is read,
//! and only when somebody asks for it.

use serde::{Deserialize, Serialize};

use super::parse::{self, Asked};
use super::{BATCH, Youtube, cursor, step};
use crate::pull::{Bucket, Call, Cost, Errand, Next, Page, Trouble};

/// The videos that were found; `None` before the search.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Step {
    found: Option<Vec<String>>,
}

pub(super) async fn page(youtube: &Youtube, errand: &Errand<'_>, query: &str) -> Result<Page, Trouble> {
    let step: Step = step(errand)?;
    match step.found {
        None => search(youtube, errand, query).await,
        Some(ids) => {
            let asked = Asked {
                observed_at: errand.observed_at,
                // what a search finds and nobody returns was never known: no tombstone
                ids: &[],
                region: None,
                ranked: None,
            };
            let answer = errand.ask_json(&youtube.videos(&ids)).await?;
            Ok(Page::new(parse::videos(&answer, asked), Next::Done(None)))
        }
    }
}

async fn search(youtube: &Youtube, errand: &Errand<'_>, query: &str) -> Result<Page, Trouble> {
    let bucket = Bucket {
        name: "search.list",
        daily: youtube.settings.daily_searches,
    };
    let call = Call::to("youtube/v3/search")
        .with("part", "snippet")
        .with("type", "video")
        .with("maxResults", BATCH.to_string())
        .with("q", query)
        .at(Cost { bucket, units: 1 });
    let found = parse::found(&errand.ask_json(&call).await?);
    let next = match found.ids.is_empty() {
        true => Next::Done(None),
        false => Next::Page(cursor(&Step { found: Some(found.ids) })?),
    };
    Ok(Page::new(Vec::new(), next))
}
