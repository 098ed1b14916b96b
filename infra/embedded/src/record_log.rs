//! The records of the embedded broker: whole Kafka batches in one SQLite file, `records.db`.
//!
//! One thread writes. It commits what waits for it in one transaction with `synchronous = FULL`, so an append that
//! was answered survives both a kill and a power loss, and an fsync is shared by everything that waited for it.
//! Readers have their own connections and never wait for the writer. Batches are stored as the producer sent them:
//! compression, headers and timestamps are nobody's business here, except where compaction must look at keys.

mod append;
mod compaction;
mod reader;
mod retention;
mod writer;

use std::path::Path;

use libsql::{Connection, Database, Value};
use tansu_sans_io::record::deflated::Batch;
use thiserror::Error;
use tokio::sync::{oneshot, watch};

pub(crate) use append::AppendError;
use reader::Readers;
use writer::{Command, Writer};

/// Written to the file; raise it with every change of `schema.sql` that old code can't read.
const FORMAT: i64 = 1;

#[derive(Debug, Error)]
pub enum RecordLogError {
    #[error("SQLite: {0}")]
    Sqlite(#[from] libsql::Error),
    #[error("a stored batch can't be read: {0}")]
    Batch(String),
    #[error("records.db has format {found}, this program reads format {FORMAT}: use the version that wrote it")]
    OtherFormat { found: i64 },
    #[error("a transaction failed: {reason}")]
    Transaction { reason: String },
    #[error("the writer of records.db has ended")]
    WriterEnded,
    #[error("the writer of records.db could not be started: {0}")]
    Thread(#[from] std::io::Error),
}

/// One partition of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Partition {
    pub(crate) topic: String,
    pub(crate) number: i32,
}

/// Where a partition's records begin and end: `log_start <= offset < next_offset`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Bounds {
    pub(crate) log_start: i64,
    pub(crate) next_offset: i64,
}

/// A handle that is cheap to clone; the writer ends when the last one is gone.
#[derive(Debug, Clone)]
pub(crate) struct RecordLog {
    writer: Writer,
    readers: Readers,
    appended: watch::Receiver<u64>,
}

impl RecordLog {
    /// Opens `records.db` in the folder, creating it when it is not there.
    pub(crate) async fn open(folder: &Path) -> Result<Self, RecordLogError> {
        let database = libsql::Builder::new_local(folder.join("records.db")).build().await?;
        let connection = connect(&database).await?;
        prepare(&connection).await?;
        let (announce, appended) = watch::channel(0);
        Ok(Self {
            writer: Writer::start(connection, announce)?,
            readers: Readers::new(database),
            appended,
        })
    }

    /// Appends a batch and answers with its first offset, once it is on the disk.
    pub(crate) async fn append(&self, partition: Partition, batch: Batch) -> Result<i64, AppendError> {
        let (answer, answered) = oneshot::channel();
        self.writer
            .send(Command::Append {
                partition,
                batch,
                answer,
            })
            .await?;
        answered.await.map_err(|_| RecordLogError::WriterEnded)?
    }

    /// Whole batches from the one that holds `offset`: at least one when there is any, then as many as fit.
    pub(crate) async fn read(
        &self,
        partition: Partition,
        offset: i64,
        max_bytes: usize,
    ) -> Result<(Bounds, Vec<Batch>), RecordLogError> {
        self.readers.read(partition, offset, max_bytes).await
    }

    pub(crate) async fn bounds(&self, partition: Partition) -> Result<Bounds, RecordLogError> {
        self.readers.bounds(partition).await
    }

    /// Offset and timestamp of the first record that is not older than `timestamp_ms`.
    pub(crate) async fn first_since(
        &self,
        partition: Partition,
        timestamp_ms: i64,
    ) -> Result<Option<(i64, i64)>, RecordLogError> {
        self.readers.first_since(partition, timestamp_ms).await
    }

    /// A producer id that was never given out before.
    pub(crate) async fn new_producer_id(&self) -> Result<i64, RecordLogError> {
        self.writer.ask(Command::NewProducerId).await
    }

    /// Drops the records before `offset` (as far as whole batches allow) and answers with the new start.
    pub(crate) async fn delete_before(&self, partition: Partition, offset: i64) -> Result<i64, RecordLogError> {
        self.writer
            .ask(|answer| Command::DeleteBefore {
                partition,
                offset,
                answer,
            })
            .await
    }

    pub(crate) async fn delete_topic(&self, topic: String) -> Result<(), RecordLogError> {
        self.writer.ask(|answer| Command::DeleteTopic { topic, answer }).await
    }

    /// Drops batches whose newest record is older than `timestamp_ms`; answers how many.
    pub(crate) async fn expire(&self, topic: String, timestamp_ms: i64) -> Result<u64, RecordLogError> {
        self.writer
            .ask(|answer| Command::Expire {
                topic,
                timestamp_ms,
                answer,
            })
            .await
    }

    /// Drops records that are followed by a newer one of the same key, up to the first batch that has a record newer than
    /// `timestamp_ms`; answers how many.
    pub(crate) async fn compact(&self, topic: String, timestamp_ms: i64) -> Result<u64, RecordLogError> {
        self.writer
            .ask(|answer| Command::Compact {
                topic,
                timestamp_ms,
                answer,
            })
            .await
    }

    /// Forgets producers that have not appended since `timestamp_ms`, and gives free pages back to the file system.
    pub(crate) async fn tidy(&self, timestamp_ms: i64) -> Result<(), RecordLogError> {
        self.writer.ask(|answer| Command::Tidy { timestamp_ms, answer }).await
    }

    /// Writes everything into the main file, then ends the writer.
    pub(crate) async fn close(&self) -> Result<(), RecordLogError> {
        self.readers.close();
        self.writer.ask(Command::Close).await
    }

    /// Whether writer and readers still answer.
    pub(crate) async fn check(&self) -> Result<(), RecordLogError> {
        if self.writer.has_ended() {
            return Err(RecordLogError::WriterEnded);
        }
        self.readers
            .bounds(Partition {
                topic: String::new(),
                number: 0,
            })
            .await
            .map(|_| ())
    }

    /// Changes whenever something was appended.
    pub(crate) fn appended(&self) -> watch::Receiver<u64> {
        self.appended.clone()
    }
}

async fn connect(database: &Database) -> Result<Connection, libsql::Error> {
    let connection = database.connect()?;
    connection.busy_timeout(std::time::Duration::from_secs(30))?;
    Ok(connection)
}

async fn prepare(connection: &Connection) -> Result<(), RecordLogError> {
    for pragma in ["auto_vacuum = incremental", "journal_mode = wal", "synchronous = full"] {
        integer(connection, &format!("pragma {pragma}")).await?;
    }
    let found = integer(connection, "pragma user_version").await?.unwrap_or_default();
    if found != 0 && found != FORMAT {
        return Err(RecordLogError::OtherFormat { found });
    }
    connection
        .execute_transactional_batch(include_str!("record_log/schema.sql"))
        .await?;
    integer(connection, &format!("pragma user_version = {FORMAT}")).await?;
    Ok(())
}

/// The number in the first column of the first row, for statements that may answer with anything or nothing.
async fn integer(connection: &Connection, sql: &str) -> Result<Option<i64>, libsql::Error> {
    let mut rows = connection.query(sql, ()).await?;
    let mut first = None;
    while let Some(row) = rows.next().await? {
        if let Value::Integer(number) = row.get_value(0)? {
            first = first.or(Some(number));
        }
    }
    Ok(first)
}
