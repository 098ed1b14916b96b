//! All pipelines of the platform, running in this process.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use events::{Positions, Topic};
use lake::{Maintenance, Table};
use log::{Assignment, BatchLimits};
use streams::alarms::{self, Thresholds};
use streams::progress::Watched;
use streams::{BronzeSink, Pipeline, PipelineError, Reading, Sink, ViewsSink};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::platform::Platform;
use crate::settings;

/// How long a command waits for a pipeline that can't write.
const TROUBLE_PATIENCE: Duration = Duration::from_secs(45);

/// How long pipelines that are to end are waited for between two words about them.
const STOPPING_TOLD_AFTER: Duration = Duration::from_secs(10);

/// The running pipelines.
pub struct Pipelines {
    tasks: JoinSet<Result<(), PipelineError>>,
    stop: CancellationToken,
    pub watched: Vec<Watched>,
}

impl Pipelines {
    /// Opens every sink and starts its pipeline.
    pub async fn start(platform: &Platform) -> Result<Self> {
        let mut running = Self {
            tasks: JoinSet::new(),
            stop: CancellationToken::new(),
            watched: Vec::new(),
        };
        let settings = &platform.settings.pipelines;
        let rules = maintenance(settings)?;
        // all at once: each reads a log of its own
        let opened = Topic::ALL.map(|topic| BronzeSink::open(&platform.lake, topic, rules));
        for (topic, sink) in Topic::ALL.into_iter().zip(futures::future::try_join_all(opened).await?) {
            let sink = sink.keeping_ids(settings.known_ids);
            running.spawn(platform, sink, vec![topic], settings.max_wait_ms);
        }
        for sink in ViewsSink::all(platform.pool()?) {
            let topics = sink.family().topics();
            running.spawn(platform, sink, topics, settings.views_max_wait_ms);
        }
        Ok(running)
    }

    fn spawn<S: Sink + 'static>(&mut self, platform: &Platform, sink: S, topics: Vec<Topic>, max_wait_ms: u64) {
        let settings = &platform.settings.pipelines;
        let reading = Reading {
            settings: platform.log.clone(),
            topics: topics.clone(),
            assignment: match platform.broker_is_embedded() {
                true => Assignment::All,
                false => Assignment::Group {
                    instance: platform.instance.clone(),
                },
            },
            limits: BatchLimits {
                max_rows: settings.max_rows,
                max_bytes: settings.max_bytes,
                max_wait: Duration::from_millis(max_wait_ms),
            },
        };
        let pipeline = Pipeline::new(sink, reading, Arc::clone(&platform.clock));
        self.watched.push(Watched {
            sink: pipeline.name().to_owned(),
            topics,
            status: pipeline.status(),
        });
        self.tasks.spawn(pipeline.run(self.stop.clone()));
    }

    /// Waits until every sink has reached `goal` in the topics it reads.
    pub async fn reach(&mut self, platform: &Platform, goal: &Positions) -> Result<()> {
        let all = self.watched.clone();
        let reached = async {
            match platform.broker_is_embedded() {
                true => reach_here(&all, goal).await,
                // others may have a share of the partitions
                false => loop {
                    if stores_reach(platform, goal).await? {
                        return Ok(());
                    }
                    tokio::time::sleep(Duration::from_millis(200)).await;
                },
            }
        };
        tokio::select! {
            reached = reached => reached,
            error = lasting_trouble(&all) => Err(error),
            error = self.failure() => Err(error),
        }
    }

    /// A pipeline that can't write at the moment, and why.
    pub fn trouble(&self) -> Option<String> {
        let troubled = |one: &Watched| {
            Some(format!(
                "{} can't write: {}",
                one.sink,
                one.status.borrow().trouble.as_ref()?.reason
            ))
        };
        self.watched.iter().find_map(troubled)
    }

    /// Waits for a pipeline that ends by itself, which none should.
    pub async fn failure(&mut self) -> anyhow::Error {
        match self.tasks.join_next().await {
            Some(Ok(Err(error))) => error.into(),
            Some(Err(error)) => anyhow!("a pipeline crashed: {error}"),
            Some(Ok(Ok(()))) | None => anyhow!("the pipelines ended"),
        }
    }

    /// Lets every pipeline finish the step it is in, and tells of those that take long.
    pub async fn stop(mut self) {
        self.stop.cancel();
        loop {
            let ended = async { while self.tasks.join_next().await.is_some() {} };
            if tokio::time::timeout(STOPPING_TOLD_AFTER, ended).await.is_ok() {
                return;
            }
            // one that has ended tells no more
            for one in self.watched.iter().filter(|one| one.status.has_changed().is_ok()) {
                let trouble = one.status.borrow().trouble.clone();
                let why = trouble.map_or_else(|| "its step is under way".to_owned(), |trouble| trouble.reason);
                tracing::warn!(sink = one.sink, why, "a pipeline has not ended yet");
            }
        }
    }
}

async fn reach_here(watched: &[Watched], goal: &Positions) -> Result<()> {
    for one in watched {
        let goal = goal.only(&one.topics);
        let mut status = one.status.clone();
        let reached = status.wait_for(|status| status.positions.reaches(&goal)).await;
        reached.context("a pipeline ended")?;
    }
    Ok(())
}

/// Whether every sink has stored `goal` with its data, whoever runs it.
///
/// # Errors
/// A store does not answer.
pub async fn stores_reach(platform: &Platform, goal: &Positions) -> Result<bool> {
    for family in features::FAMILIES {
        let stored = streams::stored_positions(platform.pool()?, family.sink).await?;
        if !stored.reaches(&goal.only(&family.topics())) {
            return Ok(false);
        }
    }
    for topic in Topic::ALL {
        let goal = goal.only(&[topic]);
        let partitions: Vec<_> = goal.iter().map(|(partition, _)| partition).collect();
        let sink = BronzeSink::name_of(topic);
        let stored = platform.lake.positions(Table::of(topic), &sink, &partitions).await?;
        if !stored.reaches(&goal) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Sends alerts from thresholds until `stop`.
///
/// # Errors
/// The settings hold what can't be.
pub fn watch_thresholds(platform: &Platform, stop: CancellationToken) -> Result<tokio::task::JoinHandle<()>> {
    let settings = platform.settings.alerts;
    let every = Duration::try_from_secs_f64(settings.every_seconds)
        .ok()
        .filter(|every| !every.is_zero())
        .with_context(|| {
            format!(
                "alerts.every_seconds is {}: give seconds above 0",
                settings.every_seconds
            )
        })?;
    let thresholds = Thresholds {
        outlier_score: settings.outlier_score,
        revenue_drop_percent: settings.revenue_drop_percent,
        trend_score: settings.trend_score,
    };
    let (pool, log, clock) = (
        platform.pool()?.clone(),
        platform.log.clone(),
        Arc::clone(&platform.clock),
    );
    Ok(tokio::spawn(alarms::watch(pool, log, thresholds, every, clock, stop)))
}

/// Resolves when a pipeline has been in trouble for so long that a command should not wait any more.
async fn lasting_trouble(watched: &[Watched]) -> anyhow::Error {
    let mut since: BTreeMap<&str, Instant> = BTreeMap::new();
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        for one in watched {
            let Some(trouble) = one.status.borrow().trouble.clone().map(|trouble| trouble.reason) else {
                since.remove(one.sink.as_str());
                continue;
            };
            if since.entry(&one.sink).or_insert_with(Instant::now).elapsed() > TROUBLE_PATIENCE {
                return anyhow!(
                    "{} can't write: {trouble}. Put that right and run the same command again: what was read is kept, and \
                     nothing is doubled",
                    one.sink
                );
            }
        }
    }
}

fn maintenance(settings: &settings::Pipelines) -> Result<Maintenance> {
    Ok(Maintenance {
        every_commits: settings.tidy_every_commits.max(1),
        target_file_bytes: NonZeroU64::new(settings.tidy_file_bytes).context("pipelines.tidy_file_bytes is 0")?,
        keep_removed: chrono::Duration::hours(settings.keep_removed_hours),
    })
}
