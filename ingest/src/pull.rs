//! Sources that are asked over HTTP, page by page.
//!
//! A [`Pull`] knows one vendor: given an [`Errand`] it makes one page of records and says where to go on. Everything
//! else is the [`Runner`]'s: schedule, rate, retries, quota, the cursor's storage, metrics, shutdown. A cursor moves only
//! after its page's records are confirmed. Every run has one observation time, stored before its first call, so that a
//! run that is killed and resumed hands out the same events as one that is left alone.

mod auth;
mod backoff;
mod call;
pub mod catalogue;
mod check;
mod errand;
mod google;
mod grants;
mod item;
mod ledger;
mod pacific;
mod runner;
mod secret;
mod status;
mod store;
mod trouble;
mod vendor;
mod wallet;
pub mod words;

use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use crate::Outgoing;

pub use auth::{Auth, Grant};
pub use backoff::{Backoff, retry_after};
pub use call::{Body, Call};
pub use catalogue::{CATALOGUE, Entry, Flag, Manual};
pub use check::{BadSetting, base_url};
pub use errand::{Errand, Told, remember};
pub use google::sort as sort_google;
pub use item::{BadItem, Item};
pub use ledger::{Bucket, Cost, Ledger, QuotaLeft};
pub use pacific::{next_reset, quota_day};
pub use runner::{Outbox, Report, Runner, Undelivered, Watcher, When};
pub use secret::Secret;
pub use status::{SourceStatus, TargetStatus};
pub use store::{Etag, Store, StoreError};
pub use trouble::{Kind, Refusal, Trouble};
pub(crate) use vendor::UNAUTHORIZED;
pub use vendor::{Answer, Contract, Vendor};
pub use wallet::{Lost, Wallet};

/// A source that is polled. One file (or folder) below `sources/`, and one line in [`CATALOGUE`].
#[async_trait]
pub trait Pull: Send + Sync {
    /// How the vendor is reached, and what it allows.
    fn contract(&self) -> Contract;

    /// What it is asked about. Without targets a source is not configured.
    fn targets(&self) -> &[Target];

    /// What it reads of each connected channel, beside its targets.
    fn of_account(&self, _account: &str) -> Vec<Target> {
        Vec::new()
    }

    /// Whether [`Pull::of_account`] ever has anything.
    fn reads_accounts(&self) -> bool {
        false
    }

    /// The channel that a target is read on behalf of, if it is connected.
    fn account<'t>(&self, _target: &'t str) -> Option<&'t str> {
        None
    }

    /// Cursors of another version are not resumed from.
    fn version(&self) -> i16 {
        1
    }

    /// The records of one page. At most one metered call, so that a retry repeats nothing that was paid for.
    ///
    /// # Errors
    /// See [`Trouble`]; nothing of the page is sent.
    async fn page(&self, errand: &Errand<'_>) -> Result<Page, Trouble>;
}

/// Something that is read on a schedule and has a cursor of its own: a channel, a chart, an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its name in cursors and in `ingest status`, such as `channel:@handle`.
    pub name: String,
    pub every: Duration,
}

/// What one call brought.
#[derive(Debug)]
pub struct Page {
    pub records: Vec<Outgoing>,
    pub next: Next,
    /// Stored when the cursor moves.
    pub etags: Vec<Etag>,
    /// Items seen on this page, for noticing later which have disappeared.
    pub seen: Vec<String>,
    /// Items that need not be looked after any more.
    pub gone: Vec<String>,
    /// Quota units that the rest of the run will take at most, where the source can tell.
    pub units_to_go: Option<u64>,
    /// With the last page: what people should know, though nothing failed.
    pub note: Option<String>,
}

/// Where to go on.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// The run goes on here.
    Page(Value),
    /// The run is complete; the next one starts with this.
    Done(Option<Value>),
}

impl Page {
    pub fn new(records: Vec<Outgoing>, next: Next) -> Self {
        Self {
            records,
            next,
            etags: Vec::new(),
            seen: Vec::new(),
            gone: Vec::new(),
            units_to_go: None,
            note: None,
        }
    }

    pub fn with_etag(mut self, etag: Option<Etag>) -> Self {
        self.etags.extend(etag);
        self
    }
}
