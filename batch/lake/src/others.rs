//! What other writers of a table have added since it was last looked at.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema};
use chrono::NaiveDate;
use deltalake::kernel::{Action, Add};
use deltalake::logstore::get_actions;
use deltalake::parquet::arrow::ProjectionMask;
use deltalake::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use deltalake::{DeltaTable, DeltaTableError, Path};
use object_store::ObjectStoreExt;

use crate::Table;
use crate::known_ids::{Day, pairs_of};

/// Days and ids of the rows that came with the commits after `version`, up to the one that `delta` shows.
///
/// # Errors
/// A commit or one of its files can't be read, or is not there any more.
pub(crate) async fn ids_since(delta: &DeltaTable, version: u64) -> Result<Vec<(Day, u128)>, DeltaTableError> {
    let mut pairs = Vec::new();
    let log = delta.log_store();
    for version in version + 1..=delta.version().unwrap_or(version) {
        let entry = log.read_commit_entry(version).await?;
        let entry = entry.ok_or(DeltaTableError::InvalidVersion(version))?;
        for action in get_actions(version, &entry)? {
            match action {
                Action::Add(add) if add.data_change => pairs.extend(ids_in(delta, &add).await?),
                _ => {}
            }
        }
    }
    Ok(pairs)
}

async fn ids_in(delta: &DeltaTable, add: &Add) -> Result<Vec<(Day, u128)>, DeltaTableError> {
    let path = Path::from_url_path(&add.path).map_err(|error| DeltaTableError::Generic(error.to_string()))?;
    let day = add.partition_values.get(Table::PARTITION).cloned().flatten();
    let day: Option<NaiveDate> = day.and_then(|day| day.parse().ok());
    // a commit of a writer is a batch, so it fits into memory
    let bytes = delta.log_store().object_store(None).get(&path).await?.bytes().await?;
    let file = ParquetRecordBatchReaderBuilder::try_new(bytes)?;
    let columns = ProjectionMask::columns(file.parquet_schema(), ["_event_id", "_verdict"]);
    let mut pairs = Vec::new();
    for batch in file.with_projection(columns).build()? {
        pairs.extend(pairs_of(&dated(&batch?, day)?)?);
    }
    Ok(pairs)
}

/// The partition's column is not in the file.
fn dated(batch: &RecordBatch, day: Option<NaiveDate>) -> Result<RecordBatch, DeltaTableError> {
    let days: ArrayRef = Arc::new(Date32Array::from(vec![
        day.map(|day| day.to_epoch_days());
        batch.num_rows()
    ]));
    let mut fields: Vec<Field> = batch
        .schema()
        .fields()
        .iter()
        .map(|field| field.as_ref().clone())
        .collect();
    fields.push(Field::new(Table::PARTITION, DataType::Date32, true));
    let columns = batch.columns().iter().cloned().chain([days]).collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}
