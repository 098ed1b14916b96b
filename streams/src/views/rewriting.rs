//! Writes the views of a family anew, after rows that they were made from have gone.
//!
//! It is one transaction, and the only writer: the sink waits meanwhile, readers see the views as they were until it ends.

use chrono::{DateTime, Utc};
use events::Positions;
use features::{Family, HandedOn, Views};
use sqlx::{AssertSqlSafe, FromRow, PgPool, Postgres, Transaction};
use uuid::Uuid;

use super::store::{execute, lock_for_writing, look_into, run, stored_positions};
use super::{Difference, Target, ViewsError, event_ids, refused_ids, rows, statements, views_of};

/// A view that was written anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rewritten {
    pub view: &'static str,
    pub before: usize,
    pub after: usize,
}

/// The views of a family at a position vector that stands still while this is held.
pub struct Rewriting<'a> {
    transaction: Transaction<'a, Postgres>,
    family: &'static Family,
    at: Positions,
    refused: Vec<String>,
}

impl Rewriting<'_> {
    /// Waits until nobody else writes.
    ///
    /// # Errors
    /// The database is away.
    pub async fn begin(pool: &PgPool, family: &'static Family) -> Result<Rewriting<'static>, ViewsError> {
        let mut transaction = pool.begin().await?;
        let target = Target::live(family);
        lock_for_writing(&mut transaction, &target.sink).await?;
        look_into(&mut transaction, target.schema).await?;
        let at = stored_positions(&mut *transaction, &target.sink).await?;
        let refused = refused_ids(&mut *transaction, &target.sink).await?;
        Ok(Rewriting {
            transaction,
            family,
            at,
            refused,
        })
    }

    /// Where the views stand.
    pub fn at(&self) -> &Positions {
        &self.at
    }

    /// Ids of the events that the sink has put aside, which the views are without.
    pub fn refused(&self) -> &[String] {
        &self.refused
    }

    /// Events that the tile of this name will read again, though it has counted them from another record: they count then.
    /// It is for what `put` is about to leave out.
    ///
    /// # Errors
    /// The database is away.
    pub async fn forget(&mut self, tile: &str, events: &[Uuid]) -> Result<(), ViewsError> {
        let counter = event_ids::counter(self.family.sink, tile);
        Ok(event_ids::forget(&mut self.transaction, &counter, events).await?)
    }

    /// Puts `views`, computed at [`Rewriting::at`], in the place of those that differ, and notes how many rows did.
    ///
    /// # Errors
    /// The database is away, or `views` are not those of the definitions.
    pub async fn put(mut self, views: &Views, why: &str) -> Result<Vec<Rewritten>, ViewsError> {
        let mut rewritten = Vec::new();
        note_all(&mut self.transaction, self.family).await?;
        for view in views_of(self.family) {
            let stored = rows::read_view(&mut *self.transaction, &view).await?;
            let computed = views.get(view.name()).map(Vec::as_slice).unwrap_or_default();
            if stored != computed {
                let difference = Difference::between(&view, &stored, computed);
                let (removed, added) = (
                    difference.only_live.len() + difference.changed.len(),
                    difference.only_shadow.len() + difference.changed.len(),
                );
                note_rebuild(
                    &mut self.transaction,
                    self.family.sink,
                    view.name(),
                    removed,
                    added,
                    why,
                )
                .await?;
                execute(&mut self.transaction, format!("DELETE FROM {}", view.name())).await?;
                rows::write(&mut self.transaction, "views", &view, computed).await?;
            }
            rewritten.push(Rewritten {
                view: view.name(),
                before: stored.len(),
                after: computed.len(),
            });
        }
        hand_on(&mut self.transaction, self.family).await?;
        self.transaction.commit().await?;
        Ok(rewritten)
    }
}

/// Leaves a trace of rows that came and went by no event.
pub(super) async fn note_rebuild(
    tx: &mut Transaction<'_, Postgres>,
    sink: &str,
    view: &str,
    removed: usize,
    added: usize,
    why: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO sink.rebuilds (sink, view, removed, added, why) VALUES ($1, $2, $3, $4, $5)")
        .bind(sink)
        .bind(view)
        .bind(removed as i64)
        .bind(added as i64)
        .bind(why)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Everything that a family hands on counts as touched: before its views are replaced.
pub(super) async fn note_all(tx: &mut Transaction<'_, Postgres>, family: &'static Family) -> Result<(), sqlx::Error> {
    if family.finish.is_empty() {
        return Ok(());
    }
    for statement in statements::create_touched(family) {
        execute(tx, statement).await?;
    }
    run(tx, family.touch_all).await
}

/// After they were.
pub(super) async fn hand_on(tx: &mut Transaction<'_, Postgres>, family: &'static Family) -> Result<(), sqlx::Error> {
    if family.finish.is_empty() {
        return Ok(());
    }
    run(tx, family.touch_all).await?;
    run(tx, family.finish).await
}

/// How many rows of a table that a family hands on to are not what its views say: missing, superfluous or different. As of the
/// transaction, which looks into the views afterwards.
///
/// # Errors
/// The database is away.
pub async fn handed_on_differing(tx: &mut Transaction<'_, Postgres>, handed_on: &HandedOn) -> Result<i64, sqlx::Error> {
    let HandedOn {
        table,
        columns,
        rows,
        ours,
        ..
    } = handed_on;
    look_into(tx, "views").await?;
    let stored = format!("SELECT {columns} FROM {table} WHERE {ours}");
    let statement = format!(
        "SELECT count(DISTINCT d.id) FROM (({stored} EXCEPT ({rows})) UNION ALL (({rows}) EXCEPT {stored})) d (id)"
    );
    sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(&mut **tx).await
}

/// A view of which rows came and went by no event.
#[derive(Debug, Clone, FromRow)]
pub struct Rebuilt {
    pub sink: String,
    pub view: String,
    /// Rows; one that was changed is removed and added.
    pub removed: i64,
    pub added: i64,
    pub why: String,
    pub rebuilt_at: DateTime<Utc>,
}

/// The newest rebuilds.
///
/// # Errors
/// The database is away.
pub async fn rebuilds(pool: &PgPool, limit: i64) -> Result<Vec<Rebuilt>, sqlx::Error> {
    let query = "SELECT sink, view, removed, added, why, rebuilt_at FROM sink.rebuilds ORDER BY id DESC LIMIT $1";
    sqlx::query_as(query).bind(limit).fetch_all(pool).await
}

/// Corrections and alarms tell of data, so they go with it: corrections of `before` a moment, and what names one of `ids`.
///
/// # Errors
/// The database is away.
pub async fn forget_corrections(
    pool: &PgPool,
    before: Option<DateTime<Utc>>,
    ids: &[String],
) -> Result<u64, sqlx::Error> {
    let statement = "DELETE FROM sink.corrections WHERE corrected_at < $1 OR EXISTS (SELECT FROM unnest($2::text[]) id \
         WHERE position(id IN coalesce(key::text, '') || coalesce(old::text, '') || coalesce(new::text, '')) > 0)";
    let about = "DELETE FROM sink.refused_rows WHERE EXISTS (SELECT FROM unnest($1::text[]) id WHERE position(id IN reason) > 0)";
    sqlx::query(about).bind(ids).execute(pool).await?;
    let deleted = sqlx::query(AssertSqlSafe(statement))
        .bind(before)
        .bind(ids)
        .execute(pool)
        .await?;
    let alarms = sqlx::query("DELETE FROM sink.alarms WHERE subject = ANY($1) OR thing = ANY($1)")
        .bind(ids)
        .execute(pool)
        .await?;
    Ok(deleted.rows_affected() + alarms.rows_affected())
}
