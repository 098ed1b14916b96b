//! Topic to bronze table: every record a row, once.

use async_trait::async_trait;
use events::{Partition, Topic};
use lake::{AppendError, Appender, Lake, LakeError, Maintenance, Table};

use crate::{Batch, Sink, SinkError, Standing, Written};

/// Writes one topic to its bronze table.
pub struct BronzeSink {
    name: String,
    topic: Topic,
    appender: Appender,
    maintenance: Maintenance,
    commits: u64,
}

impl BronzeSink {
    /// What the sink of a topic is called.
    pub fn name_of(topic: Topic) -> String {
        format!("bronze.{}", topic.table_stem())
    }

    /// # Errors
    /// The lake can't be reached.
    pub async fn open(lake: &Lake, topic: Topic, maintenance: Maintenance) -> Result<Self, LakeError> {
        let name = Self::name_of(topic);
        let appender = Appender::open(lake, Table::of(topic), &name).await?;
        Ok(Self {
            name,
            topic,
            appender,
            maintenance,
            commits: 0,
        })
    }

    /// Keeps so many event ids in memory at most, but for those of the days of a batch.
    #[must_use]
    pub fn keeping_ids(mut self, most: usize) -> Self {
        self.appender.keep_ids(most);
        self
    }

    async fn tidy_when_due(&mut self) {
        self.commits += 1;
        if !self.commits.is_multiple_of(self.maintenance.every_commits) {
            return;
        }
        match self.appender.tidy(&self.maintenance).await {
            Ok(tidied) => tracing::debug!(sink = self.name, ?tidied, "table tidied"),
            // the data is safe; the next round does the work
            Err(error) => tracing::warn!(sink = self.name, %error, "table could not be tidied"),
        }
    }
}

#[async_trait]
impl Sink for BronzeSink {
    fn name(&self) -> &str {
        &self.name
    }

    async fn standing(&mut self, partitions: &[Partition]) -> Result<Standing, SinkError> {
        let away = |error: LakeError| SinkError::Dependency(error.to_string());
        let positions = self.appender.positions(partitions).await.map_err(away)?;
        let watermarks = self.appender.watermarks(partitions).await.map_err(away)?;
        Ok(Standing { positions, watermarks })
    }

    async fn write(&mut self, batch: &Batch) -> Result<Written, SinkError> {
        let Some(rows) = batch.rows.get(&self.topic) else {
            return Ok(Written::default());
        };
        let appended = self
            .appender
            .append_up_to(rows, &batch.spans, &batch.watermarks)
            .await
            .map_err(|error| match error {
                AppendError::Fenced { .. } | AppendError::Raced { .. } => SinkError::Fenced(error.to_string()),
                AppendError::Lake(error) => SinkError::Dependency(error.to_string()),
            })?;
        let rejected = crate::verdict::count_rejected(rows);
        if rejected > 0 {
            metrics::counter!("pipeline_rejected_records_total", "sink" => self.name.clone()).increment(rejected);
        }
        self.tidy_when_due().await;
        Ok(Written {
            rows: appended.rows,
            repeated: appended.repeated,
        })
    }
}
