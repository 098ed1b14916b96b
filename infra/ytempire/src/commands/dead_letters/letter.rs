//! A dead letter, as the view of that name holds it.

use std::borrow::Cow;

use anyhow::{Context, Result};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use batch::Session;
use chrono::{DateTime, Utc};
use events::{CONTENT_TYPE_JSON, Envelope, EventId, Rejection, Topic};
use futures::StreamExt;
use serde::{Serialize, Serializer};

#[derive(Debug, Clone, Serialize)]
pub struct Letter {
    pub event_id: String,
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    pub source: String,
    /// The file it stands in, where the source has files.
    pub subject: Option<String>,
    pub kind: String,
    pub observed_at: Option<DateTime<Utc>>,
    pub ingested_at: DateTime<Utc>,
    pub reason: String,
    /// As text; bytes that are none are shown as the replacement character.
    #[serde(serialize_with = "as_text")]
    pub raw: Vec<u8>,
}

impl Letter {
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.raw)
    }

    /// The record as it was: `None` when its source could not read it, or it never was a CloudEvents record.
    pub fn record(&self) -> Option<(Topic, Envelope)> {
        if self.kind.is_empty() || self.kind == Rejection::KIND {
            return None;
        }
        let id = EventId::parse(&self.event_id)?;
        let envelope = Envelope {
            id,
            source: self.source.clone(),
            kind: self.kind.clone(),
            time: self.observed_at,
            content_type: CONTENT_TYPE_JSON.to_owned(),
            subject: self.subject.clone(),
            reject_reason: None,
            seal: Some(events::seal(&self.source, id, self.observed_at, &self.raw)),
        };
        Topic::from_name(&self.topic).map(|topic| (topic, envelope))
    }
}

fn as_text<S: Serializer>(raw: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(raw))
}

/// All dead letters, newest first.
pub async fn read(session: &Session) -> Result<Vec<Letter>> {
    let query = include_str!("letters.sql");
    let (_, mut batches) = session.query(query).await?;
    let mut letters = Vec::new();
    while let Some(batch) = batches.next().await {
        letters.extend(of(&batch?)?);
    }
    Ok(letters)
}

fn of(batch: &RecordBatch) -> Result<Vec<Letter>> {
    let column = |name: &str, kind: DataType| -> Result<ArrayRef> {
        let array = batch
            .column_by_name(name)
            .with_context(|| format!("dead_letters has no column {name}"))?;
        Ok(cast(array, &kind)?)
    };
    let time = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let texts = ["_event_id", "_topic", "_source", "_event_type", "_reason", "_subject"];
    let texts = texts.map(|name| column(name, DataType::Utf8));
    let texts = texts.into_iter().collect::<Result<Vec<_>>>()?;
    let (partitions, offsets) = (
        column("_partition", DataType::Int32)?,
        column("_offset", DataType::Int64)?,
    );
    let (observed, ingested) = (column("observed_at", time.clone())?, column("_ingested_at", time)?);
    let raw = column("_raw", DataType::Binary)?;
    let text = |i: usize, row: usize| texts[i].as_string::<i32>().value(row).to_owned();
    let instant = |array: &ArrayRef, row: usize| {
        let array = array.as_primitive::<TimestampMicrosecondType>();
        array
            .is_valid(row)
            .then(|| array.value(row))
            .and_then(DateTime::from_timestamp_micros)
    };
    let letter = |row| Letter {
        event_id: text(0, row),
        topic: text(1, row),
        partition: partitions.as_primitive::<Int32Type>().value(row),
        offset: offsets.as_primitive::<Int64Type>().value(row),
        source: text(2, row),
        subject: texts[5].is_valid(row).then(|| text(5, row)),
        kind: text(3, row),
        observed_at: instant(&observed, row),
        ingested_at: instant(&ingested, row).unwrap_or_default(),
        reason: text(4, row),
        raw: raw.as_binary::<i32>().value(row).to_vec(),
    };
    Ok((0..batch.num_rows()).map(letter).collect())
}
