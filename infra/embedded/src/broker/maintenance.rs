//! What the broker does by itself: retention and compaction, as the topics' configurations say.
//!
//! `cleanup.policy` (default `delete`), `retention.ms` (default 7 days, -1 keeps everything), `min.compaction.lag.ms` (default 0).
//! Age is the age of the newest record of a batch, by the timestamp its producer gave it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tansu_sans_io::ConfigResource;
use tansu_storage::{Storage as _, StorageContainer};
use tokio_util::sync::CancellationToken;

use super::BrokerClock;
use crate::record_log::RecordLog;

const EVERY: Duration = Duration::from_secs(5 * 60);
const WEEK_MS: i64 = 7 * 24 * 60 * 60 * 1000;

pub(super) async fn run(
    storage: StorageContainer,
    log: RecordLog,
    clock: BrokerClock,
    cancellation: CancellationToken,
    storage_end: CancellationToken,
) {
    loop {
        // a round is finished when the broker is asked to stop, but can't be once the storage has gone
        tokio::select! {
            () = storage_end.cancelled() => return,
            done = once(&storage, &log, clock()) => if let Err(error) = done {
                tracing::warn!(%error, "the broker's clean-up failed and is tried again later");
            }
        }
        tokio::select! {
            () = cancellation.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// One round over all topics.
pub(super) async fn once(
    storage: &StorageContainer,
    log: &RecordLog,
    now: SystemTime,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let now_ms = i64::try_from(now.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis())?;
    for topic in storage.metadata(None).await?.topics() {
        let Some(name) = topic.name.clone() else { continue };
        let policy = Policy::of(storage, &name).await?;
        if let Some(retention_ms) = policy.retention_ms {
            let dropped = log.expire(name.clone(), now_ms.saturating_sub(retention_ms)).await?;
            tracing::debug!(topic = %name, batches = dropped, "retention");
        }
        if policy.compact {
            let dropped = log
                .compact(name.clone(), now_ms.saturating_sub(policy.compaction_lag_ms))
                .await?;
            tracing::debug!(topic = %name, records = dropped, "compaction");
        }
    }
    log.tidy(now_ms - WEEK_MS).await?;
    Ok(())
}

/// What a topic's configuration says about old records.
struct Policy {
    retention_ms: Option<i64>,
    compact: bool,
    compaction_lag_ms: i64,
}

impl Policy {
    async fn of(storage: &StorageContainer, topic: &str) -> Result<Self, tansu_storage::Error> {
        let described = storage.describe_config(topic, ConfigResource::Topic, None).await?;
        let value = |name: &str| {
            let mut configs = described.configs.iter().flatten();
            configs
                .find(|config| config.name == name)
                .and_then(|config| config.value.clone())
        };
        let cleanup = value("cleanup.policy").unwrap_or_else(|| "delete".into());
        let retention_ms = match value("retention.ms").map(|text| text.parse::<i64>()) {
            None => Some(WEEK_MS),
            Some(Ok(retention_ms @ 0..)) => Some(retention_ms),
            Some(_) => None,
        };
        Ok(Self {
            retention_ms: retention_ms.filter(|_| cleanup.contains("delete")),
            compact: cleanup.contains("compact"),
            compaction_lag_ms: value("min.compaction.lag.ms")
                .and_then(|text| text.parse().ok())
                .unwrap_or(0),
        })
    }
}
