//! What all answers share; made once by the server.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use events::Clock;
use ingest::sources::simulate::Census;

use crate::Config;
use crate::faults::Faults;
use crate::google::Accounts;
use crate::hub::Hub;
use crate::journal::Journal;
use crate::moment::Moment;
use crate::quota::Ledger;
use crate::reddit::Visitors;
use crate::reporting::Jobs;

pub(crate) type Shared = Arc<Common>;

pub(crate) struct Common {
    pub(crate) config: Config,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) census: RwLock<Census>,
    pub(crate) accounts: Mutex<Accounts>,
    pub(crate) ledger: Mutex<Ledger>,
    pub(crate) journal: Mutex<Journal>,
    pub(crate) faults: Mutex<Faults>,
    pub(crate) jobs: Mutex<Jobs>,
    pub(crate) hub: Mutex<Hub>,
    pub(crate) visitors: Mutex<Visitors>,
    /// For webhooks and WebSub, to loopback addresses only.
    pub(crate) client: reqwest::Client,
    url: OnceLock<String>,
}

impl Common {
    pub(crate) fn new(config: Config, clock: Arc<dyn Clock>, census: Census, client: reqwest::Client) -> Self {
        Self {
            accounts: Mutex::new(Accounts::new(config.seed)),
            ledger: Mutex::new(Ledger::new(config.units_per_day, config.searches_per_day)),
            faults: Mutex::new(Faults::new(config.seed, config.fault_rate)),
            journal: Mutex::default(),
            jobs: Mutex::default(),
            hub: Mutex::default(),
            visitors: Mutex::default(),
            census: RwLock::new(census),
            client,
            url: OnceLock::new(),
            clock,
            config,
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(crate) fn moment(&self) -> Moment<'_> {
        Moment::at(&self.census, self.now())
    }

    /// Its own address, without a slash at the end.
    pub(crate) fn url(&self) -> &str {
        self.url.get().map_or("", String::as_str)
    }

    pub(crate) fn listens_at(&self, url: String) {
        let _ = self.url.set(url);
    }
}

/// The lock; a panic elsewhere does not spoil what it guards, which is changed in single steps.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
