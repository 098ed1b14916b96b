//! The property that everything else rests on: whatever the order, however often delivered, in whatever batches,
//! the streamed views are the computed ones.

use std::collections::BTreeSet;

use arrow::array::RecordBatch;
use chrono::DateTime;
use events::{Event, Partition, Span, Topic, VideoSnapshot};
use features::{View, Views};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use streams::decode::decode;
use streams::{Batch, Sink, ViewsSink, read_view};

use crate::world::{Database, Seen, record};

const PLACE: Partition = Partition {
    topic: Topic::VideoSnapshots,
    number: 0,
};

fn seen() -> impl Strategy<Value = Seen> {
    let channel = prop::option::of((0u8..3, any::<bool>()));
    (
        0u8..5,
        0u8..40,
        0u8..3,
        0u16..500,
        prop::option::of(0u8..9),
        channel,
        any::<bool>(),
    )
        .prop_map(|(video, day, hour, views, rank, channel, titled)| Seen {
            video,
            day,
            hour,
            views,
            rank,
            channel,
            titled,
        })
}

/// What is delivered: observations by index, in any order, some twice; and where batches end.
fn deliveries() -> impl Strategy<Value = (Vec<Seen>, Vec<usize>, usize)> {
    prop::collection::vec(seen(), 1..40).prop_flat_map(|seen| {
        let all: Vec<usize> = (0..seen.len()).collect();
        let twice = prop::collection::vec(0..seen.len(), 0..10);
        let order = (Just(all), twice).prop_map(|(mut all, twice)| {
            all.extend(twice);
            all
        });
        (Just(seen), order.prop_shuffle(), 1usize..9)
    })
}

fn rows(deliveries: &[(i64, &Event<VideoSnapshot>)]) -> RecordBatch {
    let records: Vec<_> = deliveries
        .iter()
        .map(|(offset, event)| record(0, *offset, event))
        .collect();
    decode(Topic::VideoSnapshots, &records, DateTime::UNIX_EPOCH).expect("rows")
}

async fn streamed(database: &Database, deliveries: &[(i64, &Event<VideoSnapshot>)], size: usize) -> Views {
    database.empty().await;
    let mut sink = ViewsSink::new(database.pool.clone());
    for chunk in deliveries.chunks(size) {
        let batch = Batch {
            rows: [(Topic::VideoSnapshots, rows(chunk))].into_iter().collect(),
            spans: vec![Span {
                partition: PLACE,
                from: chunk[0].0,
                to: chunk[0].0 + chunk.len() as i64,
            }],
        };
        sink.write(&batch).await.expect("written");
    }
    let mut views = Views::new();
    for view in View::all() {
        views.insert(view.name, read_view(&database.pool, &view).await.expect("a view"));
    }
    views
}

/// Over the events as the lake holds them: each once, as first delivered.
async fn computed(deliveries: &[(i64, &Event<VideoSnapshot>)]) -> Views {
    let mut ids = BTreeSet::new();
    let once: Vec<_> = deliveries
        .iter()
        .filter(|(_, event)| ids.insert(event.id))
        .copied()
        .collect();
    features::recompute_rows([(Topic::VideoSnapshots, rows(&once))].into())
        .await
        .expect("computed")
}

#[test]
fn streamed_views_equal_computed_views() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let database = runtime.block_on(Database::start());
    let mut runner = TestRunner::new(Config::with_cases(24));
    let outcome = runner.run(&deliveries(), |(seen, order, size)| {
        let events: Vec<_> = seen.into_iter().map(Seen::event).collect();
        let deliveries: Vec<_> = order
            .iter()
            .enumerate()
            .map(|(at, i)| (at as i64, &events[*i]))
            .collect();
        let (streamed, computed) = runtime.block_on(async {
            (
                streamed(&database, &deliveries, size).await,
                computed(&deliveries).await,
            )
        });
        for (name, computed) in &computed {
            prop_assert_eq!(&streamed[name], computed, "view {}", name);
        }
        Ok(())
    });
    outcome.expect("streamed and computed agree");
}

#[test]
fn a_writer_that_was_overtaken_is_fenced() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let database = Database::start().await;
        let event = Seen {
            video: 1,
            day: 1,
            hour: 1,
            views: 5,
            rank: None,
            channel: None,
            titled: true,
        }
        .event();
        let batch = || Batch {
            rows: [(Topic::VideoSnapshots, rows(&[(0, &event)]))].into_iter().collect(),
            spans: vec![Span {
                partition: PLACE,
                from: 0,
                to: 1,
            }],
        };
        let (mut first, mut second) = (
            ViewsSink::new(database.pool.clone()),
            ViewsSink::new(database.pool.clone()),
        );
        first.write(&batch()).await.expect("written");
        let error = second.write(&batch()).await.expect_err("written twice");
        assert!(matches!(error, streams::SinkError::Fenced(_)), "{error}");
        assert_eq!(second.positions(&[PLACE]).await.expect("positions").of(PLACE), 1);
    });
}
