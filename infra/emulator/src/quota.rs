//! The quota of the YouTube Data API: units per project and day, and a bucket of its own for `search.list`. It is full
//! again at midnight Pacific.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::pacific;

/// What a call takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cost {
    Units(u32),
    Search,
}

/// What a call took, for the journal.
#[derive(Debug, Clone)]
pub(crate) struct Spent {
    pub(crate) project: String,
    pub(crate) units: u32,
}

#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Used {
    pub(crate) units: u32,
    pub(crate) searches: u32,
}

#[derive(Debug)]
pub(crate) struct Ledger {
    units_per_day: u32,
    searches_per_day: u32,
    used: BTreeMap<(String, NaiveDate), Used>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Exhausted;

impl Ledger {
    pub(crate) fn new(units_per_day: u32, searches_per_day: u32) -> Self {
        Self {
            units_per_day,
            searches_per_day,
            used: BTreeMap::new(),
        }
    }

    pub(crate) fn spend(&mut self, project: &str, cost: Cost, now: DateTime<Utc>) -> Result<Spent, Exhausted> {
        let used = self.used.entry((project.to_owned(), pacific::day_of(now))).or_default();
        let (bucket, take, limit) = match cost {
            Cost::Units(units) => (&mut used.units, units, self.units_per_day),
            Cost::Search => (&mut used.searches, 1, self.searches_per_day),
        };
        if *bucket + take > limit {
            return Err(Exhausted);
        }
        *bucket += take;
        Ok(Spent {
            project: project.to_owned(),
            units: take,
        })
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, NaiveDate, Used)> {
        self.used
            .iter()
            .map(|((project, day), used)| (project.as_str(), *day, *used))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_apart_and_full_again_at_midnight_pacific() {
        let mut ledger = Ledger::new(2, 1);
        let evening = pacific::end(NaiveDate::from_ymd_opt(2026, 7, 1).expect("a day")) - chrono::TimeDelta::seconds(1);
        let mut spend = |cost, seconds| {
            ledger
                .spend("k", cost, evening + chrono::TimeDelta::seconds(seconds))
                .is_ok()
        };
        assert!(spend(Cost::Units(1), 0) && spend(Cost::Units(1), 0) && spend(Cost::Search, 0));
        assert!(!spend(Cost::Units(1), 0) && !spend(Cost::Search, 0));
        assert!(spend(Cost::Units(1), 1) && spend(Cost::Search, 1));
    }
}
