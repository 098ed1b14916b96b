//! What is connected, and how it stands.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use events::{ChannelId, Clock};
use serde::Serialize;
use sqlx::PgPool;

use super::{ConnectError, Keyring, OauthSettings};
use crate::pull::Secret;

/// How long Google may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Connected,
    /// Google takes the tokens no longer: the owner took the access back, or it expired. Connect it again.
    Revoked,
    /// By us; nothing is kept.
    Disconnected,
}

impl State {
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Connected => "connected",
            State::Revoked => "revoked",
            State::Disconnected => "disconnected",
        }
    }

    fn read(text: &str) -> Self {
        match text {
            "connected" => State::Connected,
            "revoked" => State::Revoked,
            _ => State::Disconnected,
        }
    }
}

/// A channel that is or was connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Connection {
    /// Its YouTube id.
    pub channel: String,
    pub title: String,
    pub state: State,
    /// What its owner allows.
    pub scopes: Vec<String>,
    /// What was asked for and not allowed: what needs it will be refused.
    pub missing_scopes: Vec<String>,
    pub connected_at: DateTime<Utc>,
    pub refreshed_at: Option<DateTime<Utc>>,
    pub error: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    youtube_channel_id: String,
    channel_title: String,
    state: String,
    scopes: Vec<String>,
    connected_at: DateTime<Utc>,
    refreshed_at: Option<DateTime<Utc>>,
    error: Option<String>,
}

/// The connected channels of this platform; cheap to clone.
#[derive(Clone)]
pub struct Connections {
    pub(super) pool: PgPool,
    pub(super) keyring: Arc<Keyring>,
    pub(super) settings: Arc<OauthSettings>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) http: reqwest::Client,
}

impl Connections {
    /// # Errors
    /// The machine has no TLS roots, or the like.
    pub fn open(
        pool: PgPool,
        keyring: Keyring,
        settings: OauthSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConnectError> {
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .user_agent(concat!("ytempire/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .build()
            .map_err(|error| ConnectError::Vendor(format!("no HTTP client: {error}")))?;
        Ok(Self {
            pool,
            keyring: Arc::new(keyring),
            settings: Arc::new(settings),
            clock,
            http,
        })
    }

    /// Every channel that was ever connected, by title.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn list(&self) -> Result<Vec<Connection>, ConnectError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT c.youtube_channel_id, p.channel_title, c.state, c.scopes, c.connected_at, c.refreshed_at, c.error \
             FROM ingest.connections c JOIN channels p ON p.id = c.channel_id ORDER BY p.channel_title, 1",
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|row| self.shown(row)).collect())
    }

    /// # Errors
    /// The database does not answer.
    pub async fn find(&self, channel: &ChannelId) -> Result<Option<Connection>, ConnectError> {
        let all = self.list().await?;
        Ok(all.into_iter().find(|one| one.channel == channel.as_str()))
    }

    /// Takes the access back at Google, and forgets the tokens. What was read stays.
    ///
    /// # Errors
    /// The channel is not known, or the database does not answer. That Google can't be reached is in the answer: the
    /// tokens are forgotten all the same.
    pub async fn disconnect(&self, channel: &ChannelId) -> Result<Option<String>, ConnectError> {
        let mut transaction = self.pool.begin().await?;
        let stored = super::store::lock(&mut transaction, channel.as_str()).await?;
        let stored = stored.ok_or_else(|| ConnectError::UnknownChannel(channel.to_string()))?;
        let told = match stored.refresh_token(&self.keyring) {
            Some(Ok(token)) => self.revoke(&token).await.err(),
            Some(Err(error)) => Some(error.to_string()),
            None => None,
        };
        super::store::end(&mut transaction, &stored, State::Disconnected, None, self.clock.now()).await?;
        transaction.commit().await?;
        Ok(told)
    }

    async fn revoke(&self, token: &Secret) -> Result<(), String> {
        let request = self
            .http
            .post(&self.settings.revoke_url)
            .form(&[("token", token.reveal())]);
        let answer = request.send().await.map_err(|error| error.without_url().to_string())?;
        // 400 is a token that is good no longer: that is what was wanted
        match answer.status().as_u16() {
            200..300 | 400 => Ok(()),
            status => Err(format!("HTTP {status}")),
        }
    }

    fn shown(&self, row: Row) -> Connection {
        let missing = self.settings.scopes.iter().filter(|scope| !row.scopes.contains(scope));
        Connection {
            missing_scopes: missing.cloned().collect(),
            channel: row.youtube_channel_id,
            title: row.channel_title,
            state: State::read(&row.state),
            scopes: row.scopes,
            connected_at: row.connected_at,
            refreshed_at: row.refreshed_at,
            error: row.error,
        }
    }
}
