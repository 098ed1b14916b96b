//! A broker of its own for every test, and events to put on it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use embedded::{Broker, BrokerSettings};
use events::{Event, Partition, Payload, Topic, VideoId, VideoSnapshot};
use log::{BatchLimits, Delivery, Producer, Settings};

/// Longer than anything here takes, shorter than a hang.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub const LIMITS: BatchLimits = BatchLimits {
    max_rows: 500,
    max_bytes: 1 << 20,
    max_wait: Duration::from_millis(50),
};

#[expect(clippy::disallowed_methods, reason = "records are dated by the broker's clock")]
fn now() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

/// A running broker with every topic of the catalogue.
pub struct Fixture {
    _folder: tempfile::TempDir,
    broker: Broker,
    pub settings: Settings,
}

impl Fixture {
    pub async fn stop(self) {
        self.broker.stop().await.expect("stopped");
    }
}

pub async fn start() -> Fixture {
    let folder = tempfile::tempdir().expect("a folder");
    let broker = Broker::start(BrokerSettings {
        data: folder.path().to_owned(),
        listen: ([127, 0, 0, 1], 0).into(),
        cluster_id: "log-tests".to_owned(),
        clock: Arc::new(now),
    })
    .await
    .expect("a broker");
    let settings = Settings::at(broker.address().to_string());
    log::ensure_topics(&settings, 1).await.expect("topics");
    Fixture {
        _folder: folder,
        broker,
        settings,
    }
}

pub fn snapshot(number: usize) -> Event<VideoSnapshot> {
    let id = VideoId::new(format!("v{:010}", number % 97)).expect("an id");
    let snapshot = VideoSnapshot {
        views: Some(i64::try_from(number).expect("small")),
        ..VideoSnapshot::of(id)
    };
    let time = chrono::DateTime::from_timestamp(1_600_000_000, 0).expect("a time");
    Event::new("/ingest/trending", time, snapshot).expect("an event")
}

/// Sends snapshots and waits until each is confirmed; gives how many records each partition took.
pub async fn send(settings: &Settings, numbers: std::ops::Range<usize>) -> BTreeMap<Partition, i64> {
    let (producer, mut deliveries) = Producer::open(settings).expect("a producer");
    let count = numbers.len();
    for number in numbers {
        let event = snapshot(number);
        let (key, envelope, body) = (event.payload.key(), event.envelope(), event.body());
        let sent = producer.send(Topic::VideoSnapshots, Some(&key), &envelope, &body, number);
        sent.await.expect("sent");
    }
    let mut ends: BTreeMap<Partition, i64> = BTreeMap::new();
    for _ in 0..count {
        let delivery: Delivery = tokio::time::timeout(PATIENCE, deliveries.recv())
            .await
            .expect("a confirmation for every record")
            .expect("the producer lives");
        let (partition, offset) = delivery.outcome.expect("stored");
        let end = ends.entry(partition).or_default();
        *end = (*end).max(offset + 1);
    }
    ends
}
