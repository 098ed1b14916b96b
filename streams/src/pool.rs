//! How everything here is connected with Postgres.

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgPoolOptions};

/// Options of a pool that hands out no connection with a transaction open.
///
/// sqlx 0.9 gives a connection back as it is when nobody waits for its `BEGIN` any more; the next one would write into a transaction
/// that is not its own, reads an old state, or finds it aborted.
pub fn pool_options() -> PgPoolOptions {
    PgPoolOptions::new()
        .test_before_acquire(false) // the question below is a ping, too
        .before_acquire(|connection, _| Box::pin(is_at_rest(connection)))
}

/// Whether it has no transaction open: one that began with this statement began now.
///
/// # Errors
/// The connection is broken, or its transaction aborted.
async fn is_at_rest(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    // in one message, so that both are times of the same
    let row = sqlx::raw_sql("SELECT now() = statement_timestamp()").fetch_one(connection);
    row.await?.try_get(0)
}
