//! What a removal would take, counted before it is made.

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{col, lit};
use events::ChannelId;
use lake::{Removal, Table};

use crate::{Session, SqlError};

/// Rows of a table that go, and those that stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Doomed {
    pub rows: usize,
    pub kept: usize,
}

fn failed(error: DataFusionError) -> SqlError {
    SqlError::Run(Box::new(error))
}

impl Session {
    /// # Errors
    /// The lake can't be read.
    pub async fn doomed(&self, table: Table, removal: &Removal) -> Result<Doomed, SqlError> {
        let rows = self.context().table(table.to_string()).await.map_err(failed)?;
        let all = rows.clone().count().await.map_err(failed)?;
        let rows = match removal.predicate(table) {
            None => 0,
            Some(predicate) => {
                let doomed = rows.filter(predicate).map_err(failed)?;
                doomed.count().await.map_err(failed)?
            }
        };
        Ok(Doomed { rows, kept: all - rows })
    }

    /// Ids of the videos that any row names as a channel's.
    ///
    /// # Errors
    /// The lake can't be read.
    pub async fn videos_of(&self, channel: &ChannelId) -> Result<Vec<String>, SqlError> {
        let mut videos = std::collections::BTreeSet::new();
        for table in Table::ALL {
            let columns = table.payload_columns();
            if !["channel_id", "video_id"]
                .iter()
                .all(|name| columns.iter().any(|(column, _)| column == name))
            {
                continue;
            }
            let rows = self.context().table(table.to_string()).await.map_err(failed)?;
            let named = rows
                .filter(
                    col("channel_id")
                        .eq(lit(channel.as_str()))
                        .and(col("video_id").is_not_null()),
                )
                .and_then(|rows| rows.select(vec![col("video_id")]))
                .and_then(|rows| rows.distinct())
                .map_err(failed)?;
            for batch in named.collect().await.map_err(failed)? {
                let texts = cast(batch.column(0), &DataType::Utf8).map_err(|error| failed(error.into()))?;
                videos.extend(texts.as_string::<i32>().iter().flatten().map(str::to_owned));
            }
        }
        Ok(videos.into_iter().collect())
    }
}
