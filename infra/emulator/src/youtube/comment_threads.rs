//! `commentThreads.list`: by video, by channel, by id.

use events::{ChannelId, VideoId};
use ingest::sources::simulate::{Access, Comment, Fate, VideoKey};
use serde_json::{Value, json};

use super::answer::resource;
use super::listing::Listing;
use super::parts::{Parts, filter};
use super::remark;
use crate::google::{Call, Refusal};
use crate::moment::Moment;

pub(super) const PARAMETERS: &[&str] = &[
    "part",
    "id",
    "videoId",
    "channelId",
    "allThreadsRelatedToChannelId",
    "maxResults",
    "pageToken",
    "order",
    "searchTerms",
    "textFormat",
    "moderationStatus",
];
/// How many of a channel's latest videos, and threads of each, count for the channel's threads.
const LATEST: usize = 30;

pub(super) fn list(moment: &Moment<'_>, call: &Call) -> Result<Value, Refusal> {
    let parts = Parts::of(call, &["id", "snippet", "replies"])?;
    let format = remark::text_format(call)?;
    let by_relevance = match call.query.get("order") {
        None | Some("time") => false,
        Some("relevance") => true,
        Some(other) => return Err(Refusal::invalid("order", other)),
    };
    let listing = Listing::of(moment, call, "commentThreads", 20, 100)?;
    let as_of = listing.page.as_of;
    let mut heads: Vec<(VideoKey, i64)> =
        match filter(call, &["videoId", "allThreadsRelatedToChannelId", "id", "channelId"])? {
            ("videoId", id) => {
                let key = commentable(moment, id)?;
                newest(moment, key, as_of, usize::MAX)
            }
            ("id", _) => {
                let found = call
                    .query
                    .list("id")
                    .into_iter()
                    .filter_map(|id| remark::find(moment, id));
                found
                    .filter(|(_, comment)| comment.parent.is_none())
                    .map(|(key, comment)| (key, comment.number))
                    .collect()
            }
            (_, id) => of_channel(moment, id, as_of)?,
        };
    if let Some(terms) = call.query.get("searchTerms") {
        let terms = terms.to_lowercase();
        heads.truncate(2000);
        heads.retain(|(key, number)| {
            let comment = moment.census.comment(*key, *number, moment.now);
            comment.is_some_and(|comment| comment.text.to_lowercase().contains(&terms))
        });
    }
    if by_relevance {
        heads.truncate(2000);
        let likes = |(key, number): &(VideoKey, i64)| moment.census.comment(*key, *number, as_of).map(|one| one.likes);
        heads.sort_by_cached_key(|head| std::cmp::Reverse(likes(head)));
    }
    let shown = &heads[listing.places(heads.len())];
    let items: Vec<Value> = shown
        .iter()
        .filter_map(|(key, number)| thread(moment, *key, *number, &parts, format))
        .collect();
    let count = items.len();
    let mut list = listing.answer("youtube#commentThreadListResponse", heads.len(), items);
    // of all lists this one counts its page only, and has no way back
    list["pageInfo"]["totalResults"] = json!(count);
    if let Some(list) = list.as_object_mut() {
        list.remove("prevPageToken");
    }
    Ok(list)
}

fn commentable(moment: &Moment<'_>, id: &str) -> Result<VideoKey, Refusal> {
    let key = VideoId::new(id).ok().and_then(|id| moment.census.find_video(&id));
    let public = key.filter(|key| moment.census.access(*key, moment.now) == Access::Public);
    let Some(key) = public else {
        let message = "The video identified by the <code><a href=\"/youtube/v3/docs/commentThreads/list#videoId\">\
                       videoId</a></code> parameter could not be found.";
        return Err(Refusal::not_found("youtube.commentThread", "videoNotFound", message).at("videoId"));
    };
    match moment.census.video(key).map(|video| video.fate) {
        Some(Fate::WithoutComments) => {
            let message = "The video identified by the <code><a href=\"/youtube/v3/docs/commentThreads/list#videoId\">\
                           videoId</a></code> parameter has disabled comments.";
            let status = axum::http::StatusCode::FORBIDDEN;
            Err(Refusal::new(status, "youtube.commentThread", "commentsDisabled", message).at("videoId"))
        }
        _ => Ok(key),
    }
}

fn newest(
    moment: &Moment<'_>,
    key: VideoKey,
    as_of: chrono::DateTime<chrono::Utc>,
    most: usize,
) -> Vec<(VideoKey, i64)> {
    let threads = moment.census.thread_count(key, as_of);
    (0..threads)
        .rev()
        .take(most)
        .map(|number| (key, moment.census.thread_head(number)))
        .collect()
}

fn of_channel(
    moment: &Moment<'_>,
    id: &str,
    as_of: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<(VideoKey, i64)>, Refusal> {
    let index = ChannelId::new(id).ok().and_then(|id| moment.census.channel_number(&id));
    let Some(index) = index else {
        let message = "The channel identified by the request cannot be found.";
        return Err(Refusal::not_found("youtube.commentThread", "channelNotFound", message).at("channelId"));
    };
    let videos = moment.census.videos_of(index, as_of).into_iter();
    let public = videos.filter(|key| moment.census.access(*key, moment.now) == Access::Public);
    let mut heads: Vec<_> = public
        .take(LATEST)
        .flat_map(|key| newest(moment, key, as_of, LATEST))
        .collect();
    let written = |(key, number): &(VideoKey, i64)| moment.census.comment(*key, *number, as_of).map(|one| one.written);
    heads.sort_by_cached_key(|head| std::cmp::Reverse(written(head)));
    Ok(heads)
}

fn thread(moment: &Moment<'_>, key: VideoKey, number: i64, parts: &Parts<'_>, format: &str) -> Option<Value> {
    let video = moment.census.video(key)?;
    let head = moment.census.comment(key, number, moment.now)?;
    let answers = moment.census.answers(key, number, moment.now);
    let count = answers.end - answers.start;
    let answer = |number| -> Option<Value> {
        let comment: Comment = moment.census.comment(key, number, moment.now)?;
        remark::comment(moment, key, &comment, format)
    };
    let replies = match parts.has("replies") && count > 0 {
        true => json!({"comments": answers.filter_map(answer).collect::<Vec<Value>>()}),
        false => Value::Null,
    };
    let all = json!({
        "snippet": {
            "channelId": moment.census.channel(video.channel).id, "videoId": video.id,
            "topLevelComment": remark::comment(moment, key, &head, format)?, "canReply": true,
            "totalReplyCount": count, "isPublic": true,
        },
        "replies": replies,
    });
    Some(resource(
        "youtube#commentThread",
        json!(remark::id_of(&video.id, &head)),
        parts.choose(all),
    ))
}
