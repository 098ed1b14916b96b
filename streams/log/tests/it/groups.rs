//! Members of a group share the partitions, and none has two owners.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use events::{Partition, Positions, Topic};
use log::{Assignment, Consumer, Fetched, LogError, Settings};

use crate::broker::{LIMITS, PATIENCE, send, start};

const TOPICS: &[Topic] = &[Topic::VideoSnapshots];

/// What all members have stored: positions, and who stored each record. A step that does not begin where the positions
/// are is refused, as every sink of the platform refuses it.
#[derive(Default)]
struct Store {
    positions: Positions,
    owners: BTreeMap<(Partition, i64), &'static str>,
    fenced: usize,
}

type Shared = Arc<Mutex<Store>>;

fn join(settings: &Settings, store: &Shared) -> Consumer {
    let (settings, store) = (settings.clone(), Arc::clone(store));
    let start_at = move |_: &[Partition]| Ok(store.lock().expect("no panic").positions.clone());
    let open = || {
        Consumer::open(
            &settings,
            "groups",
            TOPICS,
            Assignment::Group { instance: None },
            LIMITS,
            start_at,
        )
    };
    tokio::task::block_in_place(open).expect("a consumer")
}

/// Stores a batch whole, or not at all.
fn write(store: &Shared, who: &'static str, fetched: &Fetched) -> bool {
    let mut store = store.lock().expect("no panic");
    if fetched
        .spans
        .iter()
        .any(|span| store.positions.of(span.partition) != span.from)
    {
        store.fenced += 1;
        return false;
    }
    store.positions.advance(&fetched.spans);
    for record in &fetched.records {
        let doubled = store.owners.insert((record.partition, record.offset), who);
        assert_eq!(
            doubled, None,
            "{}@{} was stored before",
            record.partition, record.offset
        );
    }
    true
}

/// Reads and stores until `done`.
async fn work(consumer: &mut Consumer, store: &Shared, who: &'static str, done: impl Fn(&Store) -> bool) {
    let begun = tokio::time::Instant::now();
    while !done(&store.lock().expect("no panic")) {
        assert!(begun.elapsed() < PATIENCE, "{who} waits too long");
        let fetched = tokio::time::timeout(std::time::Duration::from_millis(100), consumer.next()).await;
        match fetched {
            Err(_) | Ok(Err(LogError::Read(_))) => {}
            Ok(fetched) => {
                if !write(store, who, &fetched.expect("a batch")) {
                    consumer.restart();
                }
            }
        }
    }
}

fn partitions_of(store: &Store, who: &str, from: &Positions) -> BTreeSet<Partition> {
    let stored = store
        .owners
        .iter()
        .filter(|((partition, offset), owner)| **owner == who && *offset >= from.of(*partition));
    stored.map(|((partition, _), _)| *partition).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn partitions_move_to_a_new_member_and_back_and_nothing_is_stored_twice() {
    let fixture = start().await;
    let store = Shared::default();
    send(&fixture.settings, 0..1_000).await;
    let mut first = join(&fixture.settings, &store);
    work(&mut first, &store, "first", |store| store.owners.len() == 1_000).await;

    // a second member joins: records keep coming until both store some
    let mut second = join(&fixture.settings, &store);
    let mut sent = 1_000;
    loop {
        let from = store.lock().expect("no panic").positions.clone();
        send(&fixture.settings, sent..sent + 400).await;
        sent += 400;
        let all = |store: &Store| store.owners.len() == sent;
        tokio::join!(
            work(&mut first, &store, "first", all),
            work(&mut second, &store, "second", all)
        );
        let store = store.lock().expect("no panic");
        let (one, two) = (
            partitions_of(&store, "first", &from),
            partitions_of(&store, "second", &from),
        );
        if !two.is_empty() && one.is_disjoint(&two) {
            assert_eq!(one.len() + two.len(), usize::from(Topic::VideoSnapshots.partitions()));
            break;
        }
        assert!(sent < 40_000, "the second member never got a partition");
    }

    // the second leaves: the first takes everything again
    drop(second);
    send(&fixture.settings, sent..sent + 400).await;
    sent += 400;
    work(&mut first, &store, "first", |store| store.owners.len() == sent).await;
    let ends: i64 = store
        .lock()
        .expect("no panic")
        .positions
        .iter()
        .map(|(_, end)| end)
        .sum();
    assert_eq!(usize::try_from(ends).expect("small"), sent);
}

/// As when the database is away while partitions are handed out: they are held, and read from where they stand as soon as it is back.
#[tokio::test(flavor = "multi_thread")]
async fn partitions_are_read_once_somebody_can_tell_where_to_start() {
    let fixture = start().await;
    send(&fixture.settings, 0..300).await;
    let store = Shared::default();
    let asked = Arc::new(AtomicUsize::new(0));
    let start_at = {
        let (store, asked) = (Arc::clone(&store), Arc::clone(&asked));
        move |_: &[Partition]| match asked.fetch_add(1, Ordering::SeqCst) {
            0..3 => Err("the database is away".to_owned()),
            _ => Ok(store.lock().expect("no panic").positions.clone()),
        }
    };
    let group = Assignment::Group { instance: None };
    let open = || Consumer::open(&fixture.settings, "groups", TOPICS, group, LIMITS, start_at);
    let mut consumer = tokio::task::block_in_place(open).expect("a consumer");
    let (begun, mut told) = (tokio::time::Instant::now(), 0);
    while store.lock().expect("no panic").owners.len() < 300 {
        assert!(
            begun.elapsed() < PATIENCE,
            "asked {asked:?} times, told of {told} errors"
        );
        match tokio::time::timeout(std::time::Duration::from_millis(100), consumer.next()).await {
            Ok(Ok(fetched)) => assert!(write(&store, "only", &fetched), "it begins where the store is"),
            Ok(Err(LogError::StartPositions(reason))) => {
                assert_eq!(reason, "the database is away");
                told += 1;
            }
            Ok(Err(LogError::Read(_))) | Err(_) => {}
            Ok(Err(error)) => panic!("{error}"),
        }
    }
    assert!(told > 0, "the reader is told why nothing comes");
    assert_eq!(asked.load(Ordering::SeqCst), 4);
}
