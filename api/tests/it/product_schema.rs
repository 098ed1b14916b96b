//! The product schema against its contract, as the database itself describes it.

use std::collections::BTreeMap;

use sqlx::PgPool;

use crate::database::Database;

/// Table: its columns in order, as `name type default`; defaults as Postgres prints them.
async fn columns(pool: &PgPool) -> BTreeMap<String, Vec<String>> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT c.relname::text,
                concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod),
                          CASE WHEN a.attnotnull THEN 'not null' END,
                          'default ' || pg_get_expr(d.adbin, d.adrelid))
         FROM pg_attribute a
         JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
         LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
         WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND c.relname <> '_sqlx_migrations'
         ORDER BY c.relname, a.attnum",
    )
    .fetch_all(pool)
    .await
    .expect("the catalogue");
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column) in rows {
        tables.entry(table).or_default().push(column);
    }
    tables
}

async fn lines(pool: &PgPool, query: &'static str) -> Vec<String> {
    sqlx::query_scalar(query).fetch_all(pool).await.expect("the catalogue")
}

#[tokio::test]
async fn the_schema_is_the_contract() {
    let database = Database::shared().await;
    let pool = &database.pool;
    insta::assert_json_snapshot!("columns", columns(pool).await);
    let constraints = "SELECT conrelid::regclass || ': ' || pg_get_constraintdef(oid) FROM pg_constraint
                       WHERE connamespace = 'public'::regnamespace AND contype IN ('f', 'u', 'p')
                         AND conrelid::regclass::text <> '_sqlx_migrations' ORDER BY 1";
    insta::assert_json_snapshot!("constraints", lines(pool, constraints).await);
    let indexes = "SELECT indexdef FROM pg_indexes
                   WHERE schemaname = 'public' AND indexname LIKE 'idx\\_%' ORDER BY indexname";
    insta::assert_json_snapshot!("indexes", lines(pool, indexes).await);
}

const OWNED: &str = "
    WITH u AS (INSERT INTO users (email, password_hash) VALUES ('a@example.org', 'x') RETURNING id),
    c AS (INSERT INTO channels (user_id, youtube_channel_id, channel_title, view_count)
          SELECT id, 'UC1', 'One', 9000000000 FROM u RETURNING id),
    v AS (INSERT INTO videos (channel_id, title, script) SELECT id, 'T', 'S' FROM c RETURNING id),
    s AS (INSERT INTO content_calendar (channel_id, scheduled_date, time_slot, video_id)
          SELECT c.id, '2026-01-01', '18:00', v.id FROM c, v),
    r AS (INSERT INTO revenue_records (channel_id, video_id, revenue_source, amount_usd, date)
          SELECT c.id, v.id, 'adsense', 12.3456, '2026-01-01' FROM c, v),
    k AS (INSERT INTO channel_credentials (channel_id, access_token_encrypted, refresh_token_encrypted)
          SELECT id, 'x', 'y' FROM c),
    e AS (INSERT INTO content_embeddings (video_id, embedding)
          SELECT id, array_fill(0.5::real, ARRAY[1536])::vector FROM v)
    INSERT INTO video_analytics (video_id, date, impressions) SELECT id, '2026-01-01', 9000000000 FROM v";

async fn count(pool: &PgPool, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(pool).await.expect("a count")
}

async fn execute(pool: &PgPool, statement: &'static str) {
    sqlx::query(statement).execute(pool).await.expect(statement);
}

#[tokio::test]
async fn deleting_goes_from_owner_to_owned() {
    let database = Database::shared().await;
    let pool = &database.pool;
    execute(pool, OWNED).await;
    let mentions = "SELECT count(*) FROM (SELECT video_id FROM content_calendar UNION ALL
                    SELECT video_id FROM revenue_records) m WHERE video_id IS NOT NULL";
    assert_eq!(count(pool, mentions).await, 2);
    execute(pool, "DELETE FROM videos").await;
    let of_video = "SELECT (SELECT count(*) FROM video_analytics) + (SELECT count(*) FROM content_embeddings)";
    assert_eq!(count(pool, of_video).await, 0, "rows of a deleted video are left");
    assert_eq!(count(pool, mentions).await, 0, "a deleted video is still mentioned");
    let of_channel = "SELECT (SELECT count(*) FROM content_calendar) + (SELECT count(*) FROM revenue_records)
                      + (SELECT count(*) FROM channel_credentials) + (SELECT count(*) FROM channels)";
    assert_eq!(count(pool, of_channel).await, 4, "a slot or money went with the video");
    execute(pool, "DELETE FROM users").await;
    assert_eq!(count(pool, of_channel).await, 0, "rows of a deleted user are left");
}

#[tokio::test]
async fn the_nearest_embedding_is_found_through_the_index() {
    let database = Database::shared().await;
    let pool = &database.pool;
    execute(pool, OWNED).await;
    // 200 directions around a circle, so that each has one nearest
    execute(
        pool,
        "INSERT INTO content_embeddings (video_id, embedding, model_version)
         SELECT v.id, array_cat(ARRAY[cosd(n), sind(n)], array_fill(0.0::float8, ARRAY[1534]))::vector, n::text
         FROM videos v, generate_series(1, 200) n",
    )
    .await;
    let mut db = pool.acquire().await.expect("a connection");
    let nearest_to_77 = "SELECT model_version FROM content_embeddings ORDER BY embedding <=>
        array_cat(ARRAY[cosd(77.2), sind(77.2)], array_fill(0.0::float8, ARRAY[1534]))::vector LIMIT 1";
    sqlx::query("SET enable_seqscan = off")
        .execute(&mut *db)
        .await
        .expect("set");
    let nearest: String = sqlx::query_scalar(nearest_to_77)
        .fetch_one(&mut *db)
        .await
        .expect("a row");
    assert_eq!(nearest, "77");
    let explained = sqlx::AssertSqlSafe(format!("EXPLAIN {nearest_to_77}"));
    let plan: Vec<String> = sqlx::query_scalar(explained).fetch_all(&mut *db).await.expect("a plan");
    assert!(plan.join("\n").contains("idx_content_embedding"), "{plan:#?}");
}
