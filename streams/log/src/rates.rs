//! How fast records come and are read, from looks at the same places at different times.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};

use crate::GroupLag;

type Key = (String, String, i32);
type Seen = (DateTime<Utc>, i64);

/// Looks of the last seconds.
pub struct Rates {
    span: TimeDelta,
    looks: VecDeque<(DateTime<Utc>, BTreeMap<Key, Offsets>)>,
}

/// What was seen, each with when.
#[derive(Debug, Clone, Copy)]
struct Offsets {
    position: Seen,
    end: Seen,
}

/// Records a second over the looks that are kept; `None` where they don't tell.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rate {
    pub in_per_second: Option<f64>,
    pub out_per_second: Option<f64>,
}

impl Rate {
    /// How long it takes to read what is `behind`, if both go on so; `None` when it never ends, or nobody can tell.
    pub fn caught_up_in_seconds(self, behind: i64) -> Option<f64> {
        match behind {
            0 => Some(0.0),
            behind => {
                let gain = self.out_per_second? - self.in_per_second?;
                (gain > 0.0).then(|| behind as f64 / gain)
            }
        }
    }
}

impl Rates {
    /// Rates are over `span` at most.
    pub fn over(span: TimeDelta) -> Self {
        Self {
            span,
            looks: VecDeque::new(),
        }
    }

    pub fn note(&mut self, lags: &[GroupLag]) {
        let Some(at) = lags.iter().map(|lag| lag.ended_at).max() else {
            return;
        };
        let offsets = |lag: &GroupLag| Offsets {
            position: (lag.place.at, lag.place.position),
            end: (lag.ended_at, lag.end),
        };
        let look = lags.iter().map(|lag| (key(lag), offsets(lag))).collect();
        self.looks.push_back((at, look));
        while self.looks.len() > 2 && self.looks.front().is_some_and(|(first, _)| at - *first > self.span) {
            self.looks.pop_front();
        }
    }

    /// Nothing is told before the second look, or of a place that has gone back meanwhile.
    pub fn of(&self, lag: &GroupLag) -> Rate {
        let key = key(lag);
        let seen: Vec<Offsets> = self
            .looks
            .iter()
            .filter_map(|(_, look)| look.get(&key))
            .copied()
            .collect();
        let (Some(first), Some(last)) = (seen.first(), seen.last()) else {
            return Rate::default();
        };
        let positions: Vec<Seen> = seen.iter().map(|offsets| offsets.position).collect();
        Rate {
            in_per_second: per_second(first.end, last.end),
            out_per_second: self.read_per_second(&positions, lag.behind()),
        }
    }

    /// A group shows where it stands when it commits, which may be seconds apart: so a rate is told between two moments at which a new
    /// position was seen, or, if it does not move, when it was looked at for long.
    fn read_per_second(&self, seen: &[Seen], behind: i64) -> Option<f64> {
        let (first, last) = (*seen.first()?, *seen.last()?);
        let steps: Vec<Seen> = seen
            .windows(2)
            .filter(|pair| pair[0].1 != pair[1].1)
            .map(|pair| pair[1])
            .collect();
        let is_long = last.0 - first.0 >= self.span * 4 / 5;
        let between_looks = (last.0 - first.0) / (seen.len().max(2) as i32 - 1);
        match steps.as_slice() {
            [] if behind == 0 || is_long => per_second(first, last),
            // when a position was seen is up to a look later than when it was committed
            [begin, .., end] if is_long || end.0 - begin.0 >= between_looks * 4 => {
                let between = (end.0 - begin.0) / (steps.len() as i32 - 1);
                // the next one is overdue: it has become slower, or stopped
                let is_overdue = last.0 - end.0 > between * 2 + TimeDelta::seconds(1);
                per_second(*begin, if is_overdue { last } else { *end })
            }
            _ if is_long => per_second(first, last),
            _ => None,
        }
    }
}

fn per_second(then: Seen, now: Seen) -> Option<f64> {
    let (seconds, grown) = ((now.0 - then.0).as_seconds_f64(), now.1 - then.1);
    (seconds > 0.0 && grown >= 0).then(|| grown as f64 / seconds)
}

fn key(lag: &GroupLag) -> Key {
    let place = &lag.place;
    (place.group.clone(), place.topic.clone(), place.partition)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Place;

    fn lag(at: DateTime<Utc>, position: i64, end: i64) -> GroupLag {
        GroupLag {
            place: Place {
                group: "g".to_owned(),
                topic: "t".to_owned(),
                partition: 0,
                position,
                at,
            },
            begin: 0,
            end,
            ended_at: at,
            behind_seconds: None,
            holds_no_record: false,
        }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).expect("a time")
    }

    #[test]
    fn what_is_no_record_is_nothing_to_catch_up_with() {
        let rate = Rate {
            in_per_second: Some(0.0),
            out_per_second: Some(0.0),
        };
        let mut lag = lag(at(0), 9, 10);
        // a record that is dated ahead of our clock is as young as can be, and is there
        lag.behind_seconds = Some(0.0);
        assert_eq!(lag.caught_up_in_seconds(rate), None);
        lag.holds_no_record = true;
        assert_eq!(lag.caught_up_in_seconds(rate), Some(0.0));
        // a position that the partition does not have yet
        lag.holds_no_record = false;
        lag.place.position = 500;
        assert_eq!((lag.behind(), lag.caught_up_in_seconds(rate)), (0, None));
        // retention has deleted some of what was not read, and then all
        (lag.place.position, lag.begin) = (2, 6);
        assert_eq!((lag.behind(), lag.caught_up_in_seconds(rate)), (4, None));
        lag.begin = 10;
        assert_eq!((lag.behind(), lag.caught_up_in_seconds(rate)), (0, Some(0.0)));
    }

    /// The rate after a look at each of `seen`: second, position, end.
    fn rate_of(span: i64, seen: &[(i64, i64, i64)]) -> (Option<f64>, Option<f64>) {
        let mut rates = Rates::over(TimeDelta::seconds(span));
        let mut rate = Rate::default();
        for (second, position, end) in seen {
            let lag = lag(at(*second), *position, *end);
            rates.note(std::slice::from_ref(&lag));
            rate = rates.of(&lag);
        }
        (rate.in_per_second, rate.out_per_second)
    }

    #[test]
    fn rates_are_over_the_looks_that_are_kept() {
        assert_eq!(rate_of(10, &[(0, 0, 100)]), (None, None));
        let looks: Vec<(i64, i64, i64)> = (0..=5).map(|s| (s, s * 20, 100 + s * 10)).collect();
        assert_eq!(rate_of(10, &looks), (Some(10.0), Some(20.0)));
        // two positions that were seen in looks that follow each other may have been committed up to three looks apart
        assert_eq!(rate_of(10, &looks[..4]), (Some(10.0), None));
        // the first looks are too old by now
        assert_eq!(
            rate_of(10, &[(0, 0, 100), (2, 40, 120), (20, 40, 220), (30, 40, 320)]),
            (Some(10.0), Some(0.0))
        );
        let rate = Rate {
            in_per_second: Some(10.0),
            out_per_second: Some(20.0),
        };
        assert_eq!(
            (rate.caught_up_in_seconds(80), rate.caught_up_in_seconds(0)),
            (Some(8.0), Some(0.0))
        );
    }

    /// 200 records a second, committed every 5 s: a second shows either nothing or a thousand.
    #[test]
    fn a_group_that_commits_now_and_then_has_its_true_rate_or_none() {
        let looks: Vec<(i64, i64, i64)> = (0..=12).map(|s| (s, (s + 2) / 5 * 1_000, s * 200 + 1_000)).collect();
        for seen in 2..=looks.len() {
            let (comes, goes) = rate_of(15, &looks[..seen]);
            assert_eq!(comes, Some(200.0));
            assert!(goes.is_none_or(|goes| goes == 200.0), "{goes:?} after {seen} looks");
        }
        assert_eq!(rate_of(15, &looks).1, Some(200.0));
        // it stops
        let stops: Vec<(i64, i64, i64)> = (0..=30).map(|s| (s, s.min(10) * 100, 5_000)).collect();
        assert_eq!(rate_of(15, &stops).1, Some(0.0));
        let slower = rate_of(15, &stops[..15]).1.expect("a rate");
        assert!(slower < 80.0, "{slower}");
    }

    #[test]
    fn a_group_that_was_reset_has_no_rate() {
        assert_eq!(rate_of(10, &[(0, 50, 100), (9, 0, 100)]).1, None);
    }

    /// A look takes its time, and positions and ends are read at different moments of it.
    #[test]
    fn each_rate_is_over_its_own_time() {
        let mut rates = Rates::over(TimeDelta::seconds(10));
        rates.note(&[lag(at(0), 0, 0)]);
        let mut second = lag(at(10), 100, 400);
        second.ended_at = at(20);
        rates.note(std::slice::from_ref(&second));
        let rate = rates.of(&second);
        assert_eq!((rate.in_per_second, rate.out_per_second), (Some(20.0), Some(10.0)));
    }
}
