//! Google's quota day: it ends at midnight in California, in summer and in winter time.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::America::Los_Angeles;

/// The Pacific day that `now` is in.
pub fn quota_day(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&Los_Angeles).date_naive()
}

/// When that day ends.
pub fn next_reset(now: DateTime<Utc>) -> DateTime<Utc> {
    starts_at(quota_day(now).checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX))
}

fn starts_at(day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    // California changes its clocks at two in the morning, so midnight is always there once
    let local = Los_Angeles.from_local_datetime(&midnight).earliest();
    local.map_or_else(|| midnight.and_utc(), |local| local.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reset(now: &str) -> String {
        next_reset(now.parse().expect("a time")).to_rfc3339()
    }

    #[test]
    fn midnight_pacific_is_seven_or_eight_utc() {
        assert_eq!(reset("2026-11-25T12:00:00Z"), "2026-11-26T08:00:00+00:00");
        assert_eq!(reset("2026-11-25T07:59:59Z"), "2026-11-25T08:00:00+00:00");
        assert_eq!(reset("2026-07-01T12:00:00Z"), "2026-07-02T07:00:00+00:00");
    }

    #[test]
    fn the_days_on_which_clocks_change_have_23_and_25_hours() {
        // 2026-03-08 and 2026-11-01
        assert_eq!(reset("2026-03-08T08:00:00Z"), "2026-03-09T07:00:00+00:00");
        assert_eq!(reset("2026-11-01T07:00:00Z"), "2026-11-02T08:00:00+00:00");
        assert_eq!(
            quota_day("2026-11-02T07:59:59Z".parse().expect("a time")).to_string(),
            "2026-11-01"
        );
    }
}
