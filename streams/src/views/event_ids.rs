//! Which events a sink has counted, for tiles that add up. Ids are stored in the transaction that counts them.

use std::collections::HashSet;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::TimestampMicrosecondType;
use arrow::error::ArrowError;
use chrono::{DateTime, Utc};
use sqlx::{PgPool, Postgres, Row, Transaction};
use uuid::Uuid;

use super::ViewsError;

/// Under which name a tile of a sink counts.
pub(super) fn counter(sink: &str, tile: &str) -> String {
    format!("{sink}/{tile}")
}

/// Notes the ids of `rows` as counted by `sink`, and gives the rows that were not before: of an id that comes twice, the first.
pub(super) async fn leave_out_known(
    tx: &mut Transaction<'_, Postgres>,
    sink: &str,
    rows: &RecordBatch,
) -> Result<RecordBatch, ViewsError> {
    let (ids, times) = identities(rows)?;
    let found = sqlx::query(
        "INSERT INTO sink.event_ids (sink, event_id, event_time) \
         SELECT DISTINCT ON (n.id) $1, n.id, n.at FROM unnest($2::uuid[], $3::timestamptz[]) n (id, at) \
         ON CONFLICT DO NOTHING RETURNING event_id",
    )
    .bind(sink)
    .bind(&ids)
    .bind(&times)
    .fetch_all(&mut **tx)
    .await?;
    let mut fresh: HashSet<Uuid> = HashSet::with_capacity(found.len());
    for row in found {
        fresh.insert(row.try_get("event_id")?);
    }
    let keep: BooleanArray = ids.iter().map(|id| Some(fresh.remove(id))).collect();
    Ok(filter_record_batch(rows, &keep)?)
}

/// Notes events as counted by the shadow of `family`: those of a state that was computed otherwise.
///
/// # Errors
/// The database is away.
pub async fn remember(pool: &PgPool, sink: &str, events: &[(Uuid, DateTime<Utc>)]) -> Result<(), sqlx::Error> {
    for chunk in events.chunks(20_000) {
        let (ids, times): (Vec<Uuid>, Vec<DateTime<Utc>>) = chunk.iter().copied().unzip();
        sqlx::query(
            "INSERT INTO sink.event_ids (sink, event_id, event_time) \
             SELECT $1, * FROM unnest($2::uuid[], $3::timestamptz[]) ON CONFLICT DO NOTHING",
        )
        .bind(sink)
        .bind(ids)
        .bind(times)
        .execute(pool)
        .await?;
    }
    Ok(())
}

/// Takes back that they were counted.
pub(super) async fn forget(tx: &mut Transaction<'_, Postgres>, sink: &str, events: &[Uuid]) -> Result<(), sqlx::Error> {
    for chunk in events.chunks(20_000) {
        sqlx::query("DELETE FROM sink.event_ids WHERE sink = $1 AND event_id = ANY($2)")
            .bind(sink)
            .bind(chunk)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

fn identities(rows: &RecordBatch) -> Result<(Vec<Uuid>, Vec<DateTime<Utc>>), ArrowError> {
    let missing = |name: &str| ArrowError::SchemaError(format!("column {name} is missing"));
    let ids = rows.column_by_name("_event_id").ok_or_else(|| missing("_event_id"))?;
    let times = rows
        .column_by_name("observed_at")
        .ok_or_else(|| missing("observed_at"))?;
    let (ids, times) = (ids.as_string::<i32>(), times.as_primitive::<TimestampMicrosecondType>());
    let mut found = (Vec::with_capacity(ids.len()), Vec::with_capacity(ids.len()));
    for row in 0..ids.len() {
        let id = Uuid::parse_str(ids.value(row)).map_err(|error| ArrowError::ParseError(error.to_string()))?;
        found.0.push(id);
        found
            .1
            .push(DateTime::from_timestamp_micros(times.value(row)).unwrap_or_default());
    }
    Ok(found)
}
