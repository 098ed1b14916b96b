//! From an event's way onto the topic until it can be seen in a view: p50 and p99, at a steady rate.
//!
//!     cargo bench --workspace --bench latency                             on the embedded broker
//!     BENCH_BROKERS=host:port BENCH_RATE=20000 cargo bench …              on any Kafka
//!
//! BENCH_RATE events a second (1,000) for BENCH_SECONDS (20), of BENCH_VIDEOS videos in turn (20,000); every 20th is of a new
//! video and waited for in `views.videos` by a reader that looks as fast as it can. What is sent in the first 5 seconds warms up,
//! and is not counted. BENCH_WAIT_MS (20) is how long a batch is gathered, BENCH_MAX_ROWS (20,000) how large one grows.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::DateTime;
use embedded::{Broker, BrokerSettings, Postgres, PostgresSettings};
use events::{Event, ManualClock, Payload, Topic, VideoId, VideoSnapshot};
use log::{Assignment, BatchLimits, Producer, Settings};
use sqlx::PgPool;
use streams::{Pipeline, Reading, ViewsSink};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");
const TOPIC: Topic = Topic::VideoSnapshots;
/// Every so many events one is waited for.
const SAMPLED: u64 = 20;
const WARM_UP_SECONDS: u64 = 5;

#[expect(clippy::disallowed_methods, reason = "a bench is handed no clock")]
fn now() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn number(name: &str, otherwise: u64) -> u64 {
    variable(name).and_then(|n| n.parse().ok()).unwrap_or(otherwise)
}

fn install() -> PathBuf {
    let cache = variable("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.unwrap_or_else(|| PathBuf::from(variable("HOME").expect("HOME")).join(".cache"));
    let default = cache.join("ytempire/postgres-16-pgvector-0.8/pginstall");
    variable("YTEMPIRE_PGINSTALL").map_or(default, PathBuf::from)
}

/// Sampled events are of videos of their own, the others of `videos` that come again and again.
fn event(i: u64, videos: u64) -> (String, Event<VideoSnapshot>) {
    let id = match i.is_multiple_of(SAMPLED) {
        true => format!("s{i:010}"),
        false => format!("v{:010}", i % videos),
    };
    let payload = VideoSnapshot {
        views: Some(i as i64),
        ..VideoSnapshot::of(VideoId::new(id.clone()).expect("an id"))
    };
    let time = DateTime::from_timestamp(1_700_000_000 + (i / 1_000) as i64, 0).expect("a time");
    (id, Event::new("/bench", time, payload).expect("a valid event"))
}

/// Sends at the rate; tells of the sampled ones when they are sent.
async fn produce(settings: &Settings, rate: u64, count: u64, sent: mpsc::UnboundedSender<(String, Instant)>) {
    let (producer, mut deliveries) = Producer::open(settings).expect("a producer");
    let videos = number("BENCH_VIDEOS", 20_000);
    let begun = Instant::now();
    for i in 0..count {
        let due = Duration::from_secs_f64(i as f64 / rate as f64);
        if let Some(ahead) = due.checked_sub(begun.elapsed())
            && ahead > Duration::from_millis(1)
        {
            tokio::time::sleep(ahead).await;
        }
        let (id, event) = event(i, videos);
        if i.is_multiple_of(SAMPLED) && i >= rate * WARM_UP_SECONDS {
            sent.send((id, Instant::now())).expect("somebody waits");
        }
        let key = event.payload.key();
        let (envelope, body) = (event.envelope(), event.body());
        let sending = producer.send(TOPIC, Some(&key), &envelope, &body, 0);
        sending.await.expect("sent");
        while deliveries.try_recv().is_ok() {}
    }
    // it blocks, and a broker in this process has to answer meanwhile
    tokio::task::block_in_place(|| producer.flush(Duration::from_secs(60))).expect("delivered");
}

/// How long each of the sampled events took.
async fn wait(pool: &PgPool, mut sent: mpsc::UnboundedReceiver<(String, Instant)>) -> Vec<Duration> {
    let (mut waiting, mut took): (HashMap<String, Instant>, Vec<Duration>) = (HashMap::new(), Vec::new());
    loop {
        while let Ok((id, at)) = sent.try_recv() {
            waiting.insert(id, at);
        }
        if waiting.is_empty() {
            match sent.recv().await {
                Some((id, at)) => waiting.insert(id, at),
                None => return took,
            };
        }
        let ids: Vec<String> = waiting.keys().cloned().collect();
        let seen: Vec<String> = sqlx::query_scalar("SELECT video_id FROM views.videos WHERE video_id = ANY($1)")
            .bind(&ids)
            .fetch_all(pool)
            .await
            .expect("looked");
        for id in seen {
            took.extend(waiting.remove(&id).map(|at| at.elapsed()));
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let (rate, seconds) = (number("BENCH_RATE", 1_000), number("BENCH_SECONDS", 20));
    let (_broker, settings, name) = match variable("BENCH_BROKERS") {
        Some(brokers) => (None, Settings::at(brokers), "Kafka"),
        None => {
            let broker = Broker::start(BrokerSettings {
                data: folder.path().join("broker"),
                listen: ([127, 0, 0, 1], 0).into(),
                cluster_id: "bench".to_owned(),
                clock: Arc::new(now),
            });
            let broker = broker.await.expect("a broker");
            let settings = Settings::at(broker.address());
            (Some(broker), settings, "the embedded broker")
        }
    };
    log::ensure_topics(&settings, 1).await.expect("topics");
    let postgres = Postgres::start(PostgresSettings {
        install: install(),
        data: folder.path().join("postgres"),
        listen: ([127, 0, 0, 1], 0).into(),
    });
    let postgres = postgres.await.expect("a database");
    let pool = PgPool::connect(postgres.url()).await.expect("a connection");
    MIGRATIONS.run(&pool).await.expect("the schema");
    let reading = Reading {
        settings: settings.clone(),
        topics: vec![TOPIC],
        assignment: Assignment::All,
        limits: BatchLimits {
            max_rows: number("BENCH_MAX_ROWS", 20_000) as usize,
            max_bytes: 32 << 20,
            max_wait: Duration::from_millis(number("BENCH_WAIT_MS", 20)),
        },
    };
    let sink = ViewsSink::new(pool.clone(), features::FAMILIES[0]);
    let pipeline = Pipeline::new(sink, reading, Arc::new(ManualClock::at(DateTime::UNIX_EPOCH)));
    let stop = CancellationToken::new();
    let running = tokio::spawn(pipeline.run(stop.clone()));
    let (sender, sent) = mpsc::unbounded_channel();
    let producing = tokio::spawn({
        let settings = settings.clone();
        async move { produce(&settings, rate, rate * seconds, sender).await }
    });
    let mut took = wait(&pool, sent).await;
    producing.await.expect("produced");
    stop.cancel();
    running.await.expect("ended").expect("no failure");
    took.sort();
    let at = |q: f64| took[((took.len() - 1) as f64 * q) as usize].as_millis();
    let line = format!(
        "event to view on {name} at {rate} events/s: p50 {} ms, p99 {} ms, longest {} ms ({} of {} events waited for)\n",
        at(0.5),
        at(0.99),
        at(1.0),
        took.len(),
        rate * seconds
    );
    std::io::Write::write_all(&mut std::io::stdout(), line.as_bytes()).expect("printed");
    pool.close().await;
    postgres.stop().await.expect("stopped");
}
