//! Where rows came from: the places in the log that a table's rows name.

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type, Int64Type};
use arrow::error::ArrowError;
use datafusion::common::Column;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Expr, col, lit};
use events::{Partition, Topic};
use futures::StreamExt;
use lake::Table;

use crate::{Session, SqlError};

/// One row of a table, by place and id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub partition: Partition,
    pub offset: i64,
    pub event_id: String,
    pub accepted: bool,
}

impl Session {
    /// Hands the places of the topic's rows to `visit`: those whose offset in their partition is in the given range,
    /// `(partition, from, to)`, `to` not included. In no order.
    ///
    /// # Errors
    /// The lake can't be read.
    pub async fn places(
        &self,
        topic: Topic,
        ranges: &[(Partition, i64, i64)],
        mut visit: impl FnMut(Place),
    ) -> Result<(), SqlError> {
        let failed = |error: DataFusionError| SqlError::Run(Box::new(error));
        let columns = ["_partition", "_offset", "_event_id", "_verdict"].map(col).to_vec();
        let table = self
            .context()
            .table(Table::of(topic).to_string())
            .await
            .map_err(failed)?;
        let frame = table
            .filter(within(ranges))
            .and_then(|table| table.select(columns))
            .map_err(failed)?;
        let mut batches = frame.execute_stream().await.map_err(failed)?;
        while let Some(batch) = batches.next().await {
            let batch = batch.map_err(failed)?;
            for place in places_of(topic, &batch).map_err(|error| failed(error.into()))? {
                visit(place);
            }
        }
        Ok(())
    }
}

impl Session {
    /// Hands digests of the topic's rows ([`Table::digests`]) to `visit`, with their places; ranges as in
    /// [`Session::places`].
    ///
    /// # Errors
    /// The lake can't be read.
    pub async fn digests(
        &self,
        topic: Topic,
        ranges: &[(Partition, i64, i64)],
        mut visit: impl FnMut(Partition, i64, u64),
    ) -> Result<(), SqlError> {
        let failed = |error: DataFusionError| SqlError::Run(Box::new(error));
        let table = Table::of(topic);
        let digested = table.digested();
        let names = ["_partition", "_offset"]
            .into_iter()
            .chain(digested.iter().map(|(name, _)| *name));
        let columns: Vec<Expr> = names.map(|name| Expr::Column(Column::from_name(name))).collect();
        let rows = self.context().table(table.to_string()).await.map_err(failed)?;
        let frame = rows
            .filter(within(ranges))
            .and_then(|rows| rows.select(columns))
            .map_err(failed)?;
        let mut batches = frame.execute_stream().await.map_err(failed)?;
        while let Some(batch) = batches.next().await {
            let batch = batch.map_err(failed)?;
            let found = digests_of(table, &batch).map_err(|error| failed(error.into()))?;
            found
                .into_iter()
                .for_each(|(partition, offset, digest)| visit(partition, offset, digest));
        }
        Ok(())
    }
}

/// Place and digest of every row of a batch.
///
/// # Errors
/// The batch lacks a column of the table.
pub fn digests_of(table: Table, batch: &RecordBatch) -> Result<Vec<(Partition, i64, u64)>, ArrowError> {
    let column = |name: &str, kind| {
        let found = batch.column_by_name(name);
        cast(
            found.ok_or_else(|| ArrowError::SchemaError(format!("column {name} is missing")))?,
            kind,
        )
    };
    let (partitions, offsets) = (
        column("_partition", &DataType::Int32)?,
        column("_offset", &DataType::Int64)?,
    );
    let (partitions, offsets) = (
        partitions.as_primitive::<Int32Type>(),
        offsets.as_primitive::<Int64Type>(),
    );
    let place = |row: usize| Partition {
        topic: table.topic(),
        number: partitions.value(row),
    };
    let digests = table.digests(batch)?.into_iter().enumerate();
    Ok(digests
        .map(|(row, digest)| (place(row), offsets.value(row), digest))
        .collect())
}

fn within(ranges: &[(Partition, i64, i64)]) -> Expr {
    let one = |(partition, from, to): &(Partition, i64, i64)| {
        let offset = col("_offset");
        let inside = offset.clone().gt_eq(lit(*from)).and(offset.lt(lit(*to)));
        col("_partition").eq(lit(partition.number)).and(inside)
    };
    ranges.iter().map(one).reduce(Expr::or).unwrap_or_else(|| lit(false))
}

fn places_of(topic: Topic, batch: &RecordBatch) -> Result<Vec<Place>, ArrowError> {
    let partitions = cast(batch.column(0), &DataType::Int32)?;
    let offsets = cast(batch.column(1), &DataType::Int64)?;
    let ids = cast(batch.column(2), &DataType::Utf8)?;
    let verdicts = cast(batch.column(3), &DataType::Utf8)?;
    let (partitions, offsets) = (
        partitions.as_primitive::<Int32Type>(),
        offsets.as_primitive::<Int64Type>(),
    );
    let (ids, verdicts) = (ids.as_string::<i32>(), verdicts.as_string::<i32>());
    let place = |row| Place {
        partition: Partition {
            topic,
            number: partitions.value(row),
        },
        offset: offsets.value(row),
        event_id: ids.value(row).to_owned(),
        accepted: verdicts.value(row) == lake::Verdict::Accepted.as_str(),
    };
    Ok((0..batch.num_rows()).map(place).collect())
}
