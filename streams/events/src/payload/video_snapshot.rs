use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{counter, moment, no_nul, short};
use crate::{ChannelId, Invalid, Payload, Region, Topic, VideoId};

/// What YouTube said of a video at a moment. Counters are cumulative. A field that the source does not have is
/// absent, never zero. The moment is the event's `ce_time`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VideoSnapshot {
    pub video_id: VideoId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_title: Option<String>,
    /// YouTube's numeric category id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category_id: Option<i32>,
    /// The region whose chart it was seen on; absent when it was not seen on a chart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub views: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likes: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dislikes: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comments: Option<i64>,
    /// Place on the region's chart, 1 for the first. It depends on how a file was read, so it is not part of the id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trending_rank: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comments_disabled: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratings_disabled: Option<bool>,
    /// The video was gone or not playable when it was observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<Live>,
    /// Who may see it, as `status.privacyStatus` has it: `public`, `unlisted`, `private`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy: Option<String>,
    /// Whether it could be seen. Anything but `available` is a tombstone: the other fields say little or nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<Availability>,
    /// BCP 47, as its uploader set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_language: Option<String>,
    /// Wikipedia URLs, as `topicDetails.topicCategories` has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic_categories: Option<Vec<String>>,
    /// Views by the definition that held before 2026-08-27.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engaged_views: Option<i64>,
}

/// What `snippet.liveBroadcastContent` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Live {
    None,
    Upcoming,
    Live,
}

/// What became of a video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Availability {
    Available,
    /// YouTube does not know it any more.
    Deleted,
    Private,
    /// Not to be seen where the reader is.
    Blocked,
}

impl VideoSnapshot {
    /// A snapshot that knows nothing but which video it is of.
    pub fn of(video_id: VideoId) -> Self {
        Self {
            video_id,
            title: None,
            channel_id: None,
            channel_title: None,
            category_id: None,
            region: None,
            published_at: None,
            tags: None,
            views: None,
            likes: None,
            dislikes: None,
            comments: None,
            trending_rank: None,
            thumbnail_url: None,
            comments_disabled: None,
            ratings_disabled: None,
            removed: None,
            description: None,
            duration_seconds: None,
            live: None,
            privacy: None,
            availability: None,
            default_language: None,
            topic_categories: None,
            engaged_views: None,
        }
    }
}

impl Payload for VideoSnapshot {
    const TOPIC: Topic = Topic::VideoSnapshots;
    const KIND: &'static str = "com.ytempire.youtube.video-snapshot.v1";

    fn key(&self) -> String {
        self.video_id.to_string()
    }

    fn natural_key(&self) -> Vec<&str> {
        vec![self.video_id.as_str(), self.region.as_ref().map_or("", Region::as_str)]
    }

    fn identity(&self) -> Self {
        Self {
            trending_rank: None,
            ..self.clone()
        }
    }

    fn check(&self) -> Result<(), Invalid> {
        counter("views", self.views)?;
        counter("likes", self.likes)?;
        counter("dislikes", self.dislikes)?;
        counter("comments", self.comments)?;
        counter("duration_seconds", self.duration_seconds)?;
        counter("engaged_views", self.engaged_views)?;
        moment("published_at", self.published_at)?;
        short("channel_title", self.channel_title.as_deref().unwrap_or_default())?;
        let texts = [
            ("title", &self.title),
            ("description", &self.description),
            ("thumbnail_url", &self.thumbnail_url),
            ("privacy", &self.privacy),
            ("default_language", &self.default_language),
        ];
        for (field, value) in texts {
            no_nul(field, value.as_deref().unwrap_or_default())?;
        }
        for tag in self.tags.iter().flatten() {
            no_nul("tags", tag)?;
        }
        for category in self.topic_categories.iter().flatten() {
            no_nul("topic_categories", category)?;
        }
        match self.trending_rank {
            Some(rank) if rank < 1 => Err(Invalid::new("trending_rank", format!("{rank} is below 1"))),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_that_cannot_be_true_is_refused() {
        let snapshot = |views| VideoSnapshot {
            views: Some(views),
            ..VideoSnapshot::of(VideoId::new("dQw4w9WgXcQ").expect("an id"))
        };
        assert!(snapshot(17_000_000_000).check().is_ok());
        for views in [-1, 5_000_000_000_000_000_000, i64::MAX] {
            assert_eq!(snapshot(views).check().expect_err("accepted").field, "views");
        }
    }
}
