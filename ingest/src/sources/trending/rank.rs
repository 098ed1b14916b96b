//! A video's place on the chart of a day, which exports tell only by the order of their rows.
//!
//! The place is the number of different videos of that day in the file up to and including this one, those of rows
//! that could not be read among them; a video that comes again keeps its first place. Days may interleave. Memory is bounded: when [`PLACES`] places are held, the day
//! that was not seen for the longest time is closed, and its later rows have no place rather than a wrong one.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use events::VideoId;

/// Most places held at once; about 14 years of a daily chart of 200, some 30 MB.
const PLACES: usize = 1 << 20;

/// The places of one region.
pub(super) struct Ranks {
    limit: usize,
    held: usize,
    /// Rows so far: the age of a day is the row it was last seen in.
    rows: u64,
    days: HashMap<NaiveDate, Day>,
    closed: HashSet<NaiveDate>,
    /// Day of the row before.
    last_day: Option<NaiveDate>,
}

#[derive(Default)]
struct Day {
    places: HashMap<Box<str>, i32>,
    /// Rows that could not be read, each taken for a video of its own.
    skipped: usize,
    last_row: u64,
}

impl Ranks {
    pub(super) fn new() -> Self {
        Self::holding(PLACES)
    }

    fn holding(limit: usize) -> Self {
        Self {
            limit,
            held: 0,
            rows: 0,
            days: HashMap::new(),
            closed: HashSet::new(),
            last_day: None,
        }
    }

    /// Leaves a place for a row that could not be read, on its day, or where that is unknown too, on that of the row
    /// before.
    pub(super) fn skip(&mut self, day: Option<NaiveDate>) {
        let day = day.or(self.last_day).filter(|day| !self.closed.contains(day));
        if let Some(day) = day {
            self.days.entry(day).or_default().skipped += 1;
        }
    }

    /// The place of `video` on `day`, 1 for the first; `None` on a closed day.
    pub(super) fn place(&mut self, day: NaiveDate, video: &VideoId) -> Option<i32> {
        self.rows += 1;
        self.last_day = Some(day);
        if self.closed.contains(&day) {
            return None;
        }
        let chart = self.days.entry(day).or_default();
        chart.last_row = self.rows;
        if let Some(place) = chart.places.get(video.as_str()) {
            return Some(*place);
        }
        let place = i32::try_from(chart.places.len() + chart.skipped + 1).ok()?;
        chart.places.insert(video.as_str().into(), place);
        self.held += 1;
        if self.held > self.limit {
            self.close_oldest();
        }
        self.days.contains_key(&day).then_some(place)
    }

    fn close_oldest(&mut self) {
        let oldest = self
            .days
            .iter()
            .min_by_key(|(_, day)| day.last_row)
            .map(|(date, _)| *date);
        if let Some((date, day)) = oldest.and_then(|date| self.days.remove_entry(&date)) {
            self.held -= day.places.len();
            self.closed.insert(date);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2017, 11, day).expect("a day")
    }

    fn video(number: u32) -> VideoId {
        VideoId::new(format!("video-{number:05}")).expect("an id")
    }

    #[test]
    fn a_repeated_video_keeps_its_first_place() {
        let mut ranks = Ranks::new();
        let places: Vec<_> = [1, 2, 1, 3].map(|number| ranks.place(day(14), &video(number))).to_vec();
        assert_eq!(places, [Some(1), Some(2), Some(1), Some(3)]);
    }

    #[test]
    fn interleaved_days_count_apart() {
        let mut ranks = Ranks::new();
        assert_eq!(ranks.place(day(14), &video(1)), Some(1));
        assert_eq!(ranks.place(day(15), &video(1)), Some(1));
        assert_eq!(ranks.place(day(14), &video(2)), Some(2));
        assert_eq!(ranks.place(day(15), &video(3)), Some(2));
    }

    #[test]
    fn a_day_closed_for_memory_has_no_places_rather_than_wrong_ones() {
        let mut ranks = Ranks::holding(3);
        for number in 1..=3 {
            ranks.place(day(14), &video(number));
        }
        assert_eq!(ranks.place(day(15), &video(1)), Some(1));
        assert_eq!(ranks.held, 1);
        assert_eq!(ranks.place(day(14), &video(1)), None);
        assert_eq!(ranks.place(day(15), &video(2)), Some(2));
    }

    #[test]
    fn a_single_day_larger_than_memory_is_closed_too() {
        let mut ranks = Ranks::holding(2);
        let places: Vec<_> = (1..=4).map(|number| ranks.place(day(14), &video(number))).collect();
        assert_eq!(places, [Some(1), Some(2), None, None]);
    }

    #[test]
    fn a_row_that_could_not_be_read_keeps_its_place() {
        let mut ranks = Ranks::new();
        let (day, other) = (
            NaiveDate::from_ymd_opt(2020, 8, 12),
            NaiveDate::from_ymd_opt(2020, 8, 13),
        );
        let place = |ranks: &mut Ranks, id: &str| ranks.place(day.expect("a day"), &VideoId::new(id).expect("an id"));
        assert_eq!(place(&mut ranks, "aaaaaaaaaaa"), Some(1));
        ranks.skip(day);
        ranks.skip(other);
        ranks.skip(None);
        assert_eq!(place(&mut ranks, "bbbbbbbbbbb"), Some(4));
        assert_eq!(place(&mut ranks, "aaaaaaaaaaa"), Some(1));
    }
}
