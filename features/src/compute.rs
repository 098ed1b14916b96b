//! Runs the definitions on DataFusion: tiles of a micro-batch, or every view of everything.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;
use datafusion::prelude::{SessionConfig, SessionContext};
use events::Topic;
use thiserror::Error;

use crate::{Cell, FAMILIES, Family, Tile, View, cells, functions};

/// Every view by name; rows sorted, as cells of [`View::columns`].
pub type Views = BTreeMap<&'static str, Vec<Vec<Cell>>>;

/// A definition could not be run: our fault, or the rows lack a column.
#[derive(Debug, Error)]
#[error("view {view} could not be computed: {source}")]
pub struct ComputeError {
    pub view: &'static str,
    source: Box<DataFusionError>,
}

impl ComputeError {
    fn of(view: &'static str) -> impl Fn(DataFusionError) -> Self {
        move |source| Self {
            view,
            source: Box::new(source),
        }
    }
}

/// Partial tiles of a micro-batch: `rows` are the accepted rows of the tile's topic, with the columns of its table. What came late
/// is in tiles of its own: of one key there may be two.
///
/// # Errors
/// The rows lack a column.
pub async fn partials(tile: &Tile, rows: RecordBatch) -> Result<Vec<RecordBatch>, ComputeError> {
    let failed = ComputeError::of(tile.name);
    let session = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(1));
    functions::register(&session);
    session.register_batch("rows", rows).map_err(&failed)?;
    let frame = session.sql(&tile.partial_sql()).await.map_err(&failed)?;
    frame.collect().await.map_err(&failed)
}

/// How many of `rows`, as of [`partials`], the tile would count and refuses, as they came too late.
///
/// # Errors
/// The rows lack a column.
pub async fn too_late(tile: &Tile, rows: RecordBatch) -> Result<i64, ComputeError> {
    let failed = ComputeError::of(tile.name);
    let session = SessionContext::new();
    functions::register(&session);
    session.register_batch("rows", rows).map_err(&failed)?;
    let sql = format!(
        "SELECT 1 FROM rows WHERE {} AND NOT {}",
        tile.filter,
        tile.in_time_sql()
    );
    let frame = session.sql(&sql).await.map_err(&failed)?;
    Ok(frame.count().await.map_err(&failed)? as i64)
}

/// Every view of a family, from all accepted rows. `rows` gives the rows of a topic; a topic without rows may be left out.
///
/// # Errors
/// The rows lack a column, or can't be read.
pub async fn recompute(
    family: &'static Family,
    rows: &BTreeMap<Topic, Arc<dyn TableProvider>>,
) -> Result<Views, ComputeError> {
    let session = SessionContext::new();
    functions::register(&session);
    let mut views = Views::new();
    for tile in family.tiles {
        let failed = ComputeError::of(tile.name);
        let Some(provider) = rows.get(&tile.topic) else {
            leave_empty(&session, View::Tile(tile), &mut views).map_err(&failed)?;
            continue;
        };
        session.deregister_table("rows").map_err(&failed)?;
        session.register_table("rows", provider.clone()).map_err(&failed)?;
        materialise(&session, View::Tile(tile), &tile.sql(), &mut views)
            .await
            .map_err(&failed)?;
    }
    for rollup in family.rollups {
        let failed = ComputeError::of(rollup.name);
        materialise(&session, View::Rollup(rollup), rollup.sql, &mut views)
            .await
            .map_err(&failed)?;
    }
    Ok(views)
}

/// The views of a family as plans over `rows`, for whoever asks for them: nothing is computed before.
///
/// # Errors
/// The rows lack a column.
pub async fn plan(
    family: &'static Family,
    rows: &BTreeMap<Topic, Arc<dyn TableProvider>>,
) -> Result<Vec<(&'static str, Arc<dyn TableProvider>)>, ComputeError> {
    let session = SessionContext::new();
    functions::register(&session);
    let mut views = Vec::new();
    for view in View::of(family) {
        let failed = ComputeError::of(view.name());
        let sql = match view {
            View::Tile(tile) => {
                let Some(provider) = rows.get(&tile.topic) else {
                    continue;
                };
                session.deregister_table("rows").map_err(&failed)?;
                session.register_table("rows", provider.clone()).map_err(&failed)?;
                tile.sql()
            }
            View::Rollup(rollup) => rollup.sql.to_owned(),
        };
        let planned = session.sql(&sql).await.map_err(&failed)?;
        let names = view.columns();
        let names: Vec<&str> = names.iter().map(|column| column.name).collect();
        let planned = planned.select_columns(&names).map_err(&failed)?.into_view();
        session
            .register_table(view.name(), Arc::clone(&planned))
            .map_err(&failed)?;
        views.push((view.name(), planned));
    }
    Ok(views)
}

/// [`recompute`] of every family over rows in memory.
///
/// # Errors
/// See [`recompute`].
pub async fn recompute_rows(rows: BTreeMap<Topic, RecordBatch>) -> Result<Views, ComputeError> {
    let mut tables: BTreeMap<Topic, Arc<dyn TableProvider>> = BTreeMap::new();
    for (topic, batch) in rows {
        let table = MemTable::try_new(batch.schema(), vec![vec![batch]]).map_err(ComputeError::of(topic.name()))?;
        tables.insert(topic, Arc::new(table));
    }
    let mut views = Views::new();
    for family in FAMILIES {
        views.extend(recompute(family, &tables).await?);
    }
    Ok(views)
}

/// Runs `sql`, registers the outcome under `name` for what comes later, and keeps its rows.
async fn materialise(
    session: &SessionContext,
    view: View,
    sql: &str,
    views: &mut Views,
) -> Result<(), DataFusionError> {
    let frame = session.sql(sql).await?;
    let schema = Arc::new(frame.schema().as_arrow().clone());
    let batches = frame.collect().await?;
    let name = view.name();
    views.insert(name, sorted_cells(view, &batches)?);
    let schema = batches.first().map_or(schema, RecordBatch::schema);
    session.register_table(name, Arc::new(MemTable::try_new(schema, vec![batches])?))?;
    Ok(())
}

fn leave_empty(session: &SessionContext, view: View, views: &mut Views) -> Result<(), DataFusionError> {
    let columns = view.columns();
    let fields = columns
        .iter()
        .map(|column| Field::new(column.name, column.kind.arrow(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    views.insert(view.name(), Vec::new());
    session.register_table(view.name(), Arc::new(MemTable::try_new(schema, vec![vec![]])?))?;
    Ok(())
}

fn sorted_cells(view: View, batches: &[RecordBatch]) -> Result<Vec<Vec<Cell>>, ArrowError> {
    let columns = view.columns();
    let mut rows = Vec::new();
    for batch in batches {
        rows.extend(cells(batch, &columns)?);
    }
    rows.sort();
    Ok(rows)
}
