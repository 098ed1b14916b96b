//! Topics to views: tiles of each micro-batch are merged into Postgres, the rollups they touch are made anew, and the
//! positions move, all in one transaction.

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use async_trait::async_trait;
use events::{Partition, Positions};
use features::{ComputeError, TILES};
use lake::Verdict;
use sqlx::PgPool;
use thiserror::Error;

use crate::{Batch, Sink, SinkError, Written};

mod rewriting;
mod rows;
mod statements;
mod store;

pub use rewriting::{Rewriting, Rewritten};
pub use rows::read_view;
pub use store::stored_positions;

/// The name under which the views' positions are stored.
pub const VIEWS_SINK: &str = "views";

#[derive(Debug, Error)]
pub enum ViewsError {
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("{sink} does not stand at offset {expected} of {partition}: another writer moved it")]
    Fenced {
        sink: &'static str,
        partition: Partition,
        expected: i64,
    },
    #[error(transparent)]
    Compute(#[from] ComputeError),
    #[error("rows do not fit the view: {0}")]
    Shape(#[from] arrow::error::ArrowError),
}

impl From<ViewsError> for SinkError {
    fn from(error: ViewsError) -> Self {
        let text = error.to_string();
        match error {
            ViewsError::Fenced { .. } => SinkError::Fenced(text),
            ViewsError::Database(sqlx::Error::Database(source)) if is_ours(source.as_ref()) => SinkError::Ours(text),
            ViewsError::Database(_) => SinkError::Dependency(text),
            ViewsError::Compute(_) | ViewsError::Shape(_) => SinkError::Ours(text),
        }
    }
}

/// Syntax, type and missing-object errors (SQLSTATE classes 42 and 22) are faults of our statements. The rest (no
/// connection, shutting down, disk full, deadlock) is the database's state.
fn is_ours(error: &dyn sqlx::error::DatabaseError) -> bool {
    error
        .code()
        .is_some_and(|code| code.starts_with("42") || code.starts_with("22"))
}

/// Keeps `views.*` current.
pub struct ViewsSink {
    pool: PgPool,
}

impl ViewsSink {
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    async fn write_all(&self, batch: &Batch) -> Result<Written, ViewsError> {
        let mut partials = Vec::new();
        for tile in TILES {
            let Some(rows) = batch.rows.get(&tile.topic) else {
                continue;
            };
            let rows = accepted(rows)?;
            if rows.num_rows() > 0 {
                partials.push((tile, features::partials(tile, rows).await?));
            }
        }
        let rows = store::merge(&self.pool, &partials, &batch.spans).await?;
        Ok(Written { rows, repeated: 0 })
    }
}

fn accepted(rows: &RecordBatch) -> Result<RecordBatch, arrow::error::ArrowError> {
    let verdicts = rows.column_by_name("_verdict").map(|column| column.as_string::<i32>());
    let keep: BooleanArray = verdicts
        .iter()
        .flat_map(|verdicts| verdicts.iter())
        .map(|verdict| Some(verdict == Some(Verdict::Accepted.as_str())))
        .collect();
    filter_record_batch(rows, &keep)
}

#[async_trait]
impl Sink for ViewsSink {
    fn name(&self) -> &str {
        VIEWS_SINK
    }

    async fn positions(&mut self, partitions: &[Partition]) -> Result<Positions, SinkError> {
        let stored = stored_positions(&self.pool).await.map_err(ViewsError::Database)?;
        Ok(partitions
            .iter()
            .map(|partition| (*partition, stored.of(*partition)))
            .collect())
    }

    async fn write(&mut self, batch: &Batch) -> Result<Written, SinkError> {
        Ok(self.write_all(batch).await?)
    }
}
