//! The broker's edges: sizes, compression, retention, what it refuses, and that nothing of it hurts.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use embedded::{Broker, BrokerError, BrokerSettings};
use rdkafka::admin::AdminOptions;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::producer::{FutureProducer, FutureRecord, Producer as _};
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{Offset, TopicPartitionList};

use crate::client::{self, PATIENCE};
use crate::small_disk::SmallDisk;

const TOPIC: &str = "things";

async fn broker_with_topic(folder: &std::path::Path, configs: &[(&str, &str)]) -> (Broker, String) {
    let broker = client::start(folder).await;
    let address = broker.address();
    client::create_topic(&address, TOPIC, 1, configs).await;
    (broker, address)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_compression_is_carried() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_broker, address) = broker_with_topic(folder.path(), &[]).await;
    let codecs = ["none", "gzip", "snappy", "lz4", "zstd"];
    for codec in codecs {
        let producer = client::producer(&address, &[("compression.type", codec)]);
        client::send(&producer, TOPIC, codec, "compressible ".repeat(500).as_bytes()).await;
    }
    let seen = client::read_all(&address, TOPIC, &[]);
    let keys: Vec<&[u8]> = seen.iter().map(|record| record.key.as_slice()).collect();
    assert_eq!(keys, codecs.map(str::as_bytes));
    assert!(
        seen.iter()
            .all(|record| record.value == "compressible ".repeat(500).as_bytes())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_larger_than_every_fetch_limit_is_delivered() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_broker, address) = broker_with_topic(folder.path(), &[]).await;
    let producer = client::producer(&address, &[("message.max.bytes", "20000000")]);
    let large = vec![b'x'; 10_000_000];
    client::send(&producer, TOPIC, "large", &large).await;
    client::send(&producer, TOPIC, "small", b"small").await;
    let seen = client::read_all(&address, TOPIC, &[("fetch.message.max.bytes", "10000")]);
    assert_eq!(seen.len(), 2);
    assert!(seen[0].value == large, "all ten million bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn offsets_are_found_by_end_by_start_and_by_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_broker, address) = broker_with_topic(folder.path(), &[]).await;
    assert_eq!(client::watermarks(&address, TOPIC, 0), (0, 0));
    let producer = client::producer(&address, &[]);
    for timestamp in [1000, 2000, 3000] {
        let record = FutureRecord::to(TOPIC).key("k").payload("v").timestamp(timestamp);
        producer.send(record, PATIENCE).await.expect("stored");
    }
    assert_eq!(client::watermarks(&address, TOPIC, 0), (0, 3));
    let consumer: BaseConsumer = client::config(&address).create().expect("a consumer");
    let found = |timestamp| {
        let mut wanted = TopicPartitionList::new();
        wanted
            .add_partition_offset(TOPIC, 0, Offset::Offset(timestamp))
            .expect("a time");
        let found = consumer.offsets_for_times(wanted, PATIENCE).expect("offsets");
        found.elements()[0].offset()
    };
    assert_eq!(found(0), Offset::Offset(0));
    assert_eq!(found(1500), Offset::Offset(1));
    assert_eq!(found(3000), Offset::Offset(2));
    assert_eq!(found(9000), Offset::End);
}

async fn delete_before(address: &str, offsets: &TopicPartitionList) {
    let options = AdminOptions::new();
    let deleted = client::admin(address)
        .delete_records(offsets, &options)
        .await
        .expect("an answer");
    deleted.elements()[0].error().expect("the records are deleted");
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_records_are_gone_and_offsets_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_broker, address) = broker_with_topic(folder.path(), &[]).await;
    let producer = client::producer(&address, &[]);
    for number in 0..5 {
        client::send(&producer, TOPIC, "key", number.to_string().as_bytes()).await;
    }
    let mut before = TopicPartitionList::new();
    before
        .add_partition_offset(TOPIC, 0, Offset::Offset(3))
        .expect("a position");
    delete_before(&address, &before).await;
    assert_eq!(client::watermarks(&address, TOPIC, 0), (3, 5));
    let offsets: Vec<i64> = client::read_all(&address, TOPIC, &[])
        .iter()
        .map(|record| record.offset)
        .collect();
    assert_eq!(offsets, [3, 4]);
    before.set_partition_offset(TOPIC, 0, Offset::End).expect("the end");
    delete_before(&address, &before).await;
    assert_eq!(
        client::watermarks(&address, TOPIC, 0),
        (5, 5),
        "an emptied partition keeps its end"
    );
    assert_eq!(client::send(&producer, TOPIC, "key", b"next").await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_outside_the_log_is_an_error_not_silence() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_broker, address) = broker_with_topic(folder.path(), &[]).await;
    client::send(&client::producer(&address, &[]), TOPIC, "key", b"value").await;
    let mut config = client::config(&address);
    config.set("group.id", "g").set("auto.offset.reset", "error");
    let consumer: BaseConsumer = config.create().expect("a consumer");
    let mut wanted = TopicPartitionList::new();
    wanted
        .add_partition_offset(TOPIC, 0, Offset::Offset(1000))
        .expect("a position");
    consumer.assign(&wanted).expect("an assignment");
    let answer = consumer.poll(PATIENCE).expect("an answer");
    let error = answer.expect_err("an error");
    assert!(
        error.to_string().contains("out of range") || format!("{error:?}").contains("AutoOffsetReset"),
        "{error:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn retention_counts_on_the_clock_it_was_given() {
    let folder = tempfile::tempdir().expect("a folder");
    let produced = Duration::from_secs(1_000_000_000);
    let settings = BrokerSettings {
        clock: Arc::new(move || UNIX_EPOCH + produced + Duration::from_secs(2 * 60 * 60)),
        ..client::settings(folder.path())
    };
    let broker = Broker::start(settings).await.expect("the broker starts");
    let address = broker.address();
    let producer = client::producer(&address, &[]);
    for (topic, retention_ms) in [("short", "3600000"), ("long", "86400000")] {
        client::create_topic(
            &address,
            topic,
            1,
            &[("cleanup.policy", "delete"), ("retention.ms", retention_ms)],
        )
        .await;
        producer
            .send(dated(topic, produced), PATIENCE)
            .await
            .expect("the record is stored");
    }
    broker.clean_up().await.expect("a clean-up");
    assert_eq!(client::watermarks(&address, "short", 0), (1, 1));
    assert_eq!(client::watermarks(&address, "long", 0), (0, 1));
    let next = producer.send(dated("short", produced), PATIENCE).await;
    assert_eq!(next.expect("the record is stored").offset, 1);
}

fn dated(topic: &str, since_1970: Duration) -> FutureRecord<'_, str, str> {
    let timestamp = i64::try_from(since_1970.as_millis()).expect("a time");
    FutureRecord::to(topic).key("key").payload("value").timestamp(timestamp)
}

/// As Apache Kafka 4 does it.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_more_than_an_hour_ahead_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let now = Duration::from_secs(1_000_000_000);
    let settings = BrokerSettings {
        clock: Arc::new(move || UNIX_EPOCH + now),
        ..client::settings(folder.path())
    };
    let broker = Broker::start(settings).await.expect("the broker starts");
    let address = broker.address();
    client::create_topic(&address, TOPIC, 1, &[]).await;
    let producer = client::producer(&address, &[]);
    let hour = Duration::from_secs(60 * 60);
    let stored = producer.send(dated(TOPIC, now + hour), PATIENCE).await;
    assert_eq!(stored.expect("the record is stored").offset, 0);
    let (error, _) = producer
        .send(dated(TOPIC, now + hour + Duration::from_secs(1)), PATIENCE)
        .await
        .expect_err("it is refused");
    assert_eq!(error.rdkafka_error_code(), Some(RDKafkaErrorCode::InvalidTimestamp));
    assert_eq!(client::watermarks(&address, TOPIC, 0), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn compaction_keeps_the_newest_record_of_a_key_at_its_offset() {
    let folder = tempfile::tempdir().expect("a folder");
    let (broker, address) = broker_with_topic(folder.path(), &[("cleanup.policy", "compact")]).await;
    let producer = client::producer(&address, &[("compression.type", "zstd")]);
    for (key, value) in [("a", "1"), ("b", "1"), ("a", "2"), ("c", "1"), ("a", "3"), ("b", "2")] {
        client::send(&producer, TOPIC, key, value.as_bytes()).await;
    }
    broker.clean_up().await.expect("a clean-up");
    let seen: Vec<(i64, Vec<u8>)> = client::read_all(&address, TOPIC, &[])
        .into_iter()
        .map(|s| (s.offset, s.key))
        .collect();
    assert_eq!(seen, [(3, b"c".to_vec()), (4, b"a".to_vec()), (5, b"b".to_vec())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn compaction_leaves_what_is_younger_than_the_lag() {
    let folder = tempfile::tempdir().expect("a folder");
    let now = Duration::from_secs(1_000_000_000);
    let settings = BrokerSettings {
        clock: Arc::new(move || UNIX_EPOCH + now),
        ..client::settings(folder.path())
    };
    let broker = Broker::start(settings).await.expect("a broker");
    let address = broker.address();
    let compacted = [("cleanup.policy", "compact"), ("min.compaction.lag.ms", "3600000")];
    client::create_topic(&address, TOPIC, 1, &compacted).await;
    let producer = client::producer(&address, &[]);
    let hour = Duration::from_secs(60 * 60);
    // two that are old enough, a young one, and one that is old but stands behind it
    for age in [3 * hour, 2 * hour, hour / 2, 2 * hour] {
        let stored = producer.send(dated(TOPIC, now - age), PATIENCE).await;
        stored.expect("the record is stored");
    }
    broker.clean_up().await.expect("a clean-up");
    let seen: Vec<i64> = client::read_all(&address, TOPIC, &[])
        .into_iter()
        .map(|s| s.offset)
        .collect();
    assert_eq!(seen, [1, 2, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_topic_begins_again_at_zero() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_broker, address) = broker_with_topic(folder.path(), &[]).await;
    client::send(&client::producer(&address, &[]), TOPIC, "key", b"old").await;
    let deleted = client::admin(&address)
        .delete_topics(&[TOPIC], &AdminOptions::new())
        .await
        .expect("an answer");
    deleted[0].as_ref().expect("the topic is deleted");
    assert!(!topics(&address).contains(&TOPIC.to_owned()));
    client::create_topic(&address, TOPIC, 1, &[]).await;
    assert_eq!(client::watermarks(&address, TOPIC, 0), (0, 0));
    assert_eq!(
        client::send(&client::producer(&address, &[]), TOPIC, "key", b"new").await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_named_topic_is_deleted() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_broker, address) = broker_with_topic(folder.path(), &[]).await;
    for other in ["other", "another"] {
        client::create_topic(&address, other, 2, &[]).await;
    }
    client::send(&client::producer(&address, &[]), "other", "key", b"kept").await;
    let group = client::config(&address)
        .set("group.id", "g")
        .create::<BaseConsumer>()
        .expect("a consumer");
    let mut committed = TopicPartitionList::new();
    for (topic, offset) in [("other", 1), (TOPIC, 0)] {
        let added = committed.add_partition_offset(topic, 0, Offset::Offset(offset));
        added.expect("an offset");
    }
    group.commit(&committed, CommitMode::Sync).expect("committed");

    let admin = client::admin(&address);
    for name in [TOPIC, "another"] {
        let deleted = admin.delete_topics(&[name], &AdminOptions::new()).await;
        deleted.expect("an answer")[0].as_ref().expect("the topic is deleted");
    }
    assert_eq!(topics(&address), ["other"]);
    let mut asked = TopicPartitionList::new();
    asked.add_partition("other", 0);
    let kept = group.committed_offsets(asked, PATIENCE).expect("an answer");
    assert_eq!(kept.elements()[0].offset(), Offset::Offset(1));
    let records = client::read_all(&address, "other", &[]);
    assert_eq!(records.len(), 1);
    let again = admin.delete_topics(&[TOPIC], &AdminOptions::new()).await;
    assert!(again.expect("an answer")[0].is_err());
}

/// By name.
fn topics(address: &str) -> Vec<String> {
    let consumer: BaseConsumer = client::config(address).create().expect("a consumer");
    let metadata = consumer.fetch_metadata(None, PATIENCE).expect("topics");
    let mut names: Vec<String> = metadata.topics().iter().map(|topic| topic.name().to_owned()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_and_unknown_partitions_do_not_hurt_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (broker, address) = broker_with_topic(folder.path(), &[]).await;
    for nonsense in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        b"\0\0\0\x08\0\x01\0\x09\0\0\0\x01",
        b"\0\0\0\0",
        b"\xff\xff\xff\xff",
    ] {
        let mut stream = TcpStream::connect(&address).expect("a connection");
        stream.write_all(nonsense).expect("written");
    }
    let consumer: BaseConsumer = client::config(&address)
        .set("group.id", "g")
        .create()
        .expect("a consumer");
    assert!(consumer.fetch_watermarks(TOPIC, 77, Duration::from_secs(2)).is_err());
    assert!(consumer.fetch_watermarks("unknown", 0, Duration::from_secs(2)).is_err());
    broker.check().await.expect("the broker answers");
    client::send(&client::producer(&address, &[]), TOPIC, "key", b"value").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (broker, address) = broker_with_topic(folder.path(), &[]).await;
    let mut config = client::config(&address);
    let producer: FutureProducer = config.set("transactional.id", "t").create().expect("a producer");
    let refused = tokio::task::spawn_blocking(move || producer.init_transactions(Duration::from_secs(10)));
    assert!(refused.await.expect("no panic").is_err());
    broker.check().await.expect("the broker answers");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_belongs_to_one_broker() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = client::start(folder.path()).await;
    let second = Broker::start(client::settings(folder.path())).await;
    assert!(matches!(second.err(), Some(BrokerError::InUse { .. })));
    first.stop().await.expect("the broker stops");
    client::start(folder.path())
        .await
        .stop()
        .await
        .expect("the folder is free again");
}

/// The first clean-up runs while the broker is asked to stop: one in 75 once waited for an answer for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_has_just_started_can_be_stopped() {
    for _ in 0..100 {
        let folder = tempfile::tempdir().expect("a folder");
        let broker = client::start(folder.path()).await;
        let stopped = tokio::time::timeout(client::PATIENCE, broker.stop()).await;
        stopped.expect("it ends").expect("in order");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = TcpListener::bind("127.0.0.1:0").expect("a port");
    let listen = other.local_addr().expect("an address");
    let settings = BrokerSettings {
        listen,
        ..client::settings(folder.path())
    };
    match Broker::start(settings).await.err() {
        Some(BrokerError::PortTaken { address }) => assert_eq!(address, listen),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remembered_port_that_is_taken_is_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let broker = client::start(folder.path()).await;
    let address = broker.address();
    broker.stop().await.expect("the broker stops");
    let _other = TcpListener::bind(&address).expect("the port is free");
    let broker = client::start(folder.path()).await;
    assert_ne!(broker.address(), address);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_may_have_any_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let odd = folder.path().join("Ärger mit % ? # leer");
    let (broker, address) = broker_with_topic(&odd, &[]).await;
    client::send(&client::producer(&address, &[]), TOPIC, "key", b"value").await;
    assert!(odd.join("tansu.db").is_file());
    broker.stop().await.expect("the broker stops");
    let broker = client::start(&odd).await;
    assert_eq!(client::watermarks(&broker.address(), TOPIC, 0), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn records_of_another_version_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    client::start(folder.path())
        .await
        .stop()
        .await
        .expect("the broker stops");
    let database = libsql::Builder::new_local(folder.path().join("records.db"))
        .build()
        .await
        .expect("a database");
    let connection = database.connect().expect("a connection");
    connection
        .execute("pragma user_version = 99", ())
        .await
        .expect("a new version");
    drop((connection, database));
    let error = Broker::start(client::settings(folder.path()))
        .await
        .err()
        .expect("a refusal");
    assert!(format!("{error:?}").contains("OtherFormat { found: 99 }"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_to_producers_and_takes_nothing_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(_disk) = SmallDisk::mount(folder.path(), 8) else {
        eprintln!("a small disk can't be mounted here: NOT testing the broker on a full disk");
        return;
    };
    let (broker, address) = broker_with_topic(folder.path(), &[]).await;
    let other = folder.path().join("something-else");
    std::fs::write(&other, vec![0; 2_000_000]).expect("room for it");
    let producer = client::producer(&address, &[("message.timeout.ms", "2000")]);
    let value = vec![b'x'; 200_000];
    let mut stored = 0;
    let error = loop {
        let record = FutureRecord::to(TOPIC).partition(0).key("key").payload(&value);
        match producer.send(record, PATIENCE).await {
            Ok(_) => stored += 1,
            Err((error, _)) => break error,
        }
        assert!(stored < 100, "20 MB don't fit on a disk of 8 MB");
    };
    assert!(stored > 5, "{error}");
    assert_eq!(client::watermarks(&address, TOPIC, 0), (0, stored));
    assert_eq!(
        client::read_all(&address, TOPIC, &[]).len(),
        usize::try_from(stored).expect("a number")
    );
    broker.check().await.expect("the broker answers");
    std::fs::remove_file(other).expect("room again");
    let mut everything = TopicPartitionList::new();
    everything.add_partition_offset(TOPIC, 0, Offset::End).expect("the end");
    delete_before(&address, &everything).await;
    let again = client::send(&client::producer(&address, &[]), TOPIC, "key", &value).await;
    assert_eq!(again, stored, "with room again, offsets go on");
}
