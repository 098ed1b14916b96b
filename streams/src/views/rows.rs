//! Arrow columns into Postgres arrays, and Postgres rows into cells.

use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::{Date32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use chrono::{DateTime, NaiveDate, Utc};
use features::{Cell, Column, Kind, View};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Executor, PgConnection, Postgres, Row};

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
        Kind::Real => query.bind(array.as_primitive::<Float64Type>().iter().collect::<Vec<_>>()),
        Kind::Bytes => query.bind(
            array
                .as_binary::<i32>()
                .iter()
                .map(|bytes| bytes.map(<[u8]>::to_vec))
                .collect::<Vec<_>>(),
        ),
    }
}

fn date(day: i32) -> NaiveDate {
    NaiveDate::from_epoch_days(day).unwrap_or_default()
}

/// Rows written by one statement.
const CHUNK: usize = 5_000;

/// Adds rows to a view of a schema.
///
/// # Errors
/// The database is away, or holds rows of the same keys.
pub(super) async fn write(
    connection: &mut PgConnection,
    schema: &str,
    view: &View,
    found: &[Vec<Cell>],
) -> Result<(), sqlx::Error> {
    let columns = view.columns();
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let arrays: Vec<String> = (1..)
        .zip(&columns)
        .map(|(number, column)| format!("${number}::{}[]", column.kind.sql()))
        .collect();
    let insert = format!(
        "INSERT INTO {schema}.{} ({}, updated_at) SELECT *, now() FROM unnest({})",
        view.name(),
        names.join(", "),
        arrays.join(", ")
    );
    for chunk in found.chunks(CHUNK) {
        let mut query = sqlx::query(AssertSqlSafe(insert.clone()));
        for (place, column) in columns.iter().enumerate() {
            query = bind_cells(query, chunk, place, column);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Binds one column of the rows as an array.
fn bind_cells<'q>(
    query: Query<'q, Postgres, PgArguments>,
    chunk: &[Vec<Cell>],
    place: usize,
    column: &Column,
) -> Query<'q, Postgres, PgArguments> {
    let cells = chunk.iter().map(|row| row.get(place).unwrap_or(&Cell::Null));
    match column.kind {
        Kind::Text => query.bind(cells.map(text).collect::<Vec<_>>()),
        Kind::Day => query.bind(cells.map(day).collect::<Vec<_>>()),
        Kind::Int => query.bind(
            cells
                .map(|cell| number(cell).and_then(|number| i32::try_from(number).ok()))
                .collect::<Vec<_>>(),
        ),
        Kind::Big => query.bind(cells.map(number).collect::<Vec<_>>()),
        Kind::Time => query.bind(cells.map(time).collect::<Vec<_>>()),
        Kind::Bool => query.bind(cells.map(flag).collect::<Vec<_>>()),
        Kind::Real => query.bind(cells.map(real).collect::<Vec<_>>()),
        Kind::Bytes => query.bind(cells.map(bytes).collect::<Vec<_>>()),
    }
}

fn text(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text.clone()),
        _ => None,
    }
}

fn day(cell: &Cell) -> Option<NaiveDate> {
    match cell {
        Cell::Day(day) => NaiveDate::from_epoch_days(*day),
        _ => None,
    }
}

fn number(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Int(number) => Some(*number),
        _ => None,
    }
}

fn time(cell: &Cell) -> Option<DateTime<Utc>> {
    match cell {
        Cell::Time(micros) => DateTime::from_timestamp_micros(*micros),
        _ => None,
    }
}

fn flag(cell: &Cell) -> Option<bool> {
    match cell {
        Cell::Bool(flag) => Some(*flag),
        _ => None,
    }
}

fn real(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Real(bits) => Some(f64::from_bits(*bits)),
        _ => None,
    }
}

fn bytes(cell: &Cell) -> Option<Vec<u8>> {
    match cell {
        Cell::Bytes(bytes) => Some(bytes.clone()),
        _ => None,
    }
}

/// All rows of a view, sorted, as cells of [`View::columns`].
///
/// # Errors
/// The database is away, or the view's table does not fit its definition.
pub async fn read_view<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    view: &View,
) -> Result<Vec<Vec<Cell>>, sqlx::Error> {
    read_from(executor, "views", view).await
}

/// As [`read_view`], from a schema.
pub(super) async fn read_from<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    schema: &str,
    view: &View,
) -> Result<Vec<Vec<Cell>>, sqlx::Error> {
    let columns = view.columns();
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let statement = format!("SELECT {} FROM {schema}.{}", names.join(", "), view.name());
    let found = sqlx::query(AssertSqlSafe(statement)).fetch_all(executor).await?;
    let mut rows = found
        .iter()
        .map(|row| cells(row, &columns))
        .collect::<Result<Vec<_>, _>>()?;
    rows.sort();
    Ok(rows)
}

pub(super) fn cells(row: &PgRow, columns: &[Column]) -> Result<Vec<Cell>, sqlx::Error> {
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
        Kind::Real => row.try_get::<Option<f64>, _>(i)?.map(Cell::real),
        Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(i)?.map(Cell::Bytes),
    };
    Ok(cell.unwrap_or(Cell::Null))
}
