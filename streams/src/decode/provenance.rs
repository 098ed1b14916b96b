//! Where a row comes from: the provenance columns of every table.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, Date32Array, Int32Array, Int64Array, StringArray, StringBuilder, TimestampMicrosecondArray,
};
use chrono::{DateTime, Datelike, Utc};
use events::{Attributes, EventId, SourceClass};
use lake::Verdict;
use log::Record;
use uuid::Uuid;
use uuid::fmt::Hyphenated;

const MICROS_PER_DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// The years an observation can be made in.
pub(super) const YEARS: Range<i32> = 1970..2100;

pub(super) struct Provenance<'a> {
    record: &'a Record,
    id: EventId,
    attributes: Attributes<'a>,
    watermark: Option<DateTime<Utc>>,
    rejected: Option<Rejected<'a>>,
}

/// Why a record can't be used, and what is kept of it.
pub(super) struct Rejected<'a> {
    pub(super) reason: String,
    pub(super) raw: &'a [u8],
}

impl<'a> Provenance<'a> {
    pub(super) fn new(
        record: &'a Record,
        id: EventId,
        attributes: Attributes<'a>,
        watermark: Option<DateTime<Utc>>,
    ) -> Self {
        Self {
            record,
            id,
            attributes,
            watermark,
            rejected: None,
        }
    }

    pub(super) fn rejected(self, rejected: Rejected<'a>) -> Self {
        Self {
            rejected: Some(rejected),
            ..self
        }
    }

    fn verdict(&self) -> Verdict {
        match self.rejected {
            None => Verdict::Accepted,
            Some(_) => Verdict::Rejected,
        }
    }

    /// The event time. That of a rejected record can be any; one that readers of Delta tables can't hold is left to the
    /// reason.
    fn observed_at(&self) -> Option<DateTime<Utc>> {
        self.attributes.time.filter(|time| YEARS.contains(&time.year()))
    }

    /// Days since 1970-01-01 of the event time, UTC.
    fn observed_on(&self) -> Option<i32> {
        // a leap second is the first of the next day for both
        let days = self.observed_at()?.timestamp_micros().div_euclid(MICROS_PER_DAY);
        i32::try_from(days).ok()
    }
}

/// The columns in the order of the table catalogue.
pub(super) fn columns(rows: &[Provenance<'_>], now: DateTime<Utc>) -> Vec<ArrayRef> {
    let texts = |text: &dyn for<'r> Fn(&'r Provenance<'_>) -> Option<&'r str>| -> ArrayRef {
        Arc::new(rows.iter().map(text).collect::<StringArray>())
    };
    let times = |time: &dyn Fn(&Provenance<'_>) -> Option<DateTime<Utc>>| -> ArrayRef {
        let micros = rows.iter().map(|row| time(row).map(|time| time.timestamp_micros()));
        Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
    };
    let raw = |row: &Provenance<'_>| row.rejected.as_ref().map(|rejected| rejected.raw.to_vec());
    vec![
        Arc::new(rows.iter().map(Provenance::observed_on).collect::<Date32Array>()),
        times(&|row| row.observed_at()),
        texts(&|row| Some(row.record.partition.topic.name())),
        Arc::new(
            rows.iter()
                .map(|row| Some(row.record.partition.number))
                .collect::<Int32Array>(),
        ),
        Arc::new(rows.iter().map(|row| Some(row.record.offset)).collect::<Int64Array>()),
        Arc::new(ids(rows.iter().map(|row| row.id.as_uuid()))),
        texts(&|row| Some(row.attributes.kind)),
        texts(&|row| Some(row.attributes.source)),
        times(&|_| Some(now)),
        texts(&|row| Some(row.verdict().as_str())),
        texts(&|row| row.rejected.as_ref().map(|rejected| rejected.reason.as_str())),
        Arc::new(rows.iter().map(raw).collect::<BinaryArray>()),
        texts(&|row| row.attributes.subject),
        texts(&|row| Some(SourceClass::of(row.attributes.source).as_str())),
        times(&|row| row.watermark),
    ]
}

fn ids(ids: impl ExactSizeIterator<Item = Uuid>) -> StringArray {
    let mut texts = StringBuilder::with_capacity(ids.len(), ids.len() * Hyphenated::LENGTH);
    let mut text = [0; Hyphenated::LENGTH];
    for id in ids {
        texts.append_value(id.hyphenated().encode_lower(&mut text));
    }
    texts.finish()
}
