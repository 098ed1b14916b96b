//! How fast records come and are read, from looks at the same places at different times.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};

use crate::GroupLag;

type Key = (String, String, i32);

/// Looks of the last seconds.
pub struct Rates {
    span: TimeDelta,
    looks: VecDeque<(DateTime<Utc>, BTreeMap<Key, Offsets>)>,
}

/// What was seen, each with when.
#[derive(Debug, Clone, Copy)]
struct Offsets {
    position: (DateTime<Utc>, i64),
    end: (DateTime<Utc>, i64),
}

/// Records a second over the looks that are kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    pub in_per_second: f64,
    pub out_per_second: f64,
}

impl Rate {
    /// How long it takes to read what is `behind`, if both go on so; `None` when it never ends.
    pub fn caught_up_in_seconds(self, behind: i64) -> Option<f64> {
        let gain = self.out_per_second - self.in_per_second;
        match behind {
            0 => Some(0.0),
            behind if gain > 0.0 => Some(behind as f64 / gain),
            _ => None,
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

    /// `None` before the second look, and of a place that has gone back meanwhile.
    pub fn of(&self, lag: &GroupLag) -> Option<Rate> {
        let (last, now) = self.looks.back()?;
        let key = key(lag);
        let (_, then) = self
            .looks
            .iter()
            .find_map(|(at, look)| Some((at, look.get(&key)?)))
            .filter(|(at, _)| *at < last)?;
        let now = now.get(&key)?;
        Some(Rate {
            in_per_second: per_second(then.end, now.end)?,
            out_per_second: per_second(then.position, now.position)?,
        })
    }
}

fn per_second(then: (DateTime<Utc>, i64), now: (DateTime<Utc>, i64)) -> Option<f64> {
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
            end,
            ended_at: at,
            behind_seconds: None,
        }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).expect("a time")
    }

    #[test]
    fn marks_of_transactions_are_nothing_to_catch_up_with() {
        let rate = Rate {
            in_per_second: 0.0,
            out_per_second: 0.0,
        };
        let mut lag = lag(at(0), 9, 10);
        assert_eq!(lag.caught_up_in_seconds(rate), None);
        lag.behind_seconds = Some(0.0);
        assert_eq!(lag.caught_up_in_seconds(rate), Some(0.0));
    }

    #[test]
    fn rates_are_over_the_looks_that_are_kept() {
        let mut rates = Rates::over(TimeDelta::seconds(10));
        rates.note(&[lag(at(0), 0, 100)]);
        assert_eq!(rates.of(&lag(at(0), 0, 100)), None);
        rates.note(&[lag(at(2), 40, 120)]);
        let rate = rates.of(&lag(at(2), 40, 120)).expect("a rate");
        assert_eq!((rate.in_per_second, rate.out_per_second), (10.0, 20.0));
        assert_eq!(rate.caught_up_in_seconds(80), Some(8.0));
        // the first look is too old by now
        rates.note(&[lag(at(12), 40, 220)]);
        let rate = rates.of(&lag(at(12), 40, 220)).expect("a rate");
        assert_eq!((rate.in_per_second, rate.out_per_second), (10.0, 0.0));
        assert_eq!(
            (rate.caught_up_in_seconds(180), rate.caught_up_in_seconds(0)),
            (None, Some(0.0))
        );
    }

    #[test]
    fn a_group_that_was_reset_has_no_rate() {
        let mut rates = Rates::over(TimeDelta::seconds(10));
        rates.note(&[lag(at(0), 50, 100)]);
        rates.note(&[lag(at(1), 0, 100)]);
        assert_eq!(rates.of(&lag(at(1), 0, 100)), None);
    }

    /// A look takes its time, and positions and ends are read at different moments of it.
    #[test]
    fn each_rate_is_over_its_own_time() {
        let mut rates = Rates::over(TimeDelta::seconds(60));
        rates.note(&[lag(at(0), 0, 0)]);
        let mut second = lag(at(10), 100, 400);
        second.ended_at = at(20);
        rates.note(std::slice::from_ref(&second));
        let rate = rates.of(&second).expect("a rate");
        assert_eq!((rate.in_per_second, rate.out_per_second), (20.0, 10.0));
    }
}
