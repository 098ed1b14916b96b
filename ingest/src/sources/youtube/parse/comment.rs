//! `youtube#commentThread` and `youtube#comment` become [`Comment`]s. A comment's time is when it was written or last
//! changed, so that reading it again is the same event.

use chrono::{DateTime, Utc};
use events::{ChannelId, Comment, VideoId};
use serde_json::Value;

use super::{items, record};
use crate::Outgoing;
use crate::pull::{BadItem, Item};

/// A page of threads.
#[derive(Debug, Default)]
pub struct Threads {
    pub records: Vec<Outgoing>,
    /// Threads with more replies than the answer holds: theirs are asked for.
    pub unfinished: Vec<String>,
}

/// Top-level comments, and the replies that came with them. `video` is what was asked about, where comments don't say.
pub fn threads(answer: &Value, video: Option<&VideoId>, observed_at: DateTime<Utc>) -> Threads {
    let mut threads = Threads::default();
    for item in items(answer) {
        let thread = Item(item);
        threads.records.push(record(item, "comment thread", |thread| {
            let top = thread.get("/snippet/topLevelComment");
            let top = top.ok_or_else(|| BadItem::new("/snippet/topLevelComment", "is missing"))?;
            let thread_video = thread.text("/snippet/videoId")?.map(VideoId::new).transpose()?;
            let mut comment = comment(Item(top), thread_video.as_ref().or(video), None)?;
            comment.replies = thread.count("/snippet/totalReplyCount")?;
            Ok((time(&comment, observed_at), comment))
        }));
        let here = thread.list("/replies/comments");
        let total = thread.count("/snippet/totalReplyCount").ok().flatten().unwrap_or(0);
        match (item.get("id").and_then(Value::as_str), total > here.len() as i64) {
            (Some(id), true) => threads.unfinished.push(id.to_owned()),
            (id, _) => threads
                .records
                .extend(here.iter().map(|reply| one_reply(reply, video, id, observed_at))),
        }
    }
    threads
}

/// The replies of `comments.list`.
pub fn replies(
    answer: &Value,
    video: Option<&VideoId>,
    parent: Option<&str>,
    observed_at: DateTime<Utc>,
) -> Vec<Outgoing> {
    let read = |item| one_reply(item, video, parent, observed_at);
    items(answer).iter().map(read).collect()
}

fn one_reply(item: &Value, video: Option<&VideoId>, parent: Option<&str>, observed_at: DateTime<Utc>) -> Outgoing {
    record(item, "comment", |item| {
        let comment = comment(item, video, parent)?;
        Ok((time(&comment, observed_at), comment))
    })
}

fn comment(item: Item<'_>, video: Option<&VideoId>, parent: Option<&str>) -> Result<Comment, BadItem> {
    let video_id = match item.text("/snippet/videoId")? {
        Some(id) => VideoId::new(id)?,
        // comments on a channel's discussion page have none
        None => video
            .cloned()
            .ok_or_else(|| BadItem::new("/snippet/videoId", "is missing"))?,
    };
    let text = match item.text("/snippet/textOriginal")? {
        Some(original) => original,
        None => item.text("/snippet/textDisplay")?.unwrap_or_default(),
    };
    let mut comment = Comment::of(item.required("/id")?, video_id, text);
    comment.parent_id = item.text("/snippet/parentId")?.or(parent).map(str::to_owned);
    comment.author_channel_id = item
        .text("/snippet/authorChannelId/value")?
        .and_then(|id| ChannelId::new(id).ok());
    comment.author_name = item.text("/snippet/authorDisplayName")?.map(str::to_owned);
    comment.likes = item.count("/snippet/likeCount")?;
    comment.published_at = item.time("/snippet/publishedAt")?;
    comment.updated_at = item.time("/snippet/updatedAt")?;
    Ok(comment)
}

fn time(comment: &Comment, observed_at: DateTime<Utc>) -> DateTime<Utc> {
    comment.updated_at.or(comment.published_at).unwrap_or(observed_at)
}
