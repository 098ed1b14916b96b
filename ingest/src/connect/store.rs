//! Connections in Postgres: `ingest.connections` and, sealed, `channel_credentials`.

use chrono::{DateTime, Utc};
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use super::{Keyring, KeyringError, State};
use crate::pull::Secret;

/// The user that channels belong to as long as nobody has an account. Nobody can log in as it: no password has this hash.
const LOCAL_OWNER: (&str, &str) = ("owner@localhost", "!");

/// What is stored of a connection, locked until the end of the transaction: of two that would renew a token one waits.
pub(super) struct Stored {
    pub(super) connection: Locked,
    credentials: Option<Credentials>,
}

#[derive(sqlx::FromRow)]
pub(super) struct Locked {
    pub(super) youtube_channel_id: String,
    pub(super) channel_id: Uuid,
    pub(super) client_id: String,
    pub(super) state: String,
}

#[derive(sqlx::FromRow)]
struct Credentials {
    access_token_encrypted: String,
    refresh_token_encrypted: String,
    token_expires_at: Option<DateTime<Utc>>,
}

/// What Google gave.
pub(super) struct Tokens {
    pub(super) access: Secret,
    pub(super) refresh: Secret,
    pub(super) expires_at: DateTime<Utc>,
}

/// Whose channel it is.
pub(super) struct Owned {
    pub(super) id: String,
    pub(super) title: String,
}

impl Stored {
    /// `None` where nothing is kept.
    pub(super) fn refresh_token(&self, keyring: &Keyring) -> Option<Result<Secret, KeyringError>> {
        let sealed = &self.credentials.as_ref()?.refresh_token_encrypted;
        Some(keyring.open_sealed(sealed, &purpose(&self.connection.youtube_channel_id, "refresh")))
    }

    /// The access token, if it is good after `until`.
    pub(super) fn access_token(&self, keyring: &Keyring, until: DateTime<Utc>) -> Option<Result<Secret, KeyringError>> {
        let kept = self.credentials.as_ref()?;
        let is_good = kept.token_expires_at.is_some_and(|at| at > until);
        let purpose = purpose(&self.connection.youtube_channel_id, "access");
        is_good.then(|| keyring.open_sealed(&kept.access_token_encrypted, &purpose))
    }
}

fn purpose(channel: &str, token: &str) -> String {
    format!("{channel}/{token}")
}

type Work<'a> = Transaction<'a, Postgres>;

pub(super) async fn lock(work: &mut Work<'_>, channel: &str) -> Result<Option<Stored>, sqlx::Error> {
    let connection: Option<Locked> = sqlx::query_as(
        "SELECT youtube_channel_id, channel_id, client_id, state FROM ingest.connections \
         WHERE youtube_channel_id = $1 FOR UPDATE",
    )
    .bind(channel)
    .fetch_optional(&mut **work)
    .await?;
    let Some(connection) = connection else {
        return Ok(None);
    };
    // a statement of its own, after the lock: a join would see the tokens as they were when it began to wait
    let credentials = sqlx::query_as(
        "SELECT access_token_encrypted, refresh_token_encrypted, token_expires_at FROM channel_credentials \
         WHERE channel_id = $1",
    )
    .bind(connection.channel_id)
    .fetch_optional(&mut **work)
    .await?;
    Ok(Some(Stored {
        connection,
        credentials,
    }))
}

/// A new connection, or the renewal of one that was there.
pub(super) async fn connect(
    work: &mut Work<'_>,
    owned: &Owned,
    client_id: &str,
    scopes: &[String],
    now: DateTime<Utc>,
) -> Result<Uuid, sqlx::Error> {
    sqlx::query(
        "INSERT INTO users (email, password_hash, is_active) VALUES ($1, $2, false) ON CONFLICT (email) DO NOTHING",
    )
    .bind(LOCAL_OWNER.0)
    .bind(LOCAL_OWNER.1)
    .execute(&mut **work)
    .await?;
    let channel_id: Uuid = sqlx::query_scalar(
        "INSERT INTO channels (user_id, youtube_channel_id, channel_title) \
         SELECT id, $2, $3 FROM users WHERE email = $1 \
         ON CONFLICT (youtube_channel_id) DO UPDATE SET channel_title = excluded.channel_title, updated_at = $4 \
         RETURNING id",
    )
    .bind(LOCAL_OWNER.0)
    .bind(&owned.id)
    .bind(&owned.title)
    .bind(now)
    .fetch_one(&mut **work)
    .await?;
    sqlx::query(
        "INSERT INTO ingest.connections \
         (youtube_channel_id, channel_id, client_id, state, scopes, connected_at, changed_at) \
         VALUES ($1, $2, $3, 'connected', $4, $5, $5) ON CONFLICT (youtube_channel_id) DO UPDATE SET \
         client_id = $3, state = 'connected', scopes = $4, connected_at = $5, changed_at = $5, error = NULL, \
         refreshed_at = NULL, alerted_at = NULL",
    )
    .bind(&owned.id)
    .bind(channel_id)
    .bind(client_id)
    .bind(scopes)
    .bind(now)
    .execute(&mut **work)
    .await?;
    Ok(channel_id)
}

/// Puts the tokens in place of those that were there.
pub(super) async fn keep(
    work: &mut Work<'_>,
    channel: (&str, Uuid),
    tokens: &Tokens,
    keyring: &Keyring,
    now: DateTime<Utc>,
) -> Result<(), super::ConnectError> {
    let access = keyring.seal(&tokens.access, &purpose(channel.0, "access"))?;
    let refresh = keyring.seal(&tokens.refresh, &purpose(channel.0, "refresh"))?;
    forget(work, channel.1).await?;
    sqlx::query(
        "INSERT INTO channel_credentials \
         (channel_id, access_token_encrypted, refresh_token_encrypted, token_expires_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(channel.1)
    .bind(access)
    .bind(refresh)
    .bind(tokens.expires_at)
    .bind(now)
    .execute(&mut **work)
    .await?;
    Ok(())
}

async fn forget(work: &mut Work<'_>, channel_id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM channel_credentials WHERE channel_id = $1")
        .bind(channel_id)
        .execute(&mut **work)
        .await?;
    Ok(())
}

/// The connection is over: its tokens are good for nothing, and go.
pub(super) async fn end(
    work: &mut Work<'_>,
    stored: &Stored,
    state: State,
    error: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    forget(work, stored.connection.channel_id).await?;
    sqlx::query(
        "UPDATE ingest.connections SET state = $2, error = $3, changed_at = $4 \
         WHERE youtube_channel_id = $1 AND state <> $2",
    )
    .bind(&stored.connection.youtube_channel_id)
    .bind(state.as_str())
    .bind(error)
    .bind(now)
    .execute(&mut **work)
    .await?;
    Ok(())
}
