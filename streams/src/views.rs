//! Topics to views: tiles of each micro-batch are merged into Postgres, the rollups they touch are made anew, and the
//! positions move, all in one transaction.

use std::collections::BTreeMap;
use std::time::Duration;

use arrow::array::RecordBatch;
use async_trait::async_trait;
use events::{Partition, Span, Topic, Watermarks};
use features::sketch::NoSketch;
use features::{ComputeError, FAMILIES, Family, Tile, View};
use sqlx::PgPool;
use thiserror::Error;

use crate::verdict::accepted;
use crate::{Batch, Sink, SinkError, Standing, Written};
use refused::{Outcast, Sieve};

mod corrections;
mod event_ids;
mod late;
mod refused;
mod removing;
mod rewriting;
mod rows;
mod shadow;
mod sketches;
mod statements;
mod store;
mod windows;

pub use corrections::{Correction, corrections};
pub use refused::{Refused, refused, refused_ids};
pub use removing::{Removing, unfinished_removal};
pub use rewriting::{Rebuilt, Rewriting, Rewritten, forget_corrections, handed_on_differing, rebuilds};
pub use rows::read_view;
pub use shadow::{Counted, Difference, Shadow, Swap, Swapped};
pub use store::{stored_positions, stored_standing};
pub use windows::{Window, newest_tile, read_window};

#[derive(Debug, Error)]
pub enum ViewsError {
    #[error("database: {}", said(.0))]
    Database(#[from] sqlx::Error),
    #[error("view {view}: database: {}", said(source))]
    View { view: &'static str, source: sqlx::Error },
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

/// What a database has said, or what it is that it says nothing.
fn said(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::PoolTimedOut => {
            "no connection could be had: it is away, does not answer, or all of this process's \
                                      (database.connections) are in use"
                .to_owned()
        }
        error => error.to_string(),
    }
}

impl From<ViewsError> for SinkError {
    fn from(error: ViewsError) -> Self {
        let text = error.to_string();
        match error {
            ViewsError::Fenced { .. } => SinkError::Fenced(text),
            ViewsError::Database(source) | ViewsError::View { source, .. } => match source {
                sqlx::Error::Database(source) if is_ours(source.as_ref()) => SinkError::Ours(text),
                _ => SinkError::Dependency(text),
            },
            ViewsError::Compute(_) | ViewsError::Shape(_) | ViewsError::Sketch(_) => SinkError::Ours(text),
        }
    }
}

/// Syntax, type and missing-object errors (SQLSTATE classes 42 and 22) and limits of a program (54: an index entry too long) are
/// faults of our statements. The rest (no connection, shutting down, disk full, deadlock) is the database's state.
fn is_ours(error: &dyn sqlx::error::DatabaseError) -> bool {
    error
        .code()
        .is_some_and(|code| ["21", "22", "42", "54"].iter().any(|class| code.starts_with(class)))
}

impl ViewsError {
    /// Whether some row may be at fault: a value that a statement has no room for (SQLSTATE classes 22 and 54), two rows for one key (21), or a computation.
    fn is_of_rows(&self) -> bool {
        match self {
            ViewsError::Compute(_) => true,
            _ => self
                .sqlstate()
                .is_some_and(|code| ["21", "22", "54"].iter().any(|class| code.starts_with(class))),
        }
    }

    /// What the database refused it with.
    fn sqlstate(&self) -> Option<String> {
        match self {
            ViewsError::Database(sqlx::Error::Database(error))
            | ViewsError::View {
                source: sqlx::Error::Database(error),
                ..
            } => error.code().map(|code| code.into_owned()),
            _ => None,
        }
    }

    /// Of a statement that makes the rows of `view`.
    fn of(view: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::View { view, source }
    }
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
    /// Of a transaction of this sink that nothing is asked of.
    let_go_after: Duration,
}

/// Nobody is waited for longer.
const LONGEST_LET_GO: Duration = Duration::from_secs(600);

impl ViewsSink {
    pub fn new(pool: PgPool, family: &'static Family) -> Self {
        Self::of(pool, Target::live(family))
    }

    fn of(pool: PgPool, target: Target) -> Self {
        Self {
            pool,
            target,
            let_go_after: store::LET_GO_AFTER,
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
        let mut rows = BTreeMap::new();
        for (topic, all) in &batch.rows {
            rows.insert(*topic, accepted(all)?);
        }
        refused::leave_out_refused(&self.pool, &self.target.sink, &mut rows).await?;
        match self.merge(batch, &rows, &[], Outcome::Stored).await {
            Err(error) if error.is_of_rows() => {
                tracing::warn!(
                    sink = self.target.sink,
                    %error,
                    "a step can't be written, looking for the rows that it fails by"
                );
                let (rows, outcasts) = self.sift(batch, &rows, error).await?;
                let written = self.merge(batch, &rows, &outcasts, Outcome::Stored).await?;
                refused::tell(&self.target.sink, &outcasts);
                Ok(written)
            }
            written => written,
        }
    }

    /// The rows that can be written together, and the others. `error` is what all of them together fail by.
    async fn sift(
        &self,
        batch: &Batch,
        rows: &BTreeMap<Topic, RecordBatch>,
        error: ViewsError,
    ) -> Result<(BTreeMap<Topic, RecordBatch>, Vec<Outcast>), ViewsError> {
        // without a single row: then no row is at fault
        if self.merge(batch, &BTreeMap::new(), &[], Outcome::Tried).await.is_err() {
            return Err(error);
        }
        let mut sieve = Sieve::of(rows);
        while let Some(some) = sieve.next() {
            match self.merge(batch, &some?, &[], Outcome::Tried).await {
                Ok(_) => sieve.keep(),
                Err(error) if error.is_of_rows() => sieve.refuse(error)?,
                Err(error) => return Err(error),
            }
        }
        Ok(sieve.finish()?)
    }

    async fn merge(
        &self,
        batch: &Batch,
        rows: &BTreeMap<Topic, RecordBatch>,
        outcasts: &[Outcast],
        outcome: Outcome,
    ) -> Result<Written, ViewsError> {
        let (mut partials, mut counted) = (Vec::new(), Vec::new());
        for tile in self.target.family.tiles {
            let Some(rows) = rows.get(&tile.topic).filter(|rows| rows.num_rows() > 0) else {
                continue;
            };
            match tile.counts_once() {
                true => counted.push((tile, rows.clone())),
                false => partials.push((tile, features::partials(tile, rows.clone()).await?)),
            }
        }
        let step = Step {
            spans: &batch.spans,
            watermarks: &batch.watermarks,
            outcasts,
            outcome,
            let_go_after: self.let_go_after,
        };
        let rows = store::merge(&self.pool, &self.target, partials, counted, &step).await?;
        Ok(Written { rows, repeated: 0 })
    }
}

/// What becomes of a merge that succeeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Stored,
    /// Nothing is left of it.
    Tried,
}

/// Of a batch what is beside its rows.
pub(crate) struct Step<'a> {
    spans: &'a [Span],
    watermarks: &'a Watermarks,
    outcasts: &'a [Outcast],
    outcome: Outcome,
    let_go_after: Duration,
}

/// A tile and its rows, or its partial tiles.
pub(crate) type Rows<R> = Vec<(&'static Tile, R)>;

#[async_trait]
impl Sink for ViewsSink {
    fn name(&self) -> &str {
        &self.target.sink
    }

    fn is_told_of(&self) -> bool {
        self.target.is_live()
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
        let begun = std::time::Instant::now();
        let written = self.write_all(batch).await;
        let ended = match &written {
            Ok(_) => Ended::Well,
            Err(error) if error.sqlstate().as_deref() == Some(store::LET_GO) => Ended::LetGo,
            Err(_) => Ended::Otherwise,
        };
        self.let_go_after = patience_after(self.let_go_after, begun.elapsed(), ended);
        Ok(written?)
    }
}

/// How a transaction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Well,
    /// The database let go of it, as nothing was heard of it for too long.
    LetGo,
    Otherwise,
}

/// A transaction that is slow, not dead, is given more time until it gets through; then the next dead one is noticed soon.
fn patience_after(patience: Duration, took: Duration, ended: Ended) -> Duration {
    match ended {
        Ended::LetGo => (patience * 2).min(LONGEST_LET_GO),
        Ended::Well if took < store::LET_GO_AFTER / 2 => store::LET_GO_AFTER,
        _ => patience,
    }
}

/// The views of the family, for statements over each.
pub(crate) fn views_of(family: &'static Family) -> impl Iterator<Item = View> {
    View::of(family)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_transaction_is_given_more_time_until_a_fast_one_succeeds() {
        let (fast, slow) = (Duration::from_secs(1), Duration::from_secs(8));
        let (mut patience, mut given) = (store::LET_GO_AFTER, Vec::new());
        for _ in 0..8 {
            patience = patience_after(patience, slow, Ended::LetGo);
            given.push(patience.as_secs());
        }
        assert_eq!(given, [20, 40, 80, 160, 320, 600, 600, 600]);
        assert_eq!(patience_after(patience, slow, Ended::Well), patience);
        assert_eq!(patience_after(patience, fast, Ended::Otherwise), patience);
        assert_eq!(patience_after(patience, fast, Ended::Well), store::LET_GO_AFTER);
    }
}
