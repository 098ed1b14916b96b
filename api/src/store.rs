//! Reads from Postgres. All SQL of the API is here, one file per noun; everything is read only.
//!
//! Waiting is bounded twice: for a connection, and by the database for each statement. So a database that is away or
//! overloaded is told apart from a query that is wrong, and callers hear of it within seconds.

pub(crate) mod channels;
pub(crate) mod charts;
pub(crate) mod groups;
pub(crate) mod pipelines;
pub(crate) mod rollups;
pub(crate) mod sources;
pub(crate) mod videos;
pub(crate) mod views;

use std::time::Duration;

use sqlx::{PgPool, Postgres, Transaction};
use thiserror::Error;

use crate::envelope::{Code, Problem};

const CONNECTION_WAIT: Duration = Duration::from_secs(2);

/// All statements of one answer see the same state of the views, also while a micro-batch is being committed.
const BEGIN: &str = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL statement_timeout = '6s'";

/// What a failed read means for the caller. The text is safe to show; the source is not.
#[derive(Debug, Error)]
pub(crate) enum Error {
    #[error("the database is away")]
    Away(#[source] sqlx::Error),
    #[error("the database took too long")]
    Slow(#[source] sqlx::Error),
    #[error("the query failed")]
    Query(#[source] sqlx::Error),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(refusal) if refusal.code().is_some_and(|code| code == QUERY_CANCELED) => {
                Self::Slow(error)
            }
            sqlx::Error::Database(refusal) if !refusal.code().is_some_and(|code| is_outage(&code)) => {
                Self::Query(error)
            }
            sqlx::Error::Database(_)
            | sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Away(error),
            _ => Self::Query(error),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Away(_) => {
                let message = "the database can't be reached at the moment; try again shortly";
                Problem::new(Code::Unavailable, message).caused_by(error)
            }
            Error::Slow(_) => {
                let message = "the database took longer than 6 s: it is busy, or somebody holds a lock on the view; try again shortly";
                Problem::new(Code::Unavailable, message).caused_by(error)
            }
            Error::Query(_) => Problem::internal().caused_by(error),
        }
    }
}

/// The SQLSTATE of a statement that ran into `statement_timeout`.
const QUERY_CANCELED: &str = "57014";

/// SQLSTATE classes: 08 connection, 53 resources, 57 operator intervention (shutdown, start-up);
/// 28 and 3D000 are a database that is not (yet) what the configuration says.
fn is_outage(sqlstate: &str) -> bool {
    ["08", "28", "53", "57"].iter().any(|class| sqlstate.starts_with(class)) || sqlstate == "3D000"
}

/// A read-only view of the database as it is now.
pub(crate) async fn snapshot(pool: &PgPool) -> Result<Transaction<'static, Postgres>, Error> {
    let pool = pool.clone();
    // In a task of its own, which goes on when nobody waits any more: sqlx would give the connection back with the transaction open.
    let begun = tokio::spawn(async move { pool.begin_with(BEGIN).await });
    match tokio::time::timeout(CONNECTION_WAIT, begun).await {
        Ok(Ok(begun)) => Ok(begun?),
        Ok(Err(_)) => Err(Error::Away(sqlx::Error::WorkerCrashed)),
        Err(_) => Err(Error::Away(sqlx::Error::PoolTimedOut)),
    }
}

/// Whether the database answers.
pub(crate) async fn ping(pool: &PgPool) -> Result<(), Error> {
    let mut snapshot = snapshot(pool).await?;
    sqlx::query("SELECT 1").execute(&mut *snapshot).await?;
    Ok(())
}
