//! What a pool hands out.

use sqlx::PgPool;

use crate::world::Database;

async fn backend(pool: &PgPool) -> i32 {
    sqlx::query_scalar("SELECT pg_backend_pid()")
        .fetch_one(pool)
        .await
        .expect("a connection that works")
}

#[tokio::test]
async fn a_connection_with_a_transaction_open_is_not_handed_out_again() {
    let database = Database::start().await;
    let options = (*database.pool.connect_options()).clone();
    let pool = streams::pool_options().max_connections(1).connect_with(options);
    let pool = pool.await.expect("a pool");
    let first = backend(&pool).await;
    assert_eq!(backend(&pool).await, first, "one at rest is");
    for left_open in ["BEGIN READ ONLY", "BEGIN; SELECT 1 / 0"] {
        let before = backend(&pool).await;
        let mut connection = pool.acquire().await.expect("a connection");
        let _ = sqlx::raw_sql(left_open).execute(&mut *connection).await;
        drop(connection);
        assert_ne!(backend(&pool).await, before, "{left_open}");
        sqlx::query("CREATE TEMP TABLE written ()")
            .execute(&pool)
            .await
            .expect("it can be written to");
    }
}
