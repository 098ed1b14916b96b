//! How many rows came too late for a tile. They are in the lake, whose `late_rows` names each.

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::TimestampMicrosecondType;
use arrow::error::ArrowError;
use features::Tile;
use sqlx::{Postgres, Transaction};

use super::ViewsError;

const DAY_US: i64 = 86_400_000_000;

/// Counts those of `rows`, which were not seen before, that the tile refuses.
pub(super) async fn note(
    tx: &mut Transaction<'_, Postgres>,
    sink: &str,
    tile: &Tile,
    rows: &RecordBatch,
) -> Result<(), ViewsError> {
    let late = match tile.lateness_days {
        Some(days) if is_any(rows, i64::from(days) * DAY_US)? => features::too_late(tile, rows.clone()).await?,
        _ => 0,
    };
    if late == 0 {
        return Ok(());
    }
    metrics::counter!("pipeline_late_rows_total", "sink" => sink.to_owned(), "view" => tile.name)
        .increment(late as u64);
    sqlx::query(
        "INSERT INTO sink.late_rows AS l (view, rows) VALUES ($1, $2) \
         ON CONFLICT (view) DO UPDATE SET rows = l.rows + excluded.rows, newest_at = now()",
    )
    .bind(tile.name)
    .bind(late)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether rows are further behind the watermark than `allowed_us`.
fn is_any(rows: &RecordBatch, allowed_us: i64) -> Result<bool, ArrowError> {
    let times = |name: &str| {
        let column = rows.column_by_name(name);
        column.map(|column| column.as_primitive::<TimestampMicrosecondType>())
    };
    let missing = || ArrowError::SchemaError("rows have no times".to_owned());
    let (watermarks, observed) = (
        times("_watermark").ok_or_else(missing)?,
        times("observed_at").ok_or_else(missing)?,
    );
    let is_late = |(watermark, observed): (Option<i64>, Option<i64>)| {
        watermark
            .zip(observed)
            .is_some_and(|(watermark, observed)| watermark - observed > allowed_us)
    };
    Ok(watermarks.iter().zip(observed).any(is_late))
}
