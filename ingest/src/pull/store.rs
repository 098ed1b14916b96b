//! Where every target stands, in Postgres (`ingest.*`). A cursor moves together with what belongs to it: ETags, and
//! what the page has seen.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::postgres::PgConnection;
use sqlx::types::Json;
use sqlx::{PgPool, Postgres, Transaction};
use thiserror::Error;

use super::{Next, Page, Trouble};

/// A fault of the database; a retry is useful once it is back.
#[derive(Debug, Error)]
#[error("the database that keeps the cursors: {0}")]
pub struct StoreError(#[from] sqlx::Error);

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Trouble::dependency(error.to_string())
    }
}

/// What an answer is known by.
#[derive(Debug, Clone, PartialEq)]
pub struct Etag {
    pub request: String,
    pub etag: String,
    pub kept: Option<Value>,
}

/// Where a run begins, or goes on.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) cursor: Option<Value>,
    pub(super) observed_at: DateTime<Utc>,
    /// When the run began, however often it was interrupted.
    pub(super) began_at: DateTime<Utc>,
}

/// How a run ended, or was put off.
#[derive(Debug, Clone, Default)]
pub(super) struct Ending {
    pub(super) state: &'static str,
    pub(super) error: Option<String>,
    pub(super) next_run: Option<DateTime<Utc>>,
    pub(super) done_by: Option<DateTime<Utc>>,
    /// The next run starts from the beginning.
    pub(super) forgets_cursor: bool,
}

#[derive(Clone)]
pub struct Store {
    pub(super) pool: PgPool,
}

/// The right to read a target; nobody else reads it meanwhile. It ends with its connection.
pub(super) struct Claim(#[expect(dead_code, reason = "held, never used")] PgConnection);

impl Store {
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Channels of which nothing is taken in, and their videos.
    pub(super) async fn withheld(&self) -> Result<Vec<String>, StoreError> {
        let mut withheld = crate::forget::withheld(&self.pool).await?;
        withheld.extend(crate::forget::withheld_videos(&self.pool).await?);
        Ok(withheld)
    }

    /// A target that is not read, as its channel is withheld.
    pub(super) async fn note_withheld(&self, source: &str, target: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let known = sqlx::query("SELECT 1 FROM ingest.runs WHERE source = $1 AND target = $2 AND state = $3");
        if known
            .bind(source)
            .bind(target)
            .bind(WITHHELD)
            .fetch_optional(&self.pool)
            .await?
            .is_some()
        {
            return Ok(());
        }
        let ending = Ending {
            state: WITHHELD,
            error: Some("the channel was forgotten on request: take it out of the settings".to_owned()),
            ..Ending::default()
        };
        let mut transaction = self.pool.begin().await?;
        set_state(&mut transaction, source, target, &ending, now).await?;
        Ok(transaction.commit().await?)
    }

    /// The sealed refresh token that has taken the place of the configured one.
    pub(super) async fn renewed_grant(&self, source: &str, digest: &str) -> Result<Option<String>, StoreError> {
        let token = sqlx::query_scalar("SELECT token_encrypted FROM ingest.grants WHERE source = $1 AND digest = $2");
        Ok(token.bind(source).bind(digest).fetch_optional(&self.pool).await?)
    }

    pub(super) async fn keep_grant(
        &self,
        source: &str,
        digest: &str,
        sealed: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO ingest.grants (source, digest, token_encrypted, updated_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (source) DO UPDATE SET digest = $2, token_encrypted = $3, updated_at = $4",
        )
        .bind(source)
        .bind(digest)
        .bind(sealed)
        .bind(now)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// `None` while another process reads the target.
    pub(super) async fn claim(&self, name: &str) -> Result<Option<Claim>, StoreError> {
        let mut connection = self.pool.acquire().await?.detach();
        let taken: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock(hashtextextended('ingest/' || $1, 0))")
            .bind(name)
            .fetch_one(&mut connection)
            .await?;
        Ok(taken.then_some(Claim(connection)))
    }

    /// Goes on with a run that was interrupted, or begins one; its observation time is stored before anything is asked.
    pub(super) async fn begin(
        &self,
        source: &str,
        target: &str,
        version: i16,
        now: DateTime<Utc>,
    ) -> Result<Place, StoreError> {
        // whoever reads otherwise than before has to be told everything again
        sqlx::query(
            "DELETE FROM ingest.etags e USING ingest.cursors c WHERE e.source = $1 AND e.target = $2 \
             AND c.source = e.source AND c.target = e.target AND c.version <> $3",
        )
        .bind(source)
        .bind(target)
        .bind(version)
        .execute(&self.pool)
        .await?;
        // what is asked after a long wait was not seen before it
        let row: (Option<Json<Value>>, DateTime<Utc>, DateTime<Utc>) = sqlx::query_as(
            "INSERT INTO ingest.cursors AS c (source, target, version, observed_at, began_at, updated_at) \
             VALUES ($1, $2, $3, $4, $4, $4) \
             ON CONFLICT (source, target) DO UPDATE SET version = $3, updated_at = $4, \
             cursor = CASE WHEN c.version = $3 THEN c.cursor END, \
             observed_at = CASE WHEN c.version = $3 AND c.observed_at > $5 THEN c.observed_at ELSE $4 END, \
             began_at = CASE WHEN c.version = $3 AND c.observed_at IS NOT NULL THEN coalesce(c.began_at, c.observed_at) \
             ELSE $4 END \
             RETURNING cursor, observed_at, began_at",
        )
        .bind(source)
        .bind(target)
        .bind(version)
        .bind(now)
        .bind(now - RESUMED_WITHIN)
        .fetch_one(&self.pool)
        .await?;
        let running = Ending {
            state: RUNNING,
            ..Ending::default()
        };
        let mut transaction = self.pool.begin().await?;
        set_state(&mut transaction, source, target, &running, now).await?;
        transaction.commit().await?;
        Ok(Place {
            cursor: row.0.map(|json| json.0),
            observed_at: row.1,
            began_at: row.2,
        })
    }

    /// Moves the cursor behind a page whose records are confirmed; `ending` belongs to the last page of a run.
    pub(super) async fn advance(
        &self,
        (source, target): (&str, &str),
        place: &Place,
        page: &Page,
        ending: Option<&Ending>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        super::ledger::without_waiting(&mut transaction).await?;
        remember_etags(&mut transaction, source, target, &page.etags, now).await?;
        remember_items(&mut transaction, source, target, place, page).await?;
        let (cursor, observed_at) = match &page.next {
            Next::Page(cursor) => (Some(cursor), Some(place.observed_at)),
            Next::Done(cursor) => (cursor.as_ref(), None),
        };
        sqlx::query(
            "UPDATE ingest.cursors SET cursor = $3, observed_at = $4, updated_at = $5 WHERE source = $1 AND target = $2",
        )
        .bind(source)
        .bind(target)
        .bind(cursor.map(Json))
        .bind(observed_at)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        if let Some(ending) = ending {
            set_state(&mut transaction, source, target, ending, now).await?;
            forget_old(&mut transaction, source, target, now).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Takes note of a run that could not go on.
    pub(super) async fn put_off(
        &self,
        source: &str,
        target: &str,
        ending: &Ending,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        set_state(&mut transaction, source, target, ending, now).await?;
        if ending.forgets_cursor {
            // what was told in the middle of a run that begins anew has to be told again
            sqlx::query("DELETE FROM ingest.etags WHERE source = $1 AND target = $2")
                .bind(source)
                .bind(target)
                .execute(&mut *transaction)
                .await?;
            sqlx::query(
                "UPDATE ingest.cursors SET cursor = NULL, observed_at = NULL, updated_at = $3 \
                 WHERE source = $1 AND target = $2 AND observed_at IS NOT NULL",
            )
            .bind(source)
            .bind(target)
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    pub(super) async fn etag(&self, source: &str, target: &str, request: &str) -> Result<Option<Etag>, StoreError> {
        let row: Option<(String, Option<Json<Value>>)> =
            sqlx::query_as("SELECT etag, kept FROM ingest.etags WHERE source = $1 AND target = $2 AND request = $3")
                .bind(source)
                .bind(target)
                .bind(request)
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.map(|(etag, kept)| Etag {
            request: request.to_owned(),
            etag,
            kept: kept.map(|json| json.0),
        }))
    }

    pub(super) async fn not_seen(
        &self,
        source: &str,
        target: &str,
        since: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT item FROM ingest.known WHERE source = $1 AND target = $2 AND seen_at < $3 ORDER BY item LIMIT $4",
        )
        .bind(source)
        .bind(target)
        .bind(since)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?)
    }
}

/// The states that are no [`super::Kind`] of trouble.
pub(super) const RUNNING: &str = "running";
pub(super) const OK: &str = "ok";
pub(super) const WITHHELD: &str = "withheld";

/// A run that is gone on with so soon keeps its observation time, so that a page which is read twice makes the same events.
const RESUMED_WITHIN: chrono::Duration = chrono::Duration::minutes(30);

/// An answer that nobody has asked for in so long is asked for anew.
const ETAG_DAYS: i64 = 30;

type Tx<'a> = Transaction<'a, Postgres>;

async fn set_state(
    tx: &mut Tx<'_>,
    source: &str,
    target: &str,
    ending: &Ending,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO ingest.runs AS r (source, target, state, last_success, next_run, error, done_by, failures, \
         updated_at) \
         VALUES ($1, $2, $3, CASE WHEN $3 = 'ok' THEN $7 END, $4, $5, $6, ($3 NOT IN ('ok', 'running'))::int, $7) \
         ON CONFLICT (source, target) DO UPDATE SET state = $3, \
         last_success = coalesce(excluded.last_success, r.last_success), next_run = $4, error = $5, done_by = $6, \
         failures = CASE $3 WHEN 'ok' THEN 0 WHEN 'running' THEN r.failures ELSE r.failures + 1 END, updated_at = $7",
    )
    .bind(source)
    .bind(target)
    .bind(ending.state)
    .bind(ending.next_run)
    .bind(&ending.error)
    .bind(ending.done_by)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn remember_etags(
    tx: &mut Tx<'_>,
    source: &str,
    target: &str,
    etags: &[Etag],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for etag in etags {
        sqlx::query(
            "INSERT INTO ingest.etags (source, target, request, etag, kept, seen_at) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (source, target, request) DO UPDATE SET etag = $4, kept = $5, seen_at = $6",
        )
        .bind(source)
        .bind(target)
        .bind(&etag.request)
        .bind(&etag.etag)
        .bind(etag.kept.as_ref().map(Json))
        .bind(now)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

async fn remember_items(
    tx: &mut Tx<'_>,
    source: &str,
    target: &str,
    place: &Place,
    page: &Page,
) -> Result<(), StoreError> {
    if !page.seen.is_empty() {
        sqlx::query(
            "INSERT INTO ingest.known (source, target, item, seen_at) \
             SELECT DISTINCT $1, $2, item, $4::timestamptz FROM unnest($3::text[]) AS item \
             ON CONFLICT (source, target, item) DO UPDATE SET seen_at = $4",
        )
        .bind(source)
        .bind(target)
        .bind(&page.seen)
        .bind(place.observed_at)
        .execute(&mut **tx)
        .await?;
    }
    if !page.gone.is_empty() {
        sqlx::query("DELETE FROM ingest.known WHERE source = $1 AND target = $2 AND item = ANY($3)")
            .bind(source)
            .bind(target)
            .bind(&page.gone)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

async fn forget_old(tx: &mut Tx<'_>, source: &str, target: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM ingest.etags WHERE source = $1 AND target = $2 AND seen_at < $3")
        .bind(source)
        .bind(target)
        .bind(now - chrono::Duration::days(ETAG_DAYS))
        .execute(&mut **tx)
        .await?;
    Ok(())
}
