//! Where sinks stand, for people.

use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use events::{Clock, Partition, Positions, Topic};
use log::Producer;
use streams::progress::{Watched, report};
use streams::{Status, Trouble};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::brokers::Fixture;
use crate::world::{Database, Seen};

const SINK: &str = "ytempire.views.videos";

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the database dates rows by the system's clock")]
    fn now(&self) -> chrono::DateTime<Utc> {
        Utc::now()
    }
}

/// Trouble and records behind of the partition, once `is_so`.
async fn told(database: &Database, of: Partition, is_so: impl Fn(Option<&str>) -> bool) -> (Option<String>, i64) {
    let mut last = None;
    for _ in 0..300 {
        let row: (Option<String>, i64) = sqlx::query_as(
            "SELECT trouble, end_offset - position FROM sink.progress WHERE sink = $1 AND topic = $2 AND partition = $3",
        )
        .bind(SINK)
        .bind(of.topic.name())
        .bind(of.number)
        .fetch_one(&database.pool)
        .await
        .expect("a row");
        if is_so(row.0.as_deref()) {
            return row;
        }
        last = Some(row);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it stays {last:?}");
}

/// Kafka may leave a partition without a reader, as when it waits for a process that hangs: then nobody holds it, and each tells of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_partition_that_nobody_reads_is_told_of() {
    let (database, broker) = (Database::start().await, Fixture::embedded().await);
    let event = Seen {
        video: 1,
        day: 0,
        hour: 0,
        views: 100,
        rank: None,
        channel: None,
        titled: true,
    };
    let event = event.event();
    let (producer, mut deliveries) = Producer::open(&broker.settings).expect("a producer");
    let (envelope, body) = (event.envelope(), event.body());
    let sent = producer.send(Topic::VideoSnapshots, Some("k"), &envelope, &body, 0);
    sent.await.expect("sent");
    let delivery = deliveries.recv().await.expect("a delivery");
    let partition = delivery.outcome.expect("delivered").0;
    // whoever held it stood at its beginning a minute ago
    let stale = "INSERT INTO sink.progress (sink, topic, partition, position, end_offset, updated_at) \
         VALUES ($1, $2, $3, 0, 0, now() - interval '1 minute')";
    sqlx::query(stale)
        .bind(SINK)
        .bind(partition.topic.name())
        .bind(partition.number)
        .execute(&database.pool)
        .await
        .expect("noted");

    let (status, watched) = watch::channel(Status::default());
    let watched = Watched {
        sink: SINK.to_owned(),
        topics: vec![Topic::VideoSnapshots],
        status: watched,
    };
    let stop = CancellationToken::new();
    let reporting = tokio::spawn(report(
        vec![watched],
        broker.settings.clone(),
        database.pool.clone(),
        Arc::new(SystemClock),
        watch::Sender::new(None),
        stop.clone(),
    ));
    let (trouble, behind) = told(&database, partition, |trouble| trouble.is_some()).await;
    assert_eq!(trouble.as_deref(), Some("no process reads this partition"));
    assert_eq!(behind, 1, "though nobody reads it, its end is told of");

    // this process is given it
    let mut positions = Positions::default();
    positions.set(partition, 1);
    status.send_modify(|status| status.positions = positions);
    let (_, behind) = told(&database, partition, |trouble| trouble.is_none()).await;
    assert_eq!(behind, 0);
    stop.cancel();
    reporting.await.expect("it ends");
}

/// Brokers that are away take the partitions from the group; what it is waiting for is told all the same, over nobody who reads them.
#[tokio::test(flavor = "multi_thread")]
async fn brokers_that_are_away_are_told_of_where_it_read_last() {
    let database = Database::start().await;
    let partition = |number| Partition {
        topic: Topic::VideoSnapshots,
        number,
    };
    for (number, age) in [(0, "1 minute"), (1, "-1 hour")] {
        let known = "INSERT INTO sink.progress (sink, topic, partition, position, end_offset, updated_at) \
             VALUES ($1, $2, $3, 0, 0, now() - $4::interval)";
        sqlx::query(known)
            .bind(SINK)
            .bind(Topic::VideoSnapshots.name())
            .bind(number)
            .bind(age)
            .execute(&database.pool)
            .await
            .expect("noted");
    }
    let mut given_up = Positions::default();
    given_up.set(partition(0), 0);
    given_up.set(partition(1), 0);
    let status = Status {
        given_up,
        trouble: Some(Trouble {
            reason: "brokers are away".to_owned(),
            since: SystemClock.now(),
        }),
        ..Status::default()
    };
    let (_status, watched) = watch::channel(status);
    let watched = Watched {
        sink: SINK.to_owned(),
        topics: vec![Topic::VideoSnapshots],
        status: watched,
    };
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let settings = log::Settings {
        brokers: free.local_addr().expect("its address").to_string(),
        properties: [].into(),
    };
    drop(free);
    let stop = CancellationToken::new();
    let reporting = tokio::spawn(report(
        vec![watched],
        settings,
        database.pool.clone(),
        Arc::new(SystemClock),
        watch::Sender::new(None),
        stop.clone(),
    ));
    let (trouble, _) = told(&database, partition(0), |trouble| trouble.is_some()).await;
    assert_eq!(trouble.as_deref(), Some("brokers are away"));
    let (trouble, _) = told(&database, partition(1), |_| true).await;
    assert_eq!(trouble, None, "another process has told of it just now");
    stop.cancel();
    reporting.await.expect("it ends");
}

#[test]
fn a_step_that_does_not_end_is_trouble() {
    let now = SystemClock.now();
    let begun = |seconds| Status {
        step_since: Some(now - TimeDelta::seconds(seconds)),
        ..Status::default()
    };
    assert_eq!(begun(29).trouble_at(now), None);
    let trouble = begun(31).trouble_at(now).expect("trouble");
    assert_eq!(trouble.since, now - TimeDelta::seconds(31));
    assert!(trouble.reason.contains("still under way"), "{}", trouble.reason);
    assert!(!trouble.is_of_brokers());
    let failed = Trouble {
        reason: "the disk is full".to_owned(),
        since: now,
    };
    let both = Status {
        trouble: Some(failed.clone()),
        ..begun(31)
    };
    assert_eq!(both.trouble_at(now), Some(failed));
}
