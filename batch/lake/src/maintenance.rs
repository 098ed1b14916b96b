//! Upkeep beside the writer: small files are compacted, and files that no version needs any more are removed.
//! Checkpoints are written by the commits themselves (`delta.checkpointInterval`).

use std::num::NonZeroU64;

use deltalake::DeltaTableError;

use crate::compaction;
use crate::{Appender, LakeError};

/// When and how to tidy a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Maintenance {
    /// Commits between two compactions.
    pub every_commits: u64,
    /// Size that compacted files aim at.
    pub target_file_bytes: NonZeroU64,
    /// Age a file must have before it may be removed, so that readers of an older version are not disturbed.
    pub keep_removed: chrono::Duration,
}

/// What a round of upkeep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tidied {
    pub files_added: u64,
    pub files_removed: u64,
    pub files_deleted: usize,
}

impl Appender {
    /// Compacts, then deletes what is out of use for long enough. A commit of somebody else in between is no
    /// failure: the round is given up and the next one does its work.
    ///
    /// # Errors
    /// The lake can't be read or written.
    pub async fn tidy(&mut self, rules: &Maintenance) -> Result<Tidied, LakeError> {
        let table = self.table();
        let failed = |source: DeltaTableError| LakeError::Write {
            table,
            source: Box::new(source),
        };
        let before = self.delta.version();
        let metrics = match compaction::compact(&self.delta, table, rules.target_file_bytes.get()).await {
            Ok(compacted) => {
                self.delta.update_state().await.map_err(failed)?;
                self.look_at_others(before).await?;
                compacted
            }
            Err(DeltaTableError::Transaction { source }) => {
                tracing::debug!(%table, %source, "compaction given up, another writer was faster");
                return Ok(Tidied::default());
            }
            Err(error) => return Err(failed(error)),
        };
        let (delta, vacuumed) = self
            .delta
            .clone()
            .vacuum()
            .with_retention_period(rules.keep_removed)
            .with_enforce_retention_duration(false)
            .await
            .map_err(failed)?;
        self.delta = delta;
        self.look_at_others(before).await?;
        Ok(Tidied {
            files_added: metrics.files_added,
            files_removed: metrics.files_removed,
            files_deleted: vacuumed.files_deleted.len(),
        })
    }
}
