//! Records per second through the embedded broker: `cargo bench -p embedded`. Prints one line per case.

use std::sync::Arc;
use std::time::{Duration, Instant};

use embedded::{Broker, BrokerSettings};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer as _, ThreadedProducer};
use rdkafka::{Offset, TopicPartitionList};

const RECORDS: usize = 200_000;
const VALUE_BYTES: usize = 900;
const PARTITIONS: i32 = 4;
const PATIENCE: Duration = Duration::from_secs(60);

#[expect(clippy::disallowed_methods, reason = "records are dated by the broker's clock")]
fn now() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    for codec in ["none", "lz4", "zstd"] {
        let folder = tempfile::tempdir()?;
        let broker = Broker::start(BrokerSettings {
            data: folder.path().to_owned(),
            listen: "127.0.0.1:0".parse()?,
            cluster_id: "bench".into(),
            clock: Arc::new(now),
        })
        .await?;
        let address = broker.address();
        create_topic(&address).await?;
        let producing = address.clone();
        let produced = tokio::task::spawn_blocking(move || produce(&producing, codec)).await?;
        let consumed = tokio::task::spawn_blocking(move || consume(&address)).await?;
        report(codec, "produce", produced);
        report(codec, "consume", consumed);
        broker.stop().await?;
    }
    Ok(())
}

fn report(codec: &str, what: &str, took: Duration) {
    let (rate, seconds) = (RECORDS as f64 / took.as_secs_f64(), took.as_secs_f64());
    let megabytes = rate * VALUE_BYTES as f64 / 1e6;
    eprintln!("{what} {codec:>4}: {RECORDS} records in {seconds:.2} s, {rate:.0} records/s, {megabytes:.0} MB/s");
}

fn config(address: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", address);
    config
}

async fn create_topic(address: &str) -> Result<(), Box<dyn std::error::Error>> {
    let admin: AdminClient<DefaultClientContext> = config(address).create()?;
    let topic = NewTopic::new("bench", PARTITIONS, TopicReplication::Fixed(1));
    admin.create_topics([&topic], &AdminOptions::new()).await?;
    Ok(())
}

fn produce(address: &str, codec: &str) -> Duration {
    let mut config = config(address);
    config
        .set("enable.idempotence", "true")
        .set("linger.ms", "5")
        .set("compression.type", codec);
    let producer: ThreadedProducer<_> = config.create().expect("a producer");
    let value: Vec<u8> = (0..VALUE_BYTES)
        .map(|n| b"abcdefghijklmnopqrstuvwxyz{}:,\""[(n * n + n / 7) % 31])
        .collect();
    let started = Instant::now();
    for number in 0..RECORDS {
        let id = number.to_string();
        let headers = [
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
                value: Some(id.as_str()),
            })
        });
        let mut record = BaseRecord::to("bench").key(&id).payload(&value).headers(headers);
        while let Err((_, full)) = producer.send(record) {
            record = full;
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    producer.flush(PATIENCE).expect("everything is acknowledged");
    started.elapsed()
}

fn consume(address: &str) -> Duration {
    let mut config = config(address);
    config.set("group.id", "bench").set("enable.auto.commit", "false");
    let consumer: BaseConsumer = config.create().expect("a consumer");
    let mut wanted = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        wanted
            .add_partition_offset("bench", partition, Offset::Beginning)
            .expect("a position");
    }
    consumer.assign(&wanted).expect("an assignment");
    let started = Instant::now();
    let mut seen = 0;
    while seen < RECORDS {
        assert!(started.elapsed() < PATIENCE, "{seen} of {RECORDS} records");
        seen += consumer
            .poll(Duration::from_millis(100))
            .map_or(0, |message| message.map_or(0, |_| 1));
    }
    started.elapsed()
}
