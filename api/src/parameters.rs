//! Query parameters, checked: each is named, typed and bounded by the endpoint that takes it, and nothing else passes.
//!
//! An endpoint reads what it knows and ends with [`Parameters::finish`], which refuses the rest. Every refusal says what
//! is accepted.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use events::Region;
use features::{Column, Kind};
use serde_json::json;
use thiserror::Error;

use crate::envelope::{Code, Problem};

/// How many rows a list may have.
pub(crate) const LIMITS: RangeInclusive<i64> = 1..=200;

/// By which column a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Ascending(&'static str),
    Descending(&'static str),
}

#[derive(Debug, Error)]
pub(crate) enum InvalidParameter {
    #[error("{name} must be {accepted}, not {given:?}")]
    Malformed {
        name: String,
        given: String,
        accepted: String,
    },
    #[error("{name} is given more than once: give it once")]
    Repeated { name: String },
    #[error("{name} is not a parameter here: accepted is {accepted}")]
    Unknown { name: String, accepted: String },
    #[error("the query string can't be read: give name=value pairs, joined by & and percent-encoded")]
    Unreadable,
}

impl InvalidParameter {
    fn details(&self) -> serde_json::Value {
        match self {
            Self::Unknown { name, accepted } => json!({"parameter": name, "accepted": accepted}),
            Self::Malformed { name, given, accepted } => {
                json!({"parameter": name, "given": given, "accepted": accepted})
            }
            Self::Repeated { name } => json!({"parameter": name}),
            Self::Unreadable => json!({}),
        }
    }
}

impl From<InvalidParameter> for Problem {
    fn from(invalid: InvalidParameter) -> Self {
        Problem::new(Code::ValidationFailed, invalid.to_string()).with_details(invalid.details())
    }
}

/// The query's parameters that have not been read yet.
#[derive(Debug)]
pub(crate) struct Parameters {
    given: BTreeMap<String, String>,
    known: Vec<&'static str>,
}

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let Query(pairs) =
            Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map_err(|_| InvalidParameter::Unreadable)?;
        let mut given = BTreeMap::new();
        for (name, value) in pairs {
            if given.contains_key(&name) {
                return Err(InvalidParameter::Repeated { name: excerpt(&name) }.into());
            }
            given.insert(name, value);
        }
        let known = Vec::new();
        Ok(Self { given, known })
    }
}

impl Parameters {
    pub(crate) fn region(&mut self) -> Result<Option<Region>, InvalidParameter> {
        let accepted = "an ISO 3166-1 alpha-2 country code in upper case, such as US or FR";
        let read = |text: &str| Region::new(text).ok();
        self.read("region", accepted, read)
    }

    pub(crate) fn day(&mut self, name: &'static str) -> Result<Option<NaiveDate>, InvalidParameter> {
        self.read(name, "a day as YYYY-MM-DD, such as 2020-08-14", day)
    }

    pub(crate) fn integer(
        &mut self,
        name: &'static str,
        range: RangeInclusive<i64>,
    ) -> Result<Option<i64>, InvalidParameter> {
        let accepted = format!("an integer from {} to {}", range.start(), range.end());
        let read = |text: &str| text.parse().ok().filter(|number| range.contains(number));
        self.read(name, accepted, read)
    }

    /// A moment, such as `2026-11-26T10:00:00Z`.
    pub(crate) fn instant(&mut self, name: &'static str) -> Result<Option<DateTime<Utc>>, InvalidParameter> {
        let read = |text: &str| DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.to_utc());
        self.read(name, "a moment as RFC 3339, such as 2026-11-26T10:00:00Z", read)
    }

    /// Up to 200 characters.
    pub(crate) fn text(&mut self, name: &'static str) -> Result<Option<String>, InvalidParameter> {
        self.read(name, "a text of up to 200 characters", text)
    }

    /// The column to order by, one of `columns`: largest first, or with a `+` before it smallest first.
    pub(crate) fn order(&mut self, columns: &[&'static str]) -> Result<Option<Order>, InvalidParameter> {
        let accepted = format!("one of {}, with + before it for smallest first", columns.join(", "));
        let known = |name: &str| columns.iter().find(|column| **column == name).copied();
        // a plus that was not percent-encoded arrives as a space
        let read = |text: &str| match text.strip_prefix(['+', ' ']) {
            Some(name) => known(name).map(Order::Ascending),
            None => known(text).map(Order::Descending),
        };
        self.read("order", accepted, read)
    }

    /// Values of columns, each checked against what its column holds.
    pub(crate) fn columns(&mut self, columns: &[Column]) -> Result<Vec<(Column, String)>, InvalidParameter> {
        let mut given = Vec::new();
        for column in columns {
            let (accepted, fits): (&str, fn(&str) -> bool) = match column.kind {
                Kind::Text => ("a text of up to 200 characters", |value| text(value).is_some()),
                Kind::Day => ("a day as YYYY-MM-DD, such as 2020-08-14", |value| day(value).is_some()),
                Kind::Int => ("an integer of 32 bits", |value| value.parse::<i32>().is_ok()),
                Kind::Big => ("an integer of 64 bits", |value| value.parse::<i64>().is_ok()),
                Kind::Time => ("a moment as RFC 3339, such as 2026-11-26T10:00:00Z", |value| {
                    DateTime::parse_from_rfc3339(value).is_ok_and(|at| YEARS.contains(&at.year()))
                }),
                Kind::Bool => ("true or false", |value| value.parse::<bool>().is_ok()),
                Kind::Real => ("a number", |value| value.parse::<f64>().is_ok_and(f64::is_finite)),
                Kind::Bytes => ("nothing", |_| false),
            };
            let read = |value: &str| fits(value).then(|| value.to_owned());
            if let Some(value) = self.read(column.name, accepted, read)? {
                given.push((*column, value));
            }
        }
        Ok(given)
    }

    /// Refuses what nobody has asked for.
    pub(crate) fn finish(self) -> Result<(), InvalidParameter> {
        let Some(name) = self.given.keys().next() else {
            return Ok(());
        };
        let accepted = match self.known.as_slice() {
            [] => "none".to_owned(),
            known => known.join(", "),
        };
        Err(InvalidParameter::Unknown {
            name: excerpt(name),
            accepted,
        })
    }

    fn read<T>(
        &mut self,
        name: &'static str,
        accepted: impl fmt::Display,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, InvalidParameter> {
        self.known.push(name);
        let Some(given) = self.given.remove(name) else {
            return Ok(None);
        };
        match read(&given) {
            Some(value) => Ok(Some(value)),
            None => Err(InvalidParameter::Malformed {
                name: name.to_owned(),
                given: excerpt(&given),
                accepted: accepted.to_string(),
            }),
        }
    }
}

/// Exactly `YYYY-MM-DD`; chrono alone would also take `2020-8-1` and years of five digits.
/// Years that the database has, written with four digits.
const YEARS: RangeInclusive<i32> = 1..=9999;

fn day(text: &str) -> Option<NaiveDate> {
    text.parse()
        .ok()
        .filter(|day: &NaiveDate| day.to_string() == text && YEARS.contains(&day.year()))
}

fn text(text: &str) -> Option<String> {
    (text.chars().count() <= 200 && !text.contains('\0')).then(|| text.to_owned())
}

/// What the caller sent, short enough to be repeated to it.
fn excerpt(text: &str) -> String {
    const SHOWN: usize = 40;
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
