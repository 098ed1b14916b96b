//! Moments in ISO 8601.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use super::cell::Damage;
use crate::FaultKind;

/// The event time of what does not say when it was true. Any later observation replaces it.
pub(crate) const UNDATED: DateTime<Utc> = DateTime::UNIX_EPOCH;

/// When something was published: an ISO 8601 date-time or date.
pub(crate) fn published(text: &str) -> Result<DateTime<Utc>, Damage> {
    let iso = moment(text).or_else(|| text.parse().ok().map(midnight));
    iso.ok_or_else(|| {
        Damage::new(
            FaultKind::NotADate,
            text,
            "is not an ISO date-time such as 2017-11-13T17:13:01Z",
        )
    })
}

/// A date-time; without an offset it is taken as UTC.
pub(crate) fn moment(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    let without_offset = |form| NaiveDateTime::parse_from_str(text, form).ok();
    let time = without_offset("%Y-%m-%dT%H:%M:%S%.f").or_else(|| without_offset("%Y-%m-%d %H:%M:%S%.f"));
    time.map(|time| time.and_utc())
}

/// The beginning of a day in UTC.
pub(crate) fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}
