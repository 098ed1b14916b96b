//! Tiles of parts, merged in any order and grouping, are the tiles of the whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::UInt32Array;
use arrow::array::{
    ArrayRef, Date32Array, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::compute::take_record_batch;
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use features::{Cell, FAMILIES, Tile, View, cells, partials};
use proptest::prelude::*;

const HOUR_US: i64 = 3_600_000_000;
const START_US: i64 = 1_700_000_000_000_000;

/// What an observation says of one of a few videos.
#[derive(Debug, Clone)]
struct Observation {
    video: u8,
    hour: i64,
    minute: i64,
    region: Option<u8>,
    views: Option<i64>,
    title: Option<u8>,
    rank: i32,
}

fn observation() -> impl Strategy<Value = Observation> {
    let region = proptest::option::of(0..2u8);
    let views = proptest::option::weighted(0.9, 0..1_000_000_000i64);
    let title = proptest::option::of(0..4u8);
    (0..5u8, 0..3i64, 0..60i64, region, views, title, 1..200i32).prop_map(
        |(video, hour, minute, region, views, title, rank)| Observation {
            video,
            hour,
            minute,
            region,
            views,
            title,
            rank,
        },
    )
}

/// The columns that tiles of snapshots read.
fn batch(observations: &[Observation]) -> RecordBatch {
    let texts = |text: &dyn Fn(&Observation) -> Option<String>| -> ArrayRef {
        Arc::new(observations.iter().map(text).collect::<StringArray>())
    };
    let counts = |count: &dyn Fn(&Observation) -> Option<i64>| -> ArrayRef {
        Arc::new(observations.iter().map(count).collect::<Int64Array>())
    };
    let times = |time: &dyn Fn(&Observation) -> Option<i64>| -> ArrayRef {
        let times: TimestampMicrosecondArray = observations.iter().map(time).collect();
        Arc::new(times.with_timezone("UTC"))
    };
    let at = |one: &Observation| START_US + one.hour * HOUR_US + one.minute * 60_000_000;
    let offsets: Int64Array = (0..observations.len() as i64).map(Some).collect();
    let ids: StringArray = (0..observations.len())
        .map(|i| Some(format!("34c69de1-04e7-835f-9e7d-{i:012x}")))
        .collect();
    let days: Date32Array = observations
        .iter()
        .map(|one| Some((at(one) / (24 * HOUR_US)) as i32))
        .collect();
    let categories: Int32Array = observations.iter().map(|one| Some(i32::from(one.video % 2))).collect();
    let ranks: Int32Array = observations.iter().map(|one| Some(one.rank)).collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("video_id", texts(&|one| Some(format!("video {}", one.video)))),
        ("title", texts(&|one| one.title.map(|title| format!("title {title}")))),
        (
            "channel_id",
            texts(&|one| (one.video != 4).then(|| format!("UC{}", one.video / 2))),
        ),
        (
            "channel_title",
            texts(&|one| Some(format!("channel {}", one.video / 2))),
        ),
        ("region", texts(&|one| one.region.map(|region| format!("R{region}")))),
        ("category_id", Arc::new(categories)),
        ("trending_rank", Arc::new(ranks)),
        (
            "published_at",
            times(&|one| Some(START_US - i64::from(one.video) * 24 * HOUR_US)),
        ),
        ("views", counts(&|one| one.views)),
        ("likes", counts(&|one| one.views.map(|views| views / 20))),
        ("dislikes", counts(&|_| None)),
        ("comments", counts(&|one| one.views.map(|views| views / 300))),
        ("observed_on", Arc::new(days)),
        ("observed_at", times(&|one| Some(at(one)))),
        ("_offset", Arc::new(offsets)),
        ("_event_id", Arc::new(ids)),
        ("_watermark", times(&|_| None)),
    ];
    let moment = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, array)| {
            let kind = match array.data_type() {
                DataType::Timestamp(..) => moment.clone(),
                kind => kind.clone(),
            };
            Field::new(*name, kind, true)
        })
        .collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("a batch")
}

type Tiles = BTreeMap<Vec<Cell>, Vec<Cell>>;

/// The tiles of `rows`, by key.
fn tiles_of(runtime: &tokio::runtime::Runtime, tile: &'static Tile, rows: RecordBatch) -> Tiles {
    let columns = View::Tile(tile).columns();
    let made = runtime.block_on(partials(tile, rows)).expect("tiles");
    let rows = made.iter().flat_map(|batch| cells(batch, &columns).expect("cells"));
    rows.map(|row| (row[..tile.keys.len()].to_vec(), row)).collect()
}

fn merged(tile: &'static Tile, left: Tiles, right: Tiles) -> Tiles {
    let mut whole = left;
    for (key, row) in right {
        let row = match whole.get(&key) {
            Some(there) => features::merge(tile, there, &row).expect("sketches"),
            None => row,
        };
        whole.insert(key, row);
    }
    whole
}

/// The observations that `part` has, in the order in which they came.
fn part(rows: &RecordBatch, parts: &[u8], part: u8) -> RecordBatch {
    let places = (0..rows.num_rows() as u32).zip(parts.iter().cycle());
    let mine: UInt32Array = places.filter(|(_, of)| **of == part).map(|(i, _)| Some(i)).collect();
    take_record_batch(rows, &mine).expect("taken")
}

fn tiles_of_snapshots() -> Vec<&'static Tile> {
    let tiles = FAMILIES.into_iter().flat_map(|family| family.tiles);
    let snapshots = tiles.filter(|tile| tile.topic == events::Topic::VideoSnapshots);
    snapshots.collect()
}

#[test]
fn tiles_of_parts_merge_to_the_tiles_of_the_whole() {
    let tiles = tiles_of_snapshots();
    assert!(tiles.iter().any(|tile| tile.has_sketches() && tile.has_first()));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let observed = proptest::collection::vec(observation(), 1..40);
    let parts = proptest::collection::vec(0..3u8, 1..40);
    let config = ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(observed in observed, parts in parts)| {
        let rows = batch(&observed);
        for tile in &tiles {
            let whole = tiles_of(&runtime, tile, rows.clone());
            let of = |number| tiles_of(&runtime, tile, part(&rows, &parts, number));
            let (a, b, c) = (of(0), of(1), of(2));
            let left = merged(tile, merged(tile, a.clone(), b.clone()), c.clone());
            let right = merged(tile, c, merged(tile, b, a));
            prop_assert_eq!(&left, &whole, "{}", tile.name);
            prop_assert_eq!(&right, &whole, "{}", tile.name);
        }
    });
}
