//! What a row says, as one number: equal rows have equal digests, whichever way they came about.

use std::hash::{DefaultHasher, Hash, Hasher};

use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::error::ArrowError;
use arrow::row::{RowConverter, SortField};

use crate::{Column, Table};

/// Provenance that is the same whenever a record is decoded.
const SETTLED: [&str; 8] = [
    Table::PARTITION,
    "observed_at",
    "_event_type",
    "_source",
    "_verdict",
    "_reason",
    "_raw",
    "_subject",
];

impl Table {
    /// The columns that [`Table::digests`] looks at.
    pub fn digested(self) -> Vec<Column> {
        let all = self.payload_columns().into_iter().chain(self.provenance_columns());
        let payload = self.payload_columns();
        all.filter(|(name, _)| SETTLED.contains(name) || payload.iter().any(|(other, _)| other == name))
            .collect()
    }

    /// A digest per row of a batch that has the columns of [`Table::digested`]. Only digests of one process compare.
    ///
    /// # Errors
    /// A column is missing, or is of a kind that its type can't be made from.
    pub fn digests(self, rows: &RecordBatch) -> Result<Vec<u64>, ArrowError> {
        let columns = self.digested();
        let arrays = columns.iter().map(|(name, kind)| {
            let found = rows.column_by_name(name);
            let array = found.ok_or_else(|| ArrowError::SchemaError(format!("column {name} is missing")))?;
            cast(array, kind)
        });
        let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
        let fields = columns.into_iter().map(|(_, kind)| SortField::new(kind)).collect();
        let converted = RowConverter::new(fields)?.convert_columns(&arrays)?;
        let digest = |row: arrow::row::Row<'_>| {
            let mut hasher = DefaultHasher::new();
            row.hash(&mut hasher);
            hasher.finish()
        };
        Ok(converted.iter().map(digest).collect())
    }
}
