//! The HTTP client of one source: paced, metered, signed. It tells answers from refusals, and never shows a secret.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use events::Clock;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, COOKIE, ETAG, HeaderMap, IF_NONE_MATCH, RETRY_AFTER, SET_COOKIE};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::Url;

use super::backoff::retry_at;
use super::call::Body;
use super::{Auth, Call, Ledger, Refusal, Secret, Trouble, Wallet, base_url, retry_after};

/// Larger than any answer that is asked for.
const LARGEST_ANSWER_BYTES: usize = 256 << 20;
const JSON: &str = "application/json; charset=utf-8";

/// How a vendor is reached, and what it allows.
pub struct Contract {
    pub base_url: String,
    pub auth: Auth,
    /// How its refusals are sorted.
    pub sort: fn(&Refusal) -> Trouble,
    pub requests_per_second: f64,
    pub timeout: Duration,
    /// Whose quota calls are charged to; `None` where nothing is charged.
    pub project: Option<String>,
    /// Sent with every call.
    pub headers: Vec<(&'static str, String)>,
}

/// What came back.
#[derive(Debug, Clone)]
pub enum Answer {
    Fresh {
        body: Bytes,
        etag: Option<String>,
        /// What the answer sets, as a later question has to send it.
        cookies: Option<String>,
    },
    /// 304: what the ETag vouches for.
    Unchanged,
}

pub struct Vendor {
    http: reqwest::Client,
    base_url: Url,
    contract: Contract,
    ledger: Ledger,
    clock: Arc<dyn Clock>,
    next_call: Mutex<Option<Instant>>,
    source: &'static str,
    wallet: Option<Arc<dyn Wallet>>,
}

impl Vendor {
    /// # Errors
    /// The machine has no TLS roots, or the like.
    pub fn open(
        source: &'static str,
        contract: Contract,
        ledger: Ledger,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Trouble> {
        let http = reqwest::Client::builder()
            .timeout(contract.timeout)
            .user_agent(concat!("ytempire/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::limited(3))
            .referer(false)
            .build()
            .map_err(|error| Trouble::ours(format!("no HTTP client: {error}")))?;
        let base_url = base_url(&contract.base_url).map_err(|bad| Trouble::input(bad.to_string()))?;
        Ok(Self {
            http,
            base_url,
            contract,
            ledger,
            clock,
            next_call: Mutex::default(),
            source,
            wallet: None,
        })
    }

    /// Can ask for connected accounts.
    pub fn with_wallet(mut self, wallet: Option<Arc<dyn Wallet>>) -> Self {
        self.wallet = wallet;
        self
    }

    /// Asks once, and once more with a new token where an old one was refused.
    ///
    /// # Errors
    /// See [`Trouble`]; its text is free of secrets.
    pub async fn ask(&self, call: &Call, target: &str) -> Result<Answer, Trouble> {
        self.ask_for(None, call, target).await
    }

    /// As [`Vendor::ask`], with the access that a connected account has given; without one, with our own.
    ///
    /// # Errors
    /// See [`Trouble`]; its text is free of secrets.
    pub async fn ask_for(&self, account: Option<&str>, call: &Call, target: &str) -> Result<Answer, Trouble> {
        let outcome = match (account, &self.wallet) {
            (Some(account), Some(wallet)) => self.ask_with(wallet.as_ref(), account, call, target).await,
            _ => self.ask_ourselves(call, target).await,
        };
        let label = outcome.as_ref().map_or_else(|trouble| trouble.kind.name(), |_| "ok");
        metrics::counter!("ingest_requests_total", "source" => self.source, "outcome" => label).increment(1);
        outcome
    }

    async fn ask_ourselves(&self, call: &Call, target: &str) -> Result<Answer, Trouble> {
        let outcome = self.ask_metered(call, target, None).await;
        let outcome = match &outcome {
            Err(trouble) if trouble.reason == UNAUTHORIZED && self.contract.auth.renew().await => {
                self.ask_metered(call, target, None).await
            }
            _ => outcome,
        };
        match outcome {
            Ok(answer) => Ok(answer),
            Err(trouble) => Err(self.scrubbed(trouble).await),
        }
    }

    async fn ask_with(&self, wallet: &dyn Wallet, account: &str, call: &Call, target: &str) -> Result<Answer, Trouble> {
        let token = wallet.token(account).await?;
        let outcome = self.ask_metered(call, target, Some(&token)).await;
        let (token, outcome) = match outcome {
            Err(trouble) if trouble.reason == UNAUTHORIZED => {
                wallet.refused(account, &token).await?;
                let token = wallet.token(account).await?;
                let outcome = self.ask_metered(call, target, Some(&token)).await;
                (token, outcome)
            }
            outcome => (token, outcome),
        };
        outcome.map_err(|mut trouble| {
            trouble.what = token.scrub(&trouble.what);
            trouble.reason = token.scrub(&trouble.reason);
            trouble
        })
    }

    pub(super) fn auth(&self) -> &Auth {
        &self.contract.auth
    }

    /// Whose quota is charged.
    pub fn project(&self) -> Option<&str> {
        self.contract.project.as_deref()
    }

    async fn scrubbed(&self, mut trouble: Trouble) -> Trouble {
        trouble.what = self.contract.auth.scrub(&trouble.what).await;
        trouble.reason = self.contract.auth.scrub(&trouble.reason).await;
        trouble
    }

    async fn ask_metered(&self, call: &Call, target: &str, token: Option<&Secret>) -> Result<Answer, Trouble> {
        self.pace().await;
        let slip = match (&self.contract.project, call.cost) {
            (Some(project), Some(cost)) => Some(self.ledger.reserve(project, cost).await?),
            _ => None,
        };
        let outcome = self.send(call, token).await;
        let was_sent = !matches!(outcome, Err(Unanswered::NotSent(_)));
        self.ledger.settle(slip.as_ref(), was_sent, self.source, target).await?;
        match outcome {
            Ok(answer) => Ok(answer),
            Err(Unanswered::NotSent(trouble) | Unanswered::Broken(trouble)) => Err(trouble),
            Err(Unanswered::Refused(refusal)) => {
                let mut trouble = (self.contract.sort)(&refusal);
                if let (super::Kind::Quota, Some(slip)) = (trouble.kind, &slip) {
                    // the vendor knows better than our ledger: others may use the same project
                    self.ledger.exhaust(slip).await?;
                    trouble.until = Some(super::next_reset(self.clock.now()));
                }
                if refusal.status == 401 {
                    trouble.reason = UNAUTHORIZED.to_owned();
                }
                Err(trouble)
            }
        }
    }

    /// Waits until the next call may be made.
    async fn pace(&self) {
        let pause = Duration::try_from_secs_f64(1.0 / self.contract.requests_per_second).unwrap_or_default();
        let mut next_call = self.next_call.lock().await;
        let now = Instant::now();
        let due = next_call.map_or(now, |due| due.max(now));
        *next_call = Some(due + pause);
        drop(next_call);
        tokio::time::sleep_until(due).await;
    }

    async fn send(&self, call: &Call, token: Option<&Secret>) -> Result<Answer, Unanswered> {
        let joined = self.base_url.join(&call.path);
        let url = joined.map_err(|error| Unanswered::NotSent(Trouble::ours(format!("{}: {error}", call.path))))?;
        if url.origin() != self.base_url.origin() {
            // a vendor's own link must not carry our credentials to somebody else
            let host = url.host_str().unwrap_or_default();
            let what = format!("the vendor's answer leads to {host}, which is not where base_url is");
            return Err(Unanswered::NotSent(Trouble::input(what)));
        }
        let mut request = match &call.body {
            None => self.http.get(url),
            Some(Body::Empty) => self.http.post(url).header(CONTENT_LENGTH, 0),
            Some(Body::Json(body)) => self.http.post(url).header(CONTENT_TYPE, JSON).body(body.to_string()),
            Some(Body::Form(fields)) => self.http.post(url).form(fields),
        }
        .query(&call.query);
        for (name, value) in &self.contract.headers {
            request = request.header(*name, value);
        }
        if let Some(etag) = &call.etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        if let Some(cookies) = &call.cookies {
            request = request.header(COOKIE, cookies);
        }
        let signed = match token {
            Some(token) => Ok(request.bearer_auth(token.reveal())),
            None => self.contract.auth.sign(request, &self.http, self.clock.now()).await,
        };
        let response = signed.map_err(Unanswered::NotSent)?.send().await.map_err(unanswered)?;
        self.read(response).await
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Answer, Unanswered> {
        let status = response.status().as_u16();
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        let reset = response
            .headers()
            .get("x-rate-limit-reset")
            .and_then(|value| value.to_str().ok());
        let reset = reset
            .filter(|_| status == 429)
            .and_then(|text| retry_at(text, self.clock.now()));
        let after = header(RETRY_AFTER)
            .and_then(|text| retry_after(text, self.clock.now()))
            .or(reset);
        let etag = header(ETAG).map(str::to_owned);
        let cookies = cookies(response.headers());
        if status == 304 {
            return Ok(Answer::Unchanged);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unanswered)? {
            if body.len() + chunk.len() > LARGEST_ANSWER_BYTES {
                return Err(Unanswered::Broken(Trouble::dependency(
                    "the answer is too large to be one",
                )));
            }
            body.extend_from_slice(&chunk);
        }
        match status {
            200..300 => Ok(Answer::Fresh {
                body: body.into(),
                etag,
                cookies,
            }),
            _ => Err(Unanswered::Refused(Refusal {
                status,
                body: serde_json::from_slice(&body).unwrap_or(Value::Null),
                after,
            })),
        }
    }
}

/// Our own mark for a refused token.
pub(crate) const UNAUTHORIZED: &str = "unauthorized";

enum Unanswered {
    /// Nothing reached the vendor, so nothing is charged.
    NotSent(Trouble),
    /// It broke on the way.
    Broken(Trouble),
    Refused(Refusal),
}

/// Names and values of what is set, for the same vendor's next question.
fn cookies(headers: &HeaderMap) -> Option<String> {
    let pairs = headers.get_all(SET_COOKIE).iter();
    let pairs = pairs.filter_map(|set| set.to_str().ok()?.split(';').next());
    let joined = pairs.collect::<Vec<_>>().join("; ");
    (!joined.is_empty()).then_some(joined)
}

/// reqwest's messages hold the address, and the address may hold a key.
fn unanswered(error: reqwest::Error) -> Unanswered {
    let (is_connect, is_timeout) = (error.is_connect(), error.is_timeout());
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = std::error::Error::source(cause) {
        cause = source;
    }
    let cause = cause.to_string();
    match (is_connect, is_timeout) {
        (true, _) => Unanswered::NotSent(Trouble::dependency(format!("can't be reached: {cause}"))),
        (_, true) => Unanswered::Broken(Trouble::dependency("did not answer in time")),
        _ => Unanswered::Broken(Trouble::dependency(format!("the answer broke off: {cause}"))),
    }
}
