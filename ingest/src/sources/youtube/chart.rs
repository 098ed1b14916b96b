//! The most popular videos of a region, or of every region that YouTube has.
//!
//! A place on a region's chart is a rank; a place on the chart of one category is none, and the video is read only.

use events::Region;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::parse::{self, Asked};
use super::{BATCH, Youtube, cursor, step};
use crate::pull::{Errand, Next, Page, Told, Trouble, remember};

/// Where a run stands.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Step {
    /// Regions still to read, the one at hand first; `None` at the beginning.
    regions: Option<Vec<Region>>,
    token: Option<String>,
    /// Places read of the region at hand.
    ranked: i32,
}

pub(super) async fn page(
    youtube: &Youtube,
    errand: &Errand<'_>,
    region: Option<Region>,
    category: Option<u32>,
) -> Result<Page, Trouble> {
    let mut step: Step = step(errand)?;
    match (&step.regions, region) {
        (None, None) => return all_regions(youtube, errand).await,
        (None, Some(region)) => step.regions = Some(vec![region]),
        (Some(_), _) => {}
    }
    one_page(youtube, errand, step, category).await
}

async fn all_regions(youtube: &Youtube, errand: &Errand<'_>) -> Result<Page, Trouble> {
    let answer = errand.ask_json(&youtube.call("i18nRegions", "snippet")).await?;
    let regions = parse::regions(&answer);
    if regions.is_empty() {
        return Err(Trouble::dependency("YouTube names no regions"));
    }
    let mut page = Page::new(Vec::new(), Next::Done(None));
    page.units_to_go = Some(4 * regions.len() as u64);
    page.next = Next::Page(cursor(&Step {
        regions: Some(regions),
        ..Step::default()
    })?);
    Ok(page)
}

async fn one_page(youtube: &Youtube, errand: &Errand<'_>, step: Step, category: Option<u32>) -> Result<Page, Trouble> {
    let mut regions = step.regions.unwrap_or_default();
    let Some(region) = regions.first().cloned() else {
        return Ok(Page::new(Vec::new(), Next::Done(None)));
    };
    let call = youtube
        .call("videos", parse::VIDEO_PARTS)
        .with("chart", "mostPopular")
        .with("regionCode", region.as_str())
        .with("maxResults", BATCH.to_string())
        .with_any("videoCategoryId", category.map(|id| id.to_string()).as_deref())
        .with_any("pageToken", step.token.as_deref());
    let (records, kept, etag) = match errand.ask_for_news(&call).await {
        Ok(Told::News { body, etag }) => {
            let asked = Asked {
                observed_at: errand.observed_at,
                ids: &[],
                region: Some(&region),
                ranked: category.is_none().then_some(step.ranked),
            };
            let records = parse::videos(&body, asked);
            let kept = json!({"next": parse::next_page(&body), "places": records.len()});
            (records, kept, etag)
        }
        Ok(Told::NothingNew(kept)) => (Vec::new(), kept, None),
        // not every region has a chart of every category
        Err(trouble) if trouble.reason == "videoChartNotFound" && regions.len() > 1 => (Vec::new(), json!({}), None),
        Err(trouble) => return Err(trouble),
    };
    let token = kept.get("next").and_then(Value::as_str).map(str::to_owned);
    let places = kept.get("places").and_then(Value::as_i64).unwrap_or(0);
    let ranked = step.ranked + i32::try_from(places).unwrap_or(0);
    let next = match (token, regions.len()) {
        (Some(token), _) => Some((Some(token), ranked)),
        (None, 2..) => {
            regions.remove(0);
            Some((None, 0))
        }
        (None, _) => None,
    };
    let units_to_go = 4 * regions.len() as u64;
    let next = match next {
        None => Next::Done(None),
        Some((token, ranked)) => Next::Page(cursor(&Step {
            regions: Some(regions),
            token,
            ranked,
        })?),
    };
    let mut page = Page::new(records, next).with_etag(remember(&call, etag, kept));
    page.units_to_go = Some(units_to_go);
    Ok(page)
}
