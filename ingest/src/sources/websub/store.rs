//! What is kept of subscriptions, and of what was told.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::notice::Notice;

/// How a subscription stands, by the hub's own word.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Subscription {
    pub channel_id: String,
    pub verified_at: Option<DateTime<Utc>>,
    pub lease_until: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub deliveries: i64,
    /// Deliveries with a wrong signature.
    pub refused: i64,
}

/// A video that is to be read.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Waiting {
    pub(super) channel_id: String,
    pub(super) video_id: String,
    pub(super) deleted: bool,
    pub(super) observed_at: DateTime<Utc>,
    pub(super) tries: i32,
}

pub(super) async fn subscription(pool: &PgPool, channel: &str) -> Result<Option<Subscription>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM ingest.websub_subscriptions WHERE channel_id = $1")
        .bind(channel)
        .fetch_optional(pool)
        .await
}

/// The hub has verified; what the run had to say of it is out of date.
pub(super) async fn verified(
    pool: &PgPool,
    channel: &str,
    lease_until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    sqlx::query(
        "INSERT INTO ingest.websub_subscriptions (channel_id, verified_at, lease_until) VALUES ($1, $2, $3) \
         ON CONFLICT (channel_id) DO UPDATE SET verified_at = $2, lease_until = $3",
    )
    .bind(channel)
    .bind(now)
    .bind(lease_until)
    .execute(&mut *transaction)
    .await?;
    sqlx::query("UPDATE ingest.runs SET error = NULL WHERE source = $1 AND target = $2 AND state = 'ok'")
        .bind(super::NAME)
        .bind(channel)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}

pub(super) async fn refused(pool: &PgPool, channel: &str) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE ingest.websub_subscriptions SET refused = refused + 1 WHERE channel_id = $1")
        .bind(channel)
        .execute(pool)
        .await?;
    Ok(())
}

/// Keeps what was told until it has been read.
pub(super) async fn delivered(
    pool: &PgPool,
    channel: &str,
    notices: &[Notice],
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    sqlx::query(
        "UPDATE ingest.websub_subscriptions SET deliveries = deliveries + 1, delivered_at = $2 WHERE channel_id = $1",
    )
    .bind(channel)
    .bind(now)
    .execute(&mut *transaction)
    .await?;
    for notice in notices {
        // told again while it waits: read once, as it is then
        sqlx::query(
            "INSERT INTO ingest.websub_notices (channel_id, video_id, deleted, received_at, next_try) \
             VALUES ($1, $2, $3, $4, $4) ON CONFLICT (channel_id, video_id) DO UPDATE SET deleted = $3, received_at = $4, \
             next_try = $4, tries = 0, observed_at = NULL",
        )
        .bind(channel)
        .bind(notice.video.as_str())
        .bind(notice.deleted)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await
}

/// The next video that is due, with its observation time. One process reads it at a time: it is put off meanwhile.
pub(super) async fn next(
    pool: &PgPool,
    now: DateTime<Utc>,
    again_at: DateTime<Utc>,
) -> Result<Option<Waiting>, sqlx::Error> {
    sqlx::query_as(
        "UPDATE ingest.websub_notices SET observed_at = coalesce(observed_at, $1), tries = tries + 1, next_try = $2 \
         WHERE (channel_id, video_id) = (SELECT channel_id, video_id FROM ingest.websub_notices WHERE next_try <= $1 \
         ORDER BY next_try, channel_id, video_id LIMIT 1 FOR UPDATE SKIP LOCKED) \
         RETURNING channel_id, video_id, deleted, observed_at, tries",
    )
    .bind(now)
    .bind(again_at)
    .fetch_optional(pool)
    .await
}

/// It has been read, unless it was told of again meanwhile.
pub(super) async fn read(pool: &PgPool, waiting: &Waiting) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM ingest.websub_notices WHERE channel_id = $1 AND video_id = $2 AND observed_at = $3")
        .bind(&waiting.channel_id)
        .bind(&waiting.video_id)
        .bind(waiting.observed_at)
        .execute(pool)
        .await?;
    Ok(())
}

/// It could not be read; why, and when it is tried again. Nothing was seen, so the next try has a time of its own.
pub(super) async fn put_off(
    pool: &PgPool,
    waiting: &Waiting,
    next_try: DateTime<Utc>,
    error: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE ingest.websub_notices SET next_try = $4, error = $5, observed_at = NULL \
         WHERE channel_id = $1 AND video_id = $2 AND observed_at = $3",
    )
    .bind(&waiting.channel_id)
    .bind(&waiting.video_id)
    .bind(waiting.observed_at)
    .bind(next_try)
    .bind(error)
    .execute(pool)
    .await?;
    Ok(())
}
