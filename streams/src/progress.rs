//! How far each sink has come, for people: rows of `sink.progress`, and metrics, which tell of every consumer group of the
//! cluster. Nothing is resumed from it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use events::{Clock, Topic};
use log::{GroupLag, GroupProbe, LogError, Place, Rate, Rates, Settings, Uncommitted};
use sqlx::PgPool;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{Status, Trouble};

mod ends;
mod gauges;
mod stored;

use ends::Ends;
use gauges::Gauges;
use stored::{ORPHANED_AFTER, orphans, store_others, store_own, store_troubles};

pub use gauges::describe;
pub use stored::{queryable_ms, rates};

const EVERY: Duration = Duration::from_secs(1);
/// Rates are over so long.
const RATES_OVER: TimeDelta = TimeDelta::seconds(10);

/// A consumer group's place in one partition; of our sinks, with what only they know.
#[derive(Debug, Clone)]
pub struct Progress {
    pub lag: GroupLag,
    pub rate: Rate,
    pub own: Option<Own>,
}

/// What only a sink itself knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Own {
    /// Up to which event time the partition has told.
    pub watermark: Option<DateTime<Utc>>,
    pub event_time: Option<DateTime<Utc>>,
    pub committed_at: Option<DateTime<Utc>>,
    /// How long the oldest record of the last step took from the log until it could be queried; None where that can't be told, as
    /// the record is dated before it came to the log.
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
/// Our own sinks and everybody else's groups are looked at apart, so that the figures of a few don't wait for those of hundreds.
pub async fn report(
    watched: Vec<Watched>,
    settings: Settings,
    pool: PgPool,
    clock: Arc<dyn Clock>,
    outlook: watch::Sender<Option<Trouble>>,
    stop: CancellationToken,
) {
    let own = report_own(&watched, &settings, &pool, &clock, outlook, &stop);
    let others = report_others(&watched, &settings, &pool, &clock, &stop);
    tokio::join!(own, others);
}

async fn report_own(
    watched: &[Watched],
    settings: &Settings,
    pool: &PgPool,
    clock: &Arc<dyn Clock>,
    outlook: watch::Sender<Option<Trouble>>,
    stop: &CancellationToken,
) {
    let mut ticks = Ticks::new();
    let mut observer = None;
    let mut gauges = Gauges::default();
    let begun = tokio::time::Instant::now();
    let mut answered_at = clock.now();
    while ticks.next(stop).await {
        // at first, whoever has them has not told yet
        let orphans = match begun.elapsed() > ORPHANED_AFTER {
            true => orphans(pool, watched, clock.now()).await.unwrap_or_default(),
            false => Vec::new(),
        };
        let asked_at = clock.now();
        let asked = (watched.to_vec(), orphans.clone(), Arc::clone(clock));
        let look = look_once(settings, observer.take(), move |observer| {
            let (watched, orphans, clock) = asked;
            observer.look_at_own(&watched, orphans, clock.as_ref())
        });
        let looked = tokio::select! {
            // a look at brokers that are away takes longer than anybody wants to wait
            () = stop.cancelled() => return,
            looked = look => looked,
        };
        let stored = match looked {
            Ok((kept, found)) => {
                observer = Some(kept);
                answered_at = asked_at;
                gauges.show(&found);
                metrics::gauge!("pipeline_observed_timestamp_seconds")
                    .set(clock.now().timestamp_millis() as f64 / 1000.0);
                if outlook.send_replace(None).is_some() {
                    tracing::info!("the brokers answer again");
                }
                store_own(pool, &found, &orphans).await
            }
            Err(error) => {
                gauges.blur();
                let away = Trouble::of_brokers(&error.to_string(), answered_at);
                despair(&outlook, away.clone());
                store_troubles(pool, watched, &away, clock.now()).await
            }
        };
        if let Err(error) = stored {
            tracing::debug!(%error, "progress could not be stored");
        }
    }
}

async fn report_others(
    watched: &[Watched],
    settings: &Settings,
    pool: &PgPool,
    clock: &Arc<dyn Clock>,
    stop: &CancellationToken,
) {
    let mut ticks = Ticks::new();
    let mut observer = None;
    let mut gauges = Gauges::default();
    while ticks.next(stop).await {
        let asked = (watched.to_vec(), Arc::clone(clock));
        let look = look_once(settings, observer.take(), move |observer| {
            let (watched, clock) = asked;
            observer.look_at_others(&watched, clock.as_ref())
        });
        let looked = tokio::select! {
            () = stop.cancelled() => return,
            looked = look => looked,
        };
        match looked {
            Ok((kept, found)) => {
                gauges.show(&found);
                gauges.show_uncommitted(kept.uncommitted());
                observer = Some(kept);
                if let Err(error) = store_others(pool, &found).await {
                    tracing::debug!(%error, "where other groups stand could not be stored");
                }
            }
            Err(_) => gauges.blur(),
        }
    }
}

struct Ticks(tokio::time::Interval);

impl Ticks {
    fn new() -> Self {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        Self(ticks)
    }

    /// False after `stop`.
    async fn next(&mut self, stop: &CancellationToken) -> bool {
        tokio::select! {
            () = stop.cancelled() => false,
            _ = self.0.tick() => true,
        }
    }
}

async fn look_once(
    settings: &Settings,
    observer: Option<Observer>,
    look: impl FnOnce(&mut Observer) -> Result<Vec<Progress>, LogError> + Send + 'static,
) -> Result<(Observer, Vec<Progress>), LogError> {
    let settings = settings.clone();
    let looked = tokio::task::spawn_blocking(move || {
        let mut observer = match observer {
            Some(observer) => observer,
            None => Observer::open(&settings, RATES_OVER)?,
        };
        let found = look(&mut observer)?;
        Ok((observer, found))
    });
    looked.await.unwrap_or(Err(LogError::Closed))
}

/// Says once that nobody can look.
fn despair(outlook: &watch::Sender<Option<Trouble>>, away: Trouble) {
    let is_news = outlook.borrow().is_none();
    if is_news {
        tracing::warn!(
            reason = away.reason,
            "where the pipelines and other consumer groups stand can't be told"
        );
    }
    outlook.send_replace(Some(away));
}

/// Looks at the groups again and again.
pub struct Observer {
    probe: GroupProbe,
    rates: Rates,
    ends: Ends,
}

impl Observer {
    /// Rates are over `span`.
    ///
    /// # Errors
    /// The log's client refused its settings.
    pub fn open(settings: &Settings, span: TimeDelta) -> Result<Self, LogError> {
        Ok(Self {
            probe: GroupProbe::open(settings)?,
            rates: Rates::over(span),
            ends: Ends::default(),
        })
    }

    /// Where every group stands now. Sinks are known by their own positions, and where nobody runs them, by `stored`.
    ///
    /// # Errors
    /// The brokers don't answer.
    pub fn look_at(&mut self, stored: &[Place], clock: &dyn Clock) -> Result<Vec<Progress>, LogError> {
        let lags = self.probe.look(stored, clock)?;
        Ok(self.rated(lags))
    }

    /// Partitions that groups read, and of which they have not said where they stand, as of the last look.
    pub fn uncommitted(&self) -> &[Uncommitted] {
        self.probe.uncommitted()
    }

    fn rated(&mut self, lags: Vec<GroupLag>) -> Vec<Progress> {
        self.rates.note(&lags);
        let progress = |lag: GroupLag| Progress {
            rate: self.rates.of(&lag),
            lag,
            own: None,
        };
        lags.into_iter().map(progress).collect()
    }

    fn look_at_others(&mut self, watched: &[Watched], clock: &dyn Clock) -> Result<Vec<Progress>, LogError> {
        let own = watched.iter().map(|one| one.sink.as_str()).collect();
        let lags = self.probe.look_at_others(&own, clock)?;
        Ok(self.rated(lags))
    }

    /// Of a sink that holds nothing here others tell.
    fn look_at_own(
        &mut self,
        watched: &[Watched],
        orphans: Vec<Place>,
        clock: &dyn Clock,
    ) -> Result<Vec<Progress>, LogError> {
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
                    event_time: partition.and_then(|partition| status.event_time.get(&partition).copied()),
                    committed_at: partition.and_then(|partition| status.committed_at.get(&partition).copied()),
                    queryable_ms: partition
                        .and_then(|partition| status.queryable.get(&partition))
                        .and_then(|queryable| self.ends.believed(&place.topic, place.partition, queryable)),
                    trouble: status.trouble_at(at),
                };
                own.insert((place.group.clone(), place.topic.clone(), place.partition), known);
                places.push(place);
            }
        }
        let lags = self.probe.look_at_known(&places, clock)?;
        self.ends.note(&lags);
        let mut found = self.rated(lags);
        for progress in &mut found {
            let place = &progress.lag.place;
            progress.own = own.remove(&(place.group.clone(), place.topic.clone(), place.partition));
        }
        Ok(found)
    }
}
