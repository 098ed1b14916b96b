//! Access tokens, renewed where they are used. Google may give a new refresh token with each renewal and take the old
//! one no longer, so what it gives is stored before it is used, and one process renews at a time.

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;

use super::store::{self, Stored, Tokens};
use super::{ConnectError, Connections, KeyringError, State};
use crate::pull::{Kind, Lost, Secret, Trouble, Wallet};

/// A token is renewed so long before it expires.
const SPARE: Duration = Duration::seconds(60);
const DEFAULT_LIFE_SECONDS: i64 = 3600;

/// A token endpoint's answer (RFC 6749, 5.1 and 5.2).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Grant {
    pub(super) access_token: Secret,
    pub(super) refresh_token: Secret,
    expires_in: Option<i64>,
    pub(super) scope: String,
    pub(super) error: String,
    pub(super) error_description: String,
}

impl Grant {
    pub(super) fn expires_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let seconds = self.expires_in.unwrap_or(DEFAULT_LIFE_SECONDS).clamp(0, 86_400);
        now + Duration::seconds(seconds)
    }

    /// In the vendor's words; it may quote what it was sent, but never more than an excerpt is shown.
    pub(super) fn refusal(&self, status: u16) -> String {
        let clip = |text: &str| crate::fault::clip_to(text, 120);
        match (self.error.is_empty(), self.error_description.is_empty()) {
            (true, _) => format!("HTTP {status} without a token"),
            (false, true) => format!("HTTP {status} {}", clip(&self.error)),
            (false, false) => format!("HTTP {status} {}: {}", clip(&self.error), clip(&self.error_description)),
        }
    }
}

impl Connections {
    /// Asks the token endpoint; the status comes with what it said.
    pub(super) async fn ask_for_tokens(&self, form: &[(&str, &str)]) -> Result<(u16, Grant), ConnectError> {
        let vendor = |error: reqwest::Error| {
            ConnectError::Vendor(format!("the token endpoint does not answer: {}", error.without_url()))
        };
        let client = [
            ("client_id", self.settings.client_id.as_str()),
            ("client_secret", self.settings.client_secret.reveal()),
        ];
        let form: Vec<(&str, &str)> = client.into_iter().chain(form.iter().copied()).collect();
        let request = self.http.post(&self.settings.token_url).form(&form);
        let response = request.send().await.map_err(vendor)?;
        let status = response.status().as_u16();
        let body = response.bytes().await.map_err(vendor)?;
        match status {
            429 | 500.. => Err(ConnectError::Vendor(format!("HTTP {status} from the token endpoint"))),
            _ => Ok((status, serde_json::from_slice(&body).unwrap_or_default())),
        }
    }

    async fn renew(&self, account: &str) -> Result<Secret, Trouble> {
        let now = self.clock.now();
        let mut work = self.pool.begin().await.map_err(database)?;
        let stored = store::lock(&mut work, account).await.map_err(database)?;
        let stored = stored.ok_or_else(|| not_connected(account))?;
        if stored.connection.state != State::Connected.as_str() {
            return Err(not_connected(account));
        }
        if let Some(token) = stored.access_token(&self.keyring, now + SPARE) {
            return token.map_err(unreadable);
        }
        if stored.connection.client_id != self.settings.client_id {
            return Err(credential(format!(
                "{account} was connected with another oauth.client_id: set that one again, or connect it again"
            )));
        }
        let refresh = stored
            .refresh_token(&self.keyring)
            .ok_or_else(|| not_connected(account))?;
        let refresh = refresh.map_err(unreadable)?;
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.reveal())];
        let (status, grant) = self.ask_for_tokens(&form).await.map_err(Trouble::from)?;
        if !(200..300).contains(&status) || grant.access_token.is_empty() {
            return self.refused_renewal(work, &stored, status, &grant, &refresh).await;
        }
        let tokens = Tokens {
            expires_at: grant.expires_at(now),
            access: grant.access_token,
            refresh: match grant.refresh_token.is_empty() {
                true => refresh,
                false => grant.refresh_token,
            },
        };
        let channel = (account, stored.connection.channel_id);
        store::keep(&mut work, channel, &tokens, &self.keyring, now)
            .await
            .map_err(Trouble::from)?;
        sqlx::query("UPDATE ingest.connections SET refreshed_at = $2, error = NULL WHERE youtube_channel_id = $1")
            .bind(account)
            .bind(now)
            .execute(&mut *work)
            .await
            .map_err(database)?;
        work.commit().await.map_err(database)?;
        Ok(tokens.access)
    }

    /// A grant that is invalid is so for good; anything else is said, and tried again when somebody has done something.
    async fn refused_renewal(
        &self,
        mut work: sqlx::Transaction<'_, sqlx::Postgres>,
        stored: &Stored,
        status: u16,
        grant: &Grant,
        refresh: &Secret,
    ) -> Result<Secret, Trouble> {
        let what = refresh.scrub(&self.settings.client_secret.scrub(&grant.refusal(status)));
        if grant.error != "invalid_grant" {
            return Err(credential(format!(
                "{what}: check oauth.client_id and oauth.client_secret"
            )));
        }
        let error = "its owner took the access back, or it has expired: connect the channel again";
        store::end(&mut work, stored, State::Revoked, Some(error), self.clock.now())
            .await
            .map_err(database)?;
        work.commit().await.map_err(database)?;
        let mut trouble = credential(format!("{what}; {error} (`ytempire channels connect`)"));
        "invalid_grant".clone_into(&mut trouble.reason);
        Err(trouble)
    }
}

#[async_trait]
impl Wallet for Connections {
    async fn accounts(&self) -> Result<Vec<String>, Trouble> {
        sqlx::query_scalar("SELECT youtube_channel_id FROM ingest.connections WHERE state = 'connected' ORDER BY 1")
            .fetch_all(&self.pool)
            .await
            .map_err(database)
    }

    async fn token(&self, account: &str) -> Result<Secret, Trouble> {
        self.renew(account).await
    }

    async fn refused(&self, account: &str, token: &Secret) -> Result<(), Trouble> {
        let mut work = self.pool.begin().await.map_err(database)?;
        let stored = store::lock(&mut work, account).await.map_err(database)?;
        let Some(stored) = stored else { return Ok(()) };
        // another one may have been put in its place meanwhile
        let current = stored.access_token(&self.keyring, DateTime::<Utc>::MIN_UTC);
        if current.and_then(Result::ok).as_ref() == Some(token) {
            sqlx::query("UPDATE channel_credentials SET token_expires_at = NULL WHERE channel_id = $1")
                .bind(stored.connection.channel_id)
                .execute(&mut *work)
                .await
                .map_err(database)?;
        }
        work.commit().await.map_err(database)
    }

    async fn lost(&self) -> Result<Vec<Lost>, Trouble> {
        let rows: Vec<(String, String, DateTime<Utc>)> = sqlx::query_as(
            "SELECT c.youtube_channel_id, p.channel_title, c.changed_at FROM ingest.connections c \
             JOIN channels p ON p.id = c.channel_id WHERE c.state = 'revoked' AND c.alerted_at IS NULL ORDER BY 1",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(database)?;
        let lost = rows.into_iter().map(|(account, title, at)| Lost { account, title, at });
        Ok(lost.collect())
    }

    async fn told(&self, lost: &Lost) -> Result<(), Trouble> {
        sqlx::query("UPDATE ingest.connections SET alerted_at = $3 WHERE youtube_channel_id = $1 AND changed_at = $2")
            .bind(&lost.account)
            .bind(lost.at)
            .bind(self.clock.now())
            .execute(&self.pool)
            .await
            .map_err(database)?;
        Ok(())
    }
}

fn database(error: sqlx::Error) -> Trouble {
    Trouble::dependency(format!("the database that keeps the connections: {error}"))
}

fn credential(what: String) -> Trouble {
    Trouble::new(Kind::Credential, what)
}

fn not_connected(account: &str) -> Trouble {
    credential(format!("{account} is not connected: `ytempire channels connect`"))
}

fn unreadable(error: KeyringError) -> Trouble {
    credential(error.to_string())
}
