//! When to send: event time played at a speed, under a limit of records per second.
//!
//! Plain arithmetic over durations since the first record was due; the caller has the clock and does the waiting.

use std::num::NonZeroU32;
use std::time::Duration;

use chrono::{DateTime, Utc};
use thiserror::Error;

/// Says when each record of a run is due.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    start: DateTime<Utc>,
    /// Seconds of event time per second; `None` goes as fast as the limit allows.
    speed: Option<f64>,
    /// Between two records, at least.
    gap: Duration,
    earliest: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[error("a speed is a positive number of event seconds per second, not {0}")]
pub struct BadSpeed(f64);

impl Pace {
    /// Event time `start` is due at once; later ones `speed` times as fast as they happened.
    ///
    /// # Errors
    /// The speed is not a positive number.
    pub fn new(start: DateTime<Utc>, speed: Option<f64>, max_per_second: Option<NonZeroU32>) -> Result<Self, BadSpeed> {
        if let Some(wrong) = speed.filter(|speed| !speed.is_finite() || *speed <= 0.0) {
            return Err(BadSpeed(wrong));
        }
        Ok(Self {
            start,
            speed,
            gap: max_per_second.map_or(Duration::ZERO, |rate| Duration::from_secs(1) / rate.get()),
            earliest: Duration::ZERO,
        })
    }

    /// How long after the start of the run the next record, of this event time, may be sent. Never earlier than the
    /// one before; a run that was slow for a while does not send more per second to catch up.
    pub fn due(&mut self, event_time: DateTime<Utc>) -> Duration {
        let due = self.played(event_time).max(self.earliest);
        self.earliest = due.saturating_add(self.gap);
        due
    }

    fn played(&self, event_time: DateTime<Utc>) -> Duration {
        let passed = (event_time - self.start).to_std().unwrap_or_default();
        match self.speed {
            Some(speed) => Duration::try_from_secs_f64(passed.as_secs_f64() / speed).unwrap_or(Duration::MAX),
            None => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn pace(speed: Option<f64>, rate: u32) -> Pace {
        Pace::new(DateTime::UNIX_EPOCH, speed, NonZeroU32::new(rate)).expect("a pace")
    }

    fn after(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn an_hour_at_speed_3600_takes_a_second() {
        assert_eq!(pace(Some(3600.0), 0).due(after(3600)), Duration::from_secs(1));
    }

    #[test]
    fn a_burst_is_spread_by_the_rate() {
        let mut pace = pace(Some(1.0), 10);
        let due: Vec<_> = (0..3).map(|_| pace.due(after(5)).as_millis()).collect();
        assert_eq!(due, [5000, 5100, 5200]);
    }

    #[test]
    fn without_speed_and_rate_everything_is_due_at_once() {
        assert_eq!(pace(None, 0).due(after(99_999)), Duration::ZERO);
    }

    #[test]
    fn a_speed_that_goes_nowhere_is_refused() {
        for speed in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Pace::new(DateTime::UNIX_EPOCH, Some(speed), None).is_err(), "{speed}");
        }
    }

    proptest! {
        #[test]
        fn never_early_and_never_above_the_rate(
            steps in prop::collection::vec(0_i64..100, 1..200), speed in 0.1..1e6_f64, rate in 1_u32..10_000
        ) {
            let mut pace = pace(Some(speed), rate);
            let (mut event, mut last) = (0, None);
            for step in steps {
                event += step;
                let due = pace.due(after(event));
                prop_assert!(due.as_secs_f64() >= event as f64 / speed - 1e-6);
                if let Some(last) = last {
                    prop_assert!(due >= last + Duration::from_secs(1) / rate);
                }
                last = Some(due);
            }
        }
    }
}
