//! `search.list` over titles, tags and channel names. At most 500 results, as in the real API.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use events::{ChannelId, Region};
use ingest::sources::simulate::{Access, VideoKey};
use serde_json::{Value, json};

use super::answer::etag;
use super::listing::Listing;
use super::parts::Parts;
use super::snippet::{channel_description, escape, portraits, rfc3339, thumbnails, video_description};
use crate::google::{Call, Refusal, scope};
use crate::moment::Moment;

pub(super) const PARAMETERS: &[&str] = &[
    "part",
    "q",
    "channelId",
    "type",
    "order",
    "publishedAfter",
    "publishedBefore",
    "maxResults",
    "pageToken",
    "regionCode",
    "relevanceLanguage",
    "safeSearch",
    "videoCategoryId",
    "videoDuration",
    "videoDefinition",
    "videoCaption",
    "videoEmbeddable",
    "videoLicense",
    "videoType",
    "videoDimension",
    "videoSyndicated",
    "videoPaidProductPlacement",
    "forMine",
    "forContentOwner",
    "forDeveloper",
    "eventType",
    "channelType",
    "topicId",
    "location",
    "locationRadius",
    "onBehalfOfContentOwner",
];
const MOST: usize = 500;
const ORDERS: [&str; 6] = ["date", "rating", "relevance", "title", "videoCount", "viewCount"];

enum Hit {
    Video(VideoKey),
    Channel(u32),
}

struct Wanted<'a> {
    words: Vec<String>,
    channel: Option<u32>,
    after: Option<DateTime<Utc>>,
    before: Option<DateTime<Utc>>,
    category: Option<i64>,
    order: &'a str,
}

pub(super) fn list(moment: &Moment<'_>, call: &Call) -> Result<Value, Refusal> {
    Parts::of(call, &["id", "snippet"])?;
    let listing = Listing::of(moment, call, "search", 5, 50)?;
    let types = types(call)?;
    let region = call.query.get("regionCode").unwrap_or("US");
    if Region::new(region).is_err() {
        return Err(Refusal::invalid("regionCode", region));
    }
    let mut hits = Vec::new();
    if let Some(wanted) = wanted(moment, call)? {
        if types.contains(&"channel") {
            hits.extend(channels(moment, &wanted).into_iter().map(Hit::Channel));
        }
        if types.contains(&"video") {
            hits.extend(videos(moment, &wanted, listing.page.as_of).into_iter().map(Hit::Video));
        }
    }
    hits.truncate(MOST);
    let places = listing.places(hits.len());
    let with_snippet = call.query.list("part").contains(&"snippet");
    let items = hits[places]
        .iter()
        .filter_map(|hit| result(moment, hit, with_snippet))
        .collect();
    let mut list = listing.answer("youtube#searchListResponse", hits.len(), items);
    list["regionCode"] = json!(region);
    Ok(list)
}

fn types(call: &Call) -> Result<Vec<&str>, Refusal> {
    let types = call.query.list("type");
    match types.iter().find(|one| !["video", "channel", "playlist"].contains(one)) {
        Some(other) => Err(Refusal::invalid("type", other)),
        None if types.is_empty() => Ok(vec!["channel", "video"]),
        None => Ok(types),
    }
}

/// `None` where the channel is nobody's.
fn wanted<'a>(moment: &Moment<'_>, call: &'a Call) -> Result<Option<Wanted<'a>>, Refusal> {
    let order = call.query.get("order").unwrap_or("relevance");
    if !ORDERS.contains(&order) {
        return Err(Refusal::invalid("order", order));
    }
    let time = |name: &str| -> Result<Option<DateTime<Utc>>, Refusal> {
        let read = |text: &str| text.parse().map_err(|_| Refusal::invalid(name, text));
        call.query.get(name).map(read).transpose()
    };
    let words = call.query.get("q").unwrap_or_default().to_lowercase();
    let mut wanted = Wanted {
        words: words
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect(),
        channel: None,
        after: time("publishedAfter")?,
        before: time("publishedBefore")?,
        category: call.integer("videoCategoryId")?,
        order,
    };
    if call.query.get("forMine") == Some("true") {
        wanted.channel = Some(call.owner(&[scope::YOUTUBE, scope::YOUTUBE_READONLY])?.channel);
    } else if let Some(id) = call.query.get("channelId") {
        wanted.channel = ChannelId::new(id).ok().and_then(|id| moment.census.channel_number(&id));
        return Ok(wanted.channel.is_some().then_some(wanted));
    }
    Ok(Some(wanted))
}

fn channels(moment: &Moment<'_>, wanted: &Wanted<'_>) -> Vec<u32> {
    let all = 0..moment.census.channel_count();
    all.filter(|index| {
        let channel = moment.census.channel(*index);
        let name = channel.title.to_lowercase();
        wanted.channel.is_none_or(|one| one == *index)
            && (!wanted.words.is_empty() || wanted.channel.is_some())
            && wanted.words.iter().all(|word| name.contains(word.as_str()))
    })
    .collect()
}

fn videos(moment: &Moment<'_>, wanted: &Wanted<'_>, as_of: DateTime<Utc>) -> Vec<VideoKey> {
    let all: Vec<VideoKey> = match wanted.channel {
        Some(index) => moment.census.videos_of(index, as_of),
        None => moment.census.all_videos(as_of).collect(),
    };
    let mut found: Vec<(Reverse<i64>, String, VideoKey)> = Vec::new();
    for key in all {
        let speaks = moment.census.words(key).is_some_and(|(title, tags)| {
            let text = format!("{title} {}", tags.join(" ")).to_lowercase();
            wanted.words.iter().all(|word| text.contains(word.as_str()))
        });
        if !speaks {
            continue;
        }
        let (Some(facts), Some(seen)) = (moment.census.video(key), moment.census.video_snapshot(key, as_of)) else {
            continue;
        };
        let title = seen.title.unwrap_or_default();
        let fits = wanted.after.is_none_or(|after| facts.published >= after)
            && wanted.before.is_none_or(|before| facts.published < before)
            && wanted
                .category
                .is_none_or(|category| seen.category_id.map(i64::from) == Some(category))
            && moment.census.access(key, as_of) == Access::Public;
        if !fits {
            continue;
        }
        let score = match wanted.order {
            "date" => facts.published.timestamp(),
            "rating" => seen.likes.unwrap_or_default(),
            _ => seen.views.unwrap_or_default(),
        };
        let name = if wanted.order == "title" { title } else { String::new() };
        let score = if wanted.order == "title" { 0 } else { score };
        found.push((Reverse(score), name, key));
    }
    found.sort_unstable();
    found.into_iter().map(|(_, _, key)| key).collect()
}

fn result(moment: &Moment<'_>, hit: &Hit, with_snippet: bool) -> Option<Value> {
    let (id, snippet) = match hit {
        Hit::Channel(index) => {
            let channel = moment.census.channel(*index);
            let snippet = json!({
                "publishedAt": rfc3339(channel.founded), "channelId": channel.id, "title": escape(&channel.title),
                "description": channel_description(&channel), "thumbnails": portraits(&channel),
                "channelTitle": escape(&channel.title), "liveBroadcastContent": "none",
            });
            (json!({"kind": "youtube#channel", "channelId": channel.id}), snippet)
        }
        Hit::Video(key) => {
            let facts = moment.census.video(*key)?;
            let channel = moment.census.channel(facts.channel);
            let title = moment
                .census
                .video_snapshot(*key, moment.now)?
                .title
                .unwrap_or_default();
            let description = video_description(&channel, &facts, &title);
            let snippet = json!({
                "publishedAt": rfc3339(facts.published), "channelId": channel.id, "title": escape(&title),
                "description": description.lines().next(), "thumbnails": thumbnails(facts.id.as_str(), 3),
                "channelTitle": escape(&channel.title), "liveBroadcastContent": "none",
            });
            (json!({"kind": "youtube#video", "videoId": facts.id}), snippet)
        }
    };
    let mut item = json!({"kind": "youtube#searchResult", "etag": "", "id": id});
    if with_snippet {
        item["snippet"] = snippet;
    }
    item["etag"] = json!(etag(&item));
    Some(item)
}
