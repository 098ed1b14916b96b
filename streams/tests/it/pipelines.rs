//! Pipelines between real parts, on both brokers: what is on the topic is in the lake once, and the views are those of the lake,
//! whatever was delivered twice, in disorder or broken, and however often a pipeline was stopped.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrow::array::AsArray;
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Int32Type, Int64Type};
use async_trait::async_trait;
use chrono::DateTime;
use datafusion::prelude::SessionContext;
use events::{Envelope, EventId, ManualClock, Partition, Payload, Positions, Topic};
use features::{FAMILIES, View, Views};
use lake::{Lake, Maintenance, Table};
use log::{Assignment, BatchLimits, Consumer, Probe, Producer, Record, Settings};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use streams::{Batch, BronzeSink, Pipeline, Reading, Sink, SinkError, Standing, Status, ViewsSink, Written, read_view};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::brokers::Fixture;
use crate::world::{Database, Seen};

const TOPIC: Topic = Topic::VideoSnapshots;
const PATIENCE: Duration = Duration::from_secs(120);

type Rng = rand_chacha::ChaCha8Rng;

fn seen(rng: &mut Rng) -> Seen {
    Seen {
        video: rng.random_range(0..40),
        day: rng.random_range(0..60),
        hour: rng.random_range(0..24),
        views: rng.random_range(0..5_000),
        rank: rng.random_bool(0.4).then(|| rng.random_range(0..9)),
        channel: rng
            .random_bool(0.8)
            .then(|| (rng.random_range(0..5), rng.random_bool(0.7))),
        titled: rng.random_bool(0.5),
    }
}

/// Puts observations on the topic: in disorder, some twice, some broken. Each is confirmed.
async fn produce(settings: &Settings, rng: &mut Rng, count: usize) {
    let mut records: Vec<(String, Envelope, Vec<u8>)> = Vec::new();
    for _ in 0..count {
        let event = seen(rng).event();
        let record = (event.payload.key(), event.envelope(), event.body());
        if rng.random_bool(0.2) {
            records.push(record.clone());
        }
        if rng.random_bool(0.03) {
            records.push((record.0.clone(), record.1.clone(), b"{\"video_id\": \xff".to_vec()));
        }
        records.push(record);
    }
    records.shuffle(rng);
    let (producer, mut deliveries) = Producer::open(settings).expect("a producer");
    for (key, envelope, body) in &records {
        let sent = producer.send(TOPIC, Some(key), envelope, body, 0);
        sent.await.expect("sent");
    }
    for _ in &records {
        let delivery = tokio::time::timeout(PATIENCE, deliveries.recv())
            .await
            .expect("in time");
        delivery.expect("a delivery").outcome.expect("delivered");
    }
}

fn reading(fixture: &Fixture, assignment: &Assignment) -> Reading {
    Reading {
        settings: fixture.settings.clone(),
        topics: vec![TOPIC],
        assignment: assignment.clone(),
        limits: BatchLimits {
            max_rows: 90,
            max_bytes: 1 << 20,
            max_wait: Duration::from_millis(20),
        },
    }
}

const RULES: Maintenance = Maintenance {
    every_commits: 7,
    target_file_bytes: NonZeroU64::new(1 << 20).expect("a size"),
    keep_removed: chrono::Duration::hours(1),
};

struct Running {
    status: watch::Receiver<Status>,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<Result<(), streams::PipelineError>>,
}

impl Running {
    fn start<S: Sink + 'static>(sink: S, fixture: &Fixture, assignment: &Assignment) -> Self {
        let pipeline = Pipeline::new(
            sink,
            reading(fixture, assignment),
            Arc::new(ManualClock::at(DateTime::UNIX_EPOCH)),
        );
        let (status, stop) = (pipeline.status(), CancellationToken::new());
        let task = tokio::spawn(pipeline.run(stop.clone()));
        Self { status, stop, task }
    }

    async fn reach(&mut self, goal: &Positions) {
        let reached = self.status.wait_for(|status| status.positions.reaches(goal));
        tokio::time::timeout(PATIENCE, reached)
            .await
            .expect("in time")
            .expect("it runs");
    }

    async fn end(self) {
        self.stop.cancel();
        self.task.await.expect("no panic").expect("no failure");
    }

    /// As if its process was killed: at whatever it was doing.
    async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

async fn every_sink(lake: &Lake, database: &Database, fixture: &Fixture, assignment: &Assignment) -> Vec<Running> {
    let bronze = BronzeSink::open(lake, TOPIC, RULES).await.expect("a table");
    let mut running = vec![Running::start(bronze, fixture, assignment)];
    for family in FAMILIES.into_iter().filter(|family| family.topics().contains(&TOPIC)) {
        running.push(Running::start(
            ViewsSink::new(database.pool.clone(), family),
            fixture,
            assignment,
        ));
    }
    running
}

async fn ends(settings: &Settings) -> Positions {
    let settings = settings.clone();
    let look = move || Probe::open(&settings).and_then(|probe| probe.ends(&[TOPIC]));
    tokio::task::spawn_blocking(look).await.expect("looked").expect("ends")
}

/// What the topic says, record by record.
async fn topic(settings: &Settings, to: &Positions) -> Vec<Record> {
    let (settings, to) = (settings.clone(), to.clone());
    let look = move || {
        let probe = Probe::open(&settings).expect("a probe");
        let mut records = Vec::new();
        for (partition, end) in to.iter() {
            probe
                .read(partition, 0, end, |record| records.push(record))
                .expect("read");
        }
        records
    };
    tokio::task::spawn_blocking(look).await.expect("read")
}

/// The history: every record of the topic is in the lake, each event once, as it was first delivered; views are those of the lake.
async fn check_history(settings: &Settings, lake: &Lake, database: &Database) {
    let end = ends(settings).await;
    let mut first: BTreeMap<(String, bool), (i32, i64)> = BTreeMap::new();
    let (mut delivered, mut broken) = (0, 0);
    for record in topic(settings, &end).await {
        delivered += 1;
        let told = record.attributes().expect("attributes");
        let accepted = serde_json::from_slice::<serde_json::Value>(&record.value).is_ok();
        // what can't be read says nothing of the id it came under
        let id = match accepted {
            true => told.id.to_owned(),
            false => EventId::foreign(told.source, told.id, told.time, &record.value).to_string(),
        };
        broken += usize::from(!accepted);
        first
            .entry((id, accepted))
            .or_insert((record.partition.number, record.offset));
    }
    assert!(
        broken > 0 && delivered > first.len(),
        "{broken} broken, {delivered} of {}",
        first.len()
    );

    let session = SessionContext::new();
    let table = Table::of(TOPIC);
    let provider = lake.provider(table, &session).await.expect("a table");
    let batches = session
        .read_table(provider)
        .expect("a frame")
        .collect()
        .await
        .expect("rows");
    let rows = concat_batches(&batches[0].schema(), &batches).expect("one batch");
    let column = |name: &str, kind| arrow::compute::cast(rows.column_by_name(name).expect(name), kind).expect(name);
    let (ids, verdicts) = (
        column("_event_id", &DataType::Utf8),
        column("_verdict", &DataType::Utf8),
    );
    let (partitions, offsets) = (
        column("_partition", &DataType::Int32),
        column("_offset", &DataType::Int64),
    );
    let mut stored = BTreeMap::new();
    for row in 0..rows.num_rows() {
        let accepted = verdicts.as_string::<i32>().value(row) == "accepted";
        let id = (ids.as_string::<i32>().value(row).to_owned(), accepted);
        let place = (
            partitions.as_primitive::<Int32Type>().value(row),
            offsets.as_primitive::<Int64Type>().value(row),
        );
        if let Some(other) = stored.insert(id.clone(), place) {
            panic!(
                "{id:?} is there twice, from {other:?} and {place:?}; the topic has it first at {:?}",
                first.get(&id)
            );
        }
    }
    assert_eq!(stored, first, "the lake is not what the topic says");

    let accepted = arrow::compute::filter_record_batch(
        &rows,
        &verdicts
            .as_string::<i32>()
            .iter()
            .map(|verdict| Some(verdict == Some("accepted")))
            .collect(),
    )
    .expect("filtered");
    let columns = table.schema();
    let cast: Vec<_> = columns
        .fields()
        .iter()
        .map(|field| {
            arrow::compute::cast(
                accepted.column_by_name(field.name()).expect("a column"),
                field.data_type(),
            )
            .expect("cast")
        })
        .collect();
    let accepted = arrow::array::RecordBatch::try_new(columns, cast).expect("a batch");
    let computed = features::recompute_rows([(TOPIC, accepted)].into())
        .await
        .expect("computed");
    let mut streamed = Views::new();
    for view in View::all() {
        streamed.insert(view.name(), read_view(&database.pool, &view).await.expect("a view"));
    }
    for (name, computed) in &computed {
        assert_eq!(&streamed[name], computed, "view {name}");
    }
}

async fn killed_again_and_again(fixture: &Fixture) {
    let (database, folder) = (Database::start().await, tempfile::tempdir().expect("a folder"));
    let lake = Lake::open(&folder.path().display().to_string(), Default::default()).expect("a lake");
    let mut rng = Rng::seed_from_u64(7);
    for round in 0..6 {
        produce(&fixture.settings, &mut rng, 120).await;
        let running = every_sink(&lake, &database, fixture, &fixture.assignment).await;
        tokio::time::sleep(Duration::from_millis(rng.random_range(50..1_500))).await;
        for one in running {
            match round % 2 {
                0 => one.kill().await,
                _ => one.end().await,
            }
        }
    }
    let goal = ends(&fixture.settings).await;
    for mut one in every_sink(&lake, &database, fixture, &fixture.assignment).await {
        one.reach(&goal).await;
        one.end().await;
    }
    check_history(&fixture.settings, &lake, &database).await;
}

/// Two that believe to be the only one: what one has written the other may not write again.
async fn two_owners(fixture: &Fixture) {
    let (database, folder) = (Database::start().await, tempfile::tempdir().expect("a folder"));
    let lake = Lake::open(&folder.path().display().to_string(), Default::default()).expect("a lake");
    let alone = Assignment::All;
    let mut all = every_sink(&lake, &database, fixture, &alone).await;
    all.extend(every_sink(&lake, &database, fixture, &alone).await);
    produce(&fixture.settings, &mut Rng::seed_from_u64(8), 300).await;
    let goal = ends(&fixture.settings).await;
    for one in &mut all {
        one.reach(&goal).await;
    }
    for one in all {
        one.end().await;
    }
    check_history(&fixture.settings, &lake, &database).await;
}

/// Takes its time, and remembers how much it was given at once.
struct Slow {
    positions: Arc<Mutex<Positions>>,
    largest: Arc<AtomicUsize>,
}

#[async_trait]
impl Sink for Slow {
    fn name(&self) -> &str {
        "slow"
    }

    async fn standing(&mut self, _partitions: &[Partition]) -> Result<Standing, SinkError> {
        Ok(Standing {
            positions: self.positions.lock().expect("positions").clone(),
            ..Standing::default()
        })
    }

    async fn write(&mut self, batch: &Batch) -> Result<Written, SinkError> {
        tokio::time::sleep(Duration::from_secs(3)).await;
        self.largest.fetch_max(batch.row_count(), Ordering::SeqCst);
        self.positions.lock().expect("positions").advance(&batch.spans);
        Ok(Written::default())
    }
}

async fn a_slow_sink(fixture: &Fixture) {
    let (database, folder) = (Database::start().await, tempfile::tempdir().expect("a folder"));
    let lake = Lake::open(&folder.path().display().to_string(), Default::default()).expect("a lake");
    produce(&fixture.settings, &mut Rng::seed_from_u64(9), 1_500).await;
    let goal = ends(&fixture.settings).await;
    let (positions, largest) = (Arc::<Mutex<Positions>>::default(), Arc::<AtomicUsize>::default());
    let slow = Slow {
        positions: Arc::clone(&positions),
        largest: Arc::clone(&largest),
    };
    let slow = Running::start(slow, fixture, &fixture.assignment);
    for mut one in every_sink(&lake, &database, fixture, &fixture.assignment).await {
        one.reach(&goal).await;
        one.end().await;
    }
    let read: i64 = positions.lock().expect("positions").iter().map(|(_, at)| at).sum();
    let all: i64 = goal.iter().map(|(_, at)| at).sum();
    assert!(
        read < all,
        "the slow sink has read {read} of {all}: nobody was ahead of it"
    );
    assert!(largest.load(Ordering::SeqCst) <= 90, "batches are bounded");
    slow.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_embedded_broker_nothing_is_lost_and_nothing_doubled() {
    let fixture = Fixture::embedded().await;
    killed_again_and_again(&fixture).await;
    two_owners(&fixture).await;
    a_slow_sink(&fixture).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_apache_kafka_nothing_is_lost_and_nothing_doubled() {
    let fixture = Fixture::kafka().await;
    killed_again_and_again(&fixture).await;
    two_owners(&fixture).await;
    a_slow_sink(&fixture).await;
}

/// Brokers that stood still may take a process for two, so it joins again; but not for ever beside another.
#[tokio::test(flavor = "multi_thread")]
async fn whose_place_is_taken_joins_again_and_ends_where_it_is_not_alone() {
    let (fixture, database) = (Fixture::kafka().await, Database::start().await);
    let assignment = Assignment::Group {
        instance: Some("one".to_owned()),
    };
    let mut families = FAMILIES.into_iter();
    let family = families.find(|family| family.topics().contains(&TOPIC)).expect("one");
    let mut rng = Rng::seed_from_u64(5);
    let mut running = Running::start(ViewsSink::new(database.pool.clone(), family), &fixture, &assignment);
    for taken in 0..3 {
        produce(&fixture.settings, &mut rng, 20).await;
        running.reach(&ends(&fixture.settings).await).await;
        assert!(!running.task.is_finished(), "{taken}");
        take_place(&fixture, family.sink, &assignment).await;
        // it may read what comes next before it hears of that
        let told = |status: &Status| {
            let trouble = status.trouble.as_ref();
            trouble.is_some_and(|trouble| trouble.reason.contains("same group.instance.id"))
        };
        let told = tokio::time::timeout(PATIENCE, running.status.wait_for(told)).await;
        assert!(told.is_ok(), "{taken}");
    }
    let ended = tokio::time::timeout(PATIENCE, running.task).await.expect("in time");
    let error = ended.expect("no panic").expect_err("it is not alone");
    assert!(
        error.to_string().contains("another process reads as this one"),
        "{error}"
    );
}

/// Joins as `assignment` says until it has partitions, and goes.
async fn take_place(fixture: &Fixture, group: &str, assignment: &Assignment) {
    let (sender, given) = std::sync::mpsc::channel();
    let start_at = move |_: &[Partition]| {
        let _ = sender.send(());
        Ok(Positions::default())
    };
    let Reading { settings, limits, .. } = reading(fixture, assignment);
    let (group, assignment) = (group.to_owned(), assignment.clone());
    let join = move || {
        let consumer = Consumer::open(&settings, &group, &[TOPIC], assignment, limits, start_at).expect("a consumer");
        given.recv_timeout(PATIENCE).expect("an assignment");
        drop(consumer);
    };
    tokio::task::spawn_blocking(join).await.expect("joined");
}
