//! How far each sink has come, for people: rows of `sink.progress`, and metrics, which tell of every consumer group of the
//! cluster. Nothing is resumed from it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use events::{Clock, Topic};
use log::{GroupLag, GroupProbe, LogError, Place, Rate, Rates, Settings};
use sqlx::PgPool;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{Status, Trouble};

const EVERY: Duration = Duration::from_secs(1);
/// Rates are over so long.
const RATES_OVER: TimeDelta = TimeDelta::seconds(10);

/// A consumer group's place in one partition; of our sinks, with what only they know.
#[derive(Debug, Clone)]
pub struct Progress {
    pub lag: GroupLag,
    pub rate: Option<Rate>,
    pub own: Option<Own>,
}

/// What only a sink itself knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Own {
    /// Up to which event time the partition has told.
    pub watermark: Option<DateTime<Utc>>,
    pub event_time: Option<DateTime<Utc>>,
    pub committed_at: Option<DateTime<Utc>>,
    /// How long the oldest record of the last step took from the log until it could be queried.
    pub queryable_ms: Option<i64>,
    pub trouble: Option<Trouble>,
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
    let mut observer = None;
    let mut gauges = Gauges::default();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let (watched, settings, now, taken) = (watched.clone(), settings.clone(), clock.now(), observer.take());
        let looked = tokio::task::spawn_blocking(move || {
            let mut observer = match taken {
                Some(observer) => observer,
                None => Observer::open(&settings)?,
            };
            let found = observer.look(&watched, now)?;
            Ok::<_, LogError>((observer, found))
        });
        match looked.await {
            Ok(Ok((kept, found))) => {
                observer = Some(kept);
                gauges.show(&found);
                // while nobody can look, the other gauges keep what was seen last
                metrics::gauge!("pipeline_observed_timestamp_seconds").set(now.timestamp_millis() as f64 / 1000.0);
                if let Err(error) = store(&pool, &found).await {
                    tracing::debug!(%error, "progress could not be stored");
                }
            }
            Ok(Err(error)) => tracing::debug!(%error, "progress could not be read"),
            Err(_) => return,
        }
    }
}

/// Looks at the groups again and again.
pub struct Observer {
    probe: GroupProbe,
    rates: Rates,
}

impl Observer {
    /// # Errors
    /// The log's client refused its settings.
    pub fn open(settings: &Settings) -> Result<Self, LogError> {
        Ok(Self {
            probe: GroupProbe::open(settings)?,
            rates: Rates::over(RATES_OVER),
        })
    }

    /// Where every group stands now. Sinks are known by their own positions, and where nobody runs them, by `stored`.
    ///
    /// # Errors
    /// The brokers don't answer.
    pub fn look_at(&mut self, stored: &[Place], now: DateTime<Utc>) -> Result<Vec<Progress>, LogError> {
        let lags = self.probe.look(stored, now)?;
        self.rates.note(now, &lags);
        let progress = |lag: GroupLag| Progress {
            rate: self.rates.of(&lag),
            lag,
            own: None,
        };
        Ok(lags.into_iter().map(progress).collect())
    }

    fn look(&mut self, watched: &[Watched], now: DateTime<Utc>) -> Result<Vec<Progress>, LogError> {
        let mut places = Vec::new();
        let mut own: BTreeMap<(String, String, i32), Own> = BTreeMap::new();
        for one in watched {
            let status = one.status.borrow().clone();
            let held: Vec<events::Partition> = status.positions.iter().map(|(partition, _)| partition).collect();
            for place in self.probe.places(&one.sink, &one.topics, &status.positions)? {
                let topic = one.topics.iter().find(|topic| topic.name() == place.topic);
                let partition = topic.map(|topic| events::Partition {
                    topic: *topic,
                    number: place.partition,
                });
                // another process has the others
                if !partition.is_some_and(|partition| held.contains(&partition)) {
                    continue;
                }
                let known = Own {
                    watermark: partition.and_then(|partition| status.watermarks.of(partition)),
                    event_time: topic.and_then(|topic| status.event_time.get(topic)).copied(),
                    committed_at: status.committed_at,
                    queryable_ms: partition
                        .and_then(|partition| status.queryable_ms.get(&partition))
                        .copied(),
                    trouble: status.trouble.clone(),
                };
                own.insert((place.group.clone(), place.topic.clone(), place.partition), known);
                places.push(place);
            }
        }
        let mut found = self.look_at(&places, now)?;
        for progress in &mut found {
            let place = &progress.lag.place;
            progress.own = own.remove(&(place.group.clone(), place.topic.clone(), place.partition));
        }
        Ok(found)
    }
}

/// What is shown by metrics. A group or topic that is gone is not shown any longer, but as zero.
#[derive(Default)]
struct Gauges {
    shown: Vec<[(&'static str, String); 3]>,
    /// Of our own sinks, which another process may have taken over.
    own: Vec<[(&'static str, String); 3]>,
}

impl Gauges {
    fn show(&mut self, found: &[Progress]) {
        let (mut shown, mut held) = (Vec::new(), Vec::new());
        for progress in found {
            let place = &progress.lag.place;
            let labels = |group| {
                [
                    (group, place.group.clone()),
                    ("topic", place.topic.clone()),
                    ("partition", place.partition.to_string()),
                ]
            };
            if let Some(own) = &progress.own {
                let labels = labels("sink");
                held.push(labels.clone());
                metrics::gauge!("pipeline_position", &labels).set(place.position as f64);
                metrics::gauge!("pipeline_behind_records", &labels).set(progress.lag.behind() as f64);
                if let Some(seconds) = progress.lag.behind_seconds {
                    metrics::gauge!("pipeline_behind_seconds", &labels).set(seconds);
                }
                if let Some(ms) = own.queryable_ms {
                    metrics::gauge!("pipeline_queryable_seconds", &labels).set(ms as f64 / 1000.0);
                }
            }
            let labels = labels("consumergroup");
            metrics::gauge!("kafka_consumergroup_current_offset", &labels).set(place.position as f64);
            metrics::gauge!("kafka_consumergroup_lag", &labels).set(progress.lag.behind() as f64);
            if let Some(seconds) = progress.lag.behind_seconds {
                metrics::gauge!("kafka_consumergroup_lag_seconds", &labels).set(seconds);
            }
            if let Some(rate) = progress.rate {
                metrics::gauge!("kafka_consumergroup_in_per_second", &labels).set(rate.in_per_second);
                metrics::gauge!("kafka_consumergroup_out_per_second", &labels).set(rate.out_per_second);
            }
            shown.push(labels);
        }
        for gone in self.shown.iter().filter(|labels| !shown.contains(labels)) {
            metrics::gauge!("kafka_consumergroup_lag", gone).set(0.0);
            metrics::gauge!("kafka_consumergroup_lag_seconds", gone).set(0.0);
        }
        for gone in self.own.iter().filter(|labels| !held.contains(labels)) {
            metrics::gauge!("pipeline_behind_records", gone).set(0.0);
            metrics::gauge!("pipeline_behind_seconds", gone).set(0.0);
            metrics::gauge!("pipeline_queryable_seconds", gone).set(0.0);
        }
        self.shown = shown;
        self.own = held;
    }
}

async fn store(pool: &PgPool, found: &[Progress]) -> Result<(), sqlx::Error> {
    let ours: Vec<(&GroupLag, &Own, Option<Rate>)> = found
        .iter()
        .filter_map(|progress| Some((&progress.lag, progress.own.as_ref()?, progress.rate)))
        .collect();
    sqlx::query(
        "INSERT INTO sink.progress AS p (sink, topic, partition, position, end_offset, behind_seconds, event_time, \
         committed_at, in_per_second, out_per_second, queryable_ms, watermark, trouble, trouble_since, updated_at) \
         SELECT *, now() FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::float8[], \
         $7::timestamptz[], $8::timestamptz[], $9::float8[], $10::float8[], $11::bigint[], $12::timestamptz[], \
         $13::text[], $14::timestamptz[]) \
         ON CONFLICT (sink, topic, partition) DO UPDATE SET position = excluded.position, \
         end_offset = excluded.end_offset, behind_seconds = excluded.behind_seconds, \
         event_time = coalesce(excluded.event_time, p.event_time), \
         committed_at = coalesce(excluded.committed_at, p.committed_at), in_per_second = excluded.in_per_second, \
         out_per_second = excluded.out_per_second, queryable_ms = coalesce(excluded.queryable_ms, p.queryable_ms), \
         watermark = coalesce(excluded.watermark, p.watermark), trouble = excluded.trouble, \
         trouble_since = excluded.trouble_since, \
         updated_at = now()",
    )
    .bind(ours.iter().map(|(lag, ..)| lag.place.group.clone()).collect::<Vec<_>>())
    .bind(ours.iter().map(|(lag, ..)| lag.place.topic.clone()).collect::<Vec<_>>())
    .bind(ours.iter().map(|(lag, ..)| lag.place.partition).collect::<Vec<_>>())
    .bind(ours.iter().map(|(lag, ..)| lag.place.position).collect::<Vec<_>>())
    .bind(ours.iter().map(|(lag, ..)| lag.end).collect::<Vec<_>>())
    .bind(ours.iter().map(|(lag, ..)| lag.behind_seconds).collect::<Vec<_>>())
    .bind(ours.iter().map(|(_, own, _)| own.event_time).collect::<Vec<_>>())
    .bind(ours.iter().map(|(_, own, _)| own.committed_at).collect::<Vec<_>>())
    .bind(
        ours.iter()
            .map(|(.., rate)| rate.map(|rate| rate.in_per_second))
            .collect::<Vec<_>>(),
    )
    .bind(
        ours.iter()
            .map(|(.., rate)| rate.map(|rate| rate.out_per_second))
            .collect::<Vec<_>>(),
    )
    .bind(ours.iter().map(|(_, own, _)| own.queryable_ms).collect::<Vec<_>>())
    .bind(ours.iter().map(|(_, own, _)| own.watermark).collect::<Vec<_>>())
    .bind(
        ours.iter()
            .map(|(_, own, _)| Some(own.trouble.as_ref()?.reason.clone()))
            .collect::<Vec<_>>(),
    )
    .bind(
        ours.iter()
            .map(|(_, own, _)| Some(own.trouble.as_ref()?.since))
            .collect::<Vec<_>>(),
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// How long the last records took to become queryable, as the processes that run the sinks have written it down.
///
/// # Errors
/// The database does not answer.
pub async fn queryable_ms(pool: &PgPool) -> Result<BTreeMap<(String, String, i32), i64>, sqlx::Error> {
    let rows: Vec<(String, String, i32, i64)> =
        sqlx::query_as("SELECT sink, topic, partition, queryable_ms FROM sink.progress WHERE queryable_ms IS NOT NULL")
            .fetch_all(pool)
            .await?;
    Ok(rows
        .into_iter()
        .map(|(sink, topic, partition, ms)| ((sink, topic, partition), ms))
        .collect())
}
