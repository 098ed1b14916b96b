//! Records come with what they span, from where the reader says.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use events::{Positions, Topic};
use log::{Assignment, BatchLimits, Consumer, Fetched, LogError, Probe, Settings};

use crate::broker::{LIMITS, PATIENCE, send, snapshot, start};

const TOPICS: &[Topic] = &[Topic::VideoSnapshots];

/// A consumer that starts at `stored`, whatever that holds when it is asked.
fn open(settings: &Settings, stored: &Arc<Mutex<Positions>>, limits: BatchLimits) -> Consumer {
    let (settings, stored) = (settings.clone(), Arc::clone(stored));
    let start_at = move |_: &[events::Partition]| Ok(stored.lock().expect("no panic").clone());
    let open = || Consumer::open(&settings, "reading", TOPICS, Assignment::All, limits, start_at);
    tokio::task::block_in_place(open).expect("a consumer")
}

async fn next(consumer: &mut Consumer) -> Fetched {
    let fetched = tokio::time::timeout(PATIENCE, consumer.next()).await;
    fetched.expect("a batch in time").expect("a batch")
}

/// Reads until `count` records came; checks that every span begins where the one before it ended.
async fn read(consumer: &mut Consumer, from: &Positions, count: usize) -> Vec<log::Record> {
    let (mut at, mut records) = (from.clone(), Vec::new());
    while records.len() < count {
        let fetched = next(consumer).await;
        for span in &fetched.spans {
            assert_eq!(span.from, at.of(span.partition), "a step without a gap");
            let offsets: Vec<i64> = fetched
                .records
                .iter()
                .filter(|record| record.partition == span.partition)
                .map(|record| record.offset)
                .collect();
            assert_eq!(offsets, (span.from..span.to).collect::<Vec<_>>(), "{}", span.partition);
        }
        at.advance(&fetched.spans);
        records.extend(fetched.records);
    }
    records
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_is_read_once_with_its_envelope() {
    let fixture = start().await;
    let ends = send(&fixture.settings, 0..2_000).await;
    let mut consumer = open(&fixture.settings, &Arc::default(), LIMITS);
    let records = read(&mut consumer, &Positions::default(), 2_000).await;
    let ids: BTreeSet<_> = records
        .iter()
        .map(|record| record.attributes().expect("attributes").id.to_owned())
        .collect();
    assert_eq!(ids, (0..2_000).map(|number| snapshot(number).id.to_string()).collect());
    let probe = tokio::task::block_in_place(|| Probe::open(&fixture.settings)?.ends(TOPICS)).expect("ends");
    assert_eq!(probe, ends.into_iter().collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_starts_at_the_readers_own_positions() {
    let fixture = start().await;
    let ends = send(&fixture.settings, 0..1_000).await;
    let middle: Positions = ends.iter().map(|(partition, end)| (*partition, end / 2)).collect();
    let rest: i64 = ends.values().map(|end| end - end / 2).sum();
    let stored = Arc::new(Mutex::new(middle.clone()));
    let mut consumer = open(&fixture.settings, &stored, LIMITS);
    let records = read(&mut consumer, &middle, usize::try_from(rest).expect("small")).await;
    assert_eq!(records.len(), usize::try_from(rest).expect("small"));
    // what was shown to the group is for displays: a new consumer asks its reader again, not Kafka
    consumer.show(ends.iter().map(|(partition, end)| (*partition, *end)).collect());
    drop(consumer);
    let mut again = open(&fixture.settings, &stored, LIMITS);
    read(&mut again, &middle, usize::try_from(rest).expect("small")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_everything_not_stored_is_read_again() {
    let fixture = start().await;
    send(&fixture.settings, 0..1_000).await;
    let stored = Arc::new(Mutex::new(Positions::default()));
    let mut consumer = open(&fixture.settings, &stored, LIMITS);
    let first = next(&mut consumer).await;
    stored.lock().expect("no panic").advance(&first.spans);
    next(&mut consumer).await;
    consumer.restart();
    let from = stored.lock().expect("no panic").clone();
    let records = read(&mut consumer, &from, 1_000 - first.records.len()).await;
    assert_eq!(records.len() + first.records.len(), 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_keeps_its_bounds() {
    let fixture = start().await;
    send(&fixture.settings, 0..1_000).await;
    let rows = BatchLimits { max_rows: 7, ..LIMITS };
    let mut consumer = open(&fixture.settings, &Arc::default(), rows);
    for _ in 0..20 {
        assert!(next(&mut consumer).await.records.len() <= 7);
    }
    drop(consumer);
    let bytes = BatchLimits {
        max_bytes: 1_000,
        ..LIMITS
    };
    let mut consumer = open(&fixture.settings, &Arc::default(), bytes);
    let batch = next(&mut consumer).await;
    let size: usize = batch.records.iter().map(log::Record::size_bytes).sum();
    let last = batch.records.last().expect("a record").size_bytes();
    assert!(size - last < 1_000, "{size} bytes before the last record");
}

/// While its reader is at work, what comes is one step, however long apart: several small steps would each cost a transaction.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_grows_while_the_reader_is_at_work() {
    let fixture = start().await;
    send(&fixture.settings, 0..10).await;
    let mut consumer = open(&fixture.settings, &Arc::default(), LIMITS);
    let mut came = 0;
    while came < 10 {
        came += next(&mut consumer).await.records.len();
    }
    // at work: five times as long as a batch waits
    for round in 0..5 {
        send(&fixture.settings, 10 + 20 * round..30 + 20 * round).await;
        tokio::time::sleep(LIMITS.max_wait * 2).await;
    }
    tokio::time::sleep(LIMITS.max_wait * 4).await;
    // five, if each had ended by itself; a broker that is slow may split them once
    let (mut steps, mut came) = (0, 0);
    while came < 100 {
        came += next(&mut consumer).await.records.len();
        steps += 1;
    }
    assert!(steps <= 2, "{steps} steps");
    // idle: a batch waits for the wait and no longer
    let waiting = tokio::spawn(async move { next(&mut consumer).await.records.len() });
    tokio::time::sleep(LIMITS.max_wait).await;
    send(&fixture.settings, 110..113).await;
    assert!(waiting.await.expect("a batch") > 0);
}

/// What was read before a restart does not come after it.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_grew_before_a_restart_is_dropped() {
    let fixture = start().await;
    send(&fixture.settings, 0..200).await;
    let mut consumer = open(&fixture.settings, &Arc::default(), LIMITS);
    let first = next(&mut consumer).await;
    assert!(!first.records.is_empty());
    tokio::time::sleep(LIMITS.max_wait * 4).await;
    consumer.restart();
    let again = read(&mut consumer, &Positions::default(), 200).await;
    assert_eq!(again.len(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_partition_is_read_while_all_have_a_backlog() {
    let fixture = start().await;
    // brokers hand out whole batches of producers
    let mut small = fixture.settings.clone();
    small.properties.insert("batch.size".to_owned(), "65536".to_owned());
    let ends = send(&small, 0..60_000).await;
    let mut consumer = open(&fixture.settings, &Arc::default(), LIMITS);
    let records = read(&mut consumer, &Positions::default(), 30_000).await;
    for (partition, end) in ends {
        let read = records.iter().filter(|record| record.partition == partition).count();
        assert!(
            read as i64 * 10 > end,
            "{read} of {end} of {partition}, while half of all was read"
        );
    }
}

/// As after an outage that has left librdkafka without a broker to ask.
#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_hears_nothing_for_a_minute_says_so() {
    let fixture = start().await;
    send(&fixture.settings, 0..100).await;
    let settings = fixture.settings.clone();
    let start_at = move |_: &[events::Partition]| Ok(Positions::default());
    let alone = Assignment::Group { instance: None };
    let open = || Consumer::open(&settings, "deaf", TOPICS, alone, LIMITS, start_at);
    let mut consumer = tokio::task::block_in_place(open).expect("a consumer");
    next(&mut consumer).await;
    fixture.stop().await;
    let said = async {
        loop {
            if let Err(LogError::Deaf) = consumer.next().await {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE * 2, said).await.expect("said in time");
}
