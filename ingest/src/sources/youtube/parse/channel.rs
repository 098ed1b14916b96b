//! `youtube#channel` becomes a [`ChannelSnapshot`].

use chrono::{DateTime, Utc};
use events::{ChannelId, ChannelSnapshot, Region};
use serde_json::Value;

use super::{items, record};
use crate::Outgoing;
use crate::pull::{BadItem, Item};

pub const CHANNEL_PARTS: &str = "snippet,statistics,contentDetails,brandingSettings,status";

pub fn channels(answer: &Value, observed_at: DateTime<Utc>) -> Vec<Outgoing> {
    let read = |item| record(item, "channel", |item| Ok((observed_at, channel(item)?)));
    items(answer).iter().map(read).collect()
}

fn channel(item: Item<'_>) -> Result<ChannelSnapshot, BadItem> {
    let owned = |field: &str| Ok::<_, BadItem>(item.text(field)?.map(str::to_owned));
    let mut channel = ChannelSnapshot::of(ChannelId::new(item.required("/id")?)?);
    channel.title = owned("/snippet/title")?;
    channel.description = owned("/snippet/description")?;
    // YouTube knows territories that ISO 3166 does not
    channel.country = item.text("/snippet/country")?.and_then(|code| Region::new(code).ok());
    channel.published_at = item.time("/snippet/publishedAt")?;
    channel.handle = owned("/snippet/customUrl")?.filter(|handle| handle.starts_with('@'));
    channel.views = item.count("/statistics/viewCount")?;
    channel.videos = item.count("/statistics/videoCount")?;
    channel.subscribers_hidden = item.flag("/statistics/hiddenSubscriberCount")?;
    // where it is hidden, the API may still send a zero
    channel.subscribers = match channel.subscribers_hidden {
        Some(true) => None,
        _ => item.count("/statistics/subscriberCount")?,
    };
    channel.uploads_playlist_id = owned("/contentDetails/relatedPlaylists/uploads")?;
    channel.keywords = owned("/brandingSettings/channel/keywords")?;
    Ok(channel)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn hidden_subscribers_are_absent_not_zero() {
        let item = json!({"id": "UC_x5XG1OV2P6uZZ5FSM9Ttw",
            "statistics": {"hiddenSubscriberCount": true, "subscriberCount": "0", "viewCount": "3"}});
        let channel = channel(Item(&item)).expect("a channel");
        assert_eq!((channel.subscribers, channel.views), (None, Some(3)));
        assert_eq!(channel.subscribers_hidden, Some(true));
    }
}
