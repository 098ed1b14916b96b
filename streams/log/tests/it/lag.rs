//! Lag of any group of the cluster, in records and in seconds.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use events::{ManualClock, Partition, Positions, Topic};
use log::{GroupLag, GroupProbe, Probe, Rates, Settings};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

use crate::broker::{send, start};

const TOPIC: &str = "somebody-elses";
const PRODUCED_MS: i64 = 1_700_000_000_000;

fn client(settings: &Settings) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", &settings.brokers);
    config.set("group.id", "strangers");
    config
}

/// A topic that is not in our catalogue, with a record a second from [`PRODUCED_MS`] on.
async fn fill(settings: &Settings, count: i64) {
    let admin: AdminClient<DefaultClientContext> = client(settings).create().expect("a client");
    let topic = NewTopic::new(TOPIC, 1, TopicReplication::Fixed(1));
    let made = admin
        .create_topics([&topic], &AdminOptions::new())
        .await
        .expect("an answer");
    made.into_iter().for_each(|made| drop(made.expect("made")));
    produce(settings, 0..count);
}

fn produce(settings: &Settings, numbers: std::ops::Range<i64>) {
    let producer: BaseProducer = client(settings).create().expect("a producer");
    for number in numbers {
        let record: BaseRecord<'_, str, str> = BaseRecord::to(TOPIC)
            .payload("a record of somebody else's")
            .timestamp(PRODUCED_MS + number * 1000);
        producer.send(record).expect("queued");
    }
    producer.flush(Duration::from_secs(30)).expect("sent");
}

fn commit(settings: &Settings, offset: i64) {
    let consumer: BaseConsumer = client(settings).create().expect("a consumer");
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(TOPIC, 0, Offset::Offset(offset))
        .expect("listed");
    consumer.commit(&list, CommitMode::Sync).expect("committed");
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(PRODUCED_MS).expect("a time") + TimeDelta::seconds(seconds)
}

fn of<'a>(lags: &'a [GroupLag], group: &str) -> Vec<&'a GroupLag> {
    lags.iter().filter(|lag| lag.place.group == group).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_lag_is_the_age_of_what_it_reads_next() {
    let fixture = start().await;
    fill(&fixture.settings, 10).await;
    commit(&fixture.settings, 4);
    let settings = fixture.settings.clone();
    let looked = tokio::task::spawn_blocking(move || {
        let mut probe = GroupProbe::open(&settings).expect("a probe");
        let mut rates = Rates::over(TimeDelta::seconds(10));
        let mut looks = Vec::new();
        let clock = ManualClock::at(at(100));
        looks.push(probe.look(&[], &clock).expect("a look"));
        rates.note(&looks[0]);
        clock.advance(TimeDelta::seconds(60));
        looks.push(probe.look(&[], &clock).expect("a look"));
        rates.note(&looks[1]);
        // it reads three, and two more come
        commit(&settings, 7);
        produce(&settings, 10..12);
        clock.advance(TimeDelta::seconds(10));
        looks.push(probe.look(&[], &clock).expect("a look"));
        rates.note(&looks[2]);
        commit(&settings, 12);
        clock.advance(TimeDelta::days(11));
        looks.push(probe.look(&[], &clock).expect("a look"));
        (looks, rates)
    });
    let (looks, rates) = looked.await.expect("no panic");
    let figures = |look: &[GroupLag]| {
        let lag = of(look, "strangers")[0];
        assert_eq!((lag.place.topic.as_str(), lag.place.partition), (TOPIC, 0));
        (lag.place.position, lag.end, lag.behind(), lag.behind_seconds)
    };
    assert_eq!(figures(&looks[0]), (4, 10, 6, Some(96.0)));
    assert_eq!(figures(&looks[1]), (4, 10, 6, Some(156.0)));
    assert_eq!(figures(&looks[2]), (7, 12, 5, Some(163.0)));
    assert_eq!(figures(&looks[3]), (12, 12, 0, Some(0.0)), "idle is not late");
    let rate = rates.of(of(&looks[2], "strangers")[0]);
    assert_eq!((rate.in_per_second, rate.out_per_second), (Some(0.2), Some(0.3)));
    let left = rate.caught_up_in_seconds(5).expect("an end");
    assert!((left - 50.0).abs() < 1e-6, "{left}");
}

/// A sink's own positions are truer than what its group has committed, and tell of partitions that it never read.
#[tokio::test(flavor = "multi_thread")]
async fn own_positions_come_before_committed_ones() {
    let fixture = start().await;
    let ends = send(&fixture.settings, 0..500).await;
    let settings = fixture.settings.clone();
    let topic = Topic::VideoSnapshots;
    let looked = tokio::task::spawn_blocking(move || {
        let mut probe = GroupProbe::open(&settings).expect("a probe");
        let mut own = Positions::default();
        own.set(Partition { topic, number: 0 }, 5);
        let places = probe.places("strangers", &[topic], &own, at(0)).expect("places");
        let reader = Probe::open(&settings).expect("a reader");
        let produced_ms = reader
            .produced_at_ms(Partition { topic, number: 0 }, 5)
            .expect("an answer");
        let produced = DateTime::from_timestamp_millis(produced_ms.expect("a record")).expect("a time");
        let clock = ManualClock::at(produced + TimeDelta::seconds(30));
        probe.look(&places, &clock).expect("a look")
    });
    let lags = looked.await.expect("no panic");
    let lags = of(&lags, "strangers");
    assert_eq!(lags.len(), usize::from(topic.partitions()));
    for lag in lags {
        let partition = Partition {
            topic,
            number: lag.place.partition,
        };
        let expected = if partition.number == 0 { 5 } else { 0 };
        assert_eq!(
            (lag.place.position, lag.end),
            (expected, ends.get(&partition).copied().unwrap_or_default())
        );
        let seconds = lag.behind_seconds.expect("known");
        // all of them were produced in one go
        assert!((0.0..60.0).contains(&seconds), "{seconds}");
        if partition.number == 0 {
            assert_eq!(seconds, 30.0);
        }
    }
}
