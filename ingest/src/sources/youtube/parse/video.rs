//! `youtube#video` becomes a [`VideoSnapshot`].

use chrono::{DateTime, Utc};
use events::payload::{Availability, Live};
use events::{ChannelId, Region, VideoId, VideoSnapshot};
use serde_json::Value;

use super::{items, record};
use crate::Outgoing;
use crate::pull::{BadItem, Item};
use crate::sources::youtube::duration;

pub const VIDEO_PARTS: &str = "snippet,statistics,contentDetails,status,topicDetails";

/// What was asked, as far as the answer does not say.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub observed_at: DateTime<Utc>,
    /// Videos asked for by id: those that are not returned are gone.
    pub ids: &'a [String],
    /// The region that the videos were seen in.
    pub region: Option<&'a Region>,
    /// The chart's places before this page; `None` when the answer is no chart of a region.
    pub ranked: Option<i32>,
}

/// A record for every video returned, and a tombstone for every one that was asked for and not returned.
pub fn videos(answer: &Value, asked: Asked<'_>) -> Vec<Outgoing> {
    let items = items(answer);
    let mut records: Vec<Outgoing> = Vec::with_capacity(items.len());
    for (place, item) in (1..).zip(items) {
        records.push(record(item, "video", |item| {
            let mut video = video(item, asked.region)?;
            if let Some(ranked) = asked.ranked {
                video.region = asked.region.cloned();
                video.trending_rank = Some(ranked + place);
            }
            Ok((asked.observed_at, video))
        }));
    }
    let is_returned = |id: &String| {
        items
            .iter()
            .any(|item| item.get("id").and_then(Value::as_str) == Some(id))
    };
    for id in asked.ids.iter().filter(|id| !is_returned(id)) {
        let item = Value::String(id.clone());
        records.push(record(&item, "video", |_| {
            let mut video = VideoSnapshot::of(VideoId::new(id.as_str())?);
            video.availability = Some(Availability::Deleted);
            video.removed = Some(true);
            Ok((asked.observed_at, video))
        }));
    }
    records
}

fn video(item: Item<'_>, region: Option<&Region>) -> Result<VideoSnapshot, BadItem> {
    let owned = |field: &str| Ok::<_, BadItem>(item.text(field)?.map(str::to_owned));
    let mut video = VideoSnapshot::of(VideoId::new(item.required("/id")?)?);
    video.title = owned("/snippet/title")?;
    video.description = owned("/snippet/description")?;
    video.channel_id = item.text("/snippet/channelId")?.map(ChannelId::new).transpose()?;
    video.channel_title = owned("/snippet/channelTitle")?;
    video.category_id = category(item)?;
    video.published_at = item.time("/snippet/publishedAt")?;
    video.tags = item.texts("/snippet/tags")?;
    video.default_language = owned("/snippet/defaultLanguage")?;
    video.live = item.text("/snippet/liveBroadcastContent")?.and_then(live);
    video.thumbnail_url = thumbnail(item)?;
    video.views = item.count("/statistics/viewCount")?;
    video.engaged_views = item.count("/statistics/engagedViewCount")?;
    video.likes = item.count("/statistics/likeCount")?;
    video.dislikes = item.count("/statistics/dislikeCount")?;
    video.comments = item.count("/statistics/commentCount")?;
    video.duration_seconds = length(item)?;
    video.privacy = owned("/status/privacyStatus")?;
    video.topic_categories = item.texts("/topicDetails/topicCategories")?;
    video.availability = availability(item, region)?;
    video.removed = video.availability.map(|found| found != Availability::Available);
    Ok(video)
}

fn category(item: Item<'_>) -> Result<Option<i32>, BadItem> {
    const FIELD: &str = "/snippet/categoryId";
    let number = |count: i64| i32::try_from(count).map_err(|_| BadItem::new(FIELD, format!("{count} is no category")));
    item.count(FIELD)?.map(number).transpose()
}

fn length(item: Item<'_>) -> Result<Option<i64>, BadItem> {
    const FIELD: &str = "/contentDetails/duration";
    let length = |text: &str| {
        let bad = || BadItem::new(FIELD, format!("{} is no duration", crate::fault::excerpt(text)));
        duration::seconds(text).ok_or_else(bad)
    };
    item.text(FIELD)?.map(length).transpose()
}

fn live(word: &str) -> Option<Live> {
    match word {
        "none" => Some(Live::None),
        "upcoming" => Some(Live::Upcoming),
        "live" => Some(Live::Live),
        _ => None,
    }
}

/// The largest there is.
fn thumbnail(item: Item<'_>) -> Result<Option<String>, BadItem> {
    for size in ["maxres", "standard", "high", "medium", "default"] {
        if let Some(url) = item.text(&format!("/snippet/thumbnails/{size}/url"))? {
            return Ok(Some(url.to_owned()));
        }
    }
    Ok(None)
}

/// What the video's status says; `None` when the answer has no status.
fn availability(item: Item<'_>, region: Option<&Region>) -> Result<Option<Availability>, BadItem> {
    let found = match (item.text("/status/uploadStatus")?, item.text("/status/privacyStatus")?) {
        (Some("deleted"), _) => Availability::Deleted,
        (Some("rejected" | "failed"), _) => Availability::Blocked,
        (_, Some("private")) => Availability::Private,
        _ if is_blocked(item, region)? => Availability::Blocked,
        (None, None) => return Ok(None),
        _ => Availability::Available,
    };
    Ok(Some(found))
}

/// `regionRestriction` names either where a video may be seen, or where it may not; an empty `allowed` is nowhere.
fn is_blocked(item: Item<'_>, region: Option<&Region>) -> Result<bool, BadItem> {
    let allowed = item.texts("/contentDetails/regionRestriction/allowed")?;
    let blocked = item
        .texts("/contentDetails/regionRestriction/blocked")?
        .unwrap_or_default();
    let names = |list: &[String]| region.is_some_and(|region| list.iter().any(|name| name == region.as_str()));
    Ok(match allowed {
        Some(allowed) => allowed.is_empty() || (region.is_some() && !names(&allowed)),
        None => names(&blocked),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn only(item: Value, region: Option<&str>) -> VideoSnapshot {
        let region = region.and_then(|region| Region::new(region).ok());
        video(Item(&item), region.as_ref()).expect("a video")
    }

    #[test]
    fn hidden_counters_are_absent() {
        let video = only(json!({"id": "D-lhorsDlUQ", "statistics": {"viewCount": "5"}}), None);
        assert_eq!((video.views, video.likes, video.comments), (Some(5), None, None));
    }

    #[test]
    fn status_and_restrictions_make_tombstones() {
        let found = |status: Value, restriction: Value, region| {
            let item =
                json!({"id": "D-lhorsDlUQ", "status": status, "contentDetails": {"regionRestriction": restriction}});
            only(item, region).availability
        };
        let public = json!({"uploadStatus": "processed", "privacyStatus": "public"});
        assert_eq!(found(public.clone(), Value::Null, None), Some(Availability::Available));
        assert_eq!(
            found(json!({"privacyStatus": "private"}), Value::Null, None),
            Some(Availability::Private)
        );
        assert_eq!(
            found(json!({"uploadStatus": "deleted"}), Value::Null, None),
            Some(Availability::Deleted)
        );
        assert_eq!(
            found(json!({"uploadStatus": "rejected"}), Value::Null, None),
            Some(Availability::Blocked)
        );
        let in_germany = |restriction| found(public.clone(), restriction, Some("DE"));
        assert_eq!(in_germany(json!({"blocked": ["DE"]})), Some(Availability::Blocked));
        assert_eq!(in_germany(json!({"blocked": ["FR"]})), Some(Availability::Available));
        assert_eq!(in_germany(json!({"allowed": ["FR"]})), Some(Availability::Blocked));
        assert_eq!(
            found(public.clone(), json!({"allowed": []}), None),
            Some(Availability::Blocked)
        );
    }
}
