//! The transaction: fence, merge, rollups, positions.

use arrow::array::RecordBatch;
use events::{Partition, Positions, Span, Topic};
use features::{ROLLUPS, Tile, conform};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Executor, PgPool, Postgres, Row, Transaction};

use super::statements as sql;
use super::{VIEWS_SINK, ViewsError, rows};

/// One writer of the views at a time: a channel's rollup is fed from several partitions.
const WRITER_LOCK: i64 = 0x7974_656d_7669_6577;

type Tx<'a> = Transaction<'a, Postgres>;

/// Where the views stand, per partition.
///
/// # Errors
/// The database is away.
pub async fn stored_positions<'e>(database: impl Executor<'e, Database = Postgres>) -> Result<Positions, sqlx::Error> {
    let found = sqlx::query("SELECT topic, partition, position FROM sink.positions WHERE sink = $1")
        .bind(VIEWS_SINK)
        .fetch_all(database)
        .await?;
    let mut positions = Positions::default();
    for row in found {
        let topic: String = row.try_get("topic")?;
        if let Some(topic) = Topic::from_name(&topic) {
            let number = row.try_get("partition")?;
            positions.set(Partition { topic, number }, row.try_get("position")?);
        }
    }
    Ok(positions)
}

/// Merges partial tiles, makes the touched rollups anew and moves the positions. Gives the number of tiles merged.
pub(super) async fn merge(
    pool: &PgPool,
    partials: &[(&Tile, Vec<RecordBatch>)],
    spans: &[Span],
) -> Result<usize, ViewsError> {
    let mut tx = pool.begin().await?;
    lock_for_writing(&mut tx).await?;
    for span in spans {
        move_position(&mut tx, span).await?;
    }
    let mut merged = 0;
    if !partials.is_empty() {
        create_temporary(&mut tx).await?;
        for (tile, batches) in partials {
            merged += fill(&mut tx, tile, batches).await?;
        }
        run(&mut tx, sql::FIND_TOUCHED).await?;
        for (tile, _) in partials {
            execute(&mut tx, sql::merge_incoming(tile)).await?;
        }
        roll_up(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(merged)
}

/// Waits until nobody else writes views; until the transaction's end nobody does.
pub(super) async fn lock_for_writing(tx: &mut Tx<'_>) -> Result<(), sqlx::Error> {
    let lock = sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(WRITER_LOCK);
    lock.execute(&mut **tx).await.map(drop)
}

/// Moves the sink from where the batch began to where it ends; if it does not stand there, another writer moved it.
async fn move_position(tx: &mut Tx<'_>, span: &Span) -> Result<(), ViewsError> {
    let statement = if span.from == 0 {
        "INSERT INTO sink.positions AS p (sink, topic, partition, position) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (sink, topic, partition) DO UPDATE SET position = excluded.position, updated_at = now() \
         WHERE p.position = $5"
    } else {
        "UPDATE sink.positions SET position = $4, updated_at = now() \
         WHERE sink = $1 AND topic = $2 AND partition = $3 AND position = $5"
    };
    let moved = sqlx::query(statement)
        .bind(VIEWS_SINK)
        .bind(span.partition.topic.name())
        .bind(span.partition.number)
        .bind(span.to)
        .bind(span.from)
        .execute(&mut **tx)
        .await?;
    match moved.rows_affected() {
        1 => Ok(()),
        _ => Err(ViewsError::Fenced {
            sink: VIEWS_SINK,
            partition: span.partition,
            expected: span.from,
        }),
    }
}

async fn create_temporary(tx: &mut Tx<'_>) -> Result<(), sqlx::Error> {
    // "already exists" is no news
    run(tx, &["SET LOCAL client_min_messages = warning"]).await?;
    for tile in features::TILES {
        execute(tx, sql::create_incoming(tile)).await?;
    }
    run(tx, sql::CREATE_TOUCHED).await
}

async fn fill(tx: &mut Tx<'_>, tile: &Tile, batches: &[RecordBatch]) -> Result<usize, ViewsError> {
    let columns = sql::bound_columns(tile);
    let mut filled = 0;
    for batch in batches.iter().filter(|batch| batch.num_rows() > 0) {
        let statement = sql::fill_incoming(tile);
        let mut query: Query<'_, Postgres, PgArguments> = sqlx::query(AssertSqlSafe(statement));
        for (array, column) in conform(batch, &columns)?.iter().zip(&columns) {
            query = rows::bind(query, array, column.kind);
        }
        query.execute(&mut **tx).await?;
        filled += batch.num_rows();
    }
    Ok(filled)
}

async fn roll_up(tx: &mut Tx<'_>) -> Result<(), sqlx::Error> {
    run(tx, sql::FIND_TOUCHED_CHANNELS).await?;
    let mut channels_complete = false;
    for rollup in ROLLUPS {
        if sql::needs_channels(rollup) && !channels_complete {
            run(tx, sql::FIND_TOUCHED_CHANNELS).await?;
            channels_complete = true;
        }
        execute(tx, sql::delete_replaced(rollup)).await?;
        execute(tx, sql::insert_replaced(rollup)).await?;
    }
    Ok(())
}

async fn run(tx: &mut Tx<'_>, statements: &[&'static str]) -> Result<(), sqlx::Error> {
    for statement in statements {
        sqlx::query(*statement).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Runs a statement made from definitions only: no input is part of its text.
async fn execute(tx: &mut Tx<'_>, statement: String) -> Result<(), sqlx::Error> {
    sqlx::query(AssertSqlSafe(statement)).execute(&mut **tx).await?;
    Ok(())
}
