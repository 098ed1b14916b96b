//! `videoCategories.list`.

use events::Region;
use serde_json::{Value, json};

use super::answer::resource;
use super::parts::{Parts, filter};
use crate::google::{Call, Refusal};
use crate::moment::Moment;

pub(super) const PARAMETERS: &[&str] = &["part", "id", "regionCode", "hl"];
/// The channel that owns all categories.
const OWNER: &str = "UCBR8-60-B28hp2BmDPdntcQ";
/// Categories that no uploader can choose.
const UNASSIGNABLE: [(i32, &str); 4] = [
    (18, "Short Movies"),
    (21, "Videoblogging"),
    (30, "Movies"),
    (44, "Trailers"),
];

pub(super) fn list(moment: &Moment<'_>, call: &Call) -> Result<Value, Refusal> {
    Parts::of(call, &["id", "snippet"])?;
    let wanted = match filter(call, &["id", "regionCode"])? {
        ("id", _) => Some(call.query.list("id")),
        (_, code) => match Region::new(code) {
            Ok(_) => None,
            Err(_) => return Err(Refusal::invalid("regionCode", code)),
        },
    };
    let assignable = moment.census.categories().iter().map(|category| (*category, true));
    let all = assignable.chain(UNASSIGNABLE.map(|category| (category, false)));
    let mut items = Vec::new();
    for ((id, title), assignable) in all {
        let id = id.to_string();
        if wanted.as_ref().is_none_or(|wanted| wanted.contains(&id.as_str())) {
            let snippet = json!({"title": title, "assignable": assignable, "channelId": OWNER});
            items.push(resource(
                "youtube#videoCategory",
                json!(id),
                json!({"snippet": snippet}),
            ));
        }
    }
    if items.is_empty() {
        let message = "The video category identified by the <code>id</code> parameter cannot be found.";
        return Err(Refusal::not_found("youtube.videoCategory", "videoCategoryNotFound", message).at("id"));
    }
    Ok(json!({"kind": "youtube#videoCategoryListResponse", "etag": "", "items": items}))
}
