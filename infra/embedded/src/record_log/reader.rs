//! Reading `records.db`: connections of its own, borrowed for one question and handed back.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use libsql::{Connection, Database};
use tansu_sans_io::record::{deflated::Batch, inflated};

use super::{Bounds, Partition, RecordLogError, connect};

#[derive(Debug, Clone)]
pub(super) struct Readers {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    database: Database,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(database: Database) -> Self {
        let idle = Mutex::new(Vec::new());
        Self {
            shared: Arc::new(Shared { database, idle }),
        }
    }

    pub(super) async fn bounds(&self, partition: Partition) -> Result<Bounds, RecordLogError> {
        self.ask(async move |connection| Ok(locate(connection, &partition).await?.1))
            .await
    }

    pub(super) async fn read(
        &self,
        partition: Partition,
        offset: i64,
        max_bytes: usize,
    ) -> Result<(Bounds, Vec<Batch>), RecordLogError> {
        self.ask(async move |connection| {
            let (id, bounds) = locate(connection, &partition).await?;
            Ok((
                bounds,
                batches(connection, id, offset, bounds.next_offset, max_bytes).await?,
            ))
        })
        .await
    }

    pub(super) async fn first_since(
        &self,
        partition: Partition,
        timestamp_ms: i64,
    ) -> Result<Option<(i64, i64)>, RecordLogError> {
        self.ask(async move |connection| {
            let (id, _) = locate(connection, &partition).await?;
            let sql =
                "select bytes from batch where partition = ?1 and max_timestamp >= ?2 order by last_offset limit 1";
            let mut rows = connection.query(sql, (id, timestamp_ms)).await?;
            match rows.next().await? {
                Some(row) => first_record_since(decode(row.get(0)?)?, timestamp_ms),
                None => Ok(None),
            }
        })
        .await
    }

    /// Closes the connections nobody uses.
    pub(super) fn close(&self) {
        self.shared.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// SQLite blocks, so a question is asked on a thread that may.
    async fn ask<T, Q>(&self, question: Q) -> Result<T, RecordLogError>
    where
        T: Send + 'static,
        Q: AsyncFnOnce(&Connection) -> Result<T, RecordLogError> + Send + 'static,
    {
        let shared = Arc::clone(&self.shared);
        let asked = tokio::task::spawn_blocking(move || {
            futures::executor::block_on(async {
                let connection = shared.borrow().await?;
                let answer = question(&connection).await;
                shared
                    .idle
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(connection);
                answer
            })
        });
        asked.await.map_err(|error| RecordLogError::Batch(error.to_string()))?
    }
}

impl Shared {
    async fn borrow(&self) -> Result<Connection, libsql::Error> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match idle {
            Some(connection) => Ok(connection),
            None => connect(&self.database).await,
        }
    }
}

/// The partition's row id and bounds; a partition that was never written to has id 0, which no batch has.
async fn locate(connection: &Connection, partition: &Partition) -> Result<(i64, Bounds), libsql::Error> {
    let sql = "select id, log_start, next_offset from partition where topic = ?1 and number = ?2";
    let mut rows = connection
        .query(sql, (partition.topic.as_str(), partition.number))
        .await?;
    match rows.next().await? {
        Some(row) => {
            let bounds = Bounds {
                log_start: row.get(1)?,
                next_offset: row.get(2)?,
            };
            Ok((row.get(0)?, bounds))
        }
        None => Ok((0, Bounds::default())),
    }
}

async fn batches(
    connection: &Connection,
    id: i64,
    offset: i64,
    next_offset: i64,
    max_bytes: usize,
) -> Result<Vec<Batch>, RecordLogError> {
    let sql = "select size_bytes, bytes from batch where partition = ?1 and last_offset >= ?2 and last_offset < ?3 \
               order by last_offset";
    let mut rows = connection.query(sql, (id, offset, next_offset)).await?;
    let mut found = Vec::new();
    let mut total = 0;
    while let Some(row) = rows.next().await? {
        total += usize::try_from(row.get::<i64>(0)?).unwrap_or(usize::MAX);
        if total > max_bytes && !found.is_empty() {
            break;
        }
        found.push(decode(row.get(1)?)?);
    }
    Ok(found)
}

pub(super) fn decode(bytes: Vec<u8>) -> Result<Batch, RecordLogError> {
    Batch::try_from(Bytes::from(bytes)).map_err(|error| RecordLogError::Batch(error.to_string()))
}

fn first_record_since(batch: Batch, timestamp_ms: i64) -> Result<Option<(i64, i64)>, RecordLogError> {
    let batch = inflated::Batch::try_from(batch).map_err(|error| RecordLogError::Batch(error.to_string()))?;
    let found = batch
        .records
        .iter()
        .map(|record| {
            (
                batch.base_offset + i64::from(record.offset_delta),
                batch.base_timestamp + record.timestamp_delta,
            )
        })
        .find(|(_, timestamp)| *timestamp >= timestamp_ms);
    Ok(found)
}
