//! `videos.list`. Deleted videos are left out, hidden ones are there for their owner only, blocked ones say where.

use events::{Region, VideoId};
use ingest::sources::simulate::{Access, Fate, VideoKey};
use serde_json::{Value, json};

use super::answer::resource;
use super::listing::Listing;
use super::parts::{Parts, filter};
use super::snippet::{duration, rfc3339, thumbnails, topic, video_description};
use crate::google::{Call, Refusal};
use crate::moment::Moment;

pub(super) const PARAMETERS: &[&str] = &[
    "part",
    "id",
    "chart",
    "myRating",
    "hl",
    "locale",
    "maxResults",
    "pageToken",
    "regionCode",
    "videoCategoryId",
    "maxHeight",
    "maxWidth",
    "onBehalfOfContentOwner",
];
const PARTS: &[&str] = &[
    "id",
    "snippet",
    "contentDetails",
    "statistics",
    "status",
    "topicDetails",
    "player",
    "localizations",
    "liveStreamingDetails",
    "recordingDetails",
    "fileDetails",
    "processingDetails",
    "suggestions",
    "paidProductPlacementDetails",
];
/// The most that a chart shows over all its pages.
const CHART_SIZE: usize = 200;

pub(super) fn list(moment: &Moment<'_>, call: &Call) -> Result<Value, Refusal> {
    let parts = Parts::of(call, PARTS)?;
    match filter(call, &["id", "chart", "myRating"])? {
        ("id", _) => by_id(moment, call, &parts),
        ("chart", "mostPopular") => chart(moment, call, &parts),
        ("chart", other) => Err(Refusal::invalid("chart", other)),
        _ => Err(Refusal::login_required()),
    }
}

fn by_id(moment: &Moment<'_>, call: &Call, parts: &Parts<'_>) -> Result<Value, Refusal> {
    let ids = call.query.list("id");
    if ids.len() > 50 {
        let message = "The request specifies an invalid filter parameter.";
        return Err(Refusal::bad_request("youtube.parameter", "invalidFilters", message).at("parameters."));
    }
    let mut keys: Vec<VideoKey> = Vec::new();
    for id in ids {
        let key = VideoId::new(id).ok().and_then(|id| moment.census.find_video(&id));
        keys.extend(key.filter(|key| visible(moment, call, *key) && !keys.contains(key)));
    }
    let items: Vec<Value> = keys.iter().filter_map(|key| video(moment, *key, parts)).collect();
    let info = json!({"totalResults": items.len(), "resultsPerPage": items.len()});
    Ok(json!({"kind": "youtube#videoListResponse", "etag": "", "items": items, "pageInfo": info}))
}

/// Whether the caller sees a video.
pub(super) fn visible(moment: &Moment<'_>, call: &Call, key: VideoKey) -> bool {
    match moment.census.access(key, moment.now) {
        Access::Public => true,
        Access::Gone => false,
        Access::Private => {
            let channel = moment.census.video(key).map(|video| video.channel);
            call.identity
                .as_ref()
                .is_some_and(|identity| Some(identity.channel) == channel)
        }
    }
}

fn chart(moment: &Moment<'_>, call: &Call, parts: &Parts<'_>) -> Result<Value, Refusal> {
    let code = call.query.get("regionCode").unwrap_or("US");
    let region = Region::new(code).map_err(|_| {
        Refusal::bad_request(
            "youtube.parameter",
            "invalidRegionCode",
            format!("Invalid region code: {code}"),
        )
        .at("regionCode")
    })?;
    let category = call.integer("videoCategoryId")?.filter(|category| *category != 0);
    if let Some(category) = category
        && !moment
            .census
            .categories()
            .iter()
            .any(|(id, _)| i64::from(*id) == category)
    {
        let message = "The requested video chart is not supported or is not available.";
        return Err(Refusal::not_found("youtube.video", "videoChartNotFound", message).at("chart"));
    }
    let listing = Listing::of(moment, call, "videos", 5, 50)?;
    let in_category = |key: &VideoKey| {
        let id = moment
            .census
            .video_snapshot(*key, moment.now)
            .and_then(|video| video.category_id);
        category.is_none() || id.map(i64::from) == category
    };
    let charted = moment.census.chart(&region, u32::MAX, listing.page.as_of).into_iter();
    let public = charted.filter(|key| moment.census.access(*key, moment.now) == Access::Public);
    let places: Vec<VideoKey> = public.filter(in_category).take(CHART_SIZE).collect();
    let shown = &places[listing.places(places.len())];
    let items = shown.iter().filter_map(|key| video(moment, *key, parts)).collect();
    Ok(listing.answer("youtube#videoListResponse", places.len(), items))
}

fn video(moment: &Moment<'_>, key: VideoKey, parts: &Parts<'_>) -> Option<Value> {
    let facts = moment.census.video(key)?;
    let seen = moment.census.video_snapshot(key, moment.now)?;
    let channel = moment.census.channel(facts.channel);
    let id = facts.id.as_str();
    let title = seen.title.clone().unwrap_or_default();
    let description = video_description(&channel, &facts, &title);
    let count = |count: Option<i64>| count.unwrap_or_default().to_string();
    let privacy = match moment.census.access(key, moment.now) {
        Access::Private => "private",
        _ => "public",
    };
    let mut details = json!({
        "duration": duration(facts.length_seconds), "dimension": "2d", "definition": "hd", "caption": "false",
        "licensedContent": channel.monetised, "contentRating": {}, "projection": "rectangular",
    });
    if let Fate::Blocked { regions } = &facts.fate {
        details["regionRestriction"] = json!({"blocked": regions});
    }
    let mut statistics = json!({
        "viewCount": count(seen.views), "likeCount": count(seen.likes), "favoriteCount": "0",
        "commentCount": count(seen.comments),
    });
    if let (Fate::WithoutComments, Some(statistics)) = (&facts.fate, statistics.as_object_mut()) {
        statistics.remove("commentCount");
    }
    let all = json!({
        "snippet": {
            "publishedAt": rfc3339(facts.published), "channelId": channel.id, "title": title,
            "description": description, "thumbnails": thumbnails(id, 5), "channelTitle": channel.title,
            "tags": seen.tags, "categoryId": seen.category_id.unwrap_or_default().to_string(),
            "liveBroadcastContent": "none", "defaultLanguage": channel.language,
            "localized": {"title": title, "description": description}, "defaultAudioLanguage": channel.language,
        },
        "contentDetails": details,
        "status": {
            "uploadStatus": "processed", "privacyStatus": privacy, "license": "youtube", "embeddable": true,
            "publicStatsViewable": true, "madeForKids": false,
        },
        "statistics": statistics,
        "player": {"embedHtml": format!("<iframe width=\"480\" height=\"270\" src=\"//www.youtube.com/embed/{id}\" \
            frameborder=\"0\" allowfullscreen></iframe>")},
        "topicDetails": {"topicCategories": [topic(seen.category_id.unwrap_or_default())]},
        "localizations": {channel.language: {"title": title, "description": description}},
        "recordingDetails": {},
        "paidProductPlacementDetails": {"hasPaidProductPlacement": false},
    });
    Some(resource("youtube#video", json!(id), parts.choose(all)))
}
