//! What a source is given to make one page: its target, its cursor, and the means to ask.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::PgPool;

use super::{Answer, Call, Etag, Secret, Store, Trouble, Vendor};
use crate::connect::Keyring;

/// One page to be made.
pub struct Errand<'a> {
    pub target: &'a str,
    /// Where to go on; `None` at the very beginning.
    pub cursor: Option<&'a Value>,
    /// The run's observation time: the time of every event that has none of its own.
    pub observed_at: DateTime<Utc>,
    /// When the run began; earlier than its observation time when it was interrupted for long.
    pub(super) began_at: DateTime<Utc>,
    pub(super) source: &'static str,
    /// The connected account that asks, where there is one.
    pub(super) account: Option<&'a str>,
    pub(super) vendor: &'a Vendor,
    pub(super) store: &'a Store,
    pub(super) keyring: Option<&'a Keyring>,
}

/// An answer to a question that may have been asked before.
#[derive(Debug)]
pub enum Told {
    News {
        body: Value,
        etag: Option<String>,
    },
    /// Nothing has changed since; what the source kept of the answer it knows.
    NothingNew(Value),
}

impl Errand<'_> {
    /// The answer as bytes.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub async fn ask(&self, call: &Call) -> Result<Bytes, Trouble> {
        match self.vendor.ask_for(self.account, call, self.target).await? {
            Answer::Fresh { body, .. } => Ok(body),
            Answer::Unchanged => Err(Trouble::dependency("304 to a question without an ETag")),
        }
    }

    /// The cookies that an answer sets.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub async fn ask_for_cookies(&self, call: &Call) -> Result<Option<String>, Trouble> {
        match self.vendor.ask_for(self.account, call, self.target).await? {
            Answer::Fresh { cookies, .. } => Ok(cookies),
            Answer::Unchanged => Ok(None),
        }
    }

    /// A secret for a purpose, the same one each time; see [`Keyring::derived`].
    ///
    /// # Errors
    /// There are no keys.
    pub fn derived(&self, purpose: &str) -> Result<Secret, Trouble> {
        let secrets = self.keyring.map(|keyring| keyring.derived(purpose)).unwrap_or_default();
        let secret = secrets.into_iter().next();
        secret.ok_or_else(|| Trouble::ours("there are no keys to derive a secret from"))
    }

    /// For what a source keeps beside its cursor.
    pub fn pool(&self) -> &PgPool {
        self.store.pool()
    }

    /// The cursor as what the source keeps in it; its default at the very beginning.
    ///
    /// # Errors
    /// It is not what the source keeps, which is our mistake.
    pub fn step<S: DeserializeOwned + Default>(&self) -> Result<S, Trouble> {
        match self.cursor {
            None => Ok(S::default()),
            Some(cursor) => {
                S::deserialize(cursor).map_err(|error| Trouble::ours(format!("the cursor can't be read: {error}")))
            }
        }
    }

    /// The answer as JSON.
    ///
    /// # Errors
    /// See [`Trouble`]; a body that is no JSON is the vendor's trouble, and asked for again.
    pub async fn ask_json(&self, call: &Call) -> Result<Value, Trouble> {
        json(&self.ask(call).await?)
    }

    /// The answer, if it is not what was answered the last time.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub async fn ask_for_news(&self, call: &Call) -> Result<Told, Trouble> {
        let known = self.store.etag(self.source, self.target, &call.name()).await?;
        let mut call = call.clone();
        call.etag = known.as_ref().map(|known| known.etag.clone());
        match (self.vendor.ask_for(self.account, &call, self.target).await?, known) {
            (Answer::Fresh { body, etag, .. }, _) => {
                let body = json(&body)?;
                let etag = etag.or_else(|| quoted(body.get("etag")?.as_str()?));
                Ok(Told::News { body, etag })
            }
            (Answer::Unchanged, Some(known)) => Ok(Told::NothingNew(known.kept.unwrap_or_default())),
            (Answer::Unchanged, None) => Err(Trouble::dependency("304 to a question without an ETag")),
        }
    }

    /// Items of earlier runs that this run has not seen, at most `limit`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn not_seen(&self, limit: i64) -> Result<Vec<String>, Trouble> {
        let missing = self.store.not_seen(self.source, self.target, self.began_at, limit);
        Ok(missing.await?)
    }
}

/// What to remember an answer by. Without an ETag there is nothing to remember.
pub fn remember(call: &Call, etag: Option<String>, kept: Value) -> Option<Etag> {
    etag.map(|etag| Etag {
        request: call.name(),
        etag,
        kept: Some(kept),
    })
}

fn json(body: &Bytes) -> Result<Value, Trouble> {
    let cut = |error: serde_json::Error| Trouble::dependency(format!("the answer is no JSON ({error}): cut off?"));
    serde_json::from_slice(body).map_err(cut)
}

/// An ETag as a header has it: bodies hold it with and without its quotation marks.
fn quoted(etag: &str) -> Option<String> {
    match (etag.is_empty(), etag.starts_with('"')) {
        (true, _) => None,
        (false, true) => Some(etag.to_owned()),
        (false, false) => Some(format!("\"{etag}\"")),
    }
}
