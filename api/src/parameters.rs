//! Query parameters, checked: each is named, typed and bounded by the endpoint that takes it, and nothing else passes.
//!
//! An endpoint reads what it knows and ends with [`Parameters::finish`], which refuses the rest. Every refusal says what
//! is accepted.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use chrono::NaiveDate;
use events::Region;
use serde_json::json;
use thiserror::Error;

use crate::envelope::{Code, Problem};

/// How many rows a list may have.
pub(crate) const LIMITS: RangeInclusive<i64> = 1..=200;

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
fn day(text: &str) -> Option<NaiveDate> {
    text.parse().ok().filter(|day: &NaiveDate| day.to_string() == text)
}

/// What the caller sent, short enough to be repeated to it.
fn excerpt(text: &str) -> String {
    const SHOWN: usize = 40;
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
