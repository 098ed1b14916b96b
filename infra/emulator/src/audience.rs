//! Who watched: a day's views of a channel, video by video, and how they divide.
//!
//! Everything is counted in whole numbers and divided without a rest, so the parts of any division add up to the whole.
//! Views of the videos from before the world began, which have no ids, are a cell without a video.

mod division;
mod sums;

pub(crate) use division::{Division, divisions};
pub(crate) use sums::Sums;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use ingest::sources::simulate::{Counters, Dice, Subject, VideoFacts};

use crate::moment::Moment;
use crate::pacific;

/// A day can be read this long after its end, and is final a day later.
const LATE_HOURS: i64 = 48;
const FINAL_HOURS: i64 = 72;
/// What is known of a day that is not final, in percent.
const KNOWN_PERCENT: i64 = 85;
/// From this day on, a view is counted when a video starts; engaged views are counted as views were before.
const NEW_VIEWS: NaiveDate = match NaiveDate::from_ymd_opt(2026, 8, 27) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// What one video (or all of those without an id) gained on a day.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    pub(crate) video: Option<VideoFacts>,
    pub(crate) sums: Sums,
}

/// Since when a day can be read.
pub(crate) fn readable_from(day: NaiveDate) -> DateTime<Utc> {
    pacific::end(day) + TimeDelta::hours(LATE_HOURS)
}

/// The cells of a Pacific day, the videos in the order of their ids; `None` for a day that can't be read yet.
pub(crate) fn cells(moment: &Moment<'_>, channel: u32, day: NaiveDate) -> Option<Vec<Cell>> {
    let (begin, end) = (pacific::begin(day), pacific::end(day));
    if moment.now < readable_from(day) || begin < moment.census.config().start {
        return None;
    }
    let percent = match moment.now < end + TimeDelta::hours(FINAL_HOURS) {
        true => KNOWN_PERCENT,
        false => 100,
    };
    let census = &moment.census;
    let total = census.channel_views(channel, end) - census.channel_views(channel, begin);
    let (mut cells, mut known) = (Vec::new(), 0);
    for key in census.videos_of(channel, end) {
        let Some(video) = census.video(key).filter(|video| video.retires > begin) else {
            continue;
        };
        let gained = gain(census.counters(key, begin), census.counters(key, end));
        known += gained.views;
        let sums = sums_of(moment, &video, day, gained).percent(percent);
        cells.push(Cell {
            video: Some(video),
            sums,
        });
    }
    cells.sort_by(|a, b| {
        a.video
            .as_ref()
            .map(|video| &video.id)
            .cmp(&b.video.as_ref().map(|video| &video.id))
    });
    let rest = Counters {
        views: total - known,
        likes: (total - known) / 30,
        comments: (total - known) / 300,
    };
    let sums = old_sums(rest).percent(percent);
    cells.push(Cell { video: None, sums });
    earn(moment, channel, day, &mut cells);
    Some(cells)
}

fn gain(before: Counters, after: Counters) -> Counters {
    Counters {
        views: after.views - before.views,
        likes: after.likes - before.likes,
        comments: after.comments - before.comments,
    }
}

fn sums_of(moment: &Moment<'_>, video: &VideoFacts, day: NaiveDate, gained: Counters) -> Sums {
    let which = crate::secrets::number(&["audience", video.id.as_str()]);
    let mut dice = Dice::new(moment.census.seed(), Subject::Audience, which, 0);
    let is_short = video.length_seconds <= 60;
    let (engaged, watched) = match is_short {
        true => (dice.between(0.55, 0.8), dice.between(0.6, 0.95)),
        false => (dice.between(0.85, 0.97), dice.between(0.3, 0.6)),
    };
    let click_rate = dice.between(0.02, 0.12);
    let clicks = gained.views * if is_short { 10 } else { 55 } / 100;
    let engaged = if day < NEW_VIEWS { 1.0 } else { engaged };
    Sums {
        engaged: (gained.views as f64 * engaged) as i64,
        seconds: (gained.views as f64 * video.length_seconds as f64 * watched) as i64,
        length_seconds: gained.views * video.length_seconds,
        impressions: (clicks as f64 / click_rate) as i64,
        clicks,
        ..Sums::of(gained)
    }
}

fn old_sums(gained: Counters) -> Sums {
    let clicks = gained.views / 2;
    Sums {
        engaged: gained.views,
        seconds: gained.views * 240,
        length_seconds: gained.views * 600,
        impressions: clicks * 20,
        clicks,
        ..Sums::of(gained)
    }
}

/// Divides what the day earned by views.
fn earn(moment: &Moment<'_>, channel: u32, day: NaiveDate, cells: &mut [Cell]) {
    let earned = moment.census.adsense(channel, day, moment.now).ok().flatten();
    let cents = earned.map_or(0, |record| record.amount_minor);
    let views: i64 = cells.iter().map(|cell| cell.sums.views).sum();
    for cell in cells {
        cell.sums.cents = cents as f64 * cell.sums.views as f64 / views.max(1) as f64;
    }
}
