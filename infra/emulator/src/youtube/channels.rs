//! `channels.list`. A channel that is not found is left out; when none is, `items` is missing, as in the real API.

use events::ChannelId;
use serde_json::{Value, json};

use super::answer::resource;
use super::listing::Listing;
use super::parts::{Parts, filter};
use super::snippet::{channel_description, portraits, rfc3339, topic};
use crate::google::{Call, Refusal, scope};
use crate::moment::Moment;

pub(super) const PARAMETERS: &[&str] = &[
    "part",
    "id",
    "forHandle",
    "forUsername",
    "mine",
    "managedByMe",
    "hl",
    "maxResults",
    "pageToken",
    "onBehalfOfContentOwner",
    "categoryId",
    "mySubscribers",
];
const PARTS: &[&str] = &[
    "id",
    "snippet",
    "contentDetails",
    "statistics",
    "status",
    "topicDetails",
    "brandingSettings",
    "localizations",
    "contentOwnerDetails",
    "auditDetails",
];

pub(super) fn list(moment: &Moment<'_>, call: &Call) -> Result<Value, Refusal> {
    let parts = Parts::of(call, PARTS)?;
    let found = match filter(
        call,
        &["id", "forHandle", "forUsername", "mine", "managedByMe", "categoryId"],
    )? {
        ("id", _) => by_id(moment, call)?,
        ("forHandle", handle) => by_handle(moment, handle),
        ("mine", _) => vec![mine(call)?],
        ("managedByMe", _) => return Err(Refusal::forbidden("The request is only for YouTube content partners.")),
        _ => Vec::new(),
    };
    let listing = Listing::of(moment, call, "channels", 5, 50)?;
    let places = listing.places(found.len());
    let items: Vec<Value> = found[places]
        .iter()
        .map(|index| channel(moment, *index, &parts))
        .collect();
    let mut list = listing.answer("youtube#channelListResponse", found.len(), items);
    if found.is_empty()
        && let Some(list) = list.as_object_mut()
    {
        list.remove("items");
    }
    Ok(list)
}

fn by_id(moment: &Moment<'_>, call: &Call) -> Result<Vec<u32>, Refusal> {
    let ids = call.query.list("id");
    if ids.len() > 50 {
        let message = "The request specifies an invalid filter parameter: at most 50 ids.";
        return Err(Refusal::bad_request("youtube.parameter", "invalidFilters", message).at("id"));
    }
    let mut found: Vec<u32> = Vec::new();
    for id in ids {
        let number = ChannelId::new(id).ok().and_then(|id| moment.census.channel_number(&id));
        found.extend(number.filter(|number| !found.contains(number)));
    }
    Ok(found)
}

fn by_handle(moment: &Moment<'_>, handle: &str) -> Vec<u32> {
    let handle = handle.trim_start_matches('@').to_lowercase();
    (0..moment.census.channel_count())
        .filter(|index| moment.census.channel(*index).handle == handle)
        .collect()
}

fn mine(call: &Call) -> Result<u32, Refusal> {
    let scopes = [scope::YOUTUBE, scope::YOUTUBE_READONLY];
    call.owner(&scopes).map(|identity| identity.channel)
}

fn channel(moment: &Moment<'_>, index: u32, parts: &Parts<'_>) -> Value {
    let facts = moment.census.channel(index);
    let seen = moment.census.channel_snapshot(index, moment.now);
    let description = channel_description(&facts);
    let count = |count: Option<i64>| count.unwrap_or_default().to_string();
    let category = moment.census.videos_of(index, moment.now).first().copied();
    let category = category.and_then(|key| moment.census.video_snapshot(key, moment.now)?.category_id);
    let all = json!({
        "snippet": {
            "title": facts.title, "description": description, "customUrl": format!("@{}", facts.handle),
            "publishedAt": rfc3339(facts.founded), "thumbnails": portraits(&facts),
            "localized": {"title": facts.title, "description": description}, "country": facts.region,
        },
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": uploads(facts.id.as_str())}},
        "statistics": {
            "viewCount": count(seen.views), "subscriberCount": count(seen.subscribers),
            "hiddenSubscriberCount": false, "videoCount": count(seen.videos),
        },
        "topicDetails": {"topicIds": [], "topicCategories": [topic(category.unwrap_or_default())]},
        "status": {
            "privacyStatus": "public", "isLinked": true, "longUploadsStatus": "longUploadsUnspecified",
            "madeForKids": false,
        },
        "brandingSettings": {
            "channel": {
                "title": facts.title, "description": description, "keywords": facts.niche,
                "country": facts.region, "defaultLanguage": facts.language,
            },
            "image": {"bannerExternalUrl": format!("https://yt3.googleusercontent.com/{}", facts.id)},
        },
        "localizations": {facts.language: {"title": facts.title, "description": description}},
        "contentOwnerDetails": {},
    });
    resource("youtube#channel", json!(facts.id), parts.choose(all))
}

/// The playlist of a channel's uploads.
pub(super) fn uploads(channel_id: &str) -> String {
    format!("UU{}", &channel_id[2..])
}
