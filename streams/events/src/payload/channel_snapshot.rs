use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{counter, no_nul};
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
        no_nul("title", self.title.as_deref().unwrap_or_default())
    }
}
