use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{counter, moment, name, no_nul};
use crate::{ChannelId, Invalid, Payload, Topic, VideoId};

/// A comment under a video, as it was when it was read. The event's `ce_time` is when it was written or last changed,
/// so a changed comment is an event of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Comment {
    /// YouTube's id of the comment.
    pub comment_id: String,
    pub video_id: VideoId,
    /// The comment that this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_channel_id: Option<ChannelId>,
    /// The name, or the pseudonym that an export has in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_name: Option<String>,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likes: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replies: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<DateTime<Utc>>,
}

impl Comment {
    /// A comment of which nothing but its words is known.
    pub fn of(comment_id: impl Into<String>, video_id: VideoId, text: impl Into<String>) -> Self {
        Self {
            comment_id: comment_id.into(),
            video_id,
            parent_id: None,
            author_channel_id: None,
            author_name: None,
            text: text.into(),
            likes: None,
            replies: None,
            published_at: None,
            updated_at: None,
        }
    }
}

impl Payload for Comment {
    const TOPIC: Topic = Topic::Comments;
    const KIND: &'static str = "com.ytempire.youtube.comment.v1";

    fn key(&self) -> String {
        self.video_id.to_string()
    }

    fn natural_key(&self) -> Vec<&str> {
        vec![self.video_id.as_str(), &self.comment_id]
    }

    fn check(&self) -> Result<(), Invalid> {
        name("comment_id", &self.comment_id)?;
        moment("published_at", self.published_at)?;
        moment("updated_at", self.updated_at)?;
        no_nul("text", &self.text)?;
        no_nul("author_name", self.author_name.as_deref().unwrap_or_default())?;
        no_nul("parent_id", self.parent_id.as_deref().unwrap_or_default())?;
        counter("likes", self.likes)?;
        counter("replies", self.replies)
    }
}
