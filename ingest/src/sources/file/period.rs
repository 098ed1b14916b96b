//! The days that a table is of, where only its user or its name tells.

use std::path::Path;
use std::str::FromStr;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use thiserror::Error;

use crate::table_file::UNDATED;
use crate::table_file::moment::midnight;

/// From a first to a last day, both in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a period: write it as 2021-10-01..2021-10-31, both days in it")]
pub struct PeriodError(String);

impl Period {
    pub fn new(from: NaiveDate, to: NaiveDate) -> Option<Self> {
        (from <= to).then_some(Self { from, to })
    }

    /// YouTube Studio names folders and archives `Content 2021-10-01_2021-11-01 Name`; the second day is the one after
    /// the last.
    pub(crate) fn of_path(path: &Path) -> Option<Self> {
        let names = path.ancestors().filter_map(|part| part.file_name()?.to_str());
        names.take(3).find_map(Self::of_name)
    }

    fn of_name(name: &str) -> Option<Self> {
        let words = name.split_whitespace();
        words.filter_map(|word| word.split_once('_')).find_map(|(from, after)| {
            let after: NaiveDate = after.get(..10)?.parse().ok()?;
            Self::new(from.parse().ok()?, after.checked_sub_days(Days::new(1))?)
        })
    }

    /// The moment at which it is over.
    pub(crate) fn end(period: Option<Self>) -> DateTime<Utc> {
        period.map_or(UNDATED, |period| midnight(period.to) + TimeDelta::days(1))
    }

    /// Its length; 0 when nobody knows it.
    pub(crate) fn seconds(period: Option<Self>) -> i64 {
        period.map_or(0, |period| {
            (Self::end(Some(period)) - midnight(period.from)).num_seconds()
        })
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let read = || {
            let (from, to) = text.split_once("..")?;
            let day = |text: &str| {
                let day: NaiveDate = text.trim().parse().ok()?;
                (2004..2100).contains(&chrono::Datelike::year(&day)).then_some(day)
            };
            Self::new(day(from)?, day(to)?)
        };
        read().ok_or_else(|| PeriodError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, from: &str, to: &str) {
        let period = Period::of_path(Path::new(path)).expect("a period");
        assert_eq!(
            (period.from.to_string(), period.to.to_string()),
            (from.into(), to.into()),
            "{path}"
        );
    }

    #[test]
    fn a_folder_or_an_archive_tells_the_period() {
        check(
            "Content 2021-10-01_2021-11-01 Name/Table data.csv",
            "2021-10-01",
            "2021-10-31",
        );
        check(
            "in/Traffic source 2020-09-01_2020-09-02 A B.zip/Totals.csv",
            "2020-09-01",
            "2020-09-01",
        );
        assert_eq!(Period::of_path(Path::new("Table data.csv")), None);
    }

    #[test]
    fn a_typed_period_has_both_its_days() {
        let period: Period = "2021-10-01..2021-10-31".parse().expect("a period");
        assert_eq!(Period::seconds(Some(period)), 31 * 86_400);
        for wrong in ["2021-10-01", "2021-10-02..2021-10-01", "a..b", "0001-01-01..2021-01-01"] {
            assert!(wrong.parse::<Period>().is_err(), "{wrong}");
        }
    }
}
