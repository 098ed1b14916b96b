//! How far each sink has come, for people: rows of `sink.progress`, and metrics. Nothing is resumed from it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use events::{Clock, Partition, Positions, Topic};
use log::{LogError, Probe, Settings};
use sqlx::PgPool;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::Status;

const EVERY: Duration = Duration::from_secs(1);

/// A sink's place in one partition.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    pub sink: String,
    pub partition: Partition,
    pub position: i64,
    pub end: i64,
    /// Age of the next record to read; 0 when there is none. `None` when the log could not tell.
    pub behind_seconds: Option<f64>,
    pub event_time: Option<DateTime<Utc>>,
    pub committed_at: Option<DateTime<Utc>>,
}

impl Progress {
    /// Records between the position and the end.
    pub fn behind(&self) -> i64 {
        (self.end - self.position).max(0)
    }
}

/// A sink to look at.
#[derive(Clone)]
pub struct Watched {
    pub sink: String,
    pub topics: Vec<Topic>,
    pub status: watch::Receiver<Status>,
}

/// Looks every second until `stop`, and writes what it sees.
pub async fn report(
    watched: Vec<Watched>,
    settings: Settings,
    pool: PgPool,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let (watched, settings, now) = (watched.clone(), settings.clone(), clock.now());
        let looked = tokio::task::spawn_blocking(move || look(&watched, &settings, now)).await;
        match looked {
            Ok(Ok(found)) => {
                found.iter().for_each(gauge);
                if let Err(error) = store(&pool, &found).await {
                    tracing::debug!(%error, "progress could not be stored");
                }
            }
            Ok(Err(error)) => tracing::debug!(%error, "progress could not be read"),
            Err(_) => return,
        }
    }
}

/// Where every sink stands now.
///
/// # Errors
/// The brokers don't answer.
pub fn look(watched: &[Watched], settings: &Settings, now: DateTime<Utc>) -> Result<Vec<Progress>, LogError> {
    let probe = Probe::open(settings)?;
    let mut found = Vec::new();
    for one in watched {
        let status = one.status.borrow().clone();
        for (partition, end) in probe.ends(&one.topics)?.iter() {
            found.push(Progress {
                sink: one.sink.clone(),
                partition,
                position: status.positions.of(partition),
                end,
                behind_seconds: behind_seconds(&probe, partition, &status.positions, end, now)?,
                event_time: status.event_time.get(&partition.topic).copied(),
                committed_at: status.committed_at,
            });
        }
    }
    Ok(found)
}

/// Now minus the time at which the record at the position was produced.
///
/// # Errors
/// The brokers don't answer.
pub fn behind_seconds(
    probe: &Probe,
    partition: Partition,
    positions: &Positions,
    end: i64,
    now: DateTime<Utc>,
) -> Result<Option<f64>, LogError> {
    let position = positions.of(partition);
    if position >= end {
        return Ok(Some(0.0));
    }
    let produced = probe.produced_at_ms(partition, position)?;
    Ok(produced.map(|ms| (now.timestamp_millis() - ms).max(0) as f64 / 1000.0))
}

fn gauge(progress: &Progress) {
    let labels = [
        ("sink", progress.sink.clone()),
        ("topic", progress.partition.topic.name().to_owned()),
        ("partition", progress.partition.number.to_string()),
    ];
    metrics::gauge!("pipeline_position", &labels).set(progress.position as f64);
    metrics::gauge!("pipeline_behind_records", &labels).set(progress.behind() as f64);
    if let Some(seconds) = progress.behind_seconds {
        metrics::gauge!("pipeline_behind_seconds", &labels).set(seconds);
    }
}

async fn store(pool: &PgPool, found: &[Progress]) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO sink.progress AS p (sink, topic, partition, position, end_offset, behind_seconds, event_time, \
         committed_at, updated_at) \
         SELECT *, now() FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::float8[], \
         $7::timestamptz[], $8::timestamptz[]) \
         ON CONFLICT (sink, topic, partition) DO UPDATE SET position = excluded.position, \
         end_offset = excluded.end_offset, behind_seconds = excluded.behind_seconds, \
         event_time = coalesce(excluded.event_time, p.event_time), \
         committed_at = coalesce(excluded.committed_at, p.committed_at), updated_at = now()",
    )
    .bind(found.iter().map(|p| p.sink.clone()).collect::<Vec<_>>())
    .bind(
        found
            .iter()
            .map(|p| p.partition.topic.name().to_owned())
            .collect::<Vec<_>>(),
    )
    .bind(found.iter().map(|p| p.partition.number).collect::<Vec<_>>())
    .bind(found.iter().map(|p| p.position).collect::<Vec<_>>())
    .bind(found.iter().map(|p| p.end).collect::<Vec<_>>())
    .bind(found.iter().map(|p| p.behind_seconds).collect::<Vec<_>>())
    .bind(found.iter().map(|p| p.event_time).collect::<Vec<_>>())
    .bind(found.iter().map(|p| p.committed_at).collect::<Vec<_>>())
    .execute(pool)
    .await?;
    Ok(())
}
