//! Writes the views anew, after rows that they were made from have gone.
//!
//! It is one transaction, and the only writer: the sink waits meanwhile, readers see the views as they were until it ends.

use features::{Cell, Column, Kind, View, Views};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, PgPool, Postgres, Transaction};

use super::store::{lock_for_writing, stored_positions};
use super::{ViewsError, rows};
use events::Positions;

/// Rows written by one statement.
const CHUNK: usize = 5_000;

/// A view that was written anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rewritten {
    pub view: &'static str,
    pub before: usize,
    pub after: usize,
}

/// The views at a position vector that stands still while this is held.
pub struct Rewriting<'a> {
    transaction: Transaction<'a, Postgres>,
    at: Positions,
}

impl Rewriting<'_> {
    /// Waits until nobody else writes.
    ///
    /// # Errors
    /// The database is away.
    pub async fn begin(pool: &PgPool) -> Result<Rewriting<'static>, ViewsError> {
        let mut transaction = pool.begin().await?;
        lock_for_writing(&mut transaction).await?;
        let at = stored_positions(&mut *transaction).await?;
        Ok(Rewriting { transaction, at })
    }

    /// Where the views stand.
    pub fn at(&self) -> &Positions {
        &self.at
    }

    /// Puts `views`, computed at [`Rewriting::at`], in the place of those that differ.
    ///
    /// # Errors
    /// The database is away, or `views` are not those of the definitions.
    pub async fn put(mut self, views: &Views) -> Result<Vec<Rewritten>, ViewsError> {
        let mut rewritten = Vec::new();
        for view in View::all() {
            let stored = rows::read_view(&mut *self.transaction, &view).await?;
            let computed = views.get(view.name).map(Vec::as_slice).unwrap_or_default();
            if stored != computed {
                self.replace(&view, computed).await?;
            }
            rewritten.push(Rewritten {
                view: view.name,
                before: stored.len(),
                after: computed.len(),
            });
        }
        self.transaction.commit().await?;
        Ok(rewritten)
    }

    async fn replace(&mut self, view: &View, computed: &[Vec<Cell>]) -> Result<(), ViewsError> {
        let delete = format!("DELETE FROM views.{}", view.name);
        sqlx::query(AssertSqlSafe(delete))
            .execute(&mut *self.transaction)
            .await?;
        let columns = view.columns();
        let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
        let arrays: Vec<String> = (1..)
            .zip(&columns)
            .map(|(number, column)| format!("${number}::{}[]", column.kind.sql()))
            .collect();
        let insert = format!(
            "INSERT INTO views.{} ({}, updated_at) SELECT *, now() FROM unnest({})",
            view.name,
            names.join(", "),
            arrays.join(", ")
        );
        for chunk in computed.chunks(CHUNK) {
            let mut query = sqlx::query(AssertSqlSafe(insert.clone()));
            for (place, column) in columns.iter().enumerate() {
                query = bind(query, chunk, place, column);
            }
            query.execute(&mut *self.transaction).await?;
        }
        Ok(())
    }
}

/// Binds one column of the rows as an array.
fn bind<'q>(
    query: Query<'q, Postgres, PgArguments>,
    chunk: &[Vec<Cell>],
    place: usize,
    column: &Column,
) -> Query<'q, Postgres, PgArguments> {
    let cells = chunk.iter().map(|row| row.get(place).unwrap_or(&Cell::Null));
    let number = |cell: &Cell| match cell {
        Cell::Int(number) => Some(*number),
        _ => None,
    };
    match column.kind {
        Kind::Text => query.bind(cells.map(text).collect::<Vec<_>>()),
        Kind::Day => query.bind(
            cells
                .map(|cell| match cell {
                    Cell::Day(day) => chrono::NaiveDate::from_epoch_days(*day),
                    _ => None,
                })
                .collect::<Vec<_>>(),
        ),
        Kind::Int => query.bind(
            cells
                .map(|cell| number(cell).and_then(|number| i32::try_from(number).ok()))
                .collect::<Vec<_>>(),
        ),
        Kind::Big => query.bind(cells.map(number).collect::<Vec<_>>()),
        Kind::Time => query.bind(
            cells
                .map(|cell| match cell {
                    Cell::Time(micros) => chrono::DateTime::from_timestamp_micros(*micros),
                    _ => None,
                })
                .collect::<Vec<_>>(),
        ),
        Kind::Bool => query.bind(
            cells
                .map(|cell| match cell {
                    Cell::Bool(flag) => Some(*flag),
                    _ => None,
                })
                .collect::<Vec<_>>(),
        ),
    }
}

fn text(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text.clone()),
        _ => None,
    }
}
