//! Arrow columns into Postgres arrays, and Postgres rows into cells.

use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::{Date32Type, Int32Type, Int64Type, TimestampMicrosecondType};
use chrono::{DateTime, NaiveDate, Utc};
use features::{Cell, Column, Kind, View};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Executor, Postgres, Row};

/// Binds a whole column as one array. The array has the Arrow type of `kind`.
pub(super) fn bind<'q>(
    query: Query<'q, Postgres, PgArguments>,
    array: &ArrayRef,
    kind: Kind,
) -> Query<'q, Postgres, PgArguments> {
    match kind {
        Kind::Text => query.bind(
            array
                .as_string::<i32>()
                .iter()
                .map(|text| text.map(str::to_owned))
                .collect::<Vec<_>>(),
        ),
        Kind::Day => query.bind(
            array
                .as_primitive::<Date32Type>()
                .iter()
                .map(|day| day.map(date))
                .collect::<Vec<_>>(),
        ),
        Kind::Int => query.bind(array.as_primitive::<Int32Type>().iter().collect::<Vec<_>>()),
        Kind::Big => query.bind(array.as_primitive::<Int64Type>().iter().collect::<Vec<_>>()),
        Kind::Time => {
            let times = array.as_primitive::<TimestampMicrosecondType>().iter();
            query.bind(
                times
                    .map(|time| time.and_then(DateTime::from_timestamp_micros))
                    .collect::<Vec<_>>(),
            )
        }
        Kind::Bool => query.bind(array.as_boolean().iter().collect::<Vec<_>>()),
    }
}

fn date(day: i32) -> NaiveDate {
    NaiveDate::from_epoch_days(day).unwrap_or_default()
}

/// All rows of a view, sorted, as cells of [`View::columns`].
///
/// # Errors
/// The database is away, or the view's table does not fit its definition.
pub async fn read_view<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    view: &View,
) -> Result<Vec<Vec<Cell>>, sqlx::Error> {
    let columns = view.columns();
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let statement = format!("SELECT {} FROM views.{}", names.join(", "), view.name);
    let found = sqlx::query(AssertSqlSafe(statement)).fetch_all(executor).await?;
    let mut rows = found
        .iter()
        .map(|row| cells(row, &columns))
        .collect::<Result<Vec<_>, _>>()?;
    rows.sort();
    Ok(rows)
}

fn cells(row: &PgRow, columns: &[Column]) -> Result<Vec<Cell>, sqlx::Error> {
    columns
        .iter()
        .enumerate()
        .map(|(i, column)| cell(row, i, column.kind))
        .collect()
}

fn cell(row: &PgRow, i: usize, kind: Kind) -> Result<Cell, sqlx::Error> {
    let cell = match kind {
        Kind::Text => row.try_get::<Option<String>, _>(i)?.map(Cell::Text),
        Kind::Day => row
            .try_get::<Option<NaiveDate>, _>(i)?
            .map(|day| Cell::Day(day.to_epoch_days())),
        Kind::Int => row.try_get::<Option<i32>, _>(i)?.map(|n| Cell::Int(n.into())),
        Kind::Big => row.try_get::<Option<i64>, _>(i)?.map(Cell::Int),
        Kind::Time => row
            .try_get::<Option<DateTime<Utc>>, _>(i)?
            .map(|time| Cell::Time(time.timestamp_micros())),
        Kind::Bool => row.try_get::<Option<bool>, _>(i)?.map(Cell::Bool),
    };
    Ok(cell.unwrap_or(Cell::Null))
}
