//! Where consumer groups of others stand, from `sink.consumer_groups`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection};

use super::Error;

/// `behind` counts offsets, from the next one the group will read to the partition's end.
#[derive(Debug, Serialize, FromRow)]
pub(crate) struct Group {
    group: String,
    topic: String,
    partition: i32,
    position: i64,
    end: i64,
    behind: i64,
    /// Age of the next record to read.
    behind_seconds: Option<f64>,
    in_per_second: Option<f64>,
    out_per_second: Option<f64>,
    caught_up_in_seconds: Option<f64>,
    updated_at: DateTime<Utc>,
}

/// Every group but our sinks, on every partition.
pub(crate) async fn groups(db: &mut PgConnection) -> Result<Vec<Group>, Error> {
    let groups = sqlx::query_as(
        r#"SELECT consumergroup AS "group", topic, partition, position, end_offset AS "end",
                  greatest(end_offset - greatest(position, begin_offset), 0) AS behind, behind_seconds, in_per_second, out_per_second,
                  caught_up_in_seconds, updated_at
           FROM sink.consumer_groups ORDER BY consumergroup, topic, partition"#,
    );
    Ok(groups.fetch_all(db).await?)
}
