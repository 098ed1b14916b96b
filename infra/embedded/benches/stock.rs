//! Records per second through the embedded broker: `cargo bench -p embedded`. Prints one line per case.

use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer as _, ThreadedProducer};
use rdkafka::{Offset, TopicPartitionList};

const RECORDS: usize = 5_000;
const VALUE_BYTES: usize = 900;
const PARTITIONS: i32 = 4;
const PATIENCE: Duration = Duration::from_secs(300);

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    for codec in ["none"] {
        let folder = tempfile::tempdir()?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let l = url::Url::parse(&format!("tcp://{address}"))?;
        let mut broker = tansu_broker::broker::Broker::<tansu_broker::coordinator::group::administrator::Controller<tansu_storage::StorageContainer>, tansu_storage::StorageContainer>::builder().node_id(1).cluster_id("b").incarnation_id(uuid::Uuid::new_v4())
            .advertised_listener(l.clone()).listener(l).silent(true)
            .storage(url::Url::parse(&format!("sqlite:////{}/tansu.db", folder.path().display()).replace("////", "///" ).replace("sqlite:///", "sqlite:////"))?)
            .build().await?;
        tokio::spawn(async move { let _ = broker.serve(tokio::time::Instant::now()).await; });
        tokio::time::sleep(Duration::from_secs(1)).await;
        create_topic(&address).await?;
        let producing = address.clone();
        eprintln!("start");
        let produced = tokio::task::spawn_blocking(move || produce(&producing, codec)).await?;
        report(codec, "produce", produced);
        let consumed = tokio::task::spawn_blocking(move || consume(&address)).await?;
        report(codec, "produce", produced);
        report(codec, "consume", consumed);
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
