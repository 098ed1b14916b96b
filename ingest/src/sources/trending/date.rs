//! The forms of a date that exports use.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use crate::FaultKind;
use crate::table_file::cell::Damage;
use crate::table_file::moment::{midnight, moment};

/// YouTube was founded in 2005; a year beyond this is a mistake, not a date.
const YEARS: std::ops::RangeInclusive<i32> = 2005..=2100;

/// The moment of observation: `DD.MM` (only where `year` is known), `YY.DD.MM`, an ISO 8601 date or date-time. A day stands for its
/// beginning in UTC; a time without offset is taken as UTC.
pub(super) fn observed(text: &str, year: Option<i32>) -> Result<DateTime<Utc>, Damage> {
    let time = day(text, year).map(midnight).or_else(|| moment(text));
    match time.filter(|time| YEARS.contains(&time.year())) {
        Some(time) => Ok(time),
        None => Err(Damage::new(
            FaultKind::NotADate,
            text,
            "is not a date of an export: DD.MM, YY.DD.MM, YYYY-MM-DD or an ISO date-time",
        )),
    }
}

fn day(text: &str, year: Option<i32>) -> Option<NaiveDate> {
    match (text.len(), text.as_bytes()) {
        (5, [_, _, b'.', ..]) => NaiveDate::from_ymd_opt(year?, pair(text, 3)?, pair(text, 0)?),
        (8, [_, _, b'.', _, _, b'.', ..]) => NaiveDate::from_ymd_opt(
            2000 + i32::try_from(pair(text, 0)?).ok()?,
            pair(text, 6)?,
            pair(text, 3)?,
        ),
        (10, _) => text.parse().ok(),
        _ => None,
    }
}

/// The two digits at `place`.
fn pair(text: &str, place: usize) -> Option<u32> {
    let digits = text.get(place..place + 2)?;
    match digits.bytes().all(|byte| byte.is_ascii_digit()) {
        true => digits.parse().ok(),
        false => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let time = observed(text, Some(2017)).expect("a date");
        assert_eq!(
            time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            expected,
            "{text}"
        );
    }

    #[test]
    fn every_generation_has_its_form() {
        check("13.09", "2017-09-13T00:00:00Z");
        check("17.14.11", "2017-11-14T00:00:00Z");
        check("18.01.11", "2018-11-01T00:00:00Z");
        check("2020-08-12", "2020-08-12T00:00:00Z");
        check("2020-08-12T00:00:00Z", "2020-08-12T00:00:00Z");
        check("2020-08-12T00:30:00.000+01:00", "2020-08-11T23:30:00Z");
        check("2020-08-12 06:00:00", "2020-08-12T06:00:00Z");
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "1.1",
            "32.01",
            "29.02",
            "17.11.14",
            "#NAME?",
            "0001-01-01",
            "9999-01-01",
            "12/08/2020",
            "é.é1",
            "+1.+2",
        ] {
            assert_eq!(observed(text, Some(2017)).expect_err(text).kind, FaultKind::NotADate);
        }
        assert!(observed("29.02", Some(2016)).is_ok());
        assert!(observed("29.02", None).is_err(), "no file says which year");
    }
}
