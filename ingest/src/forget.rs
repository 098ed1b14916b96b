//! Deletion requests: channels of which nothing is taken in any more, and what the database knows of them.

use chrono::{DateTime, Utc};
use events::ChannelId;
use sqlx::{PgPool, Postgres, Transaction};

type Tx<'a> = Transaction<'a, Postgres>;

/// Rows of a table that went, or would go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    pub table: &'static str,
    pub rows: u64,
}

/// Channels of which nothing is taken in.
///
/// # Errors
/// The database does not answer.
pub async fn withheld(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT channel_id FROM ingest.withheld_channels ORDER BY channel_id")
        .fetch_all(pool)
        .await
}

/// Videos of channels of which nothing is taken in.
///
/// # Errors
/// The database does not answer.
pub async fn withheld_videos(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT video_id FROM ingest.withheld_videos ORDER BY video_id")
        .fetch_all(pool)
        .await
}

/// Withholds the videos of a channel that is withheld, and gives all that are.
///
/// # Errors
/// The database does not answer.
pub async fn withhold_videos(
    pool: &PgPool,
    channel: &ChannelId,
    videos: &[String],
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query(
        "INSERT INTO ingest.withheld_videos (video_id, channel_id) SELECT video, $1 FROM unnest($2::text[]) AS video \
         ON CONFLICT DO NOTHING",
    )
    .bind(channel.as_str())
    .bind(videos)
    .execute(pool)
    .await?;
    videos_of(pool, channel).await
}

/// The videos of a channel that are withheld.
///
/// # Errors
/// The database does not answer.
pub async fn videos_of(pool: &PgPool, channel: &ChannelId) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT video_id FROM ingest.withheld_videos WHERE channel_id = $1 ORDER BY video_id")
        .bind(channel.as_str())
        .fetch_all(pool)
        .await
}

/// From now on nothing is taken in of the channel.
///
/// # Errors
/// The database does not answer.
pub async fn withhold(pool: &PgPool, channel: &ChannelId, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO ingest.withheld_channels (channel_id, requested_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    )
    .bind(channel.as_str())
    .bind(now)
    .execute(pool)
    .await?;
    Ok(())
}

/// The channel may be taken in again; says whether it was withheld.
///
/// # Errors
/// The database does not answer.
pub async fn release(pool: &PgPool, channel: &ChannelId) -> Result<bool, sqlx::Error> {
    let released = sqlx::query("DELETE FROM ingest.withheld_channels WHERE channel_id = $1").bind(channel.as_str());
    Ok(released.execute(pool).await?.rows_affected() > 0)
}

/// Deletes everything that the database knows of a channel and its videos, but for the views, which are made anew.
///
/// # Errors
/// The database does not answer; nothing is deleted then.
pub async fn delete(pool: &PgPool, channel: &ChannelId, videos: &[String]) -> Result<Vec<Gone>, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let gone = all(&mut transaction, channel, videos).await?;
    transaction.commit().await?;
    Ok(gone)
}

/// What [`delete`] would delete.
///
/// # Errors
/// The database does not answer.
pub async fn would_delete(pool: &PgPool, channel: &ChannelId, videos: &[String]) -> Result<Vec<Gone>, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let gone = all(&mut transaction, channel, videos).await?;
    transaction.rollback().await?;
    Ok(gone)
}

/// Answers of a source that are known by their ETags are asked for anew: what they had brought is not there any more.
///
/// # Errors
/// The database does not answer.
pub async fn ask_anew(pool: &PgPool, source: &str) -> Result<(), sqlx::Error> {
    let etags = sqlx::query("DELETE FROM ingest.etags WHERE source = $1").bind(source);
    etags.execute(pool).await.map(drop)
}

/// Whose a target is shows in its name: `UC…`, `UC…/report`, `channel:UC…`, `comments:VIDEO`.
const IS_TARGET: &str = "(target = $1 OR target LIKE $1 || '/%' OR target = 'channel:' || $1 OR \
    target = ANY(SELECT 'comments:' || video FROM unnest($2::text[]) AS video))";

/// Table, and which of its rows; $1 is the channel, $2 its videos.
const ROWS: [(&str, Which); 10] = [
    ("ingest.cursors", Which::Target),
    ("ingest.runs", Which::Target),
    ("ingest.requests", Which::Target),
    ("ingest.etags", Which::Other("strpos(kept::text, $1) > 0")),
    ("ingest.etags", Which::Target),
    ("ingest.known", Which::Other("item = ANY($2) OR item = $1")),
    ("ingest.known", Which::Target),
    ("ingest.websub_subscriptions", Which::Other("channel_id = $1")),
    ("ingest.websub_notices", Which::Other("channel_id = $1")),
    // credentials, connection, videos, analytics, calendar, revenue and embeddings go with it
    ("channels", Which::Other("youtube_channel_id = $1")),
];

#[derive(Clone, Copy)]
enum Which {
    Target,
    Other(&'static str),
}

async fn all(transaction: &mut Tx<'_>, channel: &ChannelId, videos: &[String]) -> Result<Vec<Gone>, sqlx::Error> {
    let mut gone: Vec<Gone> = Vec::new();
    for (table, which) in ROWS {
        let which = match which {
            Which::Target => IS_TARGET,
            Which::Other(which) => which,
        };
        // every statement has both parameters, whether it needs them or not
        let statement =
            format!("DELETE FROM {table} WHERE ({which}) AND $1::text IS NOT NULL AND $2::text[] IS NOT NULL");
        let deleted = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(channel.as_str())
            .bind(videos)
            .execute(&mut **transaction)
            .await?
            .rows_affected();
        match gone.iter_mut().find(|known| known.table == table) {
            Some(known) => known.rows += deleted,
            None => gone.push(Gone { table, rows: deleted }),
        }
    }
    Ok(gone)
}
