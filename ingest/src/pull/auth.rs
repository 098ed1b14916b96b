//! How a source proves who it is. Tokens are fetched when they are needed, and kept until they expire.

use chrono::{DateTime, Duration, Utc};
use reqwest::RequestBuilder;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use super::{Kind, Secret, Trouble};

/// A token is renewed so long before it expires.
const SPARE: Duration = Duration::seconds(60);

/// What is sent with every call.
#[derive(Debug)]
pub enum Auth {
    None,
    /// A query parameter, as Google's API keys are sent.
    Parameter {
        name: &'static str,
        secret: Secret,
    },
    Bearer(Secret),
    /// A token that is fetched first.
    Granted(Box<Grant>),
}

/// An OAuth 2.0 grant that needs nobody at a browser: client credentials (RFC 6749, 4.4) or a refresh token (6).
#[derive(Debug)]
pub struct Grant {
    pub token_url: String,
    pub client_id: String,
    pub client_secret: Secret,
    /// Without one, the client's own credentials are the grant.
    pub refresh_token: Option<Secret>,
    /// What the form calls the client, at an endpoint that takes no basic authentication.
    client_field: Option<&'static str>,
    held: Mutex<Held>,
}

/// What a token endpoint gave.
#[derive(Debug, Default)]
struct Held {
    token: Option<(Secret, DateTime<Utc>)>,
    /// Whether the next refresh token is yet to be stored.
    is_unsaved: bool,
    /// Of an endpoint that gives a new refresh token with every use, and takes no other from then on.
    next_refresh_token: Option<Secret>,
}

impl Grant {
    pub fn new(token_url: String, client_id: String, client_secret: Secret, refresh_token: Option<Secret>) -> Self {
        Self {
            token_url,
            client_id,
            client_secret,
            refresh_token,
            client_field: None,
            held: Mutex::default(),
        }
    }

    /// Sends the client's id and secret in the form, the id as `field`.
    pub fn with_client_in_form(mut self, field: &'static str) -> Self {
        self.client_field = Some(field);
        self
    }

    /// A digest of the refresh token that is configured: what takes its place belongs to no other.
    fn digest(&self) -> Option<String> {
        let configured = self.refresh_token.as_ref().filter(|token| !token.is_empty())?;
        let digest = Sha256::digest(format!("{}\n{}", self.client_id, configured.reveal()));
        Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    async fn token(&self, http: &reqwest::Client, now: DateTime<Utc>) -> Result<Secret, Trouble> {
        let mut held = self.held.lock().await;
        if let Some((token, until)) = &held.token
            && now + SPARE < *until
        {
            return Ok(token.clone());
        }
        let (status, body) = self.ask(http, held.next_refresh_token.as_ref()).await?;
        let text = |field: &str| body.get(field).and_then(Value::as_str).map(Secret::new);
        match (status, text("access_token")) {
            (200..300, Some(token)) => {
                let seconds = body.get("expires_in").and_then(Value::as_i64).unwrap_or(3600);
                held.token = Some((token.clone(), now + Duration::seconds(seconds.clamp(0, 86_400))));
                if let (Some(_), Some(next)) = (&self.refresh_token, text("refresh_token")) {
                    held.is_unsaved = held.next_refresh_token.as_ref() != Some(&next);
                    held.next_refresh_token = Some(next);
                }
                Ok(token)
            }
            // a vendor that refuses says so in JSON
            (_, None) if body.get("error").and_then(Value::as_str).is_none() && !matches!(status, 400 | 401) => {
                Err(Trouble::dependency(format!(
                    "HTTP {status} from the token endpoint, without a token and without a reason"
                )))
            }
            (429 | 500.., _) => Err(Trouble::dependency(format!("HTTP {status} from the token endpoint"))),
            _ => Err(self.refused(status, &body)),
        }
    }

    async fn ask(&self, http: &reqwest::Client, newer: Option<&Secret>) -> Result<(u16, Value), Trouble> {
        if self.refresh_token.as_ref().is_some_and(Secret::is_empty) {
            let what = "no account is connected: `ytempire channels connect`, or set refresh_token";
            return Err(Trouble::new(Kind::Credential, what));
        }
        let mut request = http.post(&self.token_url);
        request = match newer.or(self.refresh_token.as_ref()) {
            None if self.client_field.is_some() => request.form(&[
                ("grant_type", "client_credentials"),
                (self.client_field.unwrap_or_default(), &self.client_id),
                ("client_secret", self.client_secret.reveal()),
            ]),
            None => request
                .basic_auth(&self.client_id, Some(self.client_secret.reveal()))
                .form(&[("grant_type", "client_credentials")]),
            Some(refresh_token) => request.form(&[
                ("grant_type", "refresh_token"),
                ("client_id", &self.client_id),
                ("client_secret", self.client_secret.reveal()),
                ("refresh_token", refresh_token.reveal()),
            ]),
        };
        let unreachable = |error: reqwest::Error| {
            Trouble::dependency(format!("the token endpoint does not answer: {}", error.without_url()))
        };
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status().as_u16();
        let body = response.bytes().await.map_err(unreachable)?;
        Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
    }

    fn refused(&self, status: u16, body: &Value) -> Trouble {
        let word = body.get("error").and_then(Value::as_str).unwrap_or("no token");
        let advice = match word {
            "invalid_grant" => "the connection was revoked or has expired: connect the account again",
            _ => "check the client's id and secret",
        };
        let what = format!("HTTP {status} {}: {advice}", crate::fault::clip_to(word, 60));
        let mut trouble = Trouble::new(Kind::Credential, self.scrub(&what));
        trouble.reason = word.to_owned();
        trouble
    }

    fn scrub(&self, text: &str) -> String {
        let text = self.client_secret.scrub(text);
        self.refresh_token
            .as_ref()
            .map_or(text.clone(), |secret| secret.scrub(&text))
    }
}

impl Auth {
    pub(super) async fn sign(
        &self,
        request: RequestBuilder,
        http: &reqwest::Client,
        now: DateTime<Utc>,
    ) -> Result<RequestBuilder, Trouble> {
        if let Some(missing) = self.missing() {
            let what = format!("no {missing} is set: `ytempire ingest --help` of the source says where");
            return Err(Trouble::new(Kind::Credential, what));
        }
        Ok(match self {
            Auth::None => request,
            Auth::Parameter { name, secret } => request.query(&[(name, secret.reveal())]),
            Auth::Bearer(secret) => request.bearer_auth(secret.reveal()),
            Auth::Granted(grant) => request.bearer_auth(grant.token(http, now).await?.reveal()),
        })
    }

    /// Under which a refresh token that replaces the configured one is stored, where there is any.
    pub(super) fn digest(&self) -> Option<String> {
        match self {
            Auth::Granted(grant) => grant.digest(),
            _ => None,
        }
    }

    /// Goes on with a refresh token that an earlier process was given.
    pub(super) async fn resume(&self, token: Secret) {
        if let Auth::Granted(grant) = self {
            grant.held.lock().await.next_refresh_token = Some(token);
        }
    }

    /// A refresh token that is yet to be stored.
    pub(super) async fn unsaved(&self) -> Option<Secret> {
        let Auth::Granted(grant) = self else { return None };
        let mut held = grant.held.lock().await;
        let is_unsaved = std::mem::take(&mut held.is_unsaved);
        held.next_refresh_token.clone().filter(|_| is_unsaved)
    }

    /// What is not configured, though nothing can be asked without it.
    fn missing(&self) -> Option<&'static str> {
        match self {
            Auth::Parameter { secret, .. } if secret.is_empty() => Some("API key"),
            Auth::Bearer(secret) if secret.is_empty() => Some("token"),
            Auth::Granted(grant) if grant.refresh_token.is_none() && grant.client_id.is_empty() => Some("client id"),
            _ => None,
        }
    }

    /// Forgets a token that was refused; says whether another one can be had.
    pub(super) async fn renew(&self) -> bool {
        match self {
            Auth::Granted(grant) => grant.held.lock().await.token.take().is_some(),
            _ => false,
        }
    }

    /// `text` without any secret of ours in it.
    pub(super) async fn scrub(&self, text: &str) -> String {
        match self {
            Auth::None => text.to_owned(),
            Auth::Parameter { secret, .. } | Auth::Bearer(secret) => secret.scrub(text),
            Auth::Granted(grant) => {
                let held = grant.held.lock().await;
                let secrets = held
                    .token
                    .iter()
                    .map(|(token, _)| token)
                    .chain(&held.next_refresh_token);
                secrets.fold(grant.scrub(text), |text, secret| secret.scrub(&text))
            }
        }
    }
}
