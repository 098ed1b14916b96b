//! How far each sink has come, for people: rows of `sink.progress`, and metrics, which tell of every consumer group of the
//! cluster. Nothing is resumed from it.

use std::collections::{BTreeMap, BTreeSet};
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
/// A partition of ours of which no process has told for so long is told of by all of them.
const ORPHANED_AFTER: Duration = Duration::from_secs(10);
/// What is said of it.
const NOBODY: &str = "no process reads this partition";

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

/// Looks every second until `stop`, and writes what it sees. While the brokers don't answer, `outlook` says why and since when.
pub async fn report(
    watched: Vec<Watched>,
    settings: Settings,
    pool: PgPool,
    clock: Arc<dyn Clock>,
    outlook: watch::Sender<Option<Trouble>>,
    stop: CancellationToken,
) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    let mut observer = None;
    let mut gauges = Gauges::default();
    let begun = tokio::time::Instant::now();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        // at first, whoever has them has not told yet
        let orphans = match begun.elapsed() > ORPHANED_AFTER {
            true => orphans(&pool, &watched, clock.now()).await.unwrap_or_default(),
            false => Vec::new(),
        };
        let looked = tokio::select! {
            // a look at brokers that are away takes longer than anybody wants to wait
            () = stop.cancelled() => return,
            looked = look_once(&watched, &orphans, &settings, &clock, observer.take()) => looked,
        };
        let stored = match looked {
            Ok((kept, found)) => {
                observer = Some(kept);
                gauges.show(&found);
                metrics::gauge!("pipeline_observed_timestamp_seconds")
                    .set(clock.now().timestamp_millis() as f64 / 1000.0);
                if outlook.send_replace(None).is_some() {
                    tracing::info!("the brokers answer again");
                }
                store(&pool, &found, &watched, &orphans).await
            }
            Err(error) => {
                gauges.blur();
                despair(&outlook, error.to_string(), clock.now());
                store_troubles(&pool, &watched).await
            }
        };
        if let Err(error) = stored {
            tracing::debug!(%error, "progress could not be stored");
        }
    }
}

/// Partitions of `watched` sinks that nobody tells of, where they stood when somebody last did.
async fn orphans(pool: &PgPool, watched: &[Watched], at: DateTime<Utc>) -> Result<Vec<Place>, sqlx::Error> {
    let sinks: Vec<&str> = watched.iter().map(|one| one.sink.as_str()).collect();
    let rows: Vec<(String, String, i32, i64)> = sqlx::query_as(
        "SELECT sink, topic, partition, position FROM sink.progress \
         WHERE sink = ANY($1) AND (updated_at < now() - make_interval(secs => $2) OR trouble = $3)",
    )
    .bind(sinks)
    .bind(ORPHANED_AFTER.as_secs_f64())
    .bind(NOBODY)
    .fetch_all(pool)
    .await?;
    let place = |(group, topic, partition, position)| Place {
        group,
        topic,
        partition,
        position,
        at,
    };
    Ok(rows.into_iter().map(place).collect())
}

async fn look_once(
    watched: &[Watched],
    orphans: &[Place],
    settings: &Settings,
    clock: &Arc<dyn Clock>,
    observer: Option<Observer>,
) -> Result<(Observer, Vec<Progress>), LogError> {
    let (watched, orphans, settings) = (watched.to_vec(), orphans.to_vec(), settings.clone());
    let clock = Arc::clone(clock);
    let looked = tokio::task::spawn_blocking(move || {
        let mut observer = match observer {
            Some(observer) => observer,
            None => Observer::open(&settings)?,
        };
        let found = observer.look(&watched, orphans, clock.as_ref())?;
        Ok((observer, found))
    });
    looked.await.unwrap_or(Err(LogError::Closed))
}

/// Says once that nobody can look.
fn despair(outlook: &watch::Sender<Option<Trouble>>, reason: String, now: DateTime<Utc>) {
    let known = outlook.borrow().clone();
    if known.is_none() {
        tracing::warn!(
            reason,
            "where the pipelines and other consumer groups stand can't be told"
        );
    }
    let since = known.map_or(now, |known| known.since);
    outlook.send_replace(Some(Trouble { reason, since }));
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
    pub fn look_at(&mut self, stored: &[Place], clock: &dyn Clock) -> Result<Vec<Progress>, LogError> {
        let lags = self.probe.look(stored, clock)?;
        self.rates.note(&lags);
        let progress = |lag: GroupLag| Progress {
            rate: self.rates.of(&lag),
            lag,
            own: None,
        };
        Ok(lags.into_iter().map(progress).collect())
    }

    fn look(&mut self, watched: &[Watched], orphans: Vec<Place>, clock: &dyn Clock) -> Result<Vec<Progress>, LogError> {
        // what is held is told of after it, and counts
        let mut places = orphans;
        let mut own: BTreeMap<(String, String, i32), Own> = BTreeMap::new();
        for one in watched {
            let (status, at) = (one.status.borrow().clone(), clock.now());
            let held: Vec<events::Partition> = status.positions.iter().map(|(partition, _)| partition).collect();
            for place in self.probe.places(&one.sink, &one.topics, &status.positions, at)? {
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
        let mut found = self.look_at(&places, clock)?;
        // of a sink that holds nothing here others tell
        found.retain(|progress| {
            let group = progress.lag.place.group.as_str();
            !watched.iter().any(|one| one.sink == group) || places.iter().any(|place| place.group == group)
        });
        for progress in &mut found {
            let place = &progress.lag.place;
            progress.own = own.remove(&(place.group.clone(), place.topic.clone(), place.partition));
        }
        Ok(found)
    }
}

type Labels = [(&'static str, String); 3];

/// What is shown by metrics. What is not known any longer is no number; what never was is not there.
#[derive(Default)]
struct Gauges {
    /// Those that have a value.
    known: BTreeSet<(&'static str, Labels)>,
}

const OF_GROUPS: [&str; 5] = [
    "kafka_consumergroup_current_offset",
    "kafka_consumergroup_lag",
    "kafka_consumergroup_lag_seconds",
    "kafka_consumergroup_in_per_second",
    "kafka_consumergroup_out_per_second",
];
const OF_SINKS: [&str; 4] = [
    "pipeline_position",
    "pipeline_behind_records",
    "pipeline_behind_seconds",
    "pipeline_queryable_seconds",
];

/// Says what the metrics mean, for `/metrics`.
pub fn describe() {
    metrics::describe_gauge!(
        OF_GROUPS[0],
        "Next offset that the consumer group will read of the partition."
    );
    metrics::describe_gauge!(
        OF_GROUPS[1],
        "Offsets between the group's position and the partition's end."
    );
    metrics::describe_gauge!(
        OF_GROUPS[2],
        "Age of the next record that the group has to read; 0 when there is none."
    );
    metrics::describe_gauge!(
        OF_GROUPS[3],
        "Records that come to the partition in a second, over 10 s."
    );
    metrics::describe_gauge!(
        OF_GROUPS[4],
        "Records that the group reads of the partition in a second, over 10 s."
    );
    metrics::describe_gauge!(
        OF_SINKS[0],
        "Next offset that the sink will read of a partition that this process holds."
    );
    metrics::describe_gauge!(OF_SINKS[1], "Records that the sink has to read yet.");
    metrics::describe_gauge!(
        OF_SINKS[2],
        "Age of the next record that the sink has to read; 0 when there is none."
    );
    metrics::describe_gauge!(
        OF_SINKS[3],
        "How long the oldest record of the last step took from the log until it could be queried."
    );
    metrics::describe_gauge!(
        "pipeline_observed_timestamp_seconds",
        "When this process last saw where consumer groups stand, as Unix time."
    );
    metrics::describe_counter!("pipeline_records_total", "Records that the pipeline has read.");
    metrics::describe_counter!(
        "pipeline_failures_total",
        "Steps of the pipeline that failed and are tried again."
    );
    metrics::describe_counter!(
        "pipeline_refused_rows_total",
        "Rows that the sink's views could not hold."
    );
    metrics::describe_histogram!("pipeline_step_seconds", "How long a step of the pipeline took.");
}

impl Gauges {
    fn show(&mut self, found: &[Progress]) {
        let mut known = BTreeSet::new();
        let mut set = |names: &[&'static str], labels: Labels, values: &[Option<f64>]| {
            for (name, value) in names.iter().zip(values) {
                if let Some(value) = value {
                    metrics::gauge!(*name, &labels).set(*value);
                    known.insert((*name, labels.clone()));
                }
            }
        };
        for progress in found {
            let place = &progress.lag.place;
            let labels = |group| {
                [
                    (group, place.group.clone()),
                    ("topic", place.topic.clone()),
                    ("partition", place.partition.to_string()),
                ]
            };
            let (position, behind) = (Some(place.position as f64), Some(progress.lag.behind() as f64));
            if let Some(own) = &progress.own {
                let queryable = own.queryable_ms.map(|ms| ms as f64 / 1000.0);
                let values = [position, behind, progress.lag.behind_seconds, queryable];
                set(&OF_SINKS, labels("sink"), &values);
            }
            let comes = progress.rate.map(|rate| rate.in_per_second);
            let goes = progress.rate.map(|rate| rate.out_per_second);
            let values = [position, behind, progress.lag.behind_seconds, comes, goes];
            set(&OF_GROUPS, labels("consumergroup"), &values);
        }
        for (name, labels) in self.known.difference(&known) {
            metrics::gauge!(*name, labels).set(f64::NAN);
        }
        self.known = known;
    }

    /// Nobody can look.
    fn blur(&mut self) {
        self.show(&[]);
    }
}

/// Why sinks are not moving, while nothing else can be told of them.
async fn store_troubles(pool: &PgPool, watched: &[Watched]) -> Result<(), sqlx::Error> {
    for one in watched {
        let status = one.status.borrow().clone();
        let Some(trouble) = status.trouble else {
            continue;
        };
        for (partition, _) in status.positions.iter() {
            sqlx::query(
                "UPDATE sink.progress SET trouble = $1, trouble_since = $2, updated_at = now() \
                 WHERE sink = $3 AND topic = $4 AND partition = $5",
            )
            .bind(&trouble.reason)
            .bind(trouble.since)
            .bind(&one.sink)
            .bind(partition.topic.name())
            .bind(partition.number)
            .execute(pool)
            .await?;
        }
    }
    Ok(())
}

async fn store(pool: &PgPool, found: &[Progress], watched: &[Watched], orphans: &[Place]) -> Result<(), sqlx::Error> {
    store_own(pool, found).await?;
    for progress in found.iter().filter(|progress| progress.own.is_none()) {
        let place = &progress.lag.place;
        let same = |orphan: &Place| {
            (&orphan.group, &orphan.topic, orphan.partition) == (&place.group, &place.topic, place.partition)
        };
        if orphans.iter().any(same) {
            store_orphan(pool, progress).await?;
        }
    }
    let others: Vec<&Progress> = found
        .iter()
        .filter(|progress| !watched.iter().any(|one| one.sink == progress.lag.place.group))
        .collect();
    store_others(pool, &others).await
}

/// Whoever takes it writes over it at once; this writes over nobody who has it.
async fn store_orphan(pool: &PgPool, progress: &Progress) -> Result<(), sqlx::Error> {
    let GroupLag { place, end, .. } = &progress.lag;
    sqlx::query(
        "UPDATE sink.progress SET end_offset = $4, behind_seconds = $5, in_per_second = $6, out_per_second = $7, \
         trouble_since = CASE WHEN trouble = $8 THEN trouble_since ELSE updated_at END, trouble = $8, updated_at = now() \
         WHERE sink = $1 AND topic = $2 AND partition = $3 \
         AND (updated_at < now() - make_interval(secs => $9) OR trouble = $8)",
    )
    .bind(&place.group)
    .bind(&place.topic)
    .bind(place.partition)
    .bind(end)
    .bind(progress.lag.behind_seconds)
    .bind(progress.rate.map(|rate| rate.in_per_second))
    .bind(progress.rate.map(|rate| rate.out_per_second))
    .bind(NOBODY)
    .bind(ORPHANED_AFTER.as_secs_f64())
    .execute(pool)
    .await
    .map(drop)
}

async fn store_others(pool: &PgPool, others: &[&Progress]) -> Result<(), sqlx::Error> {
    let lags = || others.iter().map(|progress| &progress.lag);
    let rates = || others.iter().map(|progress| progress.rate);
    let ends = others
        .iter()
        .map(|progress| progress.rate?.caught_up_in_seconds(progress.lag.behind()));
    sqlx::query(
        "INSERT INTO sink.consumer_groups (consumergroup, topic, partition, position, end_offset, behind_seconds, in_per_second, \
         out_per_second, caught_up_in_seconds, updated_at) \
         SELECT *, now() FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::float8[], $7::float8[], \
         $8::float8[], $9::float8[]) \
         ON CONFLICT (consumergroup, topic, partition) DO UPDATE SET position = excluded.position, \
         end_offset = excluded.end_offset, behind_seconds = excluded.behind_seconds, in_per_second = excluded.in_per_second, \
         out_per_second = excluded.out_per_second, caught_up_in_seconds = excluded.caught_up_in_seconds, updated_at = now()",
    )
    .bind(lags().map(|lag| lag.place.group.clone()).collect::<Vec<_>>())
    .bind(lags().map(|lag| lag.place.topic.clone()).collect::<Vec<_>>())
    .bind(lags().map(|lag| lag.place.partition).collect::<Vec<_>>())
    .bind(lags().map(|lag| lag.place.position).collect::<Vec<_>>())
    .bind(lags().map(|lag| lag.end).collect::<Vec<_>>())
    .bind(lags().map(|lag| lag.behind_seconds).collect::<Vec<_>>())
    .bind(rates().map(|rate| Some(rate?.in_per_second)).collect::<Vec<_>>())
    .bind(rates().map(|rate| Some(rate?.out_per_second)).collect::<Vec<_>>())
    .bind(ends.collect::<Vec<_>>())
    .execute(pool)
    .await?;
    // groups and topics that are gone; several processes may write, none slower than this
    sqlx::query("DELETE FROM sink.consumer_groups WHERE updated_at < now() - INTERVAL '60 seconds'")
        .execute(pool)
        .await?;
    Ok(())
}

async fn store_own(pool: &PgPool, found: &[Progress]) -> Result<(), sqlx::Error> {
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
