//! Topics to views: tiles of each micro-batch are merged into Postgres, the rollups they touch are made anew, and the
//! positions move, all in one transaction.

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use async_trait::async_trait;
use events::Partition;
use features::sketch::NoSketch;
use features::{ComputeError, FAMILIES, Family, Tile, View};
use lake::Verdict;
use sqlx::PgPool;
use thiserror::Error;

use crate::{Batch, Sink, SinkError, Standing, Written};

mod corrections;
mod event_ids;
mod rewriting;
mod rows;
mod shadow;
mod sketches;
mod statements;
mod store;
mod windows;

pub use corrections::{Correction, corrections};
pub use rewriting::{Rewriting, Rewritten, forget_corrections};
pub use rows::read_view;
pub use shadow::{Counted, Difference, Shadow, Swap, Swapped};
pub use store::{stored_positions, stored_standing};
pub use windows::{Window, read_window};

#[derive(Debug, Error)]
pub enum ViewsError {
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("{sink} does not stand at offset {expected} of {partition}: another writer moved it")]
    Fenced {
        sink: String,
        partition: Partition,
        expected: i64,
    },
    #[error(transparent)]
    Compute(#[from] ComputeError),
    #[error("rows do not fit the view: {0}")]
    Shape(#[from] arrow::error::ArrowError),
    #[error("a stored sketch can't be read: {0}")]
    Sketch(#[from] NoSketch),
}

impl From<ViewsError> for SinkError {
    fn from(error: ViewsError) -> Self {
        let text = error.to_string();
        match error {
            ViewsError::Fenced { .. } => SinkError::Fenced(text),
            ViewsError::Database(sqlx::Error::Database(source)) if is_ours(source.as_ref()) => SinkError::Ours(text),
            ViewsError::Database(_) => SinkError::Dependency(text),
            ViewsError::Compute(_) | ViewsError::Shape(_) | ViewsError::Sketch(_) => SinkError::Ours(text),
        }
    }
}

/// Syntax, type and missing-object errors (SQLSTATE classes 42 and 22) and limits of a program (54: an index entry too long) are
/// faults of our statements. The rest (no connection, shutting down, disk full, deadlock) is the database's state.
fn is_ours(error: &dyn sqlx::error::DatabaseError) -> bool {
    error
        .code()
        .is_some_and(|code| ["22", "42", "54"].iter().any(|class| code.starts_with(class)))
}

/// Where a family is kept: the views that are read, or a shadow of them.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) family: &'static Family,
    pub(crate) schema: &'static str,
    /// Whose positions are moved.
    pub(crate) sink: String,
}

impl Target {
    pub(crate) fn live(family: &'static Family) -> Self {
        Self {
            family,
            schema: "views",
            sink: family.sink.to_owned(),
        }
    }

    pub(crate) fn shadow(family: &'static Family) -> Self {
        Self {
            family,
            schema: "shadow",
            sink: format!("shadow:{}", family.sink),
        }
    }

    pub(crate) fn is_live(&self) -> bool {
        self.schema == "views"
    }
}

/// Keeps a family of `views.*` current.
pub struct ViewsSink {
    pool: PgPool,
    target: Target,
}

impl ViewsSink {
    pub fn new(pool: PgPool, family: &'static Family) -> Self {
        Self {
            pool,
            target: Target::live(family),
        }
    }

    /// A sink for every family.
    pub fn all(pool: &PgPool) -> impl Iterator<Item = ViewsSink> {
        FAMILIES.into_iter().map(|family| ViewsSink::new(pool.clone(), family))
    }

    pub fn family(&self) -> &'static Family {
        self.target.family
    }

    async fn write_all(&self, batch: &Batch) -> Result<Written, ViewsError> {
        let (mut partials, mut counted) = (Vec::new(), Vec::new());
        for tile in self.target.family.tiles {
            let Some(rows) = batch.rows.get(&tile.topic) else {
                continue;
            };
            let rows = accepted(rows)?;
            if rows.num_rows() == 0 {
                continue;
            }
            match tile.counts_once() {
                true => counted.push((tile, rows)),
                false => partials.push((tile, features::partials(tile, rows).await?)),
            }
        }
        let rows = store::merge(&self.pool, &self.target, partials, counted, batch).await?;
        Ok(Written { rows, repeated: 0 })
    }
}

/// A tile and its rows, or its partial tiles.
pub(crate) type Rows<R> = Vec<(&'static Tile, R)>;

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
        &self.target.sink
    }

    async fn standing(&mut self, partitions: &[Partition]) -> Result<Standing, SinkError> {
        let stored = stored_standing(&self.pool, &self.target.sink)
            .await
            .map_err(ViewsError::Database)?;
        let mut standing = Standing::default();
        for partition in partitions {
            standing.positions.set(*partition, stored.positions.of(*partition));
            standing.watermarks.set(*partition, stored.watermarks.of(*partition));
        }
        Ok(standing)
    }

    async fn write(&mut self, batch: &Batch) -> Result<Written, SinkError> {
        Ok(self.write_all(batch).await?)
    }
}

/// The views of the family, for statements over each.
pub(crate) fn views_of(family: &'static Family) -> impl Iterator<Item = View> {
    View::of(family)
}
