//! The way to Google and back: authorisation code with PKCE (S256) and a state of 128 bits that is good once.
//!
//! The state is bound to the browser that set out by a cookie, so that nobody can be made to connect somebody else's
//! channel (RFC 6749, 10.12). Of state and cookie only digests are stored; the verifier is sealed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use rand::TryRng;
use rand::rngs::SysRng;
use serde_json::Value;
use sha2::{Digest, Sha256};
use thiserror::Error;
use url::Url;

use super::store::{self, Owned, Tokens};
use super::{Connection, Connections, KeyringError};
use crate::pull::{Answer, Auth, Bucket, Call, Contract, Cost, Ledger, Secret, Trouble, Vendor, sort_google};

/// How long somebody may take at the consent page.
const PATIENCE: Duration = Duration::minutes(10);

#[derive(Debug, Error)]
pub enum ConnectError {
    #[error(
        "no OAuth client is configured: set oauth.client_id and oauth.client_secret (YOUTUBE_CLIENT_ID, YOUTUBE_CLIENT_SECRET)"
    )]
    NotConfigured,
    #[error(
        "this answer belongs to no connection that was begun here: it was used before, took too long, or comes from another browser; begin again"
    )]
    UnknownState,
    #[error("access was not granted ({0}): begin again to grant it")]
    Denied(String),
    #[error(
        "Google refused the code ({0}): check oauth.client_id, oauth.client_secret and oauth.redirect_url, and begin again"
    )]
    Refused(String),
    #[error(
        "Google gave no refresh token, so access would end within the hour: take it back at myaccount.google.com/permissions, and begin again"
    )]
    NoRefreshToken,
    #[error("the account has no YouTube channel: choose the account or brand account that owns it")]
    NoChannel,
    #[error("{0} was never connected here")]
    UnknownChannel(String),
    #[error("{0}")]
    Vendor(String),
    #[error("the database that keeps the connections: {0}")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    #[error("this machine gives no random numbers: {0}")]
    Random(String),
    #[error("{0}")]
    Asking(Trouble),
}

impl From<ConnectError> for Trouble {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Asking(trouble) => trouble,
            ConnectError::Vendor(_) | ConnectError::Database(_) => Trouble::dependency(error.to_string()),
            other => Trouble::new(crate::pull::Kind::Credential, other.to_string()),
        }
    }
}

/// Where the owner goes, and what their browser keeps until they are back.
#[derive(Debug)]
pub struct Sent {
    pub url: Url,
    pub browser: Secret,
}

/// What came back in the redirect's query.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answered<'a> {
    pub state: &'a str,
    pub code: Option<&'a str>,
    pub error: Option<&'a str>,
    /// What the browser kept.
    pub browser: Option<&'a str>,
}

#[derive(Clone)]
pub struct Flow {
    connections: Connections,
    ledger: Ledger,
    /// Whose quota the one call is charged to that asks whose channel it is, and its units a day.
    project: (String, i64),
}

#[derive(sqlx::FromRow)]
struct Attempt {
    verifier_encrypted: String,
    redirect_url: String,
}

impl Flow {
    pub fn new(connections: Connections, ledger: Ledger, project: (String, i64)) -> Self {
        Self {
            connections,
            ledger,
            project,
        }
    }

    /// Begins a connection: the owner is to come back to `redirect_url`.
    ///
    /// # Errors
    /// No OAuth client is configured, or the database does not answer.
    pub async fn begin(&self, redirect_url: &str) -> Result<Sent, ConnectError> {
        let Connections {
            pool,
            keyring,
            settings,
            clock,
            ..
        } = &self.connections;
        if !settings.is_configured() {
            return Err(ConnectError::NotConfigured);
        }
        let (state, browser, verifier) = (random::<16>()?, random::<16>()?, random::<32>()?);
        let sealed = keyring.seal(&Secret::new(verifier.clone()), &purpose(&state))?;
        let now = clock.now();
        sqlx::query("DELETE FROM ingest.connection_attempts WHERE expires_at < $1")
            .bind(now)
            .execute(pool)
            .await?;
        sqlx::query("INSERT INTO ingest.connection_attempts VALUES ($1, $2, $3, $4, $5)")
            .bind(digest(&state))
            .bind(digest(&browser))
            .bind(sealed)
            .bind(redirect_url)
            .bind(now + PATIENCE)
            .execute(pool)
            .await?;
        let mut url = Url::parse(&settings.auth_url).map_err(|error| ConnectError::Vendor(error.to_string()))?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &settings.client_id)
            .append_pair("redirect_uri", redirect_url)
            .append_pair("scope", &settings.scopes.join(" "))
            .append_pair("state", &state)
            .append_pair(
                "code_challenge",
                &URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())),
            )
            .append_pair("code_challenge_method", "S256")
            // without both, Google gives a refresh token the first time only
            .append_pair("access_type", "offline")
            .append_pair("prompt", "consent")
            .append_pair("include_granted_scopes", "true");
        Ok(Sent {
            url,
            browser: Secret::new(browser),
        })
    }

    /// Takes Google's answer, and keeps the tokens of the channel that it is for.
    ///
    /// # Errors
    /// See [`ConnectError`]; nothing is connected then, and what was connected before stays.
    pub async fn finish(&self, answered: Answered<'_>) -> Result<Connection, ConnectError> {
        let connections = &self.connections;
        let attempt = self.take_attempt(&answered).await?;
        let code = match (answered.code, answered.error) {
            (Some(code), None) => code,
            (_, Some(error)) => return Err(ConnectError::Denied(crate::fault::clip_to(error, 60))),
            (None, None) => return Err(ConnectError::Denied("no code was given".to_owned())),
        };
        let verifier = connections
            .keyring
            .open_sealed(&attempt.verifier_encrypted, &purpose(answered.state))?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", attempt.redirect_url.as_str()),
            ("code_verifier", verifier.reveal()),
        ];
        let (status, grant) = connections.ask_for_tokens(&form).await?;
        if !(200..300).contains(&status) || grant.access_token.is_empty() {
            return Err(ConnectError::Refused(grant.refusal(status)));
        }
        if grant.refresh_token.is_empty() {
            return Err(ConnectError::NoRefreshToken);
        }
        let owned = self.whose(&grant.access_token).await?;
        let now = connections.clock.now();
        let scopes: Vec<String> = grant.scope.split_whitespace().map(str::to_owned).collect();
        let tokens = Tokens {
            expires_at: grant.expires_at(now),
            access: grant.access_token,
            refresh: grant.refresh_token,
        };
        let mut work = connections.pool.begin().await?;
        let client_id = &connections.settings.client_id;
        let id = store::connect(&mut work, &owned, client_id, &scopes, now).await?;
        store::keep(&mut work, (&owned.id, id), &tokens, &connections.keyring, now).await?;
        work.commit().await?;
        let all = connections.list().await?;
        all.into_iter()
            .find(|one| one.channel == owned.id)
            .ok_or_else(|| ConnectError::UnknownChannel(owned.id.clone()))
    }

    /// An attempt is taken by the first answer that names it, whatever comes of that.
    async fn take_attempt(&self, answered: &Answered<'_>) -> Result<Attempt, ConnectError> {
        let attempt: Option<Attempt> = sqlx::query_as(
            "DELETE FROM ingest.connection_attempts WHERE state_digest = $1 AND browser_digest = $2 \
             AND expires_at > $3 RETURNING verifier_encrypted, redirect_url",
        )
        .bind(digest(answered.state))
        .bind(digest(answered.browser.unwrap_or_default()))
        .bind(self.connections.clock.now())
        .fetch_optional(&self.connections.pool)
        .await?;
        attempt.ok_or(ConnectError::UnknownState)
    }

    /// The channel that a token is for: one unit of quota.
    async fn whose(&self, token: &Secret) -> Result<Owned, ConnectError> {
        let contract = Contract {
            base_url: self.connections.settings.youtube_url.clone(),
            auth: Auth::Bearer(token.clone()),
            sort: sort_google,
            requests_per_second: 10.0,
            timeout: std::time::Duration::from_secs(20),
            project: Some(self.project.0.clone()),
            headers: Vec::new(),
        };
        let clock = self.connections.clock.clone();
        let vendor = Vendor::open("connect", contract, self.ledger.clone(), clock).map_err(ConnectError::Asking)?;
        let bucket = Bucket {
            name: "default",
            daily: self.project.1,
        };
        let call = Call::to("youtube/v3/channels")
            .with("part", "snippet")
            .with("mine", "true")
            .at(Cost { bucket, units: 1 });
        let answer = vendor.ask(&call, "mine").await.map_err(ConnectError::Asking)?;
        let body: Value = match &answer {
            Answer::Fresh { body, .. } => serde_json::from_slice(body).unwrap_or_default(),
            Answer::Unchanged => Value::Null,
        };
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let id = text("/items/0/id").filter(|id| events::ChannelId::new(id.as_str()).is_ok());
        let id = id.ok_or(ConnectError::NoChannel)?;
        let mut title = text("/items/0/snippet/title").unwrap_or_else(|| id.clone());
        title.retain(|c| c != '\0');
        Ok(Owned {
            id,
            title: title.chars().take(255).collect(),
        })
    }
}

fn purpose(state: &str) -> String {
    format!("attempt {state}")
}

fn digest(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

/// `N` random bytes of the system's, in base64url.
fn random<const N: usize>() -> Result<String, ConnectError> {
    let mut bytes = [0u8; N];
    SysRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| ConnectError::Random(error.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
