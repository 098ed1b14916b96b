//! The transaction: fence, merge, rollups, positions.

use std::time::Duration;

use arrow::array::RecordBatch;
use chrono::{DateTime, Utc};
use events::fault::{self, Point};
use events::{Partition, Positions, Span, Topic};
use features::{LATE_WATERMARK, Tile, conform};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Executor, PgPool, Postgres, Row, Transaction};

use super::{
    Outcome, Rows, Step, Target, ViewsError, corrections, event_ids, late, refused, rows, sketches, statements as sql,
};
use crate::Standing;

/// One writer of a family at a time: a channel's rollup is fed from several partitions. The other half of the lock is the
/// sink's name.
const WRITER_LOCK: i32 = 0x7974_656d;

/// A process that is stopped in the middle (a paused machine, a cut network) must not keep the lock from those that took over:
/// the database ends a transaction that nothing is asked of for so long. One that only is slow is given more the next time.
pub(super) const LET_GO_AFTER: Duration = Duration::from_secs(10);
/// SQLSTATE of a transaction that was ended so.
pub(super) const LET_GO: &str = "25P03";

type Tx<'a> = Transaction<'a, Postgres>;

/// Where a sink of views stands.
///
/// # Errors
/// The database is away.
pub async fn stored_standing<'e>(
    database: impl Executor<'e, Database = Postgres>,
    sink: &str,
) -> Result<Standing, sqlx::Error> {
    let found = sqlx::query("SELECT topic, partition, position, watermark FROM sink.positions WHERE sink = $1")
        .bind(sink)
        .fetch_all(database)
        .await?;
    let mut standing = Standing::default();
    for row in found {
        let topic: String = row.try_get("topic")?;
        if let Some(topic) = Topic::from_name(&topic) {
            let number = row.try_get("partition")?;
            let partition = Partition { topic, number };
            let watermark: Option<DateTime<Utc>> = row.try_get("watermark")?;
            standing.positions.set(partition, row.try_get("position")?);
            standing.watermarks.set(partition, watermark);
        }
    }
    Ok(standing)
}

/// Where a sink of views stands, per partition.
///
/// # Errors
/// The database is away.
pub async fn stored_positions<'e>(
    database: impl Executor<'e, Database = Postgres>,
    sink: &str,
) -> Result<Positions, sqlx::Error> {
    Ok(stored_standing(database, sink).await?.positions)
}

/// Merges tiles, makes the touched rollups anew and moves the positions. `partials` are tiles of the batch already, `counted`
/// the rows of tiles that count an event once. Gives the number of tiles merged.
pub(super) async fn merge(
    pool: &PgPool,
    target: &Target,
    mut partials: Rows<Vec<RecordBatch>>,
    counted: Rows<RecordBatch>,
    step: &Step<'_>,
) -> Result<usize, ViewsError> {
    let mut tx = pool.begin().await?;
    let let_go = step.let_go_after.as_secs();
    execute(
        &mut tx,
        format!("SET LOCAL idle_in_transaction_session_timeout = '{let_go}s'"),
    )
    .await?;
    lock_for_writing(&mut tx, &target.sink).await?;
    look_into(&mut tx, target.schema).await?;
    for span in step.spans {
        move_position(&mut tx, target, span, step.watermarks.of(span.partition)).await?;
    }
    refused::put_aside(&mut tx, &target.sink, step.outcasts).await?;
    partials.extend(count(&mut tx, target, counted).await?);
    let mut merged = 0;
    if !partials.is_empty() {
        create_temporary(&mut tx, target).await?;
        for (tile, batches) in &partials {
            merged += fill(&mut tx, tile, batches).await?;
        }
        run(&mut tx, target.family.find).await?;
        for (tile, batches) in &partials {
            merge_tile(&mut tx, tile, sql::Came::InTime).await?;
            if batches.iter().any(holds_late) {
                merge_late(&mut tx, target, tile).await?;
            }
        }
        fault::reached(Point::ViewsMerged);
        roll_up(&mut tx, target).await?;
    }
    if step.outcome == Outcome::Tried {
        tx.rollback().await?;
        return Ok(merged);
    }
    fault::reached(Point::ViewsRolledUp);
    tx.commit().await?;
    fault::reached(Point::ViewsCommitted);
    Ok(merged)
}

/// Tiles of the rows whose events were not counted before.
async fn count(
    tx: &mut Tx<'_>,
    target: &Target,
    counted: Rows<RecordBatch>,
) -> Result<Rows<Vec<RecordBatch>>, ViewsError> {
    let mut partials = Vec::new();
    for (tile, rows) in counted {
        let counter = event_ids::counter(&target.sink, tile.name);
        let fresh = event_ids::leave_out_known(tx, &counter, &rows).await?;
        if target.is_live() {
            late::note(tx, &target.sink, tile, &fresh).await?;
        }
        if fresh.num_rows() > 0 {
            partials.push((tile, features::partials(tile, fresh).await?));
        }
    }
    Ok(partials)
}

async fn merge_tile(tx: &mut Tx<'_>, tile: &'static Tile, came: sql::Came) -> Result<(), ViewsError> {
    if tile.has_sketches() {
        sketches::take_in_stored(tx, tile, came).await?;
    }
    let merged = execute(tx, sql::merge_incoming(tile, came)).await;
    merged.map_err(ViewsError::of(tile.name))
}

/// What is corrected is what the late events have changed, beside all that came in time.
async fn merge_late(tx: &mut Tx<'_>, target: &Target, tile: &'static Tile) -> Result<(), ViewsError> {
    if target.is_live() {
        corrections::note_before(tx, tile).await?;
    }
    merge_tile(tx, tile, sql::Came::Late).await?;
    if target.is_live() {
        corrections::record(tx, &target.sink, tile).await?;
    }
    Ok(())
}

fn holds_late(partials: &RecordBatch) -> bool {
    let late = partials.column_by_name(LATE_WATERMARK.name);
    late.is_some_and(|late| late.null_count() < late.len())
}

/// Waits until nobody else writes the sink's views; until the transaction's end nobody does.
pub(super) async fn lock_for_writing(tx: &mut Tx<'_>, sink: &str) -> Result<(), sqlx::Error> {
    let lock = sqlx::query("SELECT pg_advisory_xact_lock($1, hashtext($2))");
    lock.bind(WRITER_LOCK).bind(sink).execute(&mut **tx).await.map(drop)
}

/// Whose views the statements mean.
pub(super) async fn look_into(tx: &mut Tx<'_>, schema: &str) -> Result<(), sqlx::Error> {
    // "already exists" is no news
    run(tx, &["SET LOCAL client_min_messages = warning"]).await?;
    execute(tx, format!("SET LOCAL search_path = {schema}")).await
}

/// Moves the sink from where the batch began to where it ends; if it does not stand there, another writer moved it.
async fn move_position(
    tx: &mut Tx<'_>,
    target: &Target,
    span: &Span,
    watermark: Option<DateTime<Utc>>,
) -> Result<(), ViewsError> {
    let statement = if span.from == 0 {
        "INSERT INTO sink.positions AS p (sink, topic, partition, position, watermark) VALUES ($1, $2, $3, $4, $6) \
         ON CONFLICT (sink, topic, partition) DO UPDATE SET position = excluded.position, watermark = excluded.watermark, \
         updated_at = now() WHERE p.position = $5"
    } else {
        "UPDATE sink.positions SET position = $4, watermark = $6, updated_at = now() \
         WHERE sink = $1 AND topic = $2 AND partition = $3 AND position = $5"
    };
    let moved = sqlx::query(statement)
        .bind(&target.sink)
        .bind(span.partition.topic.name())
        .bind(span.partition.number)
        .bind(span.to)
        .bind(span.from)
        .bind(watermark)
        .execute(&mut **tx)
        .await?;
    match moved.rows_affected() {
        1 => Ok(()),
        _ => Err(ViewsError::Fenced {
            sink: target.sink.clone(),
            partition: span.partition,
            expected: span.from,
        }),
    }
}

async fn create_temporary(tx: &mut Tx<'_>, target: &Target) -> Result<(), sqlx::Error> {
    for tile in target.family.tiles {
        execute(tx, sql::create_incoming(tile)).await?;
    }
    for statement in sql::create_touched(target.family) {
        execute(tx, statement).await?;
    }
    Ok(())
}

async fn fill(tx: &mut Tx<'_>, tile: &'static Tile, batches: &[RecordBatch]) -> Result<usize, ViewsError> {
    let columns = sql::bound_columns(tile);
    let mut filled = 0;
    for batch in batches.iter().filter(|batch| batch.num_rows() > 0) {
        let statement = sql::fill_incoming(tile);
        let mut query: Query<'_, Postgres, PgArguments> = sqlx::query(AssertSqlSafe(statement));
        for (array, column) in conform(batch, &columns)?.iter().zip(&columns) {
            query = rows::bind(query, array, column.kind);
        }
        query.execute(&mut **tx).await.map_err(ViewsError::of(tile.name))?;
        filled += batch.num_rows();
    }
    Ok(filled)
}

async fn roll_up(tx: &mut Tx<'_>, target: &Target) -> Result<(), ViewsError> {
    for rollup in target.family.rollups {
        run(tx, rollup.find).await?;
        let made = execute(tx, sql::make_anew(rollup)).await;
        made.map_err(ViewsError::of(rollup.name))?;
    }
    if target.is_live() {
        run(tx, target.family.finish).await?;
    }
    Ok(())
}

pub(super) async fn run(tx: &mut Tx<'_>, statements: &[&'static str]) -> Result<(), sqlx::Error> {
    for statement in statements {
        sqlx::query(*statement).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Runs a statement made from definitions only: no input is part of its text.
pub(super) async fn execute(tx: &mut Tx<'_>, statement: String) -> Result<(), sqlx::Error> {
    sqlx::query(AssertSqlSafe(statement)).execute(&mut **tx).await?;
    Ok(())
}
