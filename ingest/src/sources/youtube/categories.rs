//! What a region calls YouTube's video categories.

use events::Region;
use serde_json::Value;

use super::{Youtube, parse};
use crate::pull::{Errand, Next, Page, Told, Trouble, remember};

pub(super) async fn page(youtube: &Youtube, errand: &Errand<'_>, region: &Region) -> Result<Page, Trouble> {
    let call = youtube
        .call("videoCategories", "snippet")
        .with("regionCode", region.as_str());
    let (records, etag) = match errand.ask_for_news(&call).await? {
        Told::News { body, etag } => (parse::categories(&body, region, errand.observed_at), etag),
        Told::NothingNew(_) => (Vec::new(), None),
    };
    Ok(Page::new(records, Next::Done(None)).with_etag(remember(&call, etag, Value::Null)))
}
