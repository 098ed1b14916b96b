//! Days as YouTube counts them: from midnight to midnight in Los Angeles, daylight saving included. Quotas end and
//! analytics days begin there.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::America::Los_Angeles;

pub(crate) fn day_of(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&Los_Angeles).date_naive()
}

/// The first moment of a day. Clocks there are never changed at midnight.
pub(crate) fn begin(day: NaiveDate) -> DateTime<Utc> {
    let midnight = Los_Angeles.from_local_datetime(&day.and_time(NaiveTime::MIN));
    midnight
        .earliest()
        .map_or_else(|| day.and_time(NaiveTime::MIN).and_utc(), |time| time.to_utc())
}

pub(crate) fn end(day: NaiveDate) -> DateTime<Utc> {
    begin(day.checked_add_days(Days::new(1)).unwrap_or(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_follow_daylight_saving() {
        let hours = |month, day| {
            let day = NaiveDate::from_ymd_opt(2026, month, day).expect("a day");
            assert_eq!(day_of(begin(day)), day);
            (end(day) - begin(day)).num_hours()
        };
        assert_eq!((hours(3, 7), hours(3, 8), hours(11, 1)), (24, 23, 25));
    }
}
