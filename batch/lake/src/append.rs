//! Exactly-once append: rows and the positions they came from, in one commit.

use std::collections::{BTreeSet, HashMap, HashSet};

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use chrono::DateTime;
use deltalake::kernel::Transaction;
use deltalake::kernel::transaction::{CommitProperties, TransactionError};
use deltalake::parquet::basic::Compression;
use deltalake::parquet::file::properties::{EnabledStatistics, WriterProperties};
use deltalake::parquet::schema::types::ColumnPath;
use deltalake::writer::{DeltaWriter, RecordBatchWriter};
use deltalake::{DeltaTable, DeltaTableError};
use events::fault::{self, Point};
use events::{Partition, Positions, Span, Watermarks};
use thiserror::Error;

use crate::known_ids::{Day, KEPT_IDS, KnownIds, pairs_of};
use crate::{Lake, LakeError, Table, others};

/// So often a batch is tried where others commit all the time.
const MOST_TRIES: usize = 20;

/// The appender of one sink to one table.
pub struct Appender {
    lake: Lake,
    table: Table,
    sink: String,
    pub(crate) delta: DeltaTable,
    positions: HashMap<Partition, i64>,
    known: KnownIds,
    /// Nobody has looked at it yet.
    just_opened: bool,
}

/// What a commit added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Appended {
    pub rows: usize,
    /// Rows left out because the table, or the batch before them, holds their id.
    pub repeated: usize,
}

#[derive(Debug, Error)]
pub enum AppendError {
    /// Another writer has moved the sink's positions. The batch was not written: read again from
    /// [`Appender::positions`].
    #[error("{sink} does not stand at offset {expected} of {partition} but at {actual}: another writer moved it")]
    Fenced {
        sink: String,
        partition: Partition,
        expected: i64,
        actual: i64,
    },
    #[error("another writer of {sink} committed at the same moment")]
    Raced { sink: String },
    #[error(transparent)]
    Lake(#[from] LakeError),
}

impl Appender {
    /// Opens the table, made first when it is not there.
    ///
    /// # Errors
    /// The lake can't be reached, or the table can't be read.
    pub async fn open(lake: &Lake, table: Table, sink: &str) -> Result<Self, LakeError> {
        Ok(Self {
            lake: lake.clone(),
            table,
            sink: sink.to_owned(),
            delta: lake.create_or_load(table).await?,
            positions: HashMap::new(),
            known: KnownIds::keeping(KEPT_IDS),
            just_opened: true,
        })
    }

    /// Keeps so many event ids in memory at most, but for those of the days of a batch; [`KEPT_IDS`] otherwise.
    pub fn keep_ids(&mut self, most: usize) {
        self.known = KnownIds::keeping(most);
    }

    pub fn table(&self) -> Table {
        self.table
    }

    /// Looks at the table again and says where the sink stands in `partitions`.
    ///
    /// # Errors
    /// The table can't be read.
    pub async fn positions(&mut self, partitions: &[Partition]) -> Result<Positions, LakeError> {
        self.known.forget_all();
        // should somebody else have committed since it was opened, the next commit conflicts
        if !std::mem::take(&mut self.just_opened) {
            self.delta = self.lake.create_or_load(self.table).await?;
        }
        self.positions.clear();
        for partition in partitions {
            let position = self.stored_position(*partition).await?;
            self.positions.insert(*partition, position);
        }
        Ok(self.positions.iter().map(|(p, at)| (*p, *at)).collect())
    }

    /// The watermarks that were stored with the positions of `partitions`.
    ///
    /// # Errors
    /// The table can't be read.
    pub async fn watermarks(&self, partitions: &[Partition]) -> Result<Watermarks, LakeError> {
        let mut watermarks = Watermarks::default();
        for partition in partitions {
            let name = watermark_id(&transaction_id(&self.sink, *partition));
            let stored = stored_version(&self.delta, &name).await.map_err(|e| self.failed(e))?;
            watermarks.set(*partition, stored.and_then(DateTime::from_timestamp_micros));
        }
        Ok(watermarks)
    }

    async fn stored_position(&self, partition: Partition) -> Result<i64, LakeError> {
        stored_position(&self.delta, &self.sink, partition)
            .await
            .map_err(|e| self.failed(e))
    }

    /// Writes `rows` (with the columns of [`Table::schema`]) and moves the sink along `spans`, in one commit.
    /// Rows whose id the table holds already are left out.
    ///
    /// # Errors
    /// [`AppendError::Fenced`] and [`AppendError::Raced`]: nothing was written, and nothing may be tried again
    /// before [`Appender::positions`]. Otherwise the outcome may be unknown; the same applies.
    pub async fn append(&mut self, rows: &RecordBatch, spans: &[Span]) -> Result<Appended, AppendError> {
        self.append_up_to(rows, spans, &Watermarks::default()).await
    }

    /// As [`Appender::append`]; the watermarks behind the rows are stored with them.
    ///
    /// # Errors
    /// See [`Appender::append`].
    pub async fn append_up_to(
        &mut self,
        rows: &RecordBatch,
        spans: &[Span],
        watermarks: &Watermarks,
    ) -> Result<Appended, AppendError> {
        self.just_opened = false;
        self.lake.check_room()?;
        let mut tries = 0;
        loop {
            self.check_fence(spans).await?;
            let (fresh, ids) = self.leave_out_known(rows).await?;
            let appended = Appended {
                rows: fresh.num_rows(),
                repeated: rows.num_rows() - fresh.num_rows(),
            };
            let before = self.delta.version();
            tries += 1;
            match self.commit(fresh, spans, watermarks).await {
                Ok(()) => {}
                // those of other partitions, whose rows may have the same ids
                Err(AppendError::Raced { .. }) if tries < MOST_TRIES => {
                    self.catch_up().await?;
                    continue;
                }
                Err(error) => return Err(error),
            }
            for (day, id) in ids {
                self.known.add(day, id);
            }
            self.positions
                .extend(spans.iter().map(|span| (span.partition, span.to)));
            if self.delta.version() != before.map(|version| version + 1) {
                self.look_at_others(before).await?;
            }
            return Ok(appended);
        }
    }

    /// Looks at what others have committed.
    async fn catch_up(&mut self) -> Result<(), LakeError> {
        let before = self.delta.version();
        self.delta.update_state().await.map_err(|error| self.failed(error))?;
        self.look_at_others(before).await
    }

    /// Commits of others, after the version `before`, are in the snapshot now, so the next commit does not conflict with them any
    /// more: their rows are among those that are known, and where one of them has moved this sink, the positions that are remembered
    /// are no longer true.
    ///
    /// # Errors
    /// The table can't be read.
    pub(crate) async fn look_at_others(&mut self, before: Option<u64>) -> Result<(), LakeError> {
        match others::ids_since(&self.delta, before.unwrap_or(0)).await {
            Ok(pairs) => self.known.take_in(pairs),
            // compacted away meanwhile: all of the days at hand are read again
            Err(error) => {
                tracing::debug!(table = %self.table, %error, "event ids of others are read from the table");
                self.known.forget_all();
            }
        }
        let held: Vec<Partition> = self.positions.keys().copied().collect();
        for partition in held {
            let stored = self.stored_position(partition).await?;
            self.positions.insert(partition, stored);
        }
        Ok(())
    }

    async fn check_fence(&mut self, spans: &[Span]) -> Result<(), AppendError> {
        for span in spans {
            let actual = match self.positions.get(&span.partition) {
                Some(position) => *position,
                None => self.stored_position(span.partition).await?,
            };
            if actual != span.from {
                return Err(AppendError::Fenced {
                    sink: self.sink.clone(),
                    partition: span.partition,
                    expected: span.from,
                    actual,
                });
            }
        }
        Ok(())
    }

    async fn leave_out_known(&mut self, rows: &RecordBatch) -> Result<(RecordBatch, Vec<(Day, u128)>), LakeError> {
        let table = self.table;
        let reading = |reason: String| LakeError::Read { table, reason };
        let ids = pairs_of(rows).map_err(|error| reading(error.to_string()))?;
        let days: BTreeSet<Day> = ids.iter().map(|(day, _)| *day).collect();
        self.known.load(table, &self.delta, &days).await?;
        let mut in_batch = HashSet::with_capacity(ids.len());
        let keep: BooleanArray = ids
            .iter()
            .map(|(day, id)| Some(!self.known.holds(*day, *id) && in_batch.insert((*day, *id))))
            .collect();
        let fresh = filter_record_batch(rows, &keep).map_err(|e| reading(e.to_string()))?;
        Ok((fresh, in_batch.into_iter().collect()))
    }

    async fn commit(&mut self, rows: RecordBatch, spans: &[Span], watermarks: &Watermarks) -> Result<(), AppendError> {
        let mut transactions: Vec<Transaction> = Vec::new();
        for span in spans {
            let name = transaction_id(&self.sink, span.partition);
            if let Some(watermark) = watermarks.of(span.partition) {
                transactions.push(Transaction::new(watermark_id(&name), watermark.timestamp_micros()));
            }
            transactions.push(Transaction::new(name, span.to));
        }
        // of two that begin at the same version the later has to look at what the other has added
        let next = self.delta.version().map_or(0, |version| version + 1);
        let next = i64::try_from(next).unwrap_or(i64::MAX);
        transactions.push(Transaction::new(format!("{}/commit", self.sink), next));
        let properties = CommitProperties::default().with_application_transactions(transactions);
        let mut writer = RecordBatchWriter::for_table(&self.delta)
            .map_err(|e| self.failed(e))?
            .with_commit_properties(properties)
            .with_writer_properties(writer_properties());
        if rows.num_rows() > 0 {
            writer.write(rows).await.map_err(|e| self.failed(e))?;
        }
        fault::reached(Point::LakeWritten);
        match writer.flush_and_commit(&mut self.delta).await {
            Ok(_) => {
                fault::reached(Point::LakeCommitted);
                Ok(())
            }
            Err(error) if is_race(&error) => Err(AppendError::Raced {
                sink: self.sink.clone(),
            }),
            Err(error) => Err(self.failed(error).into()),
        }
    }

    fn failed(&self, source: DeltaTableError) -> LakeError {
        LakeError::Write {
            table: self.table,
            source: Box::new(source),
        }
    }
}

impl Lake {
    /// Where `sink` stands in `partitions` of `table`, for lookers-on.
    ///
    /// # Errors
    /// The table can't be read.
    pub async fn positions(&self, table: Table, sink: &str, partitions: &[Partition]) -> Result<Positions, LakeError> {
        let delta = self.create_or_load(table).await?;
        let mut positions = Positions::default();
        for partition in partitions {
            let stored = stored_position(&delta, sink, *partition).await;
            let stored = stored.map_err(|error| LakeError::Open {
                table,
                source: Box::new(error),
            })?;
            positions.set(*partition, stored);
        }
        Ok(positions)
    }
}

async fn stored_position(delta: &DeltaTable, sink: &str, partition: Partition) -> Result<i64, DeltaTableError> {
    let stored = stored_version(delta, &transaction_id(sink, partition)).await?;
    Ok(stored.unwrap_or(0))
}

async fn stored_version(delta: &DeltaTable, name: &str) -> Result<Option<i64>, DeltaTableError> {
    let snapshot = delta.snapshot()?;
    snapshot.transaction_version(delta.log_store().as_ref(), name).await
}

fn transaction_id(sink: &str, partition: Partition) -> String {
    format!("{sink}/{}/{}", partition.topic.name(), partition.number)
}

/// Microseconds since the Unix epoch, where a position would be.
fn watermark_id(transaction_id: &str) -> String {
    format!("{transaction_id}/watermark")
}

/// Ids, offsets and raw bytes differ in every row: a dictionary of them is work for nothing. Pages are small, their statistics are
/// left to compaction.
fn writer_properties() -> WriterProperties {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk);
    ["_event_id", "_offset", "_raw"]
        .into_iter()
        .fold(properties, |properties, column| {
            properties.set_column_dictionary_enabled(ColumnPath::from(column), false)
        })
        .build()
}

fn is_race(error: &DeltaTableError) -> bool {
    matches!(
        error,
        DeltaTableError::Transaction {
            source: TransactionError::CommitConflict(_) | TransactionError::MaxCommitAttempts(_)
        }
    )
}
