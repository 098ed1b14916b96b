//! Watermarks: up to which event time a partition has told, as far as can be known.
//!
//! The watermark of a partition is the newest event time among its accepted records so far. It is a function of the records
//! before, whatever the batches they are read in, so every reader comes to the same verdict on what is late. A clock that is
//! ahead can't push it beyond the time at which the record was produced, and [`CLOCK_SKEW`].

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::Partition;

/// By how much a sender's clock may be ahead of the log's.
pub const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);

/// A watermark per partition; a partition that has told nothing has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watermarks(BTreeMap<Partition, DateTime<Utc>>);

impl Watermarks {
    pub fn of(&self, partition: Partition) -> Option<DateTime<Utc>> {
        self.0.get(&partition).copied()
    }

    pub fn set(&mut self, partition: Partition, watermark: Option<DateTime<Utc>>) {
        match watermark {
            Some(watermark) => self.0.insert(partition, watermark),
            None => self.0.remove(&partition),
        };
    }

    /// An accepted record, observed at `event_time` and produced at `produced_ms` (milliseconds since the Unix epoch).
    pub fn note(&mut self, partition: Partition, event_time: DateTime<Utc>, produced_ms: Option<i64>) {
        let latest = produced_ms
            .and_then(DateTime::from_timestamp_millis)
            .map(|produced| produced + CLOCK_SKEW);
        let told = latest.map_or(event_time, |latest| event_time.min(latest));
        let watermark = self.0.entry(partition).or_insert(told);
        *watermark = told.max(*watermark);
    }

    pub fn iter(&self) -> impl Iterator<Item = (Partition, DateTime<Utc>)> + '_ {
        self.0.iter().map(|(partition, watermark)| (*partition, *watermark))
    }
}

impl FromIterator<(Partition, DateTime<Utc>)> for Watermarks {
    fn from_iter<I: IntoIterator<Item = (Partition, DateTime<Utc>)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Topic;

    const P0: Partition = Partition {
        topic: Topic::Categories,
        number: 0,
    };

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("a time")
    }

    #[test]
    fn it_never_goes_back() {
        let mut watermarks = Watermarks::default();
        assert_eq!(watermarks.of(P0), None);
        watermarks.note(P0, at(1_000), Some(2_000_000));
        watermarks.note(P0, at(500), Some(2_000_000));
        assert_eq!(watermarks.of(P0), Some(at(1_000)));
    }

    #[test]
    fn a_clock_that_is_ahead_pushes_it_five_minutes_at_most() {
        let mut watermarks = Watermarks::default();
        watermarks.note(P0, at(1_000_000), Some(2_000_000));
        assert_eq!(watermarks.of(P0), Some(at(2_300)));
        watermarks.note(P0, at(1_000_000), None);
        assert_eq!(watermarks.of(P0), Some(at(1_000_000)));
    }
}
