//! Records in, rows out: a plain function from a batch to a batch.
//!
//! A record that can't be used becomes a row all the same, with verdict, reason and raw bytes. Nothing is dropped.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, new_null_array};
use arrow::compute::concat_batches;
use arrow::error::ArrowError;
use arrow::json::ReaderBuilder;
use chrono::{DateTime, Datelike, Utc};
use events::{
    Alert, AnalyticsRow, CategoryName, ChannelSnapshot, Comment, Envelope, EventId, ExchangeRate, Payload, Rejection,
    RevenueRecord, Topic, TrendSignal, VideoSnapshot, Watermarks,
};
use lake::Table;
use log::Record;

mod provenance;

use provenance::Provenance;

/// Raw bytes kept of a rejected record; what is longer is cut, and the reason says so.
const MAX_RAW_BYTES: usize = 1 << 20;

/// The records of `topic`, in the order of their partitions, as rows with the columns of its table, accepted rows first. `now`
/// becomes `_ingested_at`. `watermarks` are those before the records, and become those behind them.
///
/// # Errors
/// Our fault: table and payload type don't fit together.
pub fn decode(
    topic: Topic,
    records: &[Record],
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

fn rows<P: Payload>(
    records: &[Record],
    now: DateTime<Utc>,
    watermarks: &mut Watermarks,
) -> Result<RecordBatch, ArrowError> {
    let table = Table::of(P::TOPIC);
    let (mut payloads, mut accepted) = (Vec::new(), Vec::new());
    let mut rejected = Vec::new();
    for record in records {
        let before = watermarks.of(record.partition);
        match record.envelope() {
            Ok(envelope) => match payload_of::<P>(record, &envelope) {
                Ok(payload) => {
                    payloads.push(payload);
                    if let Some(time) = envelope.time {
                        watermarks.note(record.partition, time, record.timestamp_ms);
                    }
                    accepted.push(Provenance::new(record, envelope, now, before));
                }
                Err(reason) => rejected.push(reject(record, envelope, reason, now, before)),
            },
            Err(error) => rejected.push(reject(record, nameless(record), error.to_string(), now, before)),
        }
    }
    let accepted = accepted_rows(table, &payloads, &accepted)?;
    let rejected = rejected_rows(table, &rejected)?;
    concat_batches(&table.schema(), [&accepted, &rejected])
}

fn payload_of<P: Payload>(record: &Record, envelope: &Envelope) -> Result<P, String> {
    if envelope.kind == Rejection::KIND {
        let reason = envelope.reject_reason.clone();
        return Err(reason.unwrap_or_else(|| "the sender gave no reason".to_owned()));
    }
    if envelope.kind != P::KIND {
        return Err(format!(
            "header ce_type is {:?}; this topic carries {}",
            envelope.kind,
            P::KIND
        ));
    }
    let time = envelope
        .time
        .ok_or("header ce_time is missing: an observation without its time")?;
    if !(1970..2100).contains(&time.year()) {
        return Err(format!(
            "header ce_time is {time}: an observation is made between 1970 and 2099"
        ));
    }
    let payload: P = serde_json::from_slice(&record.value).map_err(|error| error.to_string())?;
    payload.check().map_err(|invalid| invalid.to_string())?;
    Ok(payload)
}

/// What is known of a record that is no CloudEvents record: its place in the log names it.
fn nameless(record: &Record) -> Envelope {
    let place = format!("{}/{}", record.partition, record.offset);
    Envelope {
        id: EventId::of("unreadable", Rejection::KIND, &[&place], None, &record.value),
        source: String::new(),
        kind: String::new(),
        time: None,
        content_type: String::new(),
        subject: None,
        reject_reason: None,
    }
}

fn reject(
    record: &Record,
    envelope: Envelope,
    mut reason: String,
    now: DateTime<Utc>,
    before: Option<DateTime<Utc>>,
) -> Provenance {
    let mut raw = record.value.to_vec();
    if raw.len() > MAX_RAW_BYTES {
        reason = format!("{reason} (raw bytes cut from {} to {MAX_RAW_BYTES})", raw.len());
        raw.truncate(MAX_RAW_BYTES);
    }
    Provenance::new(record, envelope, now, before).rejected(reason, raw)
}

fn accepted_rows<P: Payload>(
    table: Table,
    payloads: &[P],
    provenance: &[Provenance],
) -> Result<RecordBatch, ArrowError> {
    let schema = table.payload_schema();
    let columns = if payloads.is_empty() {
        null_payload(table, 0)
    } else {
        let mut decoder = ReaderBuilder::new(schema)
            .with_batch_size(payloads.len())
            .build_decoder()?;
        decoder.serialize(payloads)?;
        let batch = decoder
            .flush()?
            .ok_or_else(|| ArrowError::JsonError("no rows decoded".to_owned()))?;
        batch.columns().to_vec()
    };
    assemble(table, columns, provenance)
}

fn rejected_rows(table: Table, provenance: &[Provenance]) -> Result<RecordBatch, ArrowError> {
    assemble(table, null_payload(table, provenance.len()), provenance)
}

fn null_payload(table: Table, rows: usize) -> Vec<ArrayRef> {
    let columns = table.payload_columns().into_iter();
    columns.map(|(_, kind)| new_null_array(&kind, rows)).collect()
}

fn assemble(table: Table, mut columns: Vec<ArrayRef>, provenance: &[Provenance]) -> Result<RecordBatch, ArrowError> {
    columns.extend(provenance::columns(provenance));
    RecordBatch::try_new(Arc::clone(&table.schema()), columns)
}
