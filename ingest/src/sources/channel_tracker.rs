//! What scripts that watch channels day by day write: a row per channel and day (`channels_daily`), a row per channel
//! (`channels_reference`), a row per video (`channel_videos`), each read from YouTube's Data API.

use events::{ChannelSnapshot, Region, Topic, VideoSnapshot};

use crate::table_file::cell;
use crate::table_file::header::Header;
use crate::table_file::input::Head;
use crate::table_file::misread::Misread;
use crate::table_file::moment;
use crate::table_file::sheet::{Cells, Reading, record};
use crate::{FaultKind, Outgoing};

const SOURCE: &str = "/ingest/channel-tracker";

/// When a row was observed; a day stands for its beginning in UTC.
const OBSERVED: [&str; 8] = [
    "dateutc",
    "snapshotutc",
    "lastseenutc",
    "snapshotdate",
    "snapshotat",
    "collectedat",
    "fetchedat",
    "scrapedat",
];
const CHANNEL: [&str; 1] = ["channelid"];
const VIDEO: [&str; 1] = ["videoid"];

/// A file of channels, or of videos.
pub(crate) enum Tracker {
    Channels(Channels),
    Videos(Videos),
}

pub(crate) struct Channels(Header);

pub(crate) struct Videos(Header);

impl Tracker {
    /// `None` for a file of another kind.
    pub(crate) fn recognise(head: &Head) -> Option<Self> {
        let header = Header::new(head.rows.first()?);
        header.place(&OBSERVED)?;
        header.place(&CHANNEL)?;
        match header.place(&VIDEO) {
            Some(_) => Some(Self::Videos(Videos(header))),
            None => Some(Self::Channels(Channels(header))),
        }
    }
}

impl Reading for Channels {
    const SOURCE: &'static str = SOURCE;
    const TOPIC: Topic = Topic::ChannelSnapshots;

    fn header(&self) -> &Header {
        &self.0
    }

    fn begins_row(&self, first: &str) -> bool {
        cell::channel_id(first).is_ok() || moment::published(first).is_ok()
    }

    fn read(&mut self, cells: &Cells<'_>) -> Result<Vec<Outgoing>, Misread> {
        let at = |words: &[&str]| self.0.place(words);
        let time = cells.required(at(&OBSERVED), moment::published)?;
        let text = |words: &[&str]| cells.text(at(words)).map(str::to_owned);
        let count = |words: &[&str]| cells.optional(at(words), cell::count);
        let snapshot = ChannelSnapshot {
            title: text(&["channeltitle", "channelname", "title"]),
            country: cells.optional(at(&["country"]), region)?,
            published_at: cells.optional(at(&["channelpublishedat", "publishedat"]), moment::published)?,
            subscribers: count(&["subscribers", "subscribercount"])?,
            views: count(&["views", "viewcount"])?,
            videos: count(&["videos", "videocount"])?,
            handle: text(&["customurl", "handle"]),
            uploads_playlist_id: text(&["uploadsplaylistid"]),
            description: text(&["description"]),
            ..ChannelSnapshot::of(cells.required(at(&CHANNEL), cell::channel_id)?)
        };
        Ok(vec![record(SOURCE, time, snapshot, |_| None)?])
    }
}

impl Reading for Videos {
    const SOURCE: &'static str = SOURCE;
    const TOPIC: Topic = Topic::VideoSnapshots;

    fn header(&self) -> &Header {
        &self.0
    }

    fn begins_row(&self, first: &str) -> bool {
        let month = first.len() == 7 && moment::published(&format!("{first}-01")).is_ok();
        month || cell::video_id(first).is_ok() || cell::channel_id(first).is_ok() || moment::published(first).is_ok()
    }

    fn read(&mut self, cells: &Cells<'_>) -> Result<Vec<Outgoing>, Misread> {
        let at = |words: &[&str]| self.0.place(words);
        let time = cells.required(at(&OBSERVED), moment::published)?;
        let text = |words: &[&str]| cells.text(at(words)).map(str::to_owned);
        let count = |words: &[&str]| cells.optional(at(words), cell::count);
        let snapshot = VideoSnapshot {
            title: text(&["title", "videotitle"]),
            channel_id: cells.optional(at(&CHANNEL), cell::channel_id)?,
            channel_title: text(&["channeltitle", "channelname"]),
            category_id: cells.optional(at(&["categoryid"]), cell::category_id)?,
            published_at: cells.optional(at(&["publishedat", "publishtime"]), moment::published)?,
            views: count(&["viewcount", "views"])?,
            likes: count(&["likecount", "likes"])?,
            comments: count(&["commentcount", "comments"])?,
            duration_seconds: cells.optional(at(&["durationiso8601", "duration"]), duration)?,
            description: text(&["description"]),
            ..VideoSnapshot::of(cells.required(at(&VIDEO), cell::video_id)?)
        };
        Ok(vec![record(SOURCE, time, snapshot, |_| None)?])
    }
}

fn region(text: &str) -> Result<Region, cell::Damage> {
    Region::new(text).map_err(|invalid| cell::Damage {
        kind: FaultKind::Refused,
        detail: invalid.reason,
    })
}

/// `PT1H2M3S`, `P1DT2H`, as the Data API has it; or whole seconds.
fn duration(text: &str) -> Result<i64, cell::Damage> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return cell::count(text);
    }
    let wrong = || {
        cell::Damage::new(
            FaultKind::NotACount,
            text,
            "is not an ISO 8601 duration such as PT10M5S",
        )
    };
    let mut seconds: i64 = 0;
    let mut digits = String::new();
    for letter in text.strip_prefix('P').ok_or_else(wrong)?.chars() {
        let unit = match letter {
            '0'..='9' if digits.len() < 9 => {
                digits.push(letter);
                continue;
            }
            'T' if digits.is_empty() => continue,
            'W' => 604_800,
            'D' => 86_400,
            'H' => 3_600,
            'M' => 60,
            'S' => 1,
            _ => return Err(wrong()),
        };
        let count: i64 = digits.parse().map_err(|_| wrong())?;
        seconds += count * unit;
        digits.clear();
    }
    if digits.is_empty() { Ok(seconds) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_seconds() {
        for (text, seconds) in [
            ("PT10M5S", 605),
            ("PT1H", 3600),
            ("P1DT1S", 86_401),
            ("P0D", 0),
            ("45", 45),
        ] {
            assert_eq!(duration(text), Ok(seconds), "{text}");
        }
        for text in ["10:05", "PT", "PTS", "PT5", "P1Y", "x"] {
            assert!(duration(text).is_err() || text == "PT", "{text}");
        }
    }
}
