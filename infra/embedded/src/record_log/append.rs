//! Appending one batch: checks its form and its producer's sequence, gives it offsets, stores it.
//!
//! The rules for idempotent producers are Kafka's: within an epoch sequences follow each other without a gap; one of
//! the last five batches sent again is answered with its first offset and not stored twice; a producer nothing is
//! known about may start anywhere, because its history may have been deleted by retention.

use bytes::Bytes;
use libsql::{Connection, Statement};
use tansu_sans_io::record::deflated::Batch;
use thiserror::Error;

use super::{Partition, RecordLogError};

/// How many appends of a producer are remembered: a client has at most so many requests in flight.
const REMEMBERED: i64 = 5;

#[derive(Debug, Error)]
pub(crate) enum AppendError {
    #[error("the batch is malformed: {0}")]
    Malformed(&'static str),
    #[error("transactions are not supported")]
    Transactional,
    #[error("sequence {found} of producer {producer_id} where {expected} was expected")]
    OutOfOrder {
        producer_id: i64,
        expected: i32,
        found: i32,
    },
    #[error("producer {producer_id} sent epoch {found} after epoch {current}")]
    Fenced { producer_id: i64, current: i32, found: i32 },
    #[error(transparent)]
    Storage(#[from] RecordLogError),
}

impl From<libsql::Error> for AppendError {
    fn from(error: libsql::Error) -> Self {
        Self::Storage(error.into())
    }
}

/// The statements of an append, prepared once.
pub(super) struct Appender {
    partition: Statement,
    add_partition: Statement,
    recent: Statement,
    insert: Statement,
    remember: Statement,
    forget: Statement,
    advance: Statement,
}

/// What is known of a producer's earlier append.
struct Recent {
    base_offset: i64,
    epoch: i32,
    base_sequence: i32,
    last_sequence: i32,
}

impl Appender {
    pub(super) async fn prepare(connection: &Connection) -> Result<Self, libsql::Error> {
        Ok(Self {
            partition: connection
                .prepare("select id, next_offset from partition where topic = ?1 and number = ?2")
                .await?,
            add_partition: connection
                .prepare("insert into partition (topic, number, log_start, next_offset) values (?1, ?2, 0, 0)")
                .await?,
            recent: connection
                .prepare(
                    "select base_offset, producer_epoch, base_sequence, last_sequence from recent_append \
                     where partition = ?1 and producer_id = ?2 order by base_offset desc limit ?3",
                )
                .await?,
            insert: connection
                .prepare(
                    "insert into batch (partition, base_offset, last_offset, max_timestamp, size_bytes, bytes) \
                     values (?1, ?2, ?3, ?4, ?5, ?6)",
                )
                .await?,
            remember: connection
                .prepare("insert into recent_append values (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
                .await?,
            forget: connection
                .prepare("delete from recent_append where partition = ?1 and producer_id = ?2 and base_offset < ?3")
                .await?,
            advance: connection
                .prepare("update partition set next_offset = ?2 where id = ?1")
                .await?,
        })
    }

    /// Runs inside the writer's transaction; anything but `Ok` has changed nothing, except for errors of SQLite.
    pub(super) async fn append(&self, partition: &Partition, batch: Batch) -> Result<i64, AppendError> {
        check_form(&batch)?;
        let (id, base_offset) = self.locate(partition).await?;
        let recent = self.recent(id, &batch).await?;
        if let Some(known) = check_sequence(&recent, &batch)? {
            return Ok(known);
        }
        self.store(id, base_offset, &batch).await?;
        if batch.is_idempotent() {
            self.remember(id, base_offset, &batch, &recent).await?;
        }
        Ok(base_offset)
    }

    /// Row id and next offset of a partition, which its first batch brings into being.
    async fn locate(&self, partition: &Partition) -> Result<(i64, i64), libsql::Error> {
        let key = (partition.topic.as_str(), partition.number);
        if let Some(found) = self.find(key).await? {
            return Ok(found);
        }
        self.add_partition.reset();
        self.add_partition.execute(key).await?;
        self.find(key).await?.ok_or(libsql::Error::QueryReturnedNoRows)
    }

    async fn find(&self, key: (&str, i32)) -> Result<Option<(i64, i64)>, libsql::Error> {
        let found = match self.partition.query(key).await?.next().await? {
            Some(row) => Some((row.get(0)?, row.get(1)?)),
            None => None,
        };
        // a statement that stands on a row keeps the write-ahead log from being taken in
        self.partition.reset();
        Ok(found)
    }

    /// What this producer appended last, newest first.
    async fn recent(&self, id: i64, batch: &Batch) -> Result<Vec<Recent>, libsql::Error> {
        let mut found = Vec::new();
        if !batch.is_idempotent() {
            return Ok(found);
        }
        let mut rows = self.recent.query((id, batch.producer_id, REMEMBERED)).await?;
        while let Some(row) = rows.next().await? {
            found.push(Recent {
                base_offset: row.get(0)?,
                epoch: row.get(1)?,
                base_sequence: row.get(2)?,
                last_sequence: row.get(3)?,
            });
        }
        self.recent.reset();
        Ok(found)
    }

    async fn store(&self, id: i64, base_offset: i64, batch: &Batch) -> Result<(), libsql::Error> {
        let last_offset = base_offset + i64::from(batch.last_offset_delta);
        let max_timestamp = batch.max_timestamp;
        let bytes = Bytes::from(Batch {
            base_offset,
            partition_leader_epoch: 0,
            ..batch.clone()
        });
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        self.insert.reset();
        self.insert
            .execute((id, base_offset, last_offset, max_timestamp, size, bytes.to_vec()))
            .await?;
        self.advance.reset();
        self.advance.execute((id, last_offset + 1)).await?;
        Ok(())
    }

    async fn remember(&self, id: i64, base_offset: i64, batch: &Batch, recent: &[Recent]) -> Result<(), libsql::Error> {
        self.remember.reset();
        self.remember
            .execute((
                id,
                batch.producer_id,
                base_offset,
                i64::from(batch.producer_epoch),
                batch.base_sequence,
                last_sequence(batch),
                batch.max_timestamp,
            ))
            .await?;
        if let Some(oldest) = recent.get(usize::try_from(REMEMBERED - 2).unwrap_or_default()) {
            self.forget.reset();
            self.forget.execute((id, batch.producer_id, oldest.base_offset)).await?;
        }
        Ok(())
    }
}

fn check_form(batch: &Batch) -> Result<(), AppendError> {
    if batch.is_transactional() || batch.is_control() {
        return Err(AppendError::Transactional);
    }
    if batch.magic != 2 {
        return Err(AppendError::Malformed("only record format 2 is stored"));
    }
    if batch.record_count == 0 || i64::from(batch.last_offset_delta) + 1 != i64::from(batch.record_count) {
        return Err(AppendError::Malformed("its number of records contradicts its offsets"));
    }
    Ok(())
}

/// `Some` is the first offset of the same batch appended before. `recent` has the newest append first.
fn check_sequence(recent: &[Recent], batch: &Batch) -> Result<Option<i64>, AppendError> {
    let Some(newest) = recent.first() else {
        return Ok(None);
    };
    let (producer_id, found) = (batch.producer_id, i32::from(batch.producer_epoch));
    if found < newest.epoch {
        return Err(AppendError::Fenced {
            producer_id,
            current: newest.epoch,
            found,
        });
    }
    let same = |known: &&Recent| {
        known.epoch == found
            && known.base_sequence == batch.base_sequence
            && known.last_sequence == last_sequence(batch)
    };
    if let Some(known) = recent.iter().find(same) {
        return Ok(Some(known.base_offset));
    }
    let expected = if found > newest.epoch {
        0
    } else {
        following(newest.last_sequence)
    };
    if batch.base_sequence == expected {
        return Ok(None);
    }
    Err(AppendError::OutOfOrder {
        producer_id,
        expected,
        found: batch.base_sequence,
    })
}

/// Sequences wrap from `i32::MAX` to 0.
fn last_sequence(batch: &Batch) -> i32 {
    batch.base_sequence.wrapping_add(batch.last_offset_delta) & i32::MAX
}

fn following(sequence: i32) -> i32 {
    sequence.wrapping_add(1) & i32::MAX
}
