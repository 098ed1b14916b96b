//! What a pipeline writes to.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use async_trait::async_trait;
use events::{Partition, Positions, Span, Topic, Watermarks};
use thiserror::Error;

/// Decoded rows of a step, per topic, each with the columns of the topic's table, and the step itself.
pub struct Batch {
    pub rows: BTreeMap<Topic, RecordBatch>,
    pub spans: Vec<Span>,
    /// Where the watermarks of the partitions stand behind the step.
    pub watermarks: Watermarks,
}

/// Where a sink stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    pub positions: Positions,
    pub watermarks: Watermarks,
}

impl Batch {
    pub fn row_count(&self) -> usize {
        self.rows.values().map(RecordBatch::num_rows).sum()
    }
}

/// What a step added to the sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    pub rows: usize,
    /// Rows that the sink held already.
    pub repeated: usize,
}

/// Whose fault, and is a retry useful.
#[derive(Debug, Error)]
pub enum SinkError {
    /// Another owner has moved the positions. Nothing was written; read again from the sink's positions.
    #[error("fenced: {0}")]
    Fenced(String),
    /// The store is away, full or slow. A retry is useful once it is back.
    #[error("{0}")]
    Dependency(String),
    /// A fault of ours. A retry ends the same way.
    #[error("{0}. This is a fault of the platform: please report it")]
    Ours(String),
}

/// Stores rows and positions in one commit.
#[async_trait]
pub trait Sink: Send {
    fn name(&self) -> &str;

    /// Whether its consumer group shows on lag displays: not that of a sink that is there for a while only.
    fn is_told_of(&self) -> bool {
        true
    }

    /// Looks at the store again and says where the sink stands.
    async fn standing(&mut self, partitions: &[Partition]) -> Result<Standing, SinkError>;

    /// Stores the batch and its step, both or neither.
    async fn write(&mut self, batch: &Batch) -> Result<Written, SinkError>;
}
