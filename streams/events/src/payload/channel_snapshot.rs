use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{counter, moment, no_nul};
use crate::{ChannelId, Invalid, Payload, Region, Topic};

/// What YouTube said of a channel at a moment. Views and videos are cumulative; subscribers rise and fall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelSnapshot {
    pub channel_id: ChannelId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Region>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscribers: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub views: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub videos: Option<i64>,
    /// With its `@`, as `snippet.customUrl` has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// The playlist of everything the channel published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploads_playlist_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscribers_hidden: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Words that the channel's owner chose, as one text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keywords: Option<String>,
}

impl ChannelSnapshot {
    /// A snapshot that knows nothing but which channel it is of.
    pub fn of(channel_id: ChannelId) -> Self {
        Self {
            channel_id,
            title: None,
            country: None,
            published_at: None,
            subscribers: None,
            views: None,
            videos: None,
            handle: None,
            uploads_playlist_id: None,
            subscribers_hidden: None,
            description: None,
            keywords: None,
        }
    }
}

impl Payload for ChannelSnapshot {
    const TOPIC: Topic = Topic::ChannelSnapshots;
    const KIND: &'static str = "com.ytempire.youtube.channel-snapshot.v1";

    fn key(&self) -> String {
        self.channel_id.to_string()
    }

    fn natural_key(&self) -> Vec<&str> {
        vec![self.channel_id.as_str()]
    }

    fn check(&self) -> Result<(), Invalid> {
        counter("subscribers", self.subscribers)?;
        counter("views", self.views)?;
        counter("videos", self.videos)?;
        moment("published_at", self.published_at)?;
        let texts = [
            ("title", &self.title),
            ("handle", &self.handle),
            ("uploads_playlist_id", &self.uploads_playlist_id),
            ("description", &self.description),
            ("keywords", &self.keywords),
        ];
        for (field, value) in texts {
            no_nul(field, value.as_deref().unwrap_or_default())?;
        }
        Ok(())
    }
}
