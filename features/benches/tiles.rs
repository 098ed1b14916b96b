//! Tiles from Arrow batches: rows a second on one core, per tile.
//!
//!     cargo bench --workspace --bench tiles

use std::hint::black_box;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use features::{FAMILIES, Tile, partials};

const ROWS: usize = 100_000;
const START_US: i64 = 1_700_000_000_000_000;
const HOUR_US: i64 = 3_600_000_000;

/// Observations of 20,000 videos of 500 channels, hour after hour, with the columns that tiles of snapshots read.
fn observations() -> RecordBatch {
    let numbers = 0..ROWS as i64;
    let (video, step) = (|i: i64| i % 20_000, |i: i64| i / 20_000);
    let time = |i: i64| START_US + step(i) * HOUR_US;
    let texts = |text: &dyn Fn(i64) -> String| -> ArrayRef {
        Arc::new((0..ROWS as i64).map(|i| Some(text(i))).collect::<StringArray>())
    };
    let times = |time: &dyn Fn(i64) -> Option<i64>| -> ArrayRef {
        let times: TimestampMicrosecondArray = (0..ROWS as i64).map(time).collect();
        Arc::new(times.with_timezone("UTC"))
    };
    let counts = |count: &dyn Fn(i64) -> i64| -> ArrayRef {
        Arc::new((0..ROWS as i64).map(|i| Some(count(i))).collect::<Int64Array>())
    };
    let moment = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let columns: Vec<(&str, DataType, ArrayRef)> = vec![
        ("video_id", DataType::Utf8, texts(&|i| format!("{:011}", video(i)))),
        (
            "title",
            DataType::Utf8,
            texts(&|i| format!("A title of usual length for video number {}", video(i))),
        ),
        (
            "channel_id",
            DataType::Utf8,
            texts(&|i| format!("UC{:022}", video(i) % 500)),
        ),
        (
            "channel_title",
            DataType::Utf8,
            texts(&|i| format!("Channel {}", video(i) % 500)),
        ),
        (
            "category_id",
            DataType::Int32,
            Arc::new(numbers.map(|i| Some((video(i) % 15) as i32)).collect::<Int32Array>()),
        ),
        (
            "region",
            DataType::Utf8,
            texts(&|i| ["US", "GB", "DE"][(i % 3) as usize].to_owned()),
        ),
        (
            "trending_rank",
            DataType::Int32,
            Arc::new((0..ROWS as i32).map(|i| Some(i % 200 + 1)).collect::<Int32Array>()),
        ),
        (
            "published_at",
            moment.clone(),
            times(&|i| Some(START_US - video(i) % 90 * 24 * HOUR_US)),
        ),
        ("views", DataType::Int64, counts(&|i| step(i) * 1_000 + video(i))),
        ("likes", DataType::Int64, counts(&|i| step(i) * 50 + video(i) / 20)),
        ("dislikes", DataType::Int64, counts(&|i| video(i) / 500)),
        ("comments", DataType::Int64, counts(&|i| video(i) / 300)),
        (
            "observed_on",
            DataType::Date32,
            Arc::new(
                (0..ROWS as i64)
                    .map(|i| Some((time(i) / (24 * HOUR_US)) as i32))
                    .collect::<Date32Array>(),
            ),
        ),
        ("observed_at", moment.clone(), times(&|i| Some(time(i)))),
        ("_offset", DataType::Int64, counts(&|i| i)),
        (
            "_event_id",
            DataType::Utf8,
            texts(&|i| format!("34c69de1-04e7-835f-9e7d-{i:012x}")),
        ),
        (
            "_watermark",
            moment,
            times(&|i| (step(i) > 0).then(|| time(i) - HOUR_US)),
        ),
    ];
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, kind, _)| Field::new(*name, kind.clone(), true))
        .collect();
    let arrays = columns.into_iter().map(|(.., array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("a batch")
}

fn tile(name: &str) -> &'static Tile {
    let mut tiles = FAMILIES.into_iter().flat_map(|family| family.tiles);
    tiles.find(|tile| tile.name == name).expect("a tile")
}

fn tiles(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let rows = observations();
    let mut group = criterion.benchmark_group("tiles");
    group.throughput(Throughput::Elements(ROWS as u64)).sample_size(10);
    for name in [
        "video_day_tiles",
        "video_hours",
        "video_ages",
        "trending_entries",
        "category_hours",
    ] {
        let tile = tile(name);
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || rows.clone(),
                |rows| black_box(runtime.block_on(partials(tile, rows)).expect("tiles")),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, tiles);
criterion_main!(benches);
