//! Comments as both comment resources show them, and their ids.
//!
//! The id of a thread is `Ug`, the video's id, six letters for the comment's number and `4AaABAg`: 26 characters, as real
//! ones have. An answer's id is its thread's, a dot, and 22 letters that begin with its number.

use events::VideoId;
use ingest::sources::simulate::{Access, Comment, Fate, VideoKey};
use serde_json::{Value, json};

use super::answer::resource;
use super::snippet::{escape, rfc3339};
use crate::google::{Call, Refusal};
use crate::moment::Moment;
use crate::secrets;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const TAIL: &str = "4AaABAg";

fn spelled(number: i64) -> String {
    let letter = |position: i64| LETTERS[((number >> (30 - 6 * position)) & 63) as usize] as char;
    (0..6).map(letter).collect()
}

fn read(text: &str) -> Option<i64> {
    let place = |byte: u8| {
        LETTERS
            .iter()
            .position(|letter| *letter == byte)
            .map(|place| place as i64)
    };
    text.bytes()
        .try_fold(0, |number, byte| Some(number << 6 | place(byte)?))
}

fn thread_id(video: &VideoId, number: i64) -> String {
    format!("Ug{video}{}{TAIL}", spelled(number))
}

pub(super) fn id_of(video: &VideoId, comment: &Comment) -> String {
    match comment.parent {
        None => thread_id(video, comment.number),
        Some(parent) => {
            let rest = secrets::opaque(&["answer", video.as_str(), &comment.number.to_string()], 16);
            format!("{}.{}{rest}", thread_id(video, parent), spelled(comment.number))
        }
    }
}

/// The video and number that an id names.
pub(super) fn find(moment: &Moment<'_>, id: &str) -> Option<(VideoKey, Comment)> {
    let (thread, answer) = match id.split_once('.') {
        Some((thread, answer)) => (thread, Some(answer)),
        None => (id, None),
    };
    let inner = thread.strip_prefix("Ug")?.strip_suffix(TAIL)?;
    let key = moment.census.find_video(&VideoId::new(inner.get(..11)?).ok()?)?;
    let number = match answer {
        Some(answer) => read(answer.get(..6)?)?,
        None => read(inner.get(11..)?)?,
    };
    let comment = moment.census.comment(key, number, moment.now)?;
    let video = moment.census.video(key)?;
    let seen = moment.census.access(key, moment.now) == Access::Public && video.fate != Fate::WithoutComments;
    (seen && id_of(&video.id, &comment) == id).then_some((key, comment))
}

pub(super) fn text_format(call: &Call) -> Result<&str, Refusal> {
    match call.query.get("textFormat") {
        None => Ok("html"),
        Some(format @ ("html" | "plainText" | "textFormatUnspecified")) => Ok(format),
        Some(other) => Err(Refusal::invalid("textFormat", other)),
    }
}

/// The comment resource.
pub(super) fn comment(moment: &Moment<'_>, key: VideoKey, comment: &Comment, format: &str) -> Option<Value> {
    let video = moment.census.video(key)?;
    let shown = match format {
        "plainText" => comment.text.clone(),
        _ => escape(&comment.text),
    };
    let mut snippet = json!({
        "channelId": moment.census.channel(video.channel).id, "videoId": video.id, "textDisplay": shown,
        "textOriginal": comment.text, "authorDisplayName": format!("@{}", comment.author.replace(' ', "")),
        "authorProfileImageUrl": format!("https://yt3.ggpht.com/ytc/{}=s48-c-k-c0x00ffffff-no-rj", comment.author_id),
        "authorChannelUrl": format!("http://www.youtube.com/channel/{}", comment.author_id),
        "authorChannelId": {"value": comment.author_id}, "canRate": true, "viewerRating": "none",
        "likeCount": comment.likes, "publishedAt": rfc3339(comment.written), "updatedAt": rfc3339(comment.written),
    });
    if let Some(parent) = comment.parent {
        snippet["parentId"] = json!(thread_id(&video.id, parent));
    }
    Some(resource(
        "youtube#comment",
        json!(id_of(&video.id, comment)),
        json!({"snippet": snippet}),
    ))
}
