//! Reads sources: what is due, page by page, until it is done, put off or asked to stop.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use events::Clock;
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use super::catalogue::Opened;
use super::grants;
use super::store::{Claim, Ending, OK, Place};
use super::{Backoff, Errand, Kind, Ledger, Next, Page, Store, Target, Trouble, Vendor, Wallet};
use crate::Outgoing;
use crate::connect::Keyring;

mod alert;
mod ending;
mod report;

pub use report::{Report, Watcher};

/// Where records go.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Returns when every record is confirmed.
    ///
    /// # Errors
    /// Some are not; all of them will be handed over again.
    async fn deliver(&self, records: Vec<Outgoing>) -> Result<(), Undelivered>;
}

#[derive(Debug, Error)]
#[error("the log did not confirm the records: {0}")]
pub struct Undelivered(pub String);

/// Which targets are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// What is due, once.
    Due,
    /// Everything, once, due or not.
    Now,
    /// What is due, whenever it is, until stopped.
    Always,
}

/// How often a runner looks whether something has become due.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long a target that another process reads is left to it.
const CLAIM_AGAIN: Duration = Duration::from_secs(1);

/// Reads sources with what it is given: where cursors are kept, where records go, what time it is.
#[derive(Clone)]
pub struct Runner {
    pub store: Store,
    pub ledger: Ledger,
    pub clock: Arc<dyn Clock>,
    pub backoff: Backoff,
    pub outbox: Arc<dyn Outbox>,
    pub watcher: Arc<dyn Watcher>,
    /// Connected accounts; without it there are none.
    pub wallet: Option<Arc<dyn Wallet>>,
    /// What secrets of our own are derived from.
    pub keyring: Option<Arc<Keyring>>,
    pub stop: CancellationToken,
}

/// One source while it is read.
struct Reading<'a> {
    runner: &'a Runner,
    source: &'a Opened,
    vendor: Vendor,
    report: Report,
    /// Targets that were tried since the start: one that waits for somebody is tried once then, as that may have been
    /// what somebody did.
    tried: HashSet<String>,
    /// Connected now.
    accounts: Vec<String>,
}

impl Runner {
    /// Reads one source; what becomes of its targets is in the report.
    ///
    /// # Errors
    /// The source can't be read at all.
    pub async fn read(&self, source: &Opened, when: When) -> Result<Report, Trouble> {
        let contract = source.pull.contract();
        let vendor = Vendor::open(source.name, contract, self.ledger.clone(), Arc::clone(&self.clock))?
            .with_wallet(self.wallet.clone());
        grants::resume(&self.store, self.keyring.as_deref(), source.name, &vendor).await?;
        let mut reading = Reading {
            runner: self,
            source,
            vendor,
            report: Report::new(source.name),
            tried: HashSet::new(),
            accounts: Vec::new(),
        };
        loop {
            if let Err(trouble) = reading.round(when).await {
                if when != When::Always {
                    return Err(trouble);
                }
                tracing::warn!(source = source.name, error = %trouble, "source waits for the database");
            }
            if when != When::Always || self.pause(LOOK_EVERY).await.is_break() {
                return Ok(reading.report);
            }
        }
    }

    /// The right to read a target. `None` when somebody else reads it, and it is not worth waiting for, or when asked to
    /// stop before it was free.
    async fn claim(&self, source: &str, target: &str, when: When) -> Result<Option<Claim>, Trouble> {
        loop {
            let claim = self.store.claim(&format!("{source}/{target}")).await?;
            if claim.is_some() || when == When::Always || self.pause(CLAIM_AGAIN).await.is_break() {
                return Ok(claim);
            }
        }
    }

    /// Breaks when asked to stop.
    async fn pause(&self, time: Duration) -> std::ops::ControlFlow<()> {
        tokio::select! {
            () = self.stop.cancelled() => std::ops::ControlFlow::Break(()),
            () = tokio::time::sleep(time) => std::ops::ControlFlow::Continue(()),
        }
    }
}

/// Why a run did not come to its end.
enum Cut {
    Trouble(Trouble),
    Stopped,
}

impl<T: Into<Trouble>> From<T> for Cut {
    fn from(trouble: T) -> Self {
        Cut::Trouble(trouble.into())
    }
}

impl<'a> Reading<'a> {
    /// Reads every target that is due.
    async fn round(&mut self, when: When) -> Result<(), Trouble> {
        let source: &'a Opened = self.source;
        let schedule = self.runner.store.schedule(source.name).await?;
        if let Some(wallet) = &self.runner.wallet {
            self.accounts = wallet.accounts().await?;
        }
        let withheld = self.runner.store.withheld().await?;
        for target in &source.all_targets(&self.accounts) {
            if self.runner.stop.is_cancelled() {
                return Ok(());
            }
            if withheld.iter().any(|channel| target.name.contains(channel.as_str())) {
                self.runner
                    .store
                    .note_withheld(source.name, &target.name, self.runner.clock.now())
                    .await?;
                continue;
            }
            if !self.is_due(target, &schedule, when) {
                continue;
            }
            let Some(_claim) = self.runner.claim(source.name, &target.name, when).await? else {
                continue;
            };
            // whoever had it before may have read it
            let schedule = self.runner.store.schedule(source.name).await?;
            if self.is_due(target, &schedule, when) {
                self.tried.insert(target.name.clone());
                self.run(target).await?;
            }
        }
        Ok(())
    }

    fn is_due(&self, target: &Target, schedule: &HashMap<String, Option<DateTime<Utc>>>, when: When) -> bool {
        let is_due = match schedule.get(&target.name) {
            None => true,
            Some(Some(next_run)) => *next_run <= self.runner.clock.now(),
            Some(None) => !self.tried.contains(target.name.as_str()),
        };
        is_due || when == When::Now
    }

    /// The connected account that a target is read for.
    fn account<'t>(&self, target: &'t str) -> Option<&'t str> {
        let account = self.source.pull.account(target)?;
        self.accounts.iter().any(|known| known == account).then_some(account)
    }

    /// One run of one target. What goes wrong with it is written down, and no error.
    async fn run(&mut self, target: &Target) -> Result<(), Trouble> {
        let names = (self.source.name, target.name.as_str());
        let now = self.runner.clock.now();
        let place = self
            .runner
            .store
            .begin(names.0, names.1, self.source.pull.version(), now);
        let place = place.await?;
        let mut units_to_go = None;
        match self.pages(target, place, &mut units_to_go).await {
            Ok(()) => {
                self.report.done += 1;
                metrics::gauge!("ingest_last_success_seconds", "source" => names.0)
                    .set(self.runner.clock.now().timestamp() as f64);
            }
            Err(Cut::Stopped) => self.report.stopped = true,
            Err(Cut::Trouble(trouble)) => {
                metrics::counter!("ingest_put_off_total", "source" => names.0, "kind" => trouble.kind.name())
                    .increment(1);
                let ending = self.put_off(target, &trouble, units_to_go).await?;
                self.runner.watcher.put_off(names.0, names.1, &trouble, ending.next_run);
                self.report.put_off.push((target.name.clone(), trouble));
            }
        }
        // a warning about the quota is due even when the run ended on it, as is the news that a connection has
        self.send_warnings().await?;
        self.send_lost().await
    }

    async fn pages(&mut self, target: &Target, mut place: Place, to_go: &mut Option<u64>) -> Result<(), Cut> {
        loop {
            let mut page = self.page(target, &place).await?;
            *to_go = page.units_to_go.or(*to_go);
            self.report.records += page.records.len() as u64;
            metrics::counter!("ingest_records_total", "source" => self.source.name)
                .increment(page.records.len() as u64);
            self.runner
                .watcher
                .page(self.source.name, &target.name, page.records.len(), *to_go);
            self.deliver(std::mem::take(&mut page.records)).await?;
            self.send_warnings().await?;
            if self.advance(target, &mut place, &page).await? {
                return Ok(());
            }
        }
    }

    /// Stores the cursor; says whether that was the run's last page.
    async fn advance(&self, target: &Target, place: &mut Place, page: &Page) -> Result<bool, Trouble> {
        let now = self.runner.clock.now();
        let ending = matches!(page.next, Next::Done(_)).then(|| Ending {
            state: OK,
            next_run: Some(next_run(place.observed_at, target.every, now)),
            error: page.note.clone(),
            ..Ending::default()
        });
        let names = (self.source.name, target.name.as_str());
        self.runner
            .store
            .advance(names, place, page, ending.as_ref(), now)
            .await?;
        if let Next::Page(cursor) = &page.next {
            place.cursor = Some(cursor.clone());
        }
        Ok(ending.is_some())
    }

    /// The next page, tried again while that may help.
    async fn page(&self, target: &Target, place: &Place) -> Result<Page, Cut> {
        let errand = Errand {
            target: &target.name,
            cursor: place.cursor.as_ref(),
            observed_at: place.observed_at,
            began_at: place.began_at,
            source: self.source.name,
            account: self.account(&target.name),
            vendor: &self.vendor,
            store: &self.runner.store,
            keyring: self.runner.keyring.as_deref(),
        };
        let mut failures = 0;
        loop {
            let page = tokio::select! {
                () = self.runner.stop.cancelled() => return Err(Cut::Stopped),
                page = self.source.pull.page(&errand) => page,
            };
            self.keep_grant().await?;
            let trouble = match page {
                Ok(page) => return Ok(page),
                Err(trouble) => trouble,
            };
            failures += 1;
            let backoff = &self.runner.backoff;
            let is_out_of_patience = trouble.after.is_some_and(|after| after > backoff.patience);
            if !trouble.kind.is_retried() || failures >= backoff.tries || is_out_of_patience {
                return Err(trouble.into());
            }
            let wait = backoff.wait(failures).max(trouble.after.unwrap_or_default());
            tracing::debug!(source = self.source.name, target = target.name, error = %trouble, wait_ms = wait.as_millis(), "trying again");
            if self.runner.pause(wait).await.is_break() {
                return Err(Cut::Stopped);
            }
        }
    }

    /// A refresh token that the vendor has just replaced is good no longer: the new one is stored at once.
    async fn keep_grant(&self) -> Result<(), Trouble> {
        let (runner, name) = (self.runner, self.source.name);
        grants::keep(
            &runner.store,
            runner.keyring.as_deref(),
            name,
            &self.vendor,
            runner.clock.now(),
        )
        .await
    }

    async fn deliver(&self, records: Vec<Outgoing>) -> Result<(), Trouble> {
        if records.is_empty() {
            return Ok(());
        }
        let delivered = self.runner.outbox.deliver(records).await;
        delivered.map_err(|error| Trouble::new(Kind::Dependency, error.to_string()))
    }
}

/// A run is due again so long after the last one began; a time that has passed meanwhile is left out.
fn next_run(began: DateTime<Utc>, every: Duration, now: DateTime<Utc>) -> DateTime<Utc> {
    (began + every).max(now)
}
