//! What is known of when records came to the log, but by what they are dated: they were not there when it ended before them.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use log::GroupLag;

use crate::Queryable;

/// Looks that are remembered of a partition: of ten minutes, at one a second.
const LOOKS: usize = 600;
/// How far a sender's clock may be behind.
const SKEW: TimeDelta = TimeDelta::seconds(5);

/// Where partitions ended, by topic and number.
#[derive(Debug, Default)]
pub(super) struct Ends(BTreeMap<(String, i32), Looks>);

/// Moments and ends, oldest first.
type Looks = VecDeque<(DateTime<Utc>, i64)>;

impl Ends {
    /// What a look has found.
    pub(super) fn note(&mut self, lags: &[GroupLag]) {
        for lag in lags {
            let key = (lag.place.topic.clone(), lag.place.partition);
            let looks = self.0.entry(key).or_default();
            // several groups read it
            if looks.back() == Some(&(lag.ended_at, lag.end)) {
                continue;
            }
            looks.push_back((lag.ended_at, lag.end));
            if looks.len() > LOOKS {
                looks.pop_front();
            }
        }
    }

    /// How long a record took, unless it can't be told: then it is dated at a time when it was not in the log yet, as what is copied
    /// or sent again with its old time is.
    pub(super) fn believed(&self, topic: &str, partition: i32, queryable: &Queryable) -> Option<i64> {
        let looks = self.0.get(&(topic.to_owned(), partition));
        let not_there = looks.and_then(|looks| looks.iter().rev().find(|(_, end)| *end <= queryable.offset));
        let dated = queryable.at - TimeDelta::milliseconds(queryable.ms);
        match not_there {
            Some((at, _)) if dated < *at - SKEW => None,
            _ => Some(queryable.ms),
        }
    }
}

#[cfg(test)]
mod tests {
    use log::Place;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    /// Of a partition that ended at these offsets at these seconds.
    fn ends(looks: &[(i64, i64)]) -> Ends {
        let mut ends = Ends::default();
        for (seconds, end) in looks {
            let lag = GroupLag {
                place: Place {
                    group: "g".to_owned(),
                    topic: "t".to_owned(),
                    partition: 0,
                    position: 0,
                    at: at(*seconds),
                },
                begin: 0,
                end: *end,
                ended_at: at(*seconds),
                behind_seconds: None,
                holds_no_record: false,
            };
            ends.note(&[lag.clone(), lag]);
        }
        ends
    }

    fn took(offset: i64, ms: i64, until: i64) -> Queryable {
        Queryable {
            ms,
            offset,
            at: at(until),
        }
    }

    #[test]
    fn a_record_is_not_older_than_its_place_in_the_log() {
        let ends = ends(&[(1_000, 7), (1_001, 7), (1_002, 8)]);
        assert_eq!(ends.believed("t", 0, &took(7, 200, 1_002)), Some(200));
        assert_eq!(
            ends.believed("t", 0, &took(7, 4_000, 1_002)),
            Some(4_000),
            "a clock that is behind"
        );
        assert_eq!(ends.believed("t", 0, &took(7, 60_000, 1_002)), None);
        assert_eq!(
            ends.believed("t", 0, &took(6, 60_000, 1_002)),
            Some(60_000),
            "it was there"
        );
        assert_eq!(ends.believed("other", 0, &took(7, 60_000, 1_002)), Some(60_000));
    }

    #[test]
    fn looks_of_long_ago_are_forgotten() {
        let looks: Vec<(i64, i64)> = (0..2_000).map(|second| (second, second)).collect();
        let ends = ends(&looks);
        assert_eq!(ends.0[&("t".to_owned(), 0)].len(), LOOKS);
    }
}
