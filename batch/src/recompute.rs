//! The batch side of the views: all of them, from the lake, as they were at a position vector.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Expr, col, lit, not};
use events::{Positions, Topic};
use features::{TILES, Views};
use lake::{Removal, Table};

use crate::{Session, SqlError};

/// Computes every view from the accepted rows that came before `at`.
///
/// # Errors
/// The lake can't be read, or a definition does not fit its table.
pub async fn recompute(session: &Session, at: &Positions) -> Result<Views, SqlError> {
    recompute_without(session, at, None).await
}

/// As [`recompute`], as if the rows of a removal had gone.
///
/// # Errors
/// The lake can't be read, or a definition does not fit its table.
pub async fn recompute_without(
    session: &Session,
    at: &Positions,
    removal: Option<&Removal>,
) -> Result<Views, SqlError> {
    let mut rows: BTreeMap<Topic, Arc<dyn TableProvider>> = BTreeMap::new();
    for topic in TILES.iter().map(|tile| tile.topic) {
        let table = session.context().table(Table::of(topic).to_string()).await;
        let mut kept = before(topic, at);
        if let Some(doomed) = removal.and_then(|removal| removal.predicate(Table::of(topic))) {
            kept = kept.and(not(doomed));
        }
        let cut = table.and_then(|table| table.filter(kept));
        let cut = cut.map_err(|error| SqlError::Run(Box::new(error)))?;
        rows.insert(topic, cut.into_view());
    }
    let computed = features::recompute(&rows).await;
    computed.map_err(|error| SqlError::Run(Box::new(DataFusionError::External(Box::new(error)))))
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
