//! The batch side of the views: those of a family, from the lake, as they were at a position vector.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use chrono::{DateTime, Utc};
use datafusion::catalog::TableProvider;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Expr, col, lit, not};
use events::{Positions, Topic};
use features::{Family, Views};
use lake::{Removal, Table};
use uuid::Uuid;

use crate::{Session, SqlError};

/// Which rows a computation is of.
#[derive(Debug, Clone, Copy)]
pub struct Cut<'a> {
    /// Those that came before.
    pub at: &'a Positions,
    /// And those of events that came before on another partition, where the lake did not take them, by their ids.
    pub also: &'a [String],
    /// But those of events that a sink has put aside, by their ids.
    pub refused: &'a [String],
    /// And those of a removal, as if they had gone.
    pub removal: Option<&'a Removal>,
}

impl Cut<'_> {
    fn predicate(&self, topic: Topic) -> Expr {
        let ids = |ids: &[String]| ids.iter().map(|id| lit(id.as_str())).collect();
        let mut kept = before(topic, self.at);
        if !self.also.is_empty() {
            let also = col("_event_id").in_list(ids(self.also), false);
            kept = kept.or(col("_verdict").eq(lit("accepted")).and(also));
        }
        if !self.refused.is_empty() {
            kept = kept.and(col("_event_id").in_list(ids(self.refused), true));
        }
        match self.removal.and_then(|removal| removal.predicate(Table::of(topic))) {
            Some(doomed) => kept.and(not(doomed)),
            None => kept,
        }
    }
}

/// Computes every view of a family from the accepted rows of `cut`.
///
/// # Errors
/// The lake can't be read, or a definition does not fit its table.
pub async fn recompute(session: &Session, family: &'static Family, cut: &Cut<'_>) -> Result<Views, SqlError> {
    let mut rows: BTreeMap<Topic, Arc<dyn TableProvider>> = BTreeMap::new();
    for topic in family.topics() {
        let table = session.context().table(Table::of(topic).to_string()).await;
        let left = table.and_then(|table| table.filter(cut.predicate(topic)));
        let left = left.map_err(|error| SqlError::Run(Box::new(error)))?;
        rows.insert(topic, left.into_view());
    }
    let computed = features::recompute(family, &rows).await;
    computed.map_err(|error| SqlError::Run(Box::new(DataFusionError::External(Box::new(error)))))
}

/// The events of `cut`, with their times: those that tiles which add up have counted.
///
/// # Errors
/// The lake can't be read.
pub async fn counted_events(
    session: &Session,
    topic: Topic,
    cut: &Cut<'_>,
) -> Result<Vec<(Uuid, DateTime<Utc>)>, SqlError> {
    events_where(session, topic, cut.predicate(topic)).await
}

/// The accepted events that the lake has at `at` or beyond: of those that came twice, on two partitions, views may have read the
/// other record.
///
/// # Errors
/// The lake can't be read.
pub async fn events_beyond(session: &Session, topic: Topic, at: &Positions) -> Result<Vec<Uuid>, SqlError> {
    let beyond = col("_verdict").eq(lit("accepted")).and(not(before(topic, at)));
    let events = events_where(session, topic, beyond).await?;
    Ok(events.into_iter().map(|(id, _)| id).collect())
}

async fn events_where(
    session: &Session,
    topic: Topic,
    predicate: Expr,
) -> Result<Vec<(Uuid, DateTime<Utc>)>, SqlError> {
    let failed = |error: DataFusionError| SqlError::Run(Box::new(error));
    let table = session
        .context()
        .table(Table::of(topic).to_string())
        .await
        .map_err(failed)?;
    let frame = table
        .filter(predicate)
        .and_then(|rows| rows.select(vec![col("_event_id"), col("observed_at")]))
        .map_err(failed)?;
    let mut events = Vec::new();
    for batch in frame.collect().await.map_err(failed)? {
        let ids = cast(batch.column(0), &DataType::Utf8).map_err(|error| failed(error.into()))?;
        let micros = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        let times = cast(batch.column(1), &micros).map_err(|error| failed(error.into()))?;
        let times = times.as_primitive::<TimestampMicrosecondType>();
        for (row, id) in ids.as_string::<i32>().iter().enumerate() {
            let id = id.and_then(|id| Uuid::parse_str(id).ok());
            let time = DateTime::from_timestamp_micros(times.value(row));
            events.extend(id.zip(time));
        }
    }
    Ok(events)
}

/// Accepted, and below the position of its partition.
pub(crate) fn before(topic: Topic, at: &Positions) -> Expr {
    let reached = at.iter().filter(|(partition, _)| partition.topic == topic);
    let below = reached
        .map(|(partition, position)| {
            let here = col("_partition").eq(lit(partition.number));
            here.and(col("_offset").lt(lit(position)))
        })
        .reduce(Expr::or)
        .unwrap_or_else(|| lit(false));
    col("_verdict").eq(lit("accepted")).and(below)
}
