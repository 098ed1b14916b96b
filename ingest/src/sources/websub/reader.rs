//! Reads the videos that the hub told of: one call of `videos.list` each, so one unit.
//!
//! What was told stays in the database until its record is confirmed. A video that YouTube does not return yet is asked for
//! again for a while; the next poll of its channel finds it in any case.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use events::Clock;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use super::store::{self, Waiting};
use crate::Outgoing;
use crate::pull::{Ledger, Outbox, Trouble, Vendor, Wallet};
use crate::sources::youtube;

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A video that somebody began to read is left alone for so long.
const LEFT_ALONE: TimeDelta = TimeDelta::minutes(5);
/// Waits after a try, one after the other.
const WAITS_SECONDS: [i64; 6] = [10, 30, 120, 600, 3_600, 21_600];

/// Reads what waits.
pub struct Reader {
    pub pool: PgPool,
    pub clock: Arc<dyn Clock>,
    pub outbox: Arc<dyn Outbox>,
    pub ledger: Ledger,
    pub wallet: Option<Arc<dyn Wallet>>,
    /// How videos are asked for.
    pub settings: youtube::Settings,
    pub stop: CancellationToken,
}

impl Reader {
    /// Until asked to stop.
    ///
    /// # Errors
    /// There is no HTTP client.
    pub async fn run(self) -> Result<(), Trouble> {
        let contract = self.settings.contract();
        let vendor = Vendor::open(super::NAME, contract, self.ledger.clone(), Arc::clone(&self.clock))?
            .with_wallet(self.wallet.clone());
        while !self.stop.is_cancelled() {
            match self.read_next(&vendor).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::debug!(%error, "what the hub told of waits for the database"),
            }
            let _ = self.stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await;
        }
        Ok(())
    }

    /// Says whether there was one.
    async fn read_next(&self, vendor: &Vendor) -> Result<bool, sqlx::Error> {
        let now = self.clock.now();
        let Some(waiting) = store::next(&self.pool, now, now + LEFT_ALONE).await? else {
            return Ok(false);
        };
        match self.read(vendor, &waiting).await {
            Ok(()) => store::read(&self.pool, &waiting).await?,
            Err(trouble) => self.put_off(&waiting, &trouble, now).await?,
        }
        Ok(true)
    }

    async fn read(&self, vendor: &Vendor, waiting: &Waiting) -> Result<(), Trouble> {
        let records = self.look_up(vendor, waiting).await?;
        if records.is_empty() {
            return Err(Trouble::dependency("YouTube does not return the video yet"));
        }
        let delivered = self.outbox.deliver(records).await;
        delivered.map_err(|error| Trouble::dependency(error.to_string()))
    }

    async fn look_up(&self, vendor: &Vendor, waiting: &Waiting) -> Result<Vec<Outgoing>, Trouble> {
        let account = match &self.wallet {
            Some(wallet) => wallet
                .accounts()
                .await?
                .into_iter()
                .find(|one| *one == waiting.channel_id),
            None => None,
        };
        let look = youtube::Look {
            video: &waiting.video_id,
            account: account.as_deref(),
            is_gone: waiting.deleted,
            observed_at: waiting.observed_at,
            target: &waiting.channel_id,
        };
        self.settings.look_up(vendor, look).await
    }

    async fn put_off(&self, waiting: &Waiting, trouble: &Trouble, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
        let tries = usize::try_from(waiting.tries).unwrap_or_default();
        let Some(wait) = WAITS_SECONDS.get(tries.saturating_sub(1)) else {
            tracing::warn!(video = waiting.video_id, error = %trouble, "a video that the hub told of is left to the next poll");
            return store::read(&self.pool, waiting).await;
        };
        let after = trouble.after.and_then(|after| TimeDelta::from_std(after).ok());
        let mut next_try = now + after.unwrap_or_default().max(TimeDelta::seconds(*wait));
        if let Some(until) = trouble.until {
            next_try = next_try.max(until);
        }
        store::put_off(&self.pool, waiting, next_try, &trouble.to_string()).await
    }
}
