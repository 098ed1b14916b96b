//! Dropping records: by offset, by age, with their topic. Offsets are never given out again.

use libsql::Connection;

use super::{Partition, RecordLogError, integer};

/// Whole batches before `offset` go; the start moves to `offset` even inside a batch, as Kafka's does.
///
/// Whoever deletes wants the bytes gone. A full disk has no room to overwrite them, and needs the space all the more.
pub(super) async fn delete_before(
    connection: &Connection,
    partition: &Partition,
    offset: i64,
) -> Result<i64, RecordLogError> {
    integer(connection, "pragma secure_delete = on").await?;
    let overwritten = drop_before(connection, partition, offset).await;
    integer(connection, "pragma secure_delete = off").await?;
    let begin = match overwritten {
        Ok(begin) => begin,
        Err(_) => drop_before(connection, partition, offset).await?,
    };
    // they are in the write-ahead log, too; where there is no room now, the next checkpoint does it
    if let Err(error) = integer(connection, "pragma wal_checkpoint(truncate)").await {
        tracing::debug!(%error, "the write-ahead log is not emptied yet");
    }
    Ok(begin)
}

async fn drop_before(connection: &Connection, partition: &Partition, offset: i64) -> Result<i64, RecordLogError> {
    let (topic, number) = (partition.topic.as_str(), partition.number);
    let change = connection.transaction().await?;
    let start =
        "update partition set log_start = max(log_start, min(?3, next_offset)) where topic = ?1 and number = ?2";
    change.execute(start, (topic, number, offset)).await?;
    let old = "delete from batch where exists (select 1 from partition p where p.id = batch.partition
        and p.topic = ?1 and p.number = ?2 and batch.last_offset < p.log_start)";
    change.execute(old, (topic, number)).await?;
    change.commit().await?;
    let sql = "select log_start from partition where topic = ?1 and number = ?2";
    let mut rows = connection.query(sql, (topic, number)).await?;
    Ok(rows.next().await?.map_or(Ok(0), |row| row.get(0))?)
}

pub(super) async fn delete_topic(connection: &Connection, topic: &str) -> Result<(), RecordLogError> {
    let change = connection.transaction().await?;
    for table in ["batch", "recent_append"] {
        let sql = format!("delete from {table} where partition in (select id from partition where topic = ?1)");
        change.execute(&sql, [topic]).await?;
    }
    change
        .execute("delete from partition where topic = ?1", [topic])
        .await?;
    change.commit().await?;
    Ok(())
}

/// Only a prefix of the log goes: a batch stays as long as an older offset still has to.
pub(super) async fn expire(connection: &Connection, topic: &str, timestamp_ms: i64) -> Result<u64, RecordLogError> {
    let change = connection.transaction().await?;
    let old = "delete from batch where id in (
            select b.id from batch b join partition p on p.id = b.partition
            where p.topic = ?1 and b.last_offset < coalesce(
                (select min(k.base_offset) from batch k where k.partition = p.id and k.max_timestamp >= ?2),
                p.next_offset))";
    let deleted = change.execute(old, (topic, timestamp_ms)).await?;
    let start = "update partition set log_start = max(log_start, coalesce(
            (select min(b.base_offset) from batch b where b.partition = partition.id), next_offset))
        where topic = ?1";
    if deleted > 0 {
        change.execute(start, [topic]).await?;
    }
    change.commit().await?;
    Ok(deleted)
}

pub(super) async fn tidy(connection: &Connection, timestamp_ms: i64) -> Result<(), RecordLogError> {
    connection
        .execute("delete from recent_append where max_timestamp < ?1", [timestamp_ms])
        .await?;
    integer(connection, "pragma incremental_vacuum").await?;
    Ok(())
}
