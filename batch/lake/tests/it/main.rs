//! Appending to real tables in a folder.

mod older_table;
mod removal;

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, RecordBatch, StringArray, new_null_array};
use events::{Partition, Span, Topic};
use lake::{AppendError, Appender, Lake, Maintenance, Table, Verdict};

const TOPIC: Topic = Topic::Categories;
const PLACE: Partition = Partition {
    topic: TOPIC,
    number: 0,
};

fn lake(folder: &tempfile::TempDir) -> Lake {
    Lake::open(&folder.path().display().to_string(), Default::default()).expect("a lake")
}

fn id(n: u128) -> String {
    uuid::Uuid::from_u128(n).to_string()
}

/// Rows with the given ids and nothing else.
fn rows(ids: &[u128], verdict: Verdict) -> RecordBatch {
    let schema = Table::of(TOPIC).schema();
    let columns: Vec<ArrayRef> = schema
        .fields()
        .iter()
        .map(|field| -> ArrayRef {
            match field.name().as_str() {
                "_event_id" => Arc::new(ids.iter().map(|n| Some(id(*n))).collect::<StringArray>()),
                "_verdict" => Arc::new(StringArray::from(vec![verdict.as_str(); ids.len()])),
                Table::PARTITION => Arc::new(Date32Array::from(vec![20_000; ids.len()])),
                _ => new_null_array(field.data_type(), ids.len()),
            }
        })
        .collect();
    RecordBatch::try_new(schema, columns).expect("rows")
}

fn step(from: i64, to: i64) -> [Span; 1] {
    [Span {
        partition: PLACE,
        from,
        to,
    }]
}

async fn appender(lake: &Lake) -> Appender {
    Appender::open(lake, Table::of(TOPIC), "test")
        .await
        .expect("an appender")
}

#[tokio::test]
async fn rows_and_positions_are_one_commit() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = lake(&folder);
    let mut first = appender(&lake).await;
    let appended = first
        .append(&rows(&[1, 2, 2], Verdict::Accepted), &step(0, 3))
        .await
        .expect("written");
    assert_eq!((appended.rows, appended.repeated), (2, 1));
    assert_eq!(
        appender(&lake)
            .await
            .positions(&[PLACE])
            .await
            .expect("positions")
            .of(PLACE),
        3
    );
}

#[tokio::test]
async fn an_id_that_the_table_holds_is_left_out_after_a_restart_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = lake(&folder);
    appender(&lake)
        .await
        .append(&rows(&[1, 2], Verdict::Accepted), &step(0, 2))
        .await
        .expect("written");
    let appended = appender(&lake)
        .await
        .append(&rows(&[2, 3], Verdict::Accepted), &step(2, 4))
        .await
        .expect("written");
    assert_eq!((appended.rows, appended.repeated), (1, 1));
}

#[tokio::test]
async fn a_rejected_row_does_not_stand_in_the_way_of_its_replay() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = lake(&folder);
    let mut sink = appender(&lake).await;
    sink.append(&rows(&[1], Verdict::Rejected), &step(0, 1))
        .await
        .expect("written");
    let again = sink
        .append(&rows(&[1], Verdict::Rejected), &step(1, 2))
        .await
        .expect("written");
    assert_eq!((again.rows, again.repeated), (0, 1));
    let accepted = sink
        .append(&rows(&[1], Verdict::Accepted), &step(2, 3))
        .await
        .expect("written");
    assert_eq!((accepted.rows, accepted.repeated), (1, 0));
}

/// A writer that was taken for dead commits late. Its commit is in the new owner's snapshot before the new owner comes to that
/// partition, so that Delta sees no conflict any more.
#[tokio::test]
async fn a_late_commit_of_an_old_owner_fences_the_new_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = lake(&folder);
    let other = Partition { number: 1, ..PLACE };
    let (mut old, mut new) = (appender(&lake).await, appender(&lake).await);
    for one in [&mut old, &mut new] {
        one.positions(&[PLACE, other]).await.expect("positions");
    }
    old.append(&rows(&[1], Verdict::Accepted), &step(0, 1))
        .await
        .expect("written late");
    let elsewhere = [Span {
        partition: other,
        from: 0,
        to: 1,
    }];
    new.append(&rows(&[2], Verdict::Accepted), &elsewhere)
        .await
        .expect("written");
    let fenced = new
        .append(&rows(&[1], Verdict::Accepted), &step(0, 1))
        .await
        .expect_err("written twice");
    assert!(matches!(fenced, AppendError::Fenced { actual: 1, .. }), "{fenced}");
}

const RULES: Maintenance = Maintenance {
    every_commits: 1,
    target_file_bytes: std::num::NonZeroU64::new(1 << 20).expect("a size"),
    keep_removed: chrono::Duration::hours(1),
};

/// Delta itself takes two compactions of the same files for no conflict, and then every row is there twice.
#[tokio::test]
async fn of_two_compactions_at_one_time_one_is_given_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = lake(&folder);
    let mut first = appender(&lake).await;
    for n in 0..5 {
        first
            .append(&rows(&[n as u128, 100 + n as u128], Verdict::Accepted), &step(n, n + 1))
            .await
            .expect("written");
    }
    let mut second = appender(&lake).await;
    let done = first.tidy(&RULES).await.expect("tidied");
    assert_eq!((done.files_added, done.files_removed), (1, 5));
    let given_up = second.tidy(&RULES).await.expect("no failure");
    assert_eq!(given_up.files_added, 0, "both were made");
    assert_eq!(stored(&lake).await, 10);
    second.positions(&[PLACE]).await.expect("positions");
    let known = second
        .append(&rows(&[3], Verdict::Accepted), &step(5, 6))
        .await
        .expect("written");
    assert_eq!(known.repeated, 1, "the ids are still there");
}

async fn stored(lake: &Lake) -> usize {
    let session = deltalake::datafusion::prelude::SessionContext::new();
    let provider = lake.provider(Table::of(TOPIC), &session).await.expect("a table");
    session
        .read_table(provider)
        .expect("a frame")
        .count()
        .await
        .expect("counted")
}

#[tokio::test]
async fn of_two_writers_the_later_is_fenced() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = lake(&folder);
    let (mut first, mut second) = (appender(&lake).await, appender(&lake).await);
    first
        .append(&rows(&[1], Verdict::Accepted), &step(0, 1))
        .await
        .expect("written");
    let fenced = second
        .append(&rows(&[2], Verdict::Accepted), &step(0, 1))
        .await
        .expect_err("written twice");
    assert!(matches!(fenced, AppendError::Fenced { actual: 1, .. }), "{fenced}");
    second
        .append(&rows(&[2], Verdict::Accepted), &step(1, 2))
        .await
        .expect("written from the right position");
}

/// As when a producer sends something again, and its partitioner, or the number of partitions, is another now.
#[tokio::test]
async fn what_another_partitions_owner_has_written_is_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = lake(&folder);
    let there = |from: i64| {
        let partition = Partition { number: 1, ..PLACE };
        [Span {
            partition,
            from,
            to: from + 3,
        }]
    };
    let (mut here, mut other) = (appender(&lake).await, appender(&lake).await);
    // both have looked at the day before the other writes to it
    here.append(&rows(&[1, 2, 3], Verdict::Accepted), &step(0, 3))
        .await
        .expect("written");
    other
        .append(&rows(&[4, 5, 6], Verdict::Accepted), &there(0))
        .await
        .expect("written");
    let first = here
        .append(&rows(&[4, 5, 7], Verdict::Accepted), &step(3, 6))
        .await
        .expect("written");
    assert_eq!((first.rows, first.repeated), (1, 2));
    let second = other
        .append(&rows(&[7, 1, 8], Verdict::Accepted), &there(3))
        .await
        .expect("written");
    assert_eq!((second.rows, second.repeated), (1, 2));
    // upkeep takes others' commits into the snapshot, too
    other
        .append(&rows(&[9, 10, 11], Verdict::Accepted), &there(6))
        .await
        .expect("written");
    here.tidy(&RULES).await.expect("tidied");
    here.positions(&[PLACE]).await.expect("positions");
    here.append(&rows(&[12], Verdict::Accepted), &step(6, 7))
        .await
        .expect("written");
    other
        .append(&rows(&[12, 13, 14], Verdict::Accepted), &there(9))
        .await
        .expect("written");
    other.tidy(&RULES).await.expect("tidied");
    let third = here
        .append(&rows(&[13, 11], Verdict::Accepted), &step(7, 9))
        .await
        .expect("written");
    assert_eq!((third.rows, third.repeated), (0, 2));
    assert_eq!(stored(&lake).await, 14);
}

#[tokio::test]
async fn upkeep_keeps_rows_and_positions() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = lake(&folder);
    let mut sink = appender(&lake).await;
    for n in 0..5 {
        sink.append(&rows(&[n as u128], Verdict::Accepted), &step(n, n + 1))
            .await
            .expect("written");
    }
    let rules = lake::Maintenance {
        every_commits: 1,
        target_file_bytes: std::num::NonZeroU64::new(1 << 20).expect("a size"),
        keep_removed: chrono::Duration::zero(),
    };
    let tidied = sink.tidy(&rules).await.expect("tidied");
    assert_eq!((tidied.files_removed, tidied.files_added), (5, 1), "{tidied:?}");
    let mut other = appender(&lake).await;
    assert_eq!(other.positions(&[PLACE]).await.expect("positions").of(PLACE), 5);
    let again = other
        .append(&rows(&[0, 1, 2, 3, 4], Verdict::Accepted), &step(5, 10))
        .await
        .expect("written");
    assert_eq!((again.rows, again.repeated), (0, 5));
}
