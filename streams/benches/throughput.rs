//! Topic to lake, and topic to views: records a second, megabytes a second, peak memory.
//!
//!     cargo bench --workspace --bench throughput             on the embedded broker
//!     BENCH_BROKERS=host:port cargo bench …                  on any Kafka
//!
//! The topic is filled first, then one pipeline at a time drains it from its beginning, exactly once as in production.
//! BENCH_RECORDS sets how many records (200,000). Peak memory is the process's, so one sink per run: BENCH_SINK=lake or
//! views.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::DateTime;
use embedded::{Broker, BrokerSettings, Postgres, PostgresSettings};
use events::{ChannelId, Event, ManualClock, Payload, Positions, Topic, VideoId, VideoSnapshot};
use lake::{Lake, Maintenance};
use log::{Assignment, BatchLimits, Probe, Producer, Settings};
use sqlx::PgPool;
use streams::{BronzeSink, Pipeline, Reading, Sink, ViewsSink};
use tokio_util::sync::CancellationToken;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");
const TOPIC: Topic = Topic::VideoSnapshots;

#[expect(clippy::disallowed_methods, reason = "a bench is handed no clock")]
fn now() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn snapshot(i: u64) -> Event<VideoSnapshot> {
    let (video, step) = (i % 20_000, i / 20_000);
    let views = step as i64 * 1_000 + video as i64;
    let payload = VideoSnapshot {
        title: Some(format!("A title of usual length for video number {video}")),
        channel_id: ChannelId::new(format!("UC{:022}", video % 500)).ok(),
        channel_title: Some(format!("Channel {}", video % 500)),
        category_id: Some((video % 15) as i32),
        tags: Some((0..6).map(|tag| format!("tag number {tag}")).collect()),
        views: Some(views),
        likes: Some(views / 20),
        comments: Some(views / 300),
        thumbnail_url: Some(format!("https://i.ytimg.com/vi/{video:011}/default.jpg")),
        ..VideoSnapshot::of(VideoId::new(format!("{video:011}")).expect("an id"))
    };
    let time = DateTime::from_timestamp(1_700_000_000 + step as i64 * 3_600, 0).expect("a time");
    Event::new("/bench", time, payload).expect("a valid event")
}

/// Fills the topic; gives the bytes of all values.
async fn fill(settings: &Settings, records: u64) -> u64 {
    let (producer, mut deliveries) = Producer::open(settings).expect("a producer");
    let mut bytes = 0;
    for i in 0..records {
        let event = snapshot(i);
        let body = event.body();
        bytes += body.len() as u64;
        let key = event.payload.key();
        producer
            .send(TOPIC, Some(&key), &event.envelope(), &body, 0)
            .await
            .expect("sent");
        while deliveries.try_recv().is_ok() {}
    }
    tokio::task::block_in_place(|| producer.flush(Duration::from_secs(120))).expect("delivered");
    bytes
}

async fn drain<S: Sink + 'static>(sink: S, settings: &Settings, goal: &Positions) -> Duration {
    let reading = Reading {
        settings: settings.clone(),
        topics: vec![TOPIC],
        assignment: Assignment::All,
        limits: BatchLimits {
            max_rows: 20_000,
            max_bytes: 32 << 20,
            max_wait: Duration::from_millis(200),
        },
    };
    let pipeline = Pipeline::new(sink, reading, Arc::new(ManualClock::at(DateTime::UNIX_EPOCH)));
    let (mut status, stop) = (pipeline.status(), CancellationToken::new());
    let begun = Instant::now();
    let running = tokio::spawn(pipeline.run(stop.clone()));
    status
        .wait_for(|status| status.positions.reaches(goal))
        .await
        .expect("drained");
    let took = begun.elapsed();
    stop.cancel();
    running.await.expect("ended").expect("no failure");
    took
}

fn peak_memory_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap_or_default();
    line.split_whitespace()
        .nth(1)
        .and_then(|kib| kib.parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}

fn report(sink: &str, broker: &str, records: u64, bytes: u64, took: Duration) {
    let seconds = took.as_secs_f64();
    let line = format!(
        "topic -> {sink} on {broker}: {:.0} records/s, {:.1} MB/s of JSON, peak memory {} MiB ({records} records of {} bytes in {seconds:.2} s)\n",
        records as f64 / seconds,
        bytes as f64 / seconds / 1e6,
        peak_memory_mib(),
        bytes / records.max(1),
    );
    std::io::Write::write_all(&mut std::io::stdout(), line.as_bytes()).expect("printed");
}

fn install() -> PathBuf {
    let cache = variable("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.unwrap_or_else(|| PathBuf::from(variable("HOME").expect("HOME")).join(".cache"));
    let default = cache.join("ytempire/postgres-16-pgvector-0.8/pginstall");
    variable("YTEMPIRE_PGINSTALL").map_or(default, PathBuf::from)
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let records = variable("BENCH_RECORDS")
        .and_then(|n| n.parse().ok())
        .unwrap_or(200_000);
    let sink = variable("BENCH_SINK").unwrap_or_else(|| "lake".to_owned());
    let (broker, settings, name) = match variable("BENCH_BROKERS") {
        Some(brokers) => (None, Settings::at(brokers), "Kafka"),
        None => {
            let broker = Broker::start(BrokerSettings {
                data: folder.path().join("broker"),
                listen: ([127, 0, 0, 1], 0).into(),
                cluster_id: "bench".to_owned(),
                clock: Arc::new(now),
            })
            .await
            .expect("a broker");
            let settings = Settings::at(broker.address());
            (Some(broker), settings, "the embedded broker")
        }
    };
    log::ensure_topics(&settings, 1).await.expect("topics");
    let before = ends(&settings).await;
    assert!(
        before.iter().all(|(_, end)| end == 0),
        "the topic {} is not empty: give a fresh broker",
        TOPIC.name()
    );
    let bytes = fill(&settings, records).await;
    let goal = ends(&settings).await;
    let took = match sink.as_str() {
        "views" => drain_views(&folder, &settings, &goal).await,
        _ => drain_lake(&folder, &settings, &goal).await,
    };
    report(&sink, name, records, bytes, took);
    if let Some(broker) = broker {
        broker.stop().await.expect("stopped");
    }
}

async fn ends(settings: &Settings) -> Positions {
    let settings = settings.clone();
    let look = move || Probe::open(&settings).and_then(|probe| probe.ends(&[TOPIC]));
    tokio::task::spawn_blocking(look).await.expect("looked").expect("ends")
}

async fn drain_lake(folder: &tempfile::TempDir, settings: &Settings, goal: &Positions) -> Duration {
    let place = folder.path().join("lake").display().to_string();
    let lake = Lake::open(&place, Default::default()).expect("a lake");
    let rules = Maintenance {
        every_commits: 200,
        target_file_bytes: NonZeroU64::new(128 << 20).expect("a size"),
        keep_removed: chrono::Duration::hours(24),
    };
    let sink = BronzeSink::open(&lake, TOPIC, rules).await.expect("a sink");
    drain(sink, settings, goal).await
}

async fn drain_views(folder: &tempfile::TempDir, settings: &Settings, goal: &Positions) -> Duration {
    let database = PostgresSettings {
        install: install(),
        data: folder.path().join("postgres"),
        listen: ([127, 0, 0, 1], 0).into(),
    };
    let postgres = Postgres::start(database).await.expect("a database");
    let pool = PgPool::connect(postgres.url()).await.expect("a connection");
    MIGRATIONS.run(&pool).await.expect("the schema");
    let took = drain(ViewsSink::new(pool.clone(), features::FAMILIES[0]), settings, goal).await;
    pool.close().await;
    postgres.stop().await.expect("stopped");
    took
}
