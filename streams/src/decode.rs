//! Records in, rows out: a plain function from a batch to a batch.
//!
//! A record that can't be used becomes a row all the same, with verdict, reason and raw bytes. Nothing is dropped.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, new_null_array};
use arrow::compute::concat_batches;
use arrow::error::ArrowError;
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use events::{
    Alert, AnalyticsRow, Attributes, CONTENT_TYPE_JSON, CategoryName, ChannelSnapshot, Comment, Event, EventId,
    ExchangeRate, Payload, Rejection, RevenueRecord, SourceClass, Topic, TrendSignal, VideoSnapshot, Watermarks,
};
use lake::Table;
use log::Record;
use serde_arrow::ArrayBuilder;

mod provenance;

use provenance::{Provenance, Rejected, YEARS};

/// Raw bytes kept of a rejected record; what is longer is cut, and the reason says so.
const MAX_RAW_BYTES: usize = 1 << 20;

/// An observation can't be made after it is told. This much is left to clocks and time zones.
const FARTHEST_AHEAD: TimeDelta = TimeDelta::hours(24);

/// The records of `topic`, in the order of their partitions, as rows with the columns of its table, accepted rows first. `now`
/// becomes `_ingested_at`. `watermarks` are those before the records, and become those behind them.
///
/// # Errors
/// Our fault: table and payload type don't fit together.
pub fn decode<'a>(
    topic: Topic,
    records: impl IntoIterator<Item = &'a Record>,
    now: DateTime<Utc>,
    watermarks: &mut Watermarks,
) -> Result<RecordBatch, ArrowError> {
    match topic {
        Topic::VideoSnapshots => rows::<VideoSnapshot>(records, now, watermarks),
        Topic::ChannelSnapshots => rows::<ChannelSnapshot>(records, now, watermarks),
        Topic::Categories => rows::<CategoryName>(records, now, watermarks),
        Topic::TrendSignals => rows::<TrendSignal>(records, now, watermarks),
        Topic::RevenueRecords => rows::<RevenueRecord>(records, now, watermarks),
        Topic::ExchangeRates => rows::<ExchangeRate>(records, now, watermarks),
        Topic::Analytics => rows::<AnalyticsRow>(records, now, watermarks),
        Topic::Comments => rows::<Comment>(records, now, watermarks),
        Topic::Alerts => rows::<Alert>(records, now, watermarks),
    }
}

fn rows<'a, P: Payload>(
    records: impl IntoIterator<Item = &'a Record>,
    now: DateTime<Utc>,
    watermarks: &mut Watermarks,
) -> Result<RecordBatch, ArrowError> {
    let table = Table::of(P::TOPIC);
    let mut payloads = ArrayBuilder::from_arrow(table.payload_schema().fields()).map_err(ours)?;
    let (mut accepted, mut rejected) = (Vec::new(), Vec::new());
    for record in records {
        let before = watermarks.of(record.partition);
        match record.attributes() {
            Ok(attributes) => match payload_of::<P>(record, &attributes) {
                Ok(payload) => {
                    payloads.push(&payload).map_err(ours)?;
                    if let Some(time) = attributes.time {
                        watermarks.note(record.partition, time, record.timestamp_ms);
                    }
                    let id = attributes.event_id(&record.value, |id| {
                        Event::is_id_of(id, attributes.source, attributes.time, &payload, &record.value)
                    });
                    accepted.push(Provenance::new(record, id, attributes, before));
                }
                Err(reason) => {
                    let id = id_of_rejected(record, &attributes);
                    rejected.push(reject(record, id, attributes, reason, before));
                }
            },
            Err(error) => {
                // what is no CloudEvents record is named by its place in the log
                let place = format!("{}/{}", record.partition, record.offset);
                let id = EventId::of("unreadable", Rejection::KIND, &[&place], None, &record.value);
                rejected.push(reject(record, id, NAMELESS, error.to_string(), before));
            }
        }
    }
    let accepted = assemble(table, payloads.to_arrow().map_err(ours)?, &accepted, now)?;
    if rejected.is_empty() {
        return Ok(accepted);
    }
    let rejected = assemble(table, null_payload(table, rejected.len()), &rejected, now)?;
    concat_batches(&table.schema(), [&accepted, &rejected])
}

fn ours(error: serde_arrow::Error) -> ArrowError {
    ArrowError::SchemaError(error.to_string())
}

fn payload_of<P: Payload>(record: &Record, attributes: &Attributes<'_>) -> Result<P, String> {
    if attributes.kind == Rejection::KIND {
        let reason = attributes.reject_reason;
        return Err(reason.unwrap_or("the sender gave no reason").to_owned());
    }
    if attributes.kind != P::KIND {
        return Err(format!(
            "header ce_type is {:?}; this topic carries {}",
            attributes.kind,
            P::KIND
        ));
    }
    let time = attributes
        .time
        .ok_or("header ce_time is missing: an observation without its time")?;
    if !YEARS.contains(&time.year()) {
        return Err(format!(
            "header ce_time is {time}: an observation is made between 1970 and 2099"
        ));
    }
    let produced = record
        .timestamp_ms
        .and_then(DateTime::from_timestamp_millis)
        .ok_or("the record has no timestamp: nothing tells whether its ce_time can be")?;
    // the simulator's world may run ahead of ours
    let simulated = SourceClass::of(attributes.source) == SourceClass::Simulated;
    if !simulated && time > produced + FARTHEST_AHEAD {
        return Err(format!(
            "header ce_time is {time}, more than {} h after the record was produced: is the sender's clock, or its time zone, wrong?",
            FARTHEST_AHEAD.num_hours()
        ));
    }
    if !is_json(attributes.content_type) {
        return Err(format!(
            "header content-type is {:?}; payloads here are {CONTENT_TYPE_JSON}",
            attributes.content_type
        ));
    }
    let payload: P = serde_json::from_slice(&record.value).map_err(|error| error.to_string())?;
    payload.check().map_err(|invalid| invalid.to_string())?;
    Ok(payload)
}

/// `application/json` or a type that is JSON by its suffix (RFC 6839, section 3.1), whatever its parameters.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case(CONTENT_TYPE_JSON) || essence.to_ascii_lowercase().ends_with("+json")
}

/// What is known of a record that is no CloudEvents record.
const NAMELESS: Attributes<'static> = Attributes {
    id: "",
    source: "",
    kind: "",
    time: None,
    content_type: "",
    subject: None,
    reject_reason: None,
    seal: None,
};

/// A row that its source could not read has the id that the source gave it; what is refused here is known by its bytes.
fn id_of_rejected(record: &Record, attributes: &Attributes<'_>) -> EventId {
    attributes.event_id(&record.value, |id| {
        let reason = attributes.reject_reason.unwrap_or_default();
        attributes.kind == Rejection::KIND
            && id == Rejection::id_of(attributes.source, record.partition.topic, reason, &record.value)
    })
}

fn reject<'a>(
    record: &'a Record,
    id: EventId,
    attributes: Attributes<'a>,
    mut reason: String,
    before: Option<DateTime<Utc>>,
) -> Provenance<'a> {
    let raw = &record.value[..record.value.len().min(MAX_RAW_BYTES)];
    if raw.len() < record.value.len() {
        reason = format!(
            "{reason} (raw bytes cut from {} to {MAX_RAW_BYTES})",
            record.value.len()
        );
    }
    Provenance::new(record, id, attributes, before).rejected(Rejected { reason, raw })
}

fn null_payload(table: Table, rows: usize) -> Vec<ArrayRef> {
    let columns = table.payload_columns().into_iter();
    columns.map(|(_, kind)| new_null_array(&kind, rows)).collect()
}

fn assemble(
    table: Table,
    mut columns: Vec<ArrayRef>,
    provenance: &[Provenance<'_>],
    now: DateTime<Utc>,
) -> Result<RecordBatch, ArrowError> {
    columns.extend(provenance::columns(provenance, now));
    RecordBatch::try_new(Arc::clone(&table.schema()), columns)
}
