//! What the hub delivers: an Atom feed (RFC 4287) of videos that are new or changed, with YouTube's ids, or a deleted
//! entry (RFC 6721) of one that is gone.

use events::{ChannelId, VideoId};
use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use thiserror::Error;

const ATOM: &[u8] = b"http://www.w3.org/2005/Atom";
const YOUTUBE: &[u8] = b"http://www.youtube.com/xml/schemas/2015";
const TOMBSTONES: &[u8] = b"http://purl.org/atompub/tombstones/1.0";
/// A deleted video's entry is called so, and its id.
const VIDEO_REFERENCE: &str = "yt:video:";

/// A video that something has happened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub video: VideoId,
    /// Whose it is; a deleted entry may not say.
    pub channel: Option<ChannelId>,
    pub deleted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoFeed {
    #[error("the delivery is no XML: {0}")]
    Xml(String),
    #[error("the delivery is no Atom feed")]
    Other,
    #[error("an entry of the delivery has no id of a video")]
    NoVideo,
}

/// What is being read of an entry.
#[derive(Default)]
struct Entry {
    video: Option<String>,
    channel: Option<String>,
}

/// # Errors
/// It is no such feed.
pub fn notices(body: &[u8]) -> Result<Vec<Notice>, NoFeed> {
    let mut reader = NsReader::from_reader(body);
    let (mut notices, mut entry, mut text): (Vec<Notice>, Option<Entry>, Option<String>) = (Vec::new(), None, None);
    let (mut depth, mut is_feed) = (0_u32, false);
    loop {
        let (namespace, event) = reader
            .read_resolved_event()
            .map_err(|error| NoFeed::Xml(error.to_string()))?;
        let is_of = |name: &[u8]| matches!(namespace, ResolveResult::Bound(Namespace(bound)) if bound == name);
        let (is_atom, is_youtube, is_tombstone) = (is_of(ATOM), is_of(YOUTUBE), is_of(TOMBSTONES));
        match event {
            Event::Eof => break,
            Event::Start(element) => {
                let name = element.local_name();
                is_feed |= depth == 0 && is_atom && name.as_ref() == b"feed";
                depth += 1;
                match name.as_ref() {
                    b"entry" if is_atom => entry = Some(Entry::default()),
                    b"videoId" | b"channelId" if is_youtube => text = Some(String::new()),
                    b"deleted-entry" if is_tombstone => notices.push(deleted(&element)?),
                    _ => {}
                }
            }
            Event::Empty(element) if is_tombstone && element.local_name().as_ref() == b"deleted-entry" => {
                notices.push(deleted(&element)?);
            }
            Event::Text(part) => {
                if let Some(text) = &mut text {
                    text.push_str(&String::from_utf8_lossy(&part));
                }
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                match (end.local_name().as_ref(), &mut entry) {
                    (b"videoId", Some(entry)) if is_youtube => entry.video = text.take(),
                    (b"channelId", Some(entry)) if is_youtube => entry.channel = text.take(),
                    (b"entry", _) if is_atom => notices.extend(entry.take().map(made).transpose()?),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    match (is_feed, depth) {
        (true, 0) => Ok(notices),
        (true, _) => Err(NoFeed::Xml("it ends early".to_owned())),
        (false, _) => Err(NoFeed::Other),
    }
}

fn made(entry: Entry) -> Result<Notice, NoFeed> {
    let video = entry.video.and_then(|id| VideoId::new(id.trim()).ok());
    Ok(Notice {
        video: video.ok_or(NoFeed::NoVideo)?,
        channel: entry.channel.and_then(|id| ChannelId::new(id.trim()).ok()),
        deleted: false,
    })
}

fn deleted(element: &BytesStart<'_>) -> Result<Notice, NoFeed> {
    let reference = element.try_get_attribute("ref").ok().flatten().ok_or(NoFeed::NoVideo)?;
    let reference = String::from_utf8_lossy(&reference.value).into_owned();
    let id = reference.strip_prefix(VIDEO_REFERENCE).unwrap_or(&reference);
    Ok(Notice {
        video: VideoId::new(id).map_err(|_| NoFeed::NoVideo)?,
        channel: None,
        deleted: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEED: &str = r#"<?xml version='1.0' encoding='UTF-8'?>
        <feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom">
        <link rel="hub" href="https://pubsubhubbub.appspot.com"/><title>YouTube video feed</title>
        <entry><id>yt:video:2kyS6SvSYSE</id><yt:videoId>2kyS6SvSYSE</yt:videoId>
        <yt:channelId>UC_x5XG1OV2P6uZZ5FSM9Ttw</yt:channelId><title>A &amp; B</title>
        <author><name>C</name></author><published>2026-11-25T10:00:00+00:00</published></entry></feed>"#;

    #[test]
    fn an_entry_names_a_video() {
        let read = notices(FEED.as_bytes()).expect("notices");
        assert_eq!(read.len(), 1);
        assert_eq!((read[0].video.as_str(), read[0].deleted), ("2kyS6SvSYSE", false));
        assert_eq!(
            read[0].channel.as_ref().map(ChannelId::as_str),
            Some("UC_x5XG1OV2P6uZZ5FSM9Ttw")
        );
        let other_prefix = FEED.replace("yt:videoId", "x:videoId").replace("xmlns:yt", "xmlns:x");
        assert_eq!(notices(other_prefix.as_bytes()).map(|read| read.len()), Ok(1));
    }

    #[test]
    fn a_deleted_entry_names_one_that_is_gone() {
        let feed = r#"<feed xmlns:at="http://purl.org/atompub/tombstones/1.0" xmlns="http://www.w3.org/2005/Atom">
            <at:deleted-entry ref="yt:video:2kyS6SvSYSE" when="2026-11-25T10:00:00+00:00"><link href="x"/></at:deleted-entry></feed>"#;
        let read = notices(feed.as_bytes()).expect("notices");
        assert!(read[0].deleted && read[0].video.as_str() == "2kyS6SvSYSE");
    }

    #[test]
    fn what_is_no_feed_is_refused() {
        let bomb = format!(
            "<!DOCTYPE feed [<!ENTITY a \"{}\"><!ENTITY b \"&a;&a;&a;&a;\">]>{}",
            "x".repeat(100),
            FEED.split_once("?>")
                .map_or("", |(_, feed)| feed)
                .replace("2kyS6SvSYSE</yt", "&b;</yt")
        );
        let elsewhere = FEED.replace("schemas/2015", "schemas/1999");
        for wrong in [
            "",
            "{}",
            "<html></html>",
            "<feed/>",
            &FEED[..300],
            &FEED.replace("2kyS6SvSYSE<", "<"),
            &bomb,
            &elsewhere,
        ] {
            assert!(notices(wrong.as_bytes()).is_err(), "{wrong}");
        }
        assert_eq!(
            notices(b"<feed xmlns='http://www.w3.org/2005/Atom'></feed>"),
            Ok(Vec::new())
        );
    }
}
