//! The loop: fetch, decode, write, show. All I/O is here; the step between is a plain function.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex as Lock, PoisonError};
use std::time::{Duration, Instant};

use events::fault::{self, Point};
use events::{Clock, Partition, Positions, Topic, Watermarks};
use log::{Assignment, BatchLimits, Consumer, Fetched, LogError, Reader, Record, Settings};
use thiserror::Error;
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;

use crate::decode::decode;
use crate::{Batch, Sink, SinkError};

/// What to read, and in which pieces.
#[derive(Debug, Clone)]
pub struct Reading {
    pub settings: Settings,
    pub topics: Vec<Topic>,
    pub assignment: Assignment,
    pub limits: BatchLimits,
}

/// How a pipeline stands.
#[derive(Debug, Clone, Default)]
pub struct Status {
    pub positions: Positions,
    /// Up to which event time each partition has told.
    pub watermarks: Watermarks,
    /// Rows written since the start.
    pub rows: u64,
    /// Newest event time written, as far as watermarks believe it.
    pub event_time: BTreeMap<Partition, chrono::DateTime<chrono::Utc>>,
    /// When something of a partition was written last.
    pub committed_at: BTreeMap<Partition, chrono::DateTime<chrono::Utc>>,
    /// The record of the last step that took longest until it could be queried, per partition.
    pub queryable: BTreeMap<Partition, Queryable>,
    /// Why it is not moving, if it isn't.
    pub trouble: Option<Trouble>,
    /// Since when a step has been under way.
    pub step_since: Option<chrono::DateTime<chrono::Utc>>,
    /// Where it stood in the partitions that it held last, when it holds none.
    pub given_up: Positions,
}

/// How long a record took until it could be queried, by what it is dated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queryable {
    pub ms: i64,
    pub offset: i64,
    /// Since when it can be queried.
    pub at: chrono::DateTime<chrono::Utc>,
}

/// A step that takes longer is trouble.
const LONG_STEP: chrono::TimeDelta = chrono::TimeDelta::seconds(30);

impl Status {
    /// Why it is not moving at `now`: what has failed, or the step that does not end.
    pub fn trouble_at(&self, now: chrono::DateTime<chrono::Utc>) -> Option<Trouble> {
        let slow = self.step_since.filter(|since| now - *since > LONG_STEP);
        self.trouble.clone().or_else(|| {
            slow.map(|since| Trouble {
                reason: STEP_UNDER_WAY.to_owned(),
                since,
            })
        })
    }
}

const STEP_UNDER_WAY: &str =
    "its step is still under way: the database or the lake is slow, or somebody holds a lock there";

/// What keeps a pipeline from moving.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub reason: String,
    pub since: chrono::DateTime<chrono::Utc>,
}

impl Trouble {
    pub(crate) fn of_brokers(reason: &str, since: chrono::DateTime<chrono::Utc>) -> Self {
        Self {
            reason: format!("{READING}: {reason}"),
            since,
        }
    }

    /// Whether it is the brokers that are away.
    pub fn is_of_brokers(&self) -> bool {
        self.reason.starts_with(READING)
    }

    /// Whether nothing failed, but a step doesn't end: the pipeline itself can't log that.
    pub fn is_slow_step(&self) -> bool {
        self.reason == STEP_UNDER_WAY
    }
}

/// A pipeline that stopped for good.
#[derive(Debug, Error)]
pub enum PipelineError {
    #[error("pipeline {sink} could not start: {source}")]
    Start { sink: String, source: LogError },
    #[error("pipeline {sink} stopped: {reason}")]
    Stopped { sink: String, reason: String },
}

/// One sink and what it is fed from.
pub struct Pipeline<S> {
    name: String,
    sink: Arc<Mutex<S>>,
    reading: Reading,
    clock: Arc<dyn Clock>,
    /// Whether the consumer group is told of positions.
    shows: bool,
    /// Behind what was written, of the partitions that are read.
    watermarks: Arc<Lock<Watermarks>>,
    status: watch::Sender<Status>,
}

/// What troubles begin with that are the brokers'.
const READING: &str = "brokers do not hand out records";

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Before a step is tried again that failed by our own fault: a new version, or a new look at the same data, may not fail.
const LONG_PAUSE: Duration = Duration::from_secs(60);

/// Whoever is displaced more than so often within so long is not alone.
const MOST_DISPLACED: usize = 2;
const DISPLACED_WITHIN: Duration = Duration::from_secs(60);
const BEFORE_JOINING_AGAIN: Duration = Duration::from_secs(2);

/// After so long without a record or an error a trouble is over; a client tries again every 2 s at least.
const QUIET: Duration = Duration::from_secs(5);

impl<S: Sink + 'static> Pipeline<S> {
    pub fn new(sink: S, reading: Reading, clock: Arc<dyn Clock>) -> Self {
        Self {
            name: sink.name().to_owned(),
            shows: sink.is_told_of(),
            sink: Arc::new(Mutex::new(sink)),
            reading,
            clock,
            watermarks: Arc::default(),
            status: watch::Sender::new(Status::default()),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// Runs until `stop`; the step under way is finished first.
    ///
    /// # Errors
    /// The log refused the settings. What fails on the way is told in the status, and tried again.
    pub async fn run(self, stop: CancellationToken) -> Result<(), PipelineError> {
        let mut consumer = self.open_consumer().await?;
        let mut pause = FIRST_PAUSE;
        let mut displaced: Vec<Instant> = Vec::new();
        loop {
            let fetched = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                fetched = tokio::time::timeout(QUIET, consumer.next()) => fetched,
            };
            let Ok(fetched) = fetched else {
                // nothing to read and nothing to complain about
                self.tell_of_recovery();
                self.status.send_if_modified(|status| status.trouble.take().is_some());
                continue;
            };
            let outcome = match fetched {
                Ok(fetched) => {
                    let begun = self.clock.now();
                    self.status.send_modify(|status| status.step_since = Some(begun));
                    let outcome = self.step(&consumer, fetched).await;
                    self.status.send_modify(|status| status.step_since = None);
                    outcome
                }
                Err(LogError::Read(error)) => {
                    // the client reconnects by itself and goes on where it was
                    self.trouble(&format!("{READING}: {error}"));
                    continue;
                }
                Err(LogError::Displaced(reason)) => {
                    displaced.retain(|at| at.elapsed() < DISPLACED_WITHIN);
                    displaced.push(Instant::now());
                    if displaced.len() > MOST_DISPLACED {
                        return Err(self.stopped(format!(
                            "another process reads as this one ({reason}). It runs on a copy of this data folder (then \
                             remove the file `instance` in one of the two), or was started with the same --instance or \
                             group.instance.id: give each its own"
                        )));
                    }
                    // brokers that stood still work off what was asked twice, and take this process for two
                    self.trouble(&format!(
                        "{READING}: its place in the group was taken ({reason}), joining again"
                    ));
                    drop(consumer);
                    if !rest(BEFORE_JOINING_AGAIN, &stop).await {
                        return Ok(());
                    }
                    consumer = self.open_consumer().await?;
                    continue;
                }
                Err(LogError::Deaf) => {
                    self.trouble(&format!("{READING}: no answer for a minute, connecting anew"));
                    drop(consumer);
                    if !rest(BEFORE_JOINING_AGAIN, &stop).await {
                        return Ok(());
                    }
                    consumer = self.open_consumer().await?;
                    continue;
                }
                Err(LogError::Closed) => return Err(self.stopped("its consumer ended".to_owned())),
                Err(error) => Err(SinkError::Dependency(error.to_string())),
            };
            match outcome {
                Ok(()) => {
                    pause = FIRST_PAUSE;
                    if self.shows {
                        consumer.show(self.status.borrow().positions.clone());
                    }
                }
                Err(SinkError::Ours(reason)) => {
                    // nobody but us can put it right, and nothing else has to stop for it
                    tracing::error!(
                        sink = self.name,
                        reason,
                        "step failed by a fault of the platform: please report it"
                    );
                    self.trouble(&reason);
                    if !rest(LONG_PAUSE, &stop).await {
                        return Ok(());
                    }
                    consumer.restart();
                }
                Err(SinkError::Fenced(reason)) => {
                    // as when partitions are handed over
                    tracing::info!(
                        sink = self.name,
                        reason,
                        "step dropped, reading again from the stored positions"
                    );
                    consumer.restart();
                }
                Err(SinkError::Dependency(reason)) => {
                    self.trouble(&reason);
                    if !rest(pause, &stop).await {
                        return Ok(());
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    consumer.restart();
                }
            }
        }
    }

    async fn open_consumer(&self) -> Result<Consumer, PipelineError> {
        let sink = Arc::clone(&self.sink);
        let (status, watermarks) = (self.status.clone(), Arc::clone(&self.watermarks));
        let runtime = tokio::runtime::Handle::current();
        let owner = Owner {
            sink,
            status,
            watermarks,
            runtime,
        };
        let (reading, group) = (self.reading.clone(), self.name.clone());
        let opened = tokio::task::spawn_blocking(move || {
            Consumer::open(
                &reading.settings,
                &group,
                &reading.topics,
                reading.assignment,
                reading.limits,
                owner,
            )
        });
        let opened = opened.await.unwrap_or(Err(LogError::Closed));
        opened.map_err(|source| PipelineError::Start {
            sink: self.name.clone(),
            source,
        })
    }

    async fn step(&self, consumer: &Consumer, fetched: Fetched) -> Result<(), SinkError> {
        let started = Instant::now();
        let batch = self.decode(&fetched)?;
        fault::reached(Point::Decoded);
        let mut sink = self.sink.lock().await;
        // whoever gives partitions up waits for the sink, so it is either stale now or ended before
        if consumer.is_stale(&fetched) {
            return Ok(());
        }
        let written = sink.write(&batch).await?;
        self.count(&fetched, started.elapsed());
        fault::reached(Point::Acknowledged);
        let now = self.clock.now();
        self.keep_watermarks(&batch);
        self.tell_of_recovery();
        self.status.send_modify(|status| {
            status.positions.advance(&batch.spans);
            for span in &batch.spans {
                status
                    .watermarks
                    .set(span.partition, batch.watermarks.of(span.partition));
                status.committed_at.insert(span.partition, now);
                // of what was accepted, and of no clock that is ahead
                if let Some(time) = batch.watermarks.of(span.partition) {
                    let newest = status.event_time.entry(span.partition).or_insert(time);
                    *newest = time.max(*newest);
                }
            }
            status.rows += written.rows as u64;
            status.trouble = None;
            status.queryable.extend(queryable(&fetched.records, now));
        });
        Ok(())
    }

    fn decode(&self, fetched: &Fetched) -> Result<Batch, SinkError> {
        let now = self.clock.now();
        let mut by_topic: BTreeMap<Topic, Vec<&Record>> = BTreeMap::new();
        for record in &fetched.records {
            by_topic.entry(record.partition.topic).or_default().push(record);
        }
        let mut watermarks = self.watermarks.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let rows = by_topic
            .into_iter()
            .map(|(topic, records)| Ok((topic, decode(topic, records, now, &mut watermarks)?)))
            .collect::<Result<_, arrow::error::ArrowError>>();
        Ok(Batch {
            rows: rows.map_err(|error| SinkError::Ours(error.to_string()))?,
            spans: fetched.spans.clone(),
            watermarks,
        })
    }

    fn keep_watermarks(&self, batch: &Batch) {
        let mut watermarks = self.watermarks.lock().unwrap_or_else(PoisonError::into_inner);
        for span in &batch.spans {
            watermarks.set(span.partition, batch.watermarks.of(span.partition));
        }
    }

    fn count(&self, fetched: &Fetched, took: Duration) {
        let sink = self.name.clone();
        metrics::counter!("pipeline_records_total", "sink" => sink.clone()).increment(fetched.records.len() as u64);
        metrics::histogram!("pipeline_step_seconds", "sink" => sink).record(took.as_secs_f64());
    }

    fn trouble(&self, reason: &str) {
        let known = self.status.borrow().trouble.clone();
        // said once, not as often as it is tried; what a client says of brokers that are away goes to and fro
        let about_brokers = |reason: &str| reason.starts_with(READING);
        let said = |known: &Trouble| known.reason == reason || about_brokers(&known.reason) && about_brokers(reason);
        match known.as_ref().is_some_and(said) {
            true => tracing::debug!(sink = self.name, reason, "step failed again"),
            false => tracing::warn!(
                sink = self.name,
                reason,
                at = self.places(),
                "step failed, trying again"
            ),
        }
        metrics::counter!("pipeline_failures_total", "sink" => self.name.clone()).increment(1);
        let trouble = Trouble {
            reason: reason.to_owned(),
            since: known.map_or_else(|| self.clock.now(), |known| known.since),
        };
        self.status.send_modify(|status| status.trouble = Some(trouble));
    }

    /// Whoever reads of a trouble in the log reads of its end there.
    fn tell_of_recovery(&self) {
        if let Some(trouble) = self.status.borrow().trouble_at(self.clock.now()) {
            tracing::info!(sink = self.name, since = %trouble.since, reason = trouble.reason, "moves again");
        }
    }

    /// Where it stands, for people.
    fn places(&self) -> String {
        let status = self.status.borrow();
        let places = status
            .positions
            .iter()
            .map(|(partition, position)| format!("{partition}@{position}"));
        places.collect::<Vec<_>>().join(" ")
    }

    fn stopped(&self, reason: String) -> PipelineError {
        self.trouble(&reason);
        PipelineError::Stopped {
            sink: self.name.clone(),
            reason,
        }
    }
}

/// What the consumer's thread asks of a pipeline.
struct Owner<S> {
    sink: Arc<Mutex<S>>,
    status: watch::Sender<Status>,
    watermarks: Arc<Lock<Watermarks>>,
    runtime: tokio::runtime::Handle,
}

impl<S: Sink> Reader for Owner<S> {
    fn start_at(&self, partitions: &[Partition]) -> Result<Positions, String> {
        let asked = async { self.sink.lock().await.standing(partitions).await };
        let standing = self.runtime.block_on(asked).map_err(|error| error.to_string())?;
        self.watermarks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone_from(&standing.watermarks);
        self.status.send_modify(|status| {
            status.positions = standing.positions.clone();
            status.watermarks = standing.watermarks;
            status.given_up = Positions::default();
        });
        fault::reached(Point::Assigned);
        Ok(standing.positions)
    }

    fn settle(&self) {
        drop(self.sink.blocking_lock());
        self.status
            .send_modify(|status| status.given_up = std::mem::take(&mut status.positions));
    }
}

fn queryable(records: &[Record], at: chrono::DateTime<chrono::Utc>) -> BTreeMap<Partition, Queryable> {
    let mut longest: BTreeMap<Partition, Queryable> = BTreeMap::new();
    for record in records {
        let Some(produced_ms) = record.timestamp_ms else {
            continue;
        };
        let one = Queryable {
            // a clock may be ahead
            ms: at.timestamp_millis().saturating_sub(produced_ms).max(0),
            offset: record.offset,
            at,
        };
        let known = longest.entry(record.partition).or_insert(one);
        if one.ms > known.ms {
            *known = one;
        }
    }
    longest
}

/// Waits between half of `pause` and all of it; false when `stop` came first.
async fn rest(pause: Duration, stop: &CancellationToken) -> bool {
    let jittered = pause.mul_f64(rand::random_range(0.5..=1.0));
    tokio::select! {
        () = stop.cancelled() => false,
        () = tokio::time::sleep(jittered) => true,
    }
}
