//! Taking rows out of a table: what a retention or a deletion request asks for.
//!
//! Rows go in one commit, beside the writer, and its positions stay: nothing is read again because of it. Then the files
//! that held them are deleted, and the log entries that tell of those files (they hold the smallest and largest value of
//! each column). Whoever reads an older version at that moment fails, and reads again.

use chrono::{DateTime, Utc};
use deltalake::datafusion::functions::expr_fn::encode;
use deltalake::datafusion::logical_expr::{Expr, col, lit};
use deltalake::datafusion::scalar::ScalarValue;
use deltalake::kernel::transaction::TransactionError;
use deltalake::{DeltaTable, DeltaTableError, checkpoints};
use events::{ChannelId, Partition};

use crate::compaction;
use crate::{Lake, LakeError, Table, Verdict};

/// How often a removal begins anew because somebody else committed meanwhile: as often as a writer does.
const TRIES: u32 = 20;

/// Which rows go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    /// Those of some CloudEvents sources that were obtained before a time, and whose records are not on the log any more:
    /// below an offset of their partition.
    Obtained {
        sources: Vec<String>,
        before: DateTime<Utc>,
        below: Vec<(Partition, i64)>,
    },
    /// Those of a channel: itself, its videos with their comments, what it wrote elsewhere, its reports and its money.
    /// Below an offset of each partition, so that it does not get in the way of what is written meanwhile.
    Channel {
        id: ChannelId,
        videos: Vec<String>,
        below: Vec<(Partition, i64)>,
    },
}

/// What a removal took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    /// `None` where whole files went uncounted.
    pub rows: Option<usize>,
    pub files_deleted: usize,
}

impl Removal {
    /// True for the rows that go, and false for the others; `None` where a table has none.
    pub fn predicate(&self, table: Table) -> Option<Expr> {
        let doomed = match self {
            Removal::Obtained { sources, before, below } => obtained(table, sources, *before, below)?,
            Removal::Channel { id, videos, below } => is_below(table, below)?.and(of_channel(table, id, videos)),
        };
        Some(doomed.is_true())
    }
}

fn any(terms: impl IntoIterator<Item = Expr>) -> Option<Expr> {
    terms.into_iter().reduce(Expr::or)
}

fn is_in(column: &str, texts: &[String]) -> Option<Expr> {
    let texts: Vec<Expr> = texts.iter().map(|text| lit(text.as_str())).collect();
    (!texts.is_empty()).then(|| col(column).in_list(texts, false))
}

fn is_below(table: Table, below: &[(Partition, i64)]) -> Option<Expr> {
    let here = below.iter().filter(|(partition, _)| partition.topic == table.topic());
    any(here.map(|(partition, offset)| {
        let is_there = col("_partition").eq(lit(partition.number));
        is_there.and(col("_offset").lt(lit(*offset)))
    }))
}

fn obtained(table: Table, sources: &[String], before: DateTime<Utc>, below: &[(Partition, i64)]) -> Option<Expr> {
    let is_below = is_below(table, below)?;
    let before = ScalarValue::TimestampMicrosecond(Some(before.timestamp_micros()), Some("UTC".into()));
    let is_old = col("_ingested_at").lt(lit(before));
    Some(is_in("_source", sources)?.and(is_old).and(is_below))
}

fn of_channel(table: Table, id: &ChannelId, videos: &[String]) -> Expr {
    let columns = table.payload_columns();
    let has = |name: &str| columns.iter().any(|(column, _)| *column == name);
    let id = id.as_str();
    let mut terms = vec![col("_subject").eq(lit(id))];
    terms.extend(is_in("_subject", videos));
    for column in ["channel_id", "author_channel_id", "subject"] {
        if has(column) {
            terms.push(col(column).eq(lit(id)));
        }
    }
    if has("video_id") {
        terms.extend(is_in("video_id", videos));
    }
    // a rejected row has its values in its bytes only
    let is_rejected = col("_verdict").eq(lit(Verdict::Rejected.as_str()));
    let digits = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let named = std::iter::once(id).chain(videos.iter().map(String::as_str));
    let in_bytes = named.map(|name| encode(col("_raw"), lit("hex")).like(lit(format!("%{}%", digits(name)))));
    // so many patterns would not end; the channel itself is always looked for
    let in_bytes = any(in_bytes.take(20)).unwrap_or_else(|| lit(false));
    terms.push(is_rejected.and(in_bytes));
    any(terms).unwrap_or_else(|| lit(false))
}

impl Lake {
    /// Takes the rows out of the table, and their bytes out of the store. Log entries of before `now` go with them.
    ///
    /// # Errors
    /// The table can't be read or written, or others commit all the time.
    pub async fn remove(&self, table: Table, removal: &Removal, now: DateTime<Utc>) -> Result<Removed, LakeError> {
        let Some(predicate) = removal.predicate(table) else {
            return Ok(Removed::default());
        };
        let failed = |source: DeltaTableError| LakeError::Write {
            table,
            source: Box::new(source),
        };
        let mut tries = 1;
        let (delta, metrics) = loop {
            let delta = self.create_or_load(table).await?;
            let exclusive = compaction::exclusive(&delta);
            let deletion = delta.delete().with_predicate(predicate.clone());
            match deletion.with_commit_properties(exclusive).await {
                Ok((delta, metrics)) => break (delta, metrics),
                Err(error) if is_overtaken(&error) && tries < TRIES => tries += 1,
                Err(error) => return Err(failed(error)),
            }
        };
        let rows = metrics.num_deleted_rows;
        if metrics.num_removed_files == 0 {
            return Ok(Removed {
                rows: Some(0),
                files_deleted: 0,
            });
        }
        let files_deleted = self.erase(table, delta, now).await.map_err(failed)?;
        Ok(Removed { rows, files_deleted })
    }

    /// Deletes the files that no row is in any more, and the entries that tell of them.
    async fn erase(&self, table: Table, delta: DeltaTable, now: DateTime<Utc>) -> Result<usize, DeltaTableError> {
        let (delta, vacuumed) = delta
            .vacuum()
            .with_retention_period(chrono::Duration::zero())
            .with_enforce_retention_duration(false)
            .await?;
        checkpoints::create_checkpoint(&delta, None).await?;
        let version = delta.snapshot()?.version();
        // the entries of just now, too: those below the checkpoint are needed no more
        let cutoff_ms = (now + chrono::Duration::days(1)).timestamp_millis();
        let log = delta.log_store();
        let entries = checkpoints::cleanup_expired_logs_for(version, log.as_ref(), cutoff_ms, None).await?;
        tracing::debug!(%table, files = vacuumed.files_deleted.len(), entries, "removed rows are erased");
        Ok(vacuumed.files_deleted.len())
    }
}

fn is_overtaken(error: &DeltaTableError) -> bool {
    matches!(
        error,
        DeltaTableError::Transaction {
            source: TransactionError::CommitConflict(_)
                | TransactionError::MaxCommitAttempts(_)
                | TransactionError::VersionAlreadyExists(_)
        }
    )
}
