//! What clients may rely on: records, order, positions, and all of it after a restart.

use std::time::Duration;

use futures::future::join_all;
use rdkafka::consumer::{CommitMode, Consumer as _, StreamConsumer};
use rdkafka::producer::FutureRecord;
use rdkafka::{Offset, TopicPartitionList};

use crate::client::{self, PATIENCE, Seen};

const TOPIC: &str = "snapshots";
const RECORDS: usize = 10_000;
const PARTITIONS: usize = 4;

async fn produce(address: &str) {
    let producer = client::producer(address, &[]);
    let keys: Vec<String> = (0..RECORDS).map(|number| format!("video-{}", number % 100)).collect();
    let sent = keys.iter().enumerate().map(|(number, key)| {
        let record = FutureRecord::to(TOPIC)
            .partition(i32::try_from(number % PARTITIONS).expect("a small number"))
            .key(key)
            .payload(key)
            .headers(client::headers(number));
        producer.send(record, PATIENCE)
    });
    for outcome in join_all(sent).await {
        outcome.map_err(|(error, _)| error).expect("every record is stored");
    }
}

async fn receive(consumer: &StreamConsumer, count: usize) -> Vec<Seen> {
    let mut seen = Vec::with_capacity(count);
    while seen.len() < count {
        let next = tokio::time::timeout(PATIENCE, consumer.recv()).await;
        let next = next.unwrap_or_else(|_| panic!("nothing came after {} of {count} records", seen.len()));
        seen.push(Seen::of(&next.expect("a record")));
    }
    seen
}

fn positions(consumer: &StreamConsumer) -> Vec<Offset> {
    let mut wanted = TopicPartitionList::new();
    wanted.add_partition_range(TOPIC, 0, 3);
    let committed = consumer.committed_offsets(wanted, PATIENCE).expect("committed offsets");
    committed.elements().iter().map(|element| element.offset()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn records_positions_and_the_port_survive_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let broker = client::start(folder.path()).await;
    let address = broker.address();
    client::create_topic(&address, TOPIC, 4, &[("cleanup.policy", "delete")]).await;
    produce(&address).await;
    let consumer = client::member(&address, "group");
    consumer.subscribe(&[TOPIC]).expect("a subscription");
    let seen = receive(&consumer, RECORDS).await;
    assert_eq!(seen[0].headers.len(), 6, "headers are carried");
    for partition in 0..4 {
        let offsets: Vec<i64> = seen
            .iter()
            .filter(|s| s.partition == partition)
            .map(|s| s.offset)
            .collect();
        assert_eq!(
            offsets,
            (0..2500).collect::<Vec<i64>>(),
            "partition {partition} has every offset once, in order"
        );
    }
    consumer.commit_consumer_state(CommitMode::Sync).expect("a commit");
    drop(consumer);
    broker.stop().await.expect("the broker stops");

    let broker = client::start(folder.path()).await;
    assert_eq!(broker.address(), address, "the port stays");
    assert_eq!(client::watermarks(&address, TOPIC, 3), (0, 2500));
    let consumer = client::member(&address, "group");
    assert_eq!(positions(&consumer), vec![Offset::Offset(2500); 4]);
    consumer.subscribe(&[TOPIC]).expect("a subscription");
    let offset = client::send(&client::producer(&address, &[]), TOPIC, "late", b"late").await;
    assert_eq!(offset, 2500, "offsets go on");
    assert_eq!(
        receive(&consumer, 1).await[0].value,
        b"late",
        "the group goes on where it was"
    );
    drop(consumer);
    broker.stop().await.expect("the broker stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_members_share_a_topic_and_take_over_from_each_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let broker = client::start(folder.path()).await;
    let address = broker.address();
    client::create_topic(&address, TOPIC, 4, &[]).await;
    let (first, second) = (client::member(&address, "shared"), client::member(&address, "shared"));
    first.subscribe(&[TOPIC]).expect("a subscription");
    second.subscribe(&[TOPIC]).expect("a subscription");
    wait_for("two partitions each", || async {
        for consumer in [&first, &second] {
            let _ = tokio::time::timeout(Duration::from_millis(50), consumer.recv()).await;
        }
        assigned(&first) == 2 && assigned(&second) == 2
    })
    .await;
    drop(second);
    wait_for("the first to take over", || async {
        let _ = tokio::time::timeout(Duration::from_millis(50), first.recv()).await;
        assigned(&first) == 4
    })
    .await;
    drop(first);
    broker.stop().await.expect("the broker stops");
}

fn assigned(consumer: &StreamConsumer) -> usize {
    consumer.assignment().expect("an assignment").count()
}

async fn wait_for<F: Future<Output = bool>>(what: &str, mut condition: impl FnMut() -> F) {
    let deadline = std::time::Instant::now() + PATIENCE;
    while !condition().await {
        assert!(std::time::Instant::now() < deadline, "waited in vain for {what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_goes_on_while_the_broker_restarts() {
    let folder = tempfile::tempdir().expect("a folder");
    let broker = client::start(folder.path()).await;
    let address = broker.address();
    client::create_topic(&address, TOPIC, 1, &[]).await;
    let producer = client::producer(&address, &[]);
    let consumer = client::member(&address, "group");
    consumer.subscribe(&[TOPIC]).expect("a subscription");
    client::send(&producer, TOPIC, "key", b"before").await;
    assert_eq!(receive(&consumer, 1).await[0].value, b"before");
    broker.stop().await.expect("the broker stops");
    let broker = client::start(folder.path()).await;
    assert_eq!(
        client::send(&producer, TOPIC, "key", b"after").await,
        1,
        "the same producer goes on"
    );
    let after = loop {
        match tokio::time::timeout(PATIENCE, consumer.recv())
            .await
            .expect("a record in time")
        {
            Ok(message) => break Seen::of(&message),
            Err(_) => continue,
        }
    };
    assert_eq!(after.value, b"after");
    drop(consumer);
    broker.stop().await.expect("the broker stops");
}
