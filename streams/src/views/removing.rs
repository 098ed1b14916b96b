//! One removal of rows at a time, and a mark of one that was interrupted.

use chrono::{DateTime, Utc};
use sqlx::{Connection, Executor, PgConnection, PgPool, Postgres};

/// Removals wait for each other: each makes the views anew from a lake that none takes rows out of meanwhile.
const REMOVAL_LOCK: i64 = 0x7974_7265_6d6f;

/// A removal under way. Where it is dropped before [`Removing::end`], its mark stays, and the next one makes the views anew.
pub struct Removing {
    /// Holds the lock while it is open.
    guard: PgConnection,
}

impl Removing {
    /// Waits until no other removal is under way.
    ///
    /// # Errors
    /// The database is away.
    pub async fn begin(pool: &PgPool) -> Result<Self, sqlx::Error> {
        let mut guard = pool.acquire().await?.detach();
        let free: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
            .bind(REMOVAL_LOCK)
            .fetch_one(&mut guard)
            .await?;
        if !free {
            tracing::info!("another removal is under way: waiting for it to end");
            sqlx::query("SELECT pg_advisory_lock($1)")
                .bind(REMOVAL_LOCK)
                .execute(&mut guard)
                .await?;
        }
        Ok(Self { guard })
    }

    /// Notes that rows leave the lake which the views still show.
    ///
    /// # Errors
    /// The database is away.
    pub async fn mark(&mut self) -> Result<(), sqlx::Error> {
        sqlx::query("INSERT INTO sink.unfinished_removals DEFAULT VALUES ON CONFLICT DO NOTHING")
            .execute(&mut self.guard)
            .await
            .map(drop)
    }

    /// Whether rows have left the lake, in this removal or in one that was interrupted, and the views were not made anew since.
    ///
    /// # Errors
    /// The database is away.
    pub async fn is_marked(&mut self) -> Result<bool, sqlx::Error> {
        Ok(unfinished_removal(&mut self.guard).await?.is_some())
    }

    /// The views have been made anew from what the lake has left.
    ///
    /// # Errors
    /// The database is away.
    pub async fn end(mut self) -> Result<(), sqlx::Error> {
        sqlx::query("DELETE FROM sink.unfinished_removals")
            .execute(&mut self.guard)
            .await?;
        self.guard.close().await
    }
}

/// Since when the views show rows that a removal has taken out of the lake: it is under way, or was interrupted.
///
/// # Errors
/// The database is away.
pub async fn unfinished_removal<'e>(
    database: impl Executor<'e, Database = Postgres>,
) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar("SELECT begun_at FROM sink.unfinished_removals")
        .fetch_optional(database)
        .await
}
