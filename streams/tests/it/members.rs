//! Members of a consumer group that come back, on Apache Kafka.

use std::time::Duration;

use events::{Partition, Positions, Topic};
use log::{Assignment, BatchLimits, Consumer, LogError, Settings};

use crate::brokers::Fixture;

const TOPICS: &[Topic] = &[Topic::Alerts];
const PATIENCE: Duration = Duration::from_secs(60);
const LIMITS: BatchLimits = BatchLimits {
    max_rows: 100,
    max_bytes: 1 << 20,
    max_wait: Duration::from_millis(50),
};

/// A member, and what tells of the partitions that it was given.
fn join(settings: &Settings, instance: &str) -> (Consumer, std::sync::mpsc::Receiver<usize>) {
    let (sender, given) = std::sync::mpsc::channel();
    let start_at = move |partitions: &[Partition]| {
        let _ = sender.send(partitions.len());
        Ok(Positions::default())
    };
    let assignment = Assignment::Group {
        instance: Some(instance.to_owned()),
    };
    let open = || Consumer::open(settings, "members", TOPICS, assignment, LIMITS, start_at);
    (tokio::task::block_in_place(open).expect("a consumer"), given)
}

/// Two that read as one would each read half, and each believe to be the only one.
#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_has_its_partitions_and_whoever_reads_in_its_name_is_told() {
    let fixture = Fixture::kafka().await;
    let all = usize::from(Topic::Alerts.partitions());
    let (mut first, given) = join(&fixture.settings, "one");
    let waited = tokio::task::block_in_place(|| given.recv_timeout(PATIENCE));
    assert_eq!(waited.expect("an assignment"), all);

    let (second, given) = join(&fixture.settings, "one");
    let waited = tokio::task::block_in_place(|| given.recv_timeout(PATIENCE));
    assert_eq!(waited.expect("an assignment"), all);
    let error = tokio::time::timeout(PATIENCE, async {
        loop {
            match first.next().await {
                Ok(_) | Err(LogError::Read(_)) => {}
                Err(error) => return error,
            }
        }
    });
    let error = error.await.expect("in time");
    assert!(matches!(error, LogError::Displaced(_)), "{error}");
    drop(second);
}
