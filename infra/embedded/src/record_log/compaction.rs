//! Compaction: of records with the same key only the newest stays, at its offset.
//!
//! A batch keeps its offsets when records are taken out of it, as in Kafka, so positions stay valid. The newest batch
//! of a partition is left as it is, and so is everything from the first batch that is too young (`min.compaction.lag.ms`). Compacted topics are small (dimensions), so their keys are held in memory.

use std::collections::HashMap;

use bytes::Bytes;
use libsql::Connection;
use libsql::params::IntoParams;
use tansu_sans_io::record::deflated::Batch;
use tansu_sans_io::record::inflated;

use super::{RecordLogError, reader};

pub(super) async fn compact(connection: &Connection, topic: &str, timestamp_ms: i64) -> Result<u64, RecordLogError> {
    let change = connection.transaction().await?;
    let mut dropped = 0;
    for partition in ids(&change, "select id from partition where topic = ?1", [topic]).await? {
        dropped += compact_partition(&change, partition, timestamp_ms).await?;
    }
    change.commit().await?;
    Ok(dropped)
}

async fn ids(connection: &Connection, sql: &str, arguments: impl IntoParams) -> Result<Vec<i64>, libsql::Error> {
    let mut rows = connection.query(sql, arguments).await?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().await? {
        found.push(row.get(0)?);
    }
    Ok(found)
}

async fn compact_partition(connection: &Connection, partition: i64, timestamp_ms: i64) -> Result<u64, RecordLogError> {
    let old_enough = "select id from batch where partition = ?1 and last_offset < coalesce( \
                      (select min(last_offset) from batch where partition = ?1 and max_timestamp > ?2), 9223372036854775807) \
                      order by last_offset";
    let batches = ids(connection, old_enough, [partition, timestamp_ms]).await?;
    let newest_batch = ids(
        connection,
        "select id from batch where partition = ?1 order by last_offset desc limit 1",
        [partition],
    )
    .await?;
    let mut newest: HashMap<Bytes, i64> = HashMap::new();
    for id in &batches {
        let batch = load(connection, *id).await?;
        for record in &batch.records {
            if let Some(key) = &record.key {
                newest.insert(key.clone(), batch.base_offset + i64::from(record.offset_delta));
            }
        }
    }
    let mut dropped = 0;
    for id in batches.iter().filter(|id| !newest_batch.contains(id)) {
        dropped += rewrite(connection, *id, &newest).await?;
    }
    Ok(dropped)
}

async fn load(connection: &Connection, id: i64) -> Result<inflated::Batch, RecordLogError> {
    let mut rows = connection.query("select bytes from batch where id = ?1", [id]).await?;
    let row = rows
        .next()
        .await?
        .ok_or_else(|| RecordLogError::Batch(format!("batch {id} is gone")))?;
    inflated::Batch::try_from(reader::decode(row.get(0)?)?).map_err(|error| RecordLogError::Batch(error.to_string()))
}

async fn rewrite(connection: &Connection, id: i64, newest: &HashMap<Bytes, i64>) -> Result<u64, RecordLogError> {
    let mut batch = load(connection, id).await?;
    let before = batch.records.len();
    let base_offset = batch.base_offset;
    batch.records.retain(|record| {
        let offset = base_offset + i64::from(record.offset_delta);
        record.key.as_ref().is_none_or(|key| newest.get(key) == Some(&offset))
    });
    let dropped = before - batch.records.len();
    if batch.records.is_empty() {
        connection.execute("delete from batch where id = ?1", [id]).await?;
    } else if dropped > 0 {
        let batch = Batch::try_from(batch).map_err(|error| RecordLogError::Batch(error.to_string()))?;
        let bytes = Bytes::from(batch).to_vec();
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        connection
            .execute(
                "update batch set size_bytes = ?2, bytes = ?3 where id = ?1",
                (id, size, bytes),
            )
            .await?;
    }
    Ok(dropped as u64)
}
