//! `playlistItems.list` of uploads playlists, newest first, paged as of the moment of the first page.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use events::{ChannelId, VideoId};
use ingest::sources::simulate::{Access, VideoKey};
use serde_json::{Value, json};

use super::answer::resource;
use super::listing::Listing;
use super::parts::{Parts, filter};
use super::snippet::{rfc3339, thumbnails, video_description};
use super::videos::visible;
use crate::google::{Call, Refusal};
use crate::moment::Moment;

pub(super) const PARAMETERS: &[&str] = &[
    "part",
    "id",
    "playlistId",
    "videoId",
    "maxResults",
    "pageToken",
    "onBehalfOfContentOwner",
];
const PARTS: &[&str] = &["id", "snippet", "contentDetails", "status"];

pub(super) fn list(moment: &Moment<'_>, call: &Call) -> Result<Value, Refusal> {
    let parts = Parts::of(call, PARTS)?;
    let listing = Listing::of(moment, call, "playlistItems", 5, 50)?;
    let uploads = match filter(call, &["id", "playlistId"])? {
        ("playlistId", playlist) => of_playlist(moment, call, &listing, playlist)?,
        _ => by_id(moment, call),
    };
    let total = uploads.len();
    let shown = &uploads[listing.places(total)];
    let items = shown
        .iter()
        .filter_map(|(position, key)| item(moment, *position, *key, &parts))
        .collect();
    Ok(listing.answer("youtube#playlistItemListResponse", total, items))
}

type Upload = (usize, VideoKey);

fn of_playlist(moment: &Moment<'_>, call: &Call, listing: &Listing, playlist: &str) -> Result<Vec<Upload>, Refusal> {
    let not_found = || {
        let message = "The playlist identified with the request's <code>playlistId</code> parameter cannot be found.";
        Refusal::not_found("youtube.playlistItem", "playlistNotFound", message).at("playlistId")
    };
    let channel = playlist
        .strip_prefix("UU")
        .and_then(|rest| ChannelId::new(format!("UC{rest}")).ok());
    let index = channel
        .and_then(|id| moment.census.channel_number(&id))
        .ok_or_else(not_found)?;
    let as_of = listing.page.as_of;
    let videos = moment.census.videos_of(index, as_of).into_iter();
    // as of the first page, so that a video that goes away meanwhile moves no other
    let there = videos.filter(|key| match moment.census.access(*key, as_of) {
        Access::Public => true,
        Access::Gone => false,
        Access::Private => visible(moment, call, *key),
    });
    let wanted = call.query.get("videoId");
    let matches = |(_, key): &Upload| {
        let id = moment.census.video(*key).map(|video| video.id);
        wanted.is_none() || id.as_ref().map(VideoId::as_str) == wanted
    };
    Ok(there.enumerate().filter(matches).collect())
}

fn by_id(moment: &Moment<'_>, call: &Call) -> Vec<Upload> {
    let video = |id: &str| {
        let text = String::from_utf8(STANDARD.decode(id).ok()?).ok()?;
        let key = moment.census.find_video(&VideoId::new(text.split_once('.')?.1).ok()?)?;
        let channel = moment.census.video(key)?.channel;
        let position = moment
            .census
            .videos_of(channel, moment.now)
            .iter()
            .position(|one| *one == key)?;
        visible(moment, call, key).then_some((position, key))
    };
    call.query.list("id").into_iter().filter_map(video).collect()
}

fn item(moment: &Moment<'_>, position: usize, key: VideoKey, parts: &Parts<'_>) -> Option<Value> {
    let facts = moment.census.video(key)?;
    let title = moment.census.video_snapshot(key, moment.now)?.title.unwrap_or_default();
    let channel = moment.census.channel(facts.channel);
    let playlist = super::channels::uploads(channel.id.as_str());
    let id = STANDARD.encode(format!("{playlist}.{}", facts.id));
    let privacy = match moment.census.access(key, moment.now) {
        Access::Private => "private",
        _ => "public",
    };
    let all = json!({
        "snippet": {
            "publishedAt": rfc3339(facts.published), "channelId": channel.id, "title": title,
            "description": video_description(&channel, &facts, &title),
            "thumbnails": thumbnails(facts.id.as_str(), 5), "channelTitle": channel.title, "playlistId": playlist,
            "position": position, "resourceId": {"kind": "youtube#video", "videoId": facts.id},
            "videoOwnerChannelTitle": channel.title, "videoOwnerChannelId": channel.id,
        },
        "contentDetails": {"videoId": facts.id, "videoPublishedAt": rfc3339(facts.published)},
        "status": {"privacyStatus": privacy},
    });
    Some(resource("youtube#playlistItem", json!(id), parts.choose(all)))
}
