//! Where a row comes from: the provenance columns of every table.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, Date32Array, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray,
};
use chrono::{DateTime, Utc};
use events::{Envelope, SourceClass};
use lake::Verdict;
use log::Record;

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

pub(super) struct Provenance {
    envelope: Envelope,
    topic: &'static str,
    partition: i32,
    offset: i64,
    ingested_at: DateTime<Utc>,
    watermark: Option<DateTime<Utc>>,
    verdict: Verdict,
    reason: Option<String>,
    raw: Option<Vec<u8>>,
}

impl Provenance {
    pub(super) fn new(
        record: &Record,
        envelope: Envelope,
        now: DateTime<Utc>,
        watermark: Option<DateTime<Utc>>,
    ) -> Self {
        Self {
            envelope,
            topic: record.partition.topic.name(),
            partition: record.partition.number,
            offset: record.offset,
            ingested_at: now,
            watermark,
            verdict: Verdict::Accepted,
            reason: None,
            raw: None,
        }
    }

    pub(super) fn rejected(self, reason: String, raw: Vec<u8>) -> Self {
        Self {
            verdict: Verdict::Rejected,
            reason: Some(reason),
            raw: Some(raw),
            ..self
        }
    }

    /// Days since 1970-01-01 of the event time, UTC.
    fn observed_on(&self) -> Option<i32> {
        let days = self.envelope.time?.timestamp().div_euclid(SECONDS_PER_DAY);
        i32::try_from(days).ok()
    }
}

/// The columns in the order of the table catalogue.
pub(super) fn columns(rows: &[Provenance]) -> Vec<ArrayRef> {
    let texts = |text: &dyn Fn(&Provenance) -> Option<String>| -> ArrayRef {
        Arc::new(rows.iter().map(text).collect::<StringArray>())
    };
    let times = |time: &dyn Fn(&Provenance) -> Option<i64>| -> ArrayRef {
        Arc::new(
            rows.iter()
                .map(time)
                .collect::<TimestampMicrosecondArray>()
                .with_timezone("UTC"),
        )
    };
    vec![
        Arc::new(rows.iter().map(Provenance::observed_on).collect::<Date32Array>()),
        times(&|row| row.envelope.time.map(|time| time.timestamp_micros())),
        texts(&|row| Some(row.topic.to_owned())),
        Arc::new(rows.iter().map(|row| Some(row.partition)).collect::<Int32Array>()),
        Arc::new(rows.iter().map(|row| Some(row.offset)).collect::<Int64Array>()),
        texts(&|row| Some(row.envelope.id.to_string())),
        texts(&|row| Some(row.envelope.kind.clone())),
        texts(&|row| Some(row.envelope.source.clone())),
        times(&|row| Some(row.ingested_at.timestamp_micros())),
        texts(&|row| Some(row.verdict.as_str().to_owned())),
        texts(&|row| row.reason.clone()),
        Arc::new(rows.iter().map(|row| row.raw.as_deref()).collect::<BinaryArray>()),
        texts(&|row| row.envelope.subject.clone()),
        texts(&|row| Some(SourceClass::of(&row.envelope.source).as_str().to_owned())),
        times(&|row| row.watermark.map(|time| time.timestamp_micros())),
    ]
}
