//! A channel: itself, its uploads page by page, each page's videos, and at the end the videos it no longer lists.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::aim::Who;
use super::parse::{self, Asked};
use super::{BATCH, Youtube, cursor, step};
use crate::pull::{Call, Errand, Next, Page, Told, Trouble, remember};

/// Where a run stands.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
enum Step {
    #[default]
    Channel,
    Uploads {
        playlist: String,
        token: Option<String>,
        to_go: u64,
    },
    Videos {
        playlist: String,
        ids: Vec<String>,
        next_token: Option<String>,
        to_go: u64,
    },
    /// Videos of earlier runs that the playlist does not have any more.
    Vanished,
}

pub(super) async fn page(youtube: &Youtube, errand: &Errand<'_>, who: &Who) -> Result<Page, Trouble> {
    match step(errand)? {
        Step::Channel => channel(youtube, errand, who).await,
        Step::Uploads { playlist, token, to_go } => uploads(youtube, errand, playlist, token, to_go).await,
        Step::Videos {
            playlist,
            ids,
            next_token,
            to_go,
        } => {
            let next = after_videos(playlist, next_token, to_go.saturating_sub(1))?;
            videos(youtube, errand, ids, next, to_go).await
        }
        Step::Vanished => vanished(youtube, errand).await,
    }
}

async fn channel(youtube: &Youtube, errand: &Errand<'_>, who: &Who) -> Result<Page, Trouble> {
    let call = youtube.call("channels", parse::CHANNEL_PARTS);
    let call = match who {
        Who::Id(id) => call.with("id", id.as_str()),
        Who::Handle(handle) => call.with("forHandle", handle.as_str()),
        Who::Mine => call.with("mine", "true"),
    };
    let (records, kept, etag) = match errand.ask_for_news(&call).await? {
        Told::News { body, etag } => {
            let item = body.pointer("/items/0").ok_or_else(|| {
                Trouble::input(format!(
                    "YouTube knows no {}: check its name, or take it out of the settings",
                    errand.target
                ))
            })?;
            let kept = json!({
                "playlist": item.pointer("/contentDetails/relatedPlaylists/uploads"),
                "videos": item.pointer("/statistics/videoCount"),
            });
            (parse::channels(&body, errand.observed_at), kept, etag)
        }
        Told::NothingNew(kept) => (Vec::new(), kept, None),
    };
    let playlist = kept
        .get("playlist")
        .and_then(Value::as_str)
        .filter(|name| !name.is_empty());
    let next = match playlist {
        Some(playlist) => {
            let uploads = Step::Uploads {
                playlist: playlist.to_owned(),
                token: None,
                to_go: 2 * batches(count(&kept)).max(1),
            };
            Next::Page(cursor(&uploads)?)
        }
        None => Next::Done(None),
    };
    Ok(Page::new(records, next).with_etag(remember(&call, etag, kept)))
}

fn count(kept: &Value) -> u64 {
    let videos = kept.get("videos");
    let count = videos.and_then(|count| count.as_u64().or_else(|| count.as_str()?.parse().ok()));
    count.unwrap_or(0)
}

fn batches(videos: u64) -> u64 {
    videos.div_ceil(BATCH as u64)
}

async fn uploads(
    youtube: &Youtube,
    errand: &Errand<'_>,
    playlist: String,
    token: Option<String>,
    to_go: u64,
) -> Result<Page, Trouble> {
    let call = uploads_call(youtube, &playlist, token.as_deref());
    let (kept, etag) = match errand.ask_for_news(&call).await {
        Ok(Told::News { body, etag }) => {
            let listed = parse::playlist(&body);
            if listed.without > 0 {
                tracing::warn!(
                    target = errand.target,
                    items = listed.without,
                    "uploads without a video id are left out"
                );
            }
            (json!({"ids": listed.ids, "next": parse::next_page(&body)}), etag)
        }
        Ok(Told::NothingNew(kept)) => (kept, None),
        // a channel that has never published anything has no such playlist
        Err(trouble) if trouble.reason == "playlistNotFound" => (json!({"ids": [], "next": null}), None),
        Err(trouble) => return Err(trouble),
    };
    let ids: Vec<String> = kept
        .get("ids")
        .map_or_else(Vec::new, |ids| serde_json::from_value(ids.clone()).unwrap_or_default());
    let next_token = kept.get("next").and_then(Value::as_str).map(str::to_owned);
    let to_go = to_go.saturating_sub(1);
    let next = match ids.is_empty() {
        true => after_videos(playlist, next_token, to_go)?,
        false => cursor(&Step::Videos {
            playlist,
            ids: ids.clone(),
            next_token,
            to_go,
        })?,
    };
    let mut page = Page::new(Vec::new(), Next::Page(next)).with_etag(remember(&call, etag, kept));
    page.seen = ids;
    page.units_to_go = Some(to_go);
    Ok(page)
}

fn uploads_call(youtube: &Youtube, playlist: &str, token: Option<&str>) -> Call {
    youtube
        .call("playlistItems", "contentDetails")
        .with("playlistId", playlist)
        .with("maxResults", BATCH.to_string())
        .with_any("pageToken", token)
}

fn after_videos(playlist: String, next_token: Option<String>, to_go: u64) -> Result<Value, Trouble> {
    cursor(&match next_token {
        Some(token) => Step::Uploads {
            playlist,
            token: Some(token),
            to_go,
        },
        None => Step::Vanished,
    })
}

async fn videos(
    youtube: &Youtube,
    errand: &Errand<'_>,
    ids: Vec<String>,
    next: Value,
    to_go: u64,
) -> Result<Page, Trouble> {
    let call = youtube.videos(&ids);
    let (records, etag) = match errand.ask_for_news(&call).await? {
        Told::News { body, etag } => (parse::videos(&body, asked(errand, &ids)), etag),
        Told::NothingNew(_) => (Vec::new(), None),
    };
    let mut page = Page::new(records, Next::Page(next)).with_etag(remember(&call, etag, Value::Null));
    page.units_to_go = Some(to_go.saturating_sub(1));
    Ok(page)
}

fn asked<'a>(errand: &Errand<'_>, ids: &'a [String]) -> Asked<'a> {
    Asked {
        observed_at: errand.observed_at,
        ids,
        region: None,
        ranked: None,
    }
}

/// Those that are unlisted now are still returned, and stay known; the others get their tombstones, once.
async fn vanished(youtube: &Youtube, errand: &Errand<'_>) -> Result<Page, Trouble> {
    let ids = errand.not_seen(BATCH as i64).await?;
    if ids.is_empty() {
        return Ok(Page::new(Vec::new(), Next::Done(None)));
    }
    let body = errand.ask_json(&youtube.videos(&ids)).await?;
    let returned: Vec<&str> = body
        .pointer("/items")
        .and_then(Value::as_array)
        .map_or_else(Vec::new, |items| {
            items.iter().filter_map(|item| item.get("id")?.as_str()).collect()
        });
    let (seen, gone) = ids.iter().cloned().partition(|id| returned.contains(&id.as_str()));
    let records = parse::videos(&body, asked(errand, &ids));
    let mut page = Page::new(records, Next::Page(cursor(&Step::Vanished)?));
    page.seen = seen;
    page.gone = gone;
    Ok(page)
}
