//! How far each sink has come, from `sink.progress`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection};

use super::Error;

/// `behind` counts records, from the next one the sink will read to the partition's end.
#[derive(Debug, Serialize, FromRow)]
pub(crate) struct Progress {
    sink: String,
    topic: String,
    partition: i32,
    position: i64,
    end: i64,
    behind: i64,
    /// Age of the next record to read; null also while nobody can measure it, as the brokers are away.
    behind_seconds: Option<f64>,
    in_per_second: Option<f64>,
    out_per_second: Option<f64>,
    /// From the log until it could be queried: the oldest record of the last step.
    queryable_ms: Option<i64>,
    pub(crate) event_time: Option<DateTime<Utc>>,
    committed_at: Option<DateTime<Utc>>,
    /// Why it is not moving, and since when; null while it is.
    trouble: Option<String>,
    trouble_since: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
}

/// Every sink's progress on every partition.
pub(crate) async fn progress(db: &mut PgConnection) -> Result<Vec<Progress>, Error> {
    let progress = sqlx::query_as(
        r#"SELECT sink, topic, partition, position, end_offset AS "end", greatest(end_offset - position, 0) AS behind,
                  behind_seconds, in_per_second, out_per_second, queryable_ms, event_time, committed_at,
                  trouble, trouble_since, updated_at
           FROM sink.progress ORDER BY sink, topic, partition"#,
    );
    Ok(progress.fetch_all(db).await?)
}
