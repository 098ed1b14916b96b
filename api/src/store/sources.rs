//! Polled sources, from `ingest.*`: those who connected their channels, the last run of each target, today's quota.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection};

use super::Error;

/// More are not shown; the first are those that need attention.
const MOST_TARGETS: i64 = 500;

/// `state`: connected, revoked (its owner has to connect it again) or disconnected.
#[derive(Debug, Serialize, FromRow)]
pub(crate) struct Connection {
    channel_id: String,
    title: String,
    state: String,
    connected_at: DateTime<Utc>,
    refreshed_at: Option<DateTime<Utc>>,
    error: Option<String>,
}

/// `next_run` is absent where somebody has to do something first; `error` says what.
#[derive(Debug, Serialize, FromRow)]
pub(crate) struct Target {
    source: String,
    target: String,
    state: String,
    last_success: Option<DateTime<Utc>>,
    next_run: Option<DateTime<Utc>>,
    error: Option<String>,
    pub(crate) updated_at: DateTime<Utc>,
}

/// Units of a Pacific day; `used` has those of calls under way in it.
#[derive(Debug, Serialize, FromRow)]
pub(crate) struct Quota {
    project: String,
    bucket: String,
    limit: i64,
    used: i64,
}

pub(crate) async fn connections(db: &mut PgConnection) -> Result<Vec<Connection>, Error> {
    let connections = sqlx::query_as(
        "SELECT c.youtube_channel_id AS channel_id, p.channel_title AS title, c.state, c.connected_at, \
         c.refreshed_at, c.error \
         FROM ingest.connections c JOIN channels p ON p.id = c.channel_id \
         ORDER BY c.state = 'connected', p.channel_title, 1",
    );
    Ok(connections.fetch_all(db).await?)
}

pub(crate) async fn targets(db: &mut PgConnection) -> Result<Vec<Target>, Error> {
    let targets = sqlx::query_as(
        "SELECT source, target, state, last_success, next_run, error, updated_at FROM ingest.runs \
         ORDER BY next_run IS NOT NULL OR state = 'running', state = 'ok', source, target LIMIT $1",
    );
    Ok(targets.bind(MOST_TARGETS).fetch_all(db).await?)
}

/// Of the Pacific day that `now` is in.
pub(crate) async fn quota(db: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<Quota>, Error> {
    let quota = sqlx::query_as(
        r#"SELECT project, bucket, daily_limit AS "limit", used + reserved AS used FROM ingest.quota_ledger
           WHERE day = ($1 AT TIME ZONE 'America/Los_Angeles')::date ORDER BY project, bucket"#,
    );
    Ok(quota.bind(now).fetch_all(db).await?)
}
