//! The property that everything else rests on: whatever the order, however often delivered, however late, in whatever
//! batches, the streamed views are the computed ones, byte for byte.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use chrono::DateTime;
use events::{EventId, Partition, Span, Topic, Watermarks};
use features::{Cell, FAMILIES, Family, View, Views};
use log::Record;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use streams::decode::decode;
use streams::{Batch, Sink, ViewsSink, read_view};

use crate::happenings::{Happening, happening};
use crate::world::{Database, Seen, record};

/// What is delivered: happenings by index, in any order, some twice; and where batches end.
fn deliveries() -> impl Strategy<Value = (Vec<Happening>, Vec<usize>, usize)> {
    prop::collection::vec(happening(), 1..60).prop_flat_map(|happenings| {
        let all: Vec<usize> = (0..happenings.len()).collect();
        let twice = prop::collection::vec(0..happenings.len(), 0..12);
        let order = (Just(all), twice).prop_map(|(mut all, twice)| {
            all.extend(twice);
            all
        });
        (Just(happenings), order.prop_shuffle(), 1usize..12)
    })
}

/// One partition per topic; offsets in the order of delivery.
fn log_of(happenings: &[Happening], order: &[usize]) -> Vec<(EventId, Record)> {
    let mut ends: BTreeMap<Topic, i64> = BTreeMap::new();
    order
        .iter()
        .map(|i| {
            let end = ends.entry(happenings[*i].topic()).or_default();
            *end += 1;
            happenings[*i].record(*end - 1)
        })
        .collect()
}

fn of_family<'a>(family: &Family, chunk: impl Iterator<Item = &'a Record>) -> BTreeMap<Topic, Vec<Record>> {
    let mut by_topic: BTreeMap<Topic, Vec<Record>> = BTreeMap::new();
    for record in chunk.filter(|record| family.topics().contains(&record.partition.topic)) {
        by_topic.entry(record.partition.topic).or_default().push(record.clone());
    }
    by_topic
}

/// As a pipeline makes it of what it has read.
fn batch_of(by_topic: BTreeMap<Topic, Vec<Record>>, watermarks: &mut Watermarks) -> Batch {
    let spans = by_topic.values().map(|records| Span {
        partition: records[0].partition,
        from: records[0].offset,
        to: records[0].offset + records.len() as i64,
    });
    Batch {
        spans: spans.collect(),
        rows: by_topic
            .into_iter()
            .map(|(topic, records)| {
                (
                    topic,
                    decode(topic, &records, DateTime::UNIX_EPOCH, watermarks).expect("rows"),
                )
            })
            .collect(),
        watermarks: watermarks.clone(),
    }
}

async fn streamed(database: &Database, log: &[(EventId, Record)], size: usize) -> Views {
    database.empty().await;
    for family in FAMILIES {
        let mut sink = ViewsSink::new(database.pool.clone(), family);
        let mut watermarks = Watermarks::default();
        for chunk in log.chunks(size) {
            let by_topic = of_family(family, chunk.iter().map(|(_, record)| record));
            if !by_topic.is_empty() {
                sink.write(&batch_of(by_topic, &mut watermarks)).await.expect("written");
            }
        }
        let stored = streams::stored_standing(&database.pool, family.sink)
            .await
            .expect("a standing");
        assert_eq!(stored.watermarks, watermarks, "{}", family.sink);
    }
    let mut views = Views::new();
    for view in View::all() {
        views.insert(view.name(), read_view(&database.pool, &view).await.expect("a view"));
    }
    views
}

/// Over the events as the lake holds them: each once, as first delivered.
async fn computed(log: &[(EventId, Record)]) -> Views {
    let (mut ids, mut watermarks) = (BTreeSet::new(), Watermarks::default());
    let mut rows: BTreeMap<Topic, Vec<RecordBatch>> = BTreeMap::new();
    for (id, record) in log {
        let topic = record.partition.topic;
        let row = decode(
            topic,
            std::slice::from_ref(record),
            DateTime::UNIX_EPOCH,
            &mut watermarks,
        )
        .expect("a row");
        if ids.insert(*id) {
            rows.entry(topic).or_default().push(row);
        }
    }
    let whole = rows
        .into_iter()
        .map(|(topic, rows)| (topic, concat_batches(&rows[0].schema(), &rows).expect("rows")));
    features::recompute_rows(whole.collect()).await.expect("computed")
}

/// The channel of each video as a view has it.
fn channels(views: &Views, view: &str) -> BTreeMap<Cell, Cell> {
    let columns = View::named(view).expect("a view").columns();
    let place = columns
        .iter()
        .position(|column| column.name == "channel_ref")
        .expect("a column");
    let rows = views.get(view).into_iter().flatten();
    rows.map(|row| (row[0].clone(), row[place].clone())).collect()
}

#[test]
fn streamed_views_equal_computed_views() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let database = runtime.block_on(Database::start());
    let mut runner = TestRunner::new(Config::with_cases(24));
    let outcome = runner.run(&deliveries(), |(happenings, order, size)| {
        let log = log_of(&happenings, &order);
        let (streamed, computed) =
            runtime.block_on(async { (streamed(&database, &log, size).await, computed(&log).await) });
        for (name, computed) in &computed {
            prop_assert_eq!(&streamed[name], computed, "view {}", name);
        }
        let of_videos = channels(&computed, "videos");
        for name in ["video_days", "video_velocity", "video_outliers", "video_niches"] {
            for (video, channel) in channels(&computed, name) {
                // what has no channel is compared with nothing
                let stands = name != "video_outliers" || channel != Cell::Null;
                prop_assert!(
                    stands && of_videos[&video] == channel,
                    "{}: {:?} {:?}",
                    name,
                    video,
                    channel
                );
            }
        }
        Ok(())
    });
    outcome.expect("streamed and computed agree");
}

fn seen(day: u8, views: u16) -> Record {
    let event = Seen {
        video: 1,
        day,
        hour: 1,
        views,
        rank: None,
        channel: None,
        titled: true,
    };
    record(0, 0, &event.event())
}

fn batch_at(mut record: Record, offset: i64, watermarks: &mut Watermarks) -> Batch {
    record.offset = offset;
    batch_of([(Topic::VideoSnapshots, vec![record])].into(), watermarks)
}

#[test]
fn a_writer_that_was_overtaken_is_fenced() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let database = Database::start().await;
        let place = Partition {
            topic: Topic::VideoSnapshots,
            number: 0,
        };
        for family in FAMILIES
            .into_iter()
            .filter(|family| family.topics().contains(&place.topic))
        {
            let batch = || batch_at(seen(1, 5), 0, &mut Watermarks::default());
            let (mut first, mut second) = (
                ViewsSink::new(database.pool.clone(), family),
                ViewsSink::new(database.pool.clone(), family),
            );
            first.write(&batch()).await.expect("written");
            let error = second.write(&batch()).await.expect_err("written twice");
            assert!(matches!(error, streams::SinkError::Fenced(_)), "{error}");
            let standing = second.standing(&[place]).await.expect("a standing");
            assert_eq!(standing.positions.of(place), 1);
        }
    });
}

type Correction = (String, serde_json::Value, Option<serde_json::Value>, serde_json::Value);

#[test]
fn a_late_event_corrects_what_was_told_and_says_so() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let database = Database::start().await;
        let mut sink = ViewsSink::new(database.pool.clone(), FAMILIES[0]);
        let mut watermarks = Watermarks::default();
        // two days are told, and the second is over once the tenth is; then the second is told of again
        for (offset, (day, views)) in [(1, 100), (10, 300), (1, 150), (5, 200)].into_iter().enumerate() {
            let batch = batch_at(seen(day, views), offset as i64, &mut watermarks);
            sink.write(&batch).await.expect("written");
        }
        let found: Vec<Correction> = sqlx::query_as("SELECT view, key, old, new FROM sink.corrections ORDER BY id")
            .fetch_all(&database.pool)
            .await
            .expect("corrections");
        assert_eq!(found.len(), 2, "{found:?}");
        let (view, key, old, new) = &found[0];
        assert_eq!(view, "video_day_tiles");
        assert_eq!(
            key,
            &serde_json::json!({"video_id": "video000001", "day": "2020-08-13"})
        );
        assert_eq!(old.as_ref().map(|old| &old["views"]), Some(&serde_json::json!(100)));
        assert_eq!(new["views"], 150);
        assert!(found[1].2.is_none(), "the row was not there: {:?}", found[1]);
    });
}

#[test]
fn what_came_in_time_in_the_same_step_is_no_correction() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let database = Database::start().await;
        let mut sink = ViewsSink::new(database.pool.clone(), FAMILIES[0]);
        let mut watermarks = Watermarks::default();
        let mut offset = 0;
        let mut step = |told: &[(u8, u16)]| {
            let records = told.iter().map(|(day, views)| {
                let mut record = seen(*day, *views);
                record.offset = offset;
                offset += 1;
                record
            });
            batch_of([(Topic::VideoSnapshots, records.collect())].into(), &mut watermarks)
        };
        // the third event is late, and what the first has told
        let nothing = step(&[(1, 100), (10, 300), (1, 100)]);
        // the second changes one row, beside what the first does to another, and makes one
        let something = step(&[(10, 400), (1, 150), (5, 200)]);
        sink.write(&nothing).await.expect("written");
        let found: Vec<Correction> = sqlx::query_as("SELECT view, key, old, new FROM sink.corrections")
            .fetch_all(&database.pool)
            .await
            .expect("corrections");
        assert!(found.is_empty(), "{found:?}");
        sink.write(&something).await.expect("written");
        let found: Vec<Correction> =
            sqlx::query_as("SELECT view, key, old, new FROM sink.corrections ORDER BY key->>'day'")
                .fetch_all(&database.pool)
                .await
                .expect("corrections");
        let told = found.iter().map(|(_, key, old, new)| {
            serde_json::json!([key["day"], old.as_ref().map(|old| &old["views"]), new["views"]])
        });
        assert_eq!(
            serde_json::Value::from_iter(told),
            serde_json::json!([["2020-08-13", 100, 150], ["2020-08-17", null, 200]])
        );
    });
}
