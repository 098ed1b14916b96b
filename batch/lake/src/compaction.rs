//! Small files of a partition become one. Rows stay as they are.
//!
//! Delta takes two compactions of the same files at one time for no conflict (delta-rs, as Spark, looks only at removals that
//! change data), and then every row is there twice. So a compaction carries an application transaction of its own, as does a
//! removal of rows: of two that begin at the same version the later fails, and nothing of it is read.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Date32Array, RecordBatch, new_null_array};
use arrow::compute::cast;
use arrow::error::ArrowError;
use chrono::NaiveDate;
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake::kernel::{Action, Add, Transaction};
use deltalake::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use deltalake::protocol::DeltaOperation;
use deltalake::writer::{DeltaWriter, RecordBatchWriter};
use deltalake::{DeltaTable, DeltaTableError, Path};
use object_store::ObjectStoreExt;

use crate::Table;

/// Bytes that one round rewrites at most, in target sizes.
const MOST_TARGETS: u64 = 4;

/// A file to be rewritten.
struct Small {
    path: Path,
    size: u64,
    remove: Action,
}

/// Files that become one, with the day of their partition.
type Bin = (Option<NaiveDate>, Vec<Small>);

/// What a round did.
pub(crate) struct Compacted {
    pub(crate) files_added: u64,
    pub(crate) files_removed: u64,
}

/// What keeps two that rewrite files apart.
pub(crate) fn exclusive(delta: &DeltaTable) -> CommitProperties {
    let version = delta.version().and_then(|version| i64::try_from(version).ok());
    let transaction = Transaction::new("maintenance".to_owned(), version.unwrap_or(0) + 1);
    CommitProperties::default().with_application_transactions(vec![transaction])
}

/// Rewrites what is smaller than `target` bytes, partition by partition, in one commit.
///
/// # Errors
/// The table can't be read or written; [`DeltaTableError::Transaction`] when another writer was faster.
pub(crate) async fn compact(delta: &DeltaTable, table: Table, target: u64) -> Result<Compacted, DeltaTableError> {
    let mut actions: Vec<Action> = Vec::new();
    let mut compacted = Compacted {
        files_added: 0,
        files_removed: 0,
    };
    for (day, bin) in bins(delta, target)? {
        let adds = rewrite(delta, table, day, &bin).await?;
        compacted.files_added += adds.len() as u64;
        compacted.files_removed += bin.len() as u64;
        actions.extend(bin.into_iter().map(|small| small.remove));
        actions.extend(adds.into_iter().map(|add| {
            Action::Add(Add {
                data_change: false,
                ..add
            })
        }));
    }
    if actions.is_empty() {
        return Ok(compacted);
    }
    let operation = DeltaOperation::Optimize {
        predicate: None,
        target_size: i64::try_from(target).unwrap_or(i64::MAX),
    };
    CommitBuilder::from(exclusive(delta))
        .with_actions(actions)
        .build(Some(delta.snapshot()?), delta.log_store(), operation)
        .await?;
    Ok(compacted)
}

/// Files that go together, with the day of their partition: two or more, and no more than one round takes.
fn bins(delta: &DeltaTable, target: u64) -> Result<Vec<Bin>, DeltaTableError> {
    let mut by_day: BTreeMap<Option<NaiveDate>, Vec<Small>> = BTreeMap::new();
    for file in delta.snapshot()?.log_data().iter() {
        let size = u64::try_from(file.size()).unwrap_or(0);
        if size >= target || file.deletion_vector_descriptor().is_some() {
            continue;
        }
        let day = file.partition_values_map().remove(Table::PARTITION).flatten();
        by_day
            .entry(day.and_then(|day| day.parse().ok()))
            .or_default()
            .push(Small {
                path: file.object_store_path(),
                size,
                remove: Action::Remove(file.remove_action(false)),
            });
    }
    let (mut bins, mut taken) = (Vec::new(), 0);
    for (day, files) in by_day {
        let (mut bin, mut size) = (Vec::new(), 0);
        for file in files {
            if taken >= target.saturating_mul(MOST_TARGETS) {
                break;
            }
            (size, taken) = (size + file.size, taken + file.size);
            bin.push(file);
            if size >= target {
                bins.push((day, std::mem::take(&mut bin)));
                size = 0;
            }
        }
        bins.push((day, bin));
    }
    bins.retain(|(_, files)| files.len() > 1);
    Ok(bins)
}

async fn rewrite(
    delta: &DeltaTable,
    table: Table,
    day: Option<NaiveDate>,
    files: &[Small],
) -> Result<Vec<Add>, DeltaTableError> {
    let store = delta.log_store().object_store(None);
    let mut writer = RecordBatchWriter::for_table(delta)?;
    for file in files {
        // it is smaller than the target, so it fits into memory
        let bytes = store.get(&file.path).await?.bytes().await?;
        for batch in ParquetRecordBatchReaderBuilder::try_new(bytes)?.build()? {
            writer.write(whole(table, day, &batch?)?).await?;
        }
    }
    writer.flush().await
}

/// The rows with every column of the table: the partition's is not in the file, newer ones are not in older files.
fn whole(table: Table, day: Option<NaiveDate>, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = table.schema();
    let columns = schema.fields().iter().map(|field| -> Result<ArrayRef, ArrowError> {
        if field.name() == Table::PARTITION {
            let days = vec![day.map(|day| day.to_epoch_days()); batch.num_rows()];
            return Ok(Arc::new(Date32Array::from(days)));
        }
        match batch.column_by_name(field.name()) {
            Some(column) if column.data_type() == field.data_type() => Ok(Arc::clone(column)),
            Some(column) => cast(column, field.data_type()),
            None => Ok(new_null_array(field.data_type(), batch.num_rows())),
        }
    });
    RecordBatch::try_new(Arc::clone(&schema), columns.collect::<Result<_, _>>()?)
}
