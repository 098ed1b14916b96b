//! Payload types, one file each. Their JSON Schemas are committed under `streams/events/schemas/`.

mod alert;
mod analytics_row;
mod category_name;
mod channel_snapshot;
mod comment;
mod exchange_rate;
mod revenue_record;
mod trend_signal;
mod video_snapshot;

pub use alert::{Alert, AlertKind, Severity};
pub use analytics_row::{AnalyticsRow, Report};
pub use category_name::CategoryName;
pub use channel_snapshot::ChannelSnapshot;
pub use comment::Comment;
pub use exchange_rate::{ExchangeRate, RatePublisher};
pub use revenue_record::{RevenueKind, RevenueRecord, RevenueSource, RevenueStatus};
pub use trend_signal::{Relation, Scale, TrendSignal, TrendSource, folded};
pub use video_snapshot::{Availability, Live, VideoSnapshot};

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use crate::Invalid;

/// Larger than any counter or amount can be (the most watched channels have 3e11 views), and small enough that sums over
/// hundreds of thousands of rows stay within 64 bits.
const LARGEST: i64 = 10_000_000_000_000;

/// Refuses a negative counter, and one that can't be true.
fn counter(field: &'static str, value: Option<i64>) -> Result<(), Invalid> {
    match value {
        Some(count) if count < 0 => Err(Invalid::new(field, format!("{count} is negative"))),
        Some(count) => bounded(field, count),
        None => Ok(()),
    }
}

fn bounded(field: &'static str, value: i64) -> Result<(), Invalid> {
    match value.unsigned_abs() > LARGEST.unsigned_abs() {
        true => Err(Invalid::new(
            field,
            format!("{value} is beyond {LARGEST}, more than there can be"),
        )),
        false => Ok(()),
    }
}

/// Refuses a measured quantity that is negative or no number.
fn quantity(field: &'static str, value: Option<f64>) -> Result<(), Invalid> {
    match value {
        Some(value) if !value.is_finite() || value < 0.0 => Err(Invalid::new(field, "is negative or not a number")),
        _ => Ok(()),
    }
}

/// Refuses an empty or blank text and one with a NUL byte, which no SQL text column holds.
fn text(field: &'static str, value: &str) -> Result<(), Invalid> {
    if value.is_empty() {
        return Err(Invalid::new(field, "is empty"));
    }
    if value.chars().all(char::is_whitespace) {
        return Err(Invalid::new(field, "is blank"));
    }
    no_nul(field, value)
}

/// Refuses a text that rows are found by (see [`text`]) and that no index could hold.
fn name(field: &'static str, value: &str) -> Result<(), Invalid> {
    text(field, value)?;
    short(field, value)
}

/// An index entry of Postgres holds 2,704 bytes, of all its columns together.
const LONGEST_NAME: usize = 1_000;

/// Refuses a text longer than an index holds.
fn short(field: &'static str, value: &str) -> Result<(), Invalid> {
    match value.len() > LONGEST_NAME {
        true => Err(Invalid::new(
            field,
            format!("has {} bytes; a name ends at {LONGEST_NAME}", value.len()),
        )),
        false => no_nul(field, value),
    }
}

/// Refuses a date that nothing here can be of: there is date arithmetic behind.
fn date(field: &'static str, value: Option<NaiveDate>) -> Result<(), Invalid> {
    match value {
        Some(day) if !(1970..2100).contains(&day.year()) => {
            Err(Invalid::new(field, format!("{day} is not between 1970 and 2099")))
        }
        _ => Ok(()),
    }
}

fn moment(field: &'static str, value: Option<DateTime<Utc>>) -> Result<(), Invalid> {
    date(field, value.map(|time| time.date_naive()))
}

fn no_nul(field: &'static str, value: &str) -> Result<(), Invalid> {
    match value.contains('\0') {
        true => Err(Invalid::new(field, "holds a NUL byte")),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<P: crate::Payload>(json: &str) -> &'static str {
        let payload: P = serde_json::from_str(json).expect("a payload");
        payload.check().map_or_else(|invalid| invalid.field, |()| "nothing")
    }

    /// Each of these has stopped a pipeline: what is computed of it has no room for it, or no index has.
    #[test]
    fn what_views_could_not_hold_is_refused_by_name() {
        let signal = |keyword: &str, value: &str| {
            format!(r#"{{"keyword":"{keyword}","source":"x","window_seconds":60,"value":{value},"scale":"count"}}"#)
        };
        assert_eq!(refused::<TrendSignal>(&signal("cats", "50000000000")), "nothing");
        assert_eq!(refused::<TrendSignal>(&signal("cats", "1e12")), "value");
        assert_eq!(refused::<TrendSignal>(&signal("cats", "1e300")), "value");
        assert_eq!(refused::<TrendSignal>(&signal(&"x".repeat(8_000), "1")), "keyword");
        assert_eq!(refused::<TrendSignal>(&signal(" \u{3000}", "1")), "keyword");
        let money = |reference: &str, day: &str| {
            format!(
                r#"{{"channel_id":"UC8888888888888888888888","source":"stripe","reference_id":"{reference}","amount_minor":100,"currency":"USD","day":"{day}","status":"confirmed"}}"#
            )
        };
        assert_eq!(refused::<RevenueRecord>(&money("r", "2026-11-20")), "nothing");
        assert_eq!(refused::<RevenueRecord>(&money("r", "-5000-01-01")), "day");
        assert_eq!(
            refused::<RevenueRecord>(&money(&"r".repeat(8_000), "2026-11-20")),
            "reference_id"
        );
        let video = |title: &str, published: &str| {
            format!(r#"{{"video_id":"vidabcdefgh","channel_title":"{title}","published_at":"{published}"}}"#)
        };
        assert_eq!(
            refused::<VideoSnapshot>(&video("cats", "2020-01-01T00:00:00Z")),
            "nothing"
        );
        assert_eq!(
            refused::<VideoSnapshot>(&video("cats", "-200000-01-01T00:00:00Z")),
            "published_at"
        );
        assert_eq!(
            refused::<VideoSnapshot>(&video(&"x".repeat(8_000), "2020-01-01T00:00:00Z")),
            "channel_title"
        );
        let rate = |rate: &str| {
            format!(r#"{{"publisher":"ecb","base":"EUR","currency":"SEK","rate":{rate},"day":"2026-11-20"}}"#)
        };
        assert_eq!(refused::<ExchangeRate>(&rate("11.2")), "nothing");
        assert_eq!(refused::<ExchangeRate>(&rate("1e-300")), "rate");
        assert_eq!(refused::<ExchangeRate>(&rate("1e300")), "rate");
        // two rows for one key, where every currency has one
        assert_eq!(refused::<ExchangeRate>(&rate("1").replace("SEK", "EUR")), "currency");
    }
}
