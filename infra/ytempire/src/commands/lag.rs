use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use events::{Clock, Partition, Positions, Topic};
use log::{LogError, Place, Probe, Rate};
use serde::Serialize;
use streams::progress::{Observer, Progress};
use streams::{BronzeSink, progress};

use super::Start;
use crate::cli::LagOptions;
use crate::exit::{Done, is_wrong_use};
use crate::output;
use crate::platform::{ALL_NEEDS, Platform, must_exist};

const BETWEEN_LOOKS: Duration = Duration::from_secs(1);
/// Rates are over so long. Kafka's consumers commit every 5 s unless told otherwise, and two commits make a rate.
const RATES_OVER: TimeDelta = TimeDelta::seconds(15);
/// How long rates are waited for where a group is behind and is not seen to move. Longer than four fifths of [`RATES_OVER`]: then one
/// that stands still is known to.
const PATIENCE: Duration = Duration::from_secs(13);

#[derive(Debug, Serialize)]
struct Lag {
    group: String,
    topic: String,
    partition: i32,
    /// None of a partition that a member reads and of which the group has committed nothing: then nobody knows how far behind it is.
    position: Option<i64>,
    end: i64,
    behind: Option<i64>,
    /// Age of the next record to read; 0 when there is none.
    behind_seconds: Option<f64>,
    in_per_second: Option<f64>,
    out_per_second: Option<f64>,
    caught_up_in_seconds: Option<f64>,
    /// From the log until it could be queried; of our own sinks only.
    queryable_ms: Option<i64>,
}

/// Our own positions come from the sinks' own stores, so they are true whoever runs the pipelines, and when nobody does.
/// Everybody else's are what their groups have committed.
pub async fn run(start: Start, options: LagOptions) -> Result<Done> {
    let json = start.global.json;
    let cluster = match options.brokers {
        Some(brokers) => Cluster::foreign(start, brokers),
        None => {
            must_exist(&start.settings)?;
            let attached = tokio::select! {
                attached = attach(&start, options.watch) => attached?,
                _ = tokio::signal::ctrl_c() => return Ok(Done::Wholly),
            };
            Cluster::Ours(Box::new(attached))
        }
    };
    // whatever it is at: brokers that are away are waited for
    let shown = tokio::select! {
        shown = show(&cluster, json, options.watch) => shown,
        _ = tokio::signal::ctrl_c() => Ok(()),
    };
    if let Cluster::Ours(platform) = cluster {
        platform.stop().await?;
    }
    shown.map(|()| Done::Wholly)
}

/// Whoever watches waits for what is away.
async fn attach(start: &Start, watch: bool) -> Result<Platform> {
    loop {
        match Platform::attach(start.settings.clone(), Arc::clone(&start.clock), &ALL_NEEDS).await {
            Err(error) if watch && is_away(&error) => look_again(&error).await,
            attached => return attached,
        }
    }
}

/// Settings that can't be used don't change.
fn is_away(error: &anyhow::Error) -> bool {
    !is_wrong_use(error) && !matches!(error.downcast_ref(), Some(LogError::Settings(_)))
}

async fn look_again(error: &anyhow::Error) {
    eprintln!("{error:#}; looking again");
    tokio::time::sleep(BETWEEN_LOOKS).await;
}

/// Whose groups are looked at.
enum Cluster {
    Ours(Box<Platform>),
    Foreign { log: log::Settings, clock: Arc<dyn Clock> },
}

impl Cluster {
    fn foreign(start: Start, brokers: String) -> Self {
        Cluster::Foreign {
            log: log::Settings {
                brokers,
                properties: start.settings.kafka.properties,
            },
            clock: start.clock,
        }
    }

    fn log(&self) -> &log::Settings {
        match self {
            Cluster::Ours(platform) => &platform.log,
            Cluster::Foreign { log, .. } => log,
        }
    }

    fn clock(&self) -> Arc<dyn Clock> {
        match self {
            Cluster::Ours(platform) => Arc::clone(&platform.clock),
            Cluster::Foreign { clock, .. } => Arc::clone(clock),
        }
    }

    /// Where our sinks stand, by their own stores.
    async fn stored(&self) -> Result<Vec<Place>> {
        match self {
            Cluster::Ours(platform) => stored(platform).await,
            Cluster::Foreign { .. } => Ok(Vec::new()),
        }
    }

    /// How fast groups read by those who have watched them for long, if somebody has.
    async fn rates(&self) -> Result<BTreeMap<(String, String, i32), Rate>> {
        match self {
            Cluster::Ours(platform) => Ok(progress::rates(platform.pool()?).await?),
            Cluster::Foreign { .. } => Ok(BTreeMap::new()),
        }
    }

    async fn queryable_ms(&self) -> Result<BTreeMap<(String, String, i32), i64>> {
        match self {
            Cluster::Ours(platform) => Ok(progress::queryable_ms(platform.pool()?).await?),
            Cluster::Foreign { .. } => Ok(BTreeMap::new()),
        }
    }
}

async fn show(cluster: &Cluster, json: bool, watch: bool) -> Result<()> {
    let mut observer = None;
    let begun = tokio::time::Instant::now();
    loop {
        let looked = async {
            let log = cluster.log().clone();
            let observer = match observer.take() {
                Some(observer) => observer,
                None => tokio::task::spawn_blocking(move || watch_of(&log)).await??,
            };
            look(cluster, observer).await
        };
        let (kept, lags) = match looked.await {
            // whoever watches wants to see when they are back
            Err(error) if watch && is_away(&error) => {
                look_again(&error).await;
                continue;
            }
            looked => looked?,
        };
        observer = Some(kept);
        let is_told = |lag: &Lag| lag.position.is_none() || lag.in_per_second.is_some() && lag.out_per_second.is_some();
        if !watch && !lags.iter().all(is_told) && begun.elapsed() < PATIENCE {
            tokio::time::sleep(BETWEEN_LOOKS).await;
            continue;
        }
        if !watch {
            return match json {
                true => output::print_json(&lags),
                false => output::print(&table(&lags)),
            };
        }
        let text = match json {
            true => format!("{}\n", serde_json::to_string(&lags)?),
            false => {
                output::clear()?;
                table(&lags)
            }
        };
        if !output::print_while_read(&text)? {
            return Ok(());
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

/// Says better than a look does why brokers don't answer.
fn watch_of(log: &log::Settings) -> Result<Observer, LogError> {
    Probe::open(log)?.reach()?;
    Observer::open(log, RATES_OVER)
}

async fn look(cluster: &Cluster, mut observer: Observer) -> Result<(Observer, Vec<Lag>)> {
    let stored = cluster.stored().await?;
    let (queryable, watched) = (cluster.queryable_ms().await?, cluster.rates().await?);
    let clock = cluster.clock();
    let looked = tokio::task::spawn_blocking(move || {
        let found = observer.look_at(&stored, clock.as_ref());
        found.map(|found| (observer, found))
    });
    let (observer, found) = looked.await?.context("check the brokers' address")?;
    let lag = |progress: Progress| {
        let lag = progress.lag;
        let place = lag.place.clone();
        let key = (place.group.clone(), place.topic.clone(), place.partition);
        let rate = watched.get(&key).copied().unwrap_or(progress.rate);
        Lag {
            position: Some(place.position),
            end: lag.end,
            behind: Some(lag.behind()),
            behind_seconds: lag.behind_seconds,
            in_per_second: rate.in_per_second,
            out_per_second: rate.out_per_second,
            caught_up_in_seconds: lag.caught_up_in_seconds(rate),
            queryable_ms: queryable.get(&key).copied(),
            group: place.group,
            topic: place.topic,
            partition: place.partition,
        }
    };
    let mut lags: Vec<Lag> = found.into_iter().map(lag).collect();
    lags.extend(observer.uncommitted().iter().map(|one| Lag {
        group: one.group.clone(),
        topic: one.topic.clone(),
        partition: one.partition,
        position: None,
        end: one.end,
        behind: None,
        behind_seconds: None,
        in_per_second: None,
        out_per_second: None,
        caught_up_in_seconds: None,
        queryable_ms: None,
    }));
    lags.sort_by(|left, right| {
        let key = |lag: &Lag| (lag.group.clone(), lag.topic.clone(), lag.partition);
        key(left).cmp(&key(right))
    });
    Ok((observer, lags))
}

async fn stored(platform: &Platform) -> Result<Vec<Place>> {
    let settings = platform.log.clone();
    let topics = tokio::task::spawn_blocking(move || {
        let probe = Probe::open(&settings)?;
        let partitions = |topic| Ok::<_, LogError>((topic, probe.partitions(topic)?));
        Topic::ALL.into_iter().map(partitions).collect::<Result<Vec<_>, _>>()
    });
    let mut places = Vec::new();
    for (topic, partitions) in topics.await?? {
        let sink = BronzeSink::name_of(topic);
        let stored = platform
            .lake
            .positions(lake::Table::of(topic), &sink, &partitions)
            .await?;
        places.extend(places_of(&sink, &partitions, &stored, platform.clock.now()));
        for family in features::families_of(topic) {
            let stored = streams::stored_positions(platform.pool()?, family.sink).await?;
            places.extend(places_of(family.sink, &partitions, &stored, platform.clock.now()));
        }
    }
    Ok(places)
}

fn places_of(sink: &str, partitions: &[Partition], stored: &Positions, at: DateTime<Utc>) -> Vec<Place> {
    let place = |partition: &Partition| Place {
        group: sink.to_owned(),
        topic: partition.topic.name().to_owned(),
        partition: partition.number,
        position: stored.of(*partition),
        at,
    };
    partitions.iter().map(place).collect()
}

/// A group may be called anything.
fn on_one_line(name: &str) -> String {
    name.chars()
        .flat_map(|one| match one.is_control() {
            true => one.escape_default().collect::<Vec<_>>(),
            false => vec![one],
        })
        .collect()
}

fn table(lags: &[Lag]) -> String {
    let number = |number: Option<f64>| number.map_or_else(String::new, |number| format!("{number:.1}"));
    let rows = lags.iter().map(|lag| {
        let numbers = [Some(i64::from(lag.partition)), lag.position, Some(lag.end), lag.behind];
        let mut cells = vec![on_one_line(&lag.group), on_one_line(&lag.topic)];
        cells.extend(numbers.map(|number| number.map_or_else(|| "-".to_owned(), |number| number.to_string())));
        cells.extend([
            number(lag.behind_seconds),
            number(lag.in_per_second),
            number(lag.out_per_second),
            number(lag.caught_up_in_seconds),
            lag.queryable_ms.map_or_else(String::new, |ms| ms.to_string()),
        ]);
        cells
    });
    output::table(
        &[
            "group",
            "topic",
            "partition",
            "position",
            "end",
            "behind",
            "behind s",
            "in/s",
            "out/s",
            "caught up in s",
            "queryable ms",
        ],
        rows,
    )
}
