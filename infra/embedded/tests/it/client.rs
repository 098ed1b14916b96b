//! What the broker's tests need of a Kafka client.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use embedded::{Broker, BrokerSettings};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer, StreamConsumer};
use rdkafka::message::{Header, Headers, Message, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::{Offset, TopicPartitionList};

pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

#[expect(clippy::disallowed_methods, reason = "records are dated by the broker's clock")]
fn now() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

pub(crate) fn settings(folder: &Path) -> BrokerSettings {
    BrokerSettings {
        data: folder.to_owned(),
        listen: "127.0.0.1:0".parse().expect("an address"),
        cluster_id: "test".into(),
        clock: Arc::new(now),
    }
}

pub(crate) async fn start(folder: &Path) -> Broker {
    Broker::start(settings(folder)).await.expect("the broker starts")
}

pub(crate) fn config(address: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", address);
    config.set("reconnect.backoff.max.ms", "200");
    config
}

pub(crate) fn producer(address: &str, options: &[(&str, &str)]) -> FutureProducer {
    let mut config = config(address);
    config.set("enable.idempotence", "true").set("linger.ms", "5");
    for (name, value) in options {
        config.set(*name, *value);
    }
    config.create().expect("a producer")
}

pub(crate) fn admin(address: &str) -> AdminClient<DefaultClientContext> {
    config(address).create().expect("an admin client")
}

pub(crate) async fn create_topic(address: &str, name: &str, partitions: i32, configs: &[(&str, &str)]) {
    let topic = NewTopic {
        name,
        num_partitions: partitions,
        replication: TopicReplication::Fixed(1),
        config: configs.to_vec(),
    };
    let created = admin(address)
        .create_topics([&topic], &AdminOptions::new())
        .await
        .expect("an answer");
    created
        .into_iter()
        .next()
        .expect("one result")
        .expect("the topic is created");
}

/// Sends one record to partition 0 and gives back its offset.
pub(crate) async fn send(producer: &FutureProducer, topic: &str, key: &str, value: &[u8]) -> i64 {
    let record = FutureRecord::to(topic).partition(0).key(key).payload(value);
    producer
        .send(record, PATIENCE)
        .await
        .map_err(|(error, _)| error)
        .expect("the record is stored")
        .offset
}

pub(crate) fn headers(number: usize) -> OwnedHeaders {
    let number = number.to_string();
    [
        "ce_specversion",
        "ce_id",
        "ce_source",
        "ce_type",
        "ce_time",
        "content-type",
    ]
    .iter()
    .fold(OwnedHeaders::new(), |headers, key| {
        headers.insert(Header {
            key,
            value: Some(number.as_str()),
        })
    })
}

/// A member of a group that starts at the beginning where nothing is committed.
pub(crate) fn member(address: &str, group: &str) -> StreamConsumer {
    let mut config = config(address);
    config
        .set("group.id", group)
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.commit", "false")
        .set("session.timeout.ms", "6000");
    config.create().expect("a consumer")
}

/// A record as it came out of the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    pub(crate) key: Vec<u8>,
    pub(crate) value: Vec<u8>,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
}

impl Seen {
    pub(crate) fn of(message: &impl Message) -> Self {
        let headers = message.headers().into_iter().flat_map(|headers| headers.iter());
        Self {
            partition: message.partition(),
            offset: message.offset(),
            key: message.key().unwrap_or_default().to_vec(),
            value: message.payload().unwrap_or_default().to_vec(),
            headers: headers
                .map(|h| (h.key.to_owned(), h.value.unwrap_or_default().to_vec()))
                .collect(),
        }
    }
}

/// Everything in partition 0 from `offset` up to what is its end now.
pub(crate) fn read_all(address: &str, topic: &str, options: &[(&str, &str)]) -> Vec<Seen> {
    let mut config = config(address);
    config.set("group.id", "reader").set("enable.auto.commit", "false");
    for (name, value) in options {
        config.set(*name, *value);
    }
    let consumer: BaseConsumer = config.create().expect("a consumer");
    let (low, high) = consumer.fetch_watermarks(topic, 0, PATIENCE).expect("watermarks");
    let mut wanted = TopicPartitionList::new();
    wanted
        .add_partition_offset(topic, 0, Offset::Offset(low))
        .expect("a position");
    consumer.assign(&wanted).expect("an assignment");
    let mut seen: Vec<Seen> = Vec::new();
    let deadline = std::time::Instant::now() + PATIENCE;
    while low < high && seen.last().is_none_or(|last| last.offset + 1 < high) {
        assert!(
            std::time::Instant::now() < deadline,
            "only {} records of {low}..{high}",
            seen.len()
        );
        if let Some(message) = consumer.poll(Duration::from_millis(100)) {
            seen.push(Seen::of(&message.expect("a record")));
        }
    }
    seen
}

pub(crate) fn watermarks(address: &str, topic: &str, partition: i32) -> (i64, i64) {
    let consumer: BaseConsumer = config(address).create().expect("a consumer");
    consumer
        .fetch_watermarks(topic, partition, PATIENCE)
        .expect("watermarks")
}
