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
pub use trend_signal::{Relation, Scale, TrendSignal, TrendSource};
pub use video_snapshot::{Availability, Live, VideoSnapshot};

use crate::Invalid;

/// Larger than any counter or amount can be (all of YouTube has fewer views), and small enough that sums over
/// thousands of rows stay within 64 bits.
const LARGEST: i64 = 1_000_000_000_000_000;

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

/// Refuses an empty text and one with a NUL byte, which no SQL text column holds.
fn text(field: &'static str, value: &str) -> Result<(), Invalid> {
    if value.is_empty() {
        return Err(Invalid::new(field, "is empty"));
    }
    no_nul(field, value)
}

fn no_nul(field: &'static str, value: &str) -> Result<(), Invalid> {
    match value.contains('\0') {
        true => Err(Invalid::new(field, "holds a NUL byte")),
        false => Ok(()),
    }
}
