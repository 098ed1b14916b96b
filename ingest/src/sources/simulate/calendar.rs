//! Event time in whole seconds since 1970, weeks that begin on Monday 00:00 UTC, and regular grids of moments.

use chrono::{DateTime, NaiveDate, Utc};

pub(super) const HOUR: i64 = 3600;
pub(super) const DAY: i64 = 24 * HOUR;
pub(super) const WEEK: i64 = 7 * DAY;

/// 1970-01-05, the first Monday.
const FIRST_MONDAY: i64 = 4 * DAY;

pub(super) fn week_of(moment: i64) -> i64 {
    (moment - FIRST_MONDAY).div_euclid(WEEK)
}

pub(super) fn week_start(week: i64) -> i64 {
    FIRST_MONDAY + week * WEEK
}

/// Days since the first Monday, as a rhythm counts them.
pub(super) fn days_since_monday(moment: i64) -> f64 {
    in_days(moment - FIRST_MONDAY)
}

pub(super) fn in_days(seconds: i64) -> f64 {
    seconds as f64 / DAY as f64
}

pub(super) fn in_seconds(days: f64) -> i64 {
    (days * DAY as f64) as i64
}

/// The first moment at or after `moment` on the grid `offset + n * every`.
pub(super) fn on_grid(moment: i64, every: i64, offset: i64) -> i64 {
    moment + (offset - moment).rem_euclid(every)
}

pub(super) fn time(moment: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(moment, 0).unwrap_or_default()
}

pub(super) fn date(moment: i64) -> NaiveDate {
    time(moment).date_naive()
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, Weekday};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn weeks_begin_on_monday_and_hold_their_moments(moment in 0..4_000_000_000_i64) {
            let start = week_start(week_of(moment));
            prop_assert_eq!(time(start).weekday(), Weekday::Mon);
            prop_assert!((start..start + WEEK).contains(&moment));
        }

        #[test]
        fn the_next_moment_on_a_grid_is_the_first(moment in -9999..99_999_i64, every in 1..5000_i64, offset in -9999..9999_i64) {
            let next = on_grid(moment, every, offset);
            prop_assert!((moment..moment + every).contains(&next));
            prop_assert_eq!((next - offset).rem_euclid(every), 0);
        }
    }
}
