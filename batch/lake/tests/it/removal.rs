//! Rows are taken out beside the writer, and so are their bytes.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, Date32Array, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    new_null_array,
};
use chrono::{DateTime, Utc};
use events::{ChannelId, Partition, Span, Topic};
use lake::{Appender, Lake, Removal, Removed, Table, Verdict};

const TOPIC: Topic = Topic::VideoSnapshots;
const PLACE: Partition = Partition {
    topic: TOPIC,
    number: 0,
};
const GOING: &str = "UCgoing_going_going_gone";
const STAYING: &str = "UCstaying_with_us_always";

fn at(day: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(day * 86_400, 0).expect("a time")
}

/// A row at an offset, obtained on a day.
#[derive(Clone, Copy)]
struct Row {
    offset: i64,
    source: &'static str,
    channel: Option<&'static str>,
    video: &'static str,
    day: i64,
    raw: Option<&'static str>,
}

fn row(offset: i64, source: &'static str, channel: &'static str, video: &'static str, day: i64) -> Row {
    Row {
        offset,
        source,
        channel: Some(channel),
        video,
        day,
        raw: None,
    }
}

fn batch(rows: &[Row]) -> RecordBatch {
    let schema = Table::of(TOPIC).schema();
    let texts =
        |of: &dyn Fn(&Row) -> Option<String>| -> ArrayRef { Arc::new(rows.iter().map(of).collect::<StringArray>()) };
    let columns = schema.fields().iter().map(|field| -> ArrayRef {
        match field.name().as_str() {
            "_event_id" => texts(&|row| Some(uuid::Uuid::from_u128(row.offset as u128 + 1).to_string())),
            "_verdict" => texts(&|row| {
                Some(
                    if row.raw.is_some() {
                        Verdict::Rejected
                    } else {
                        Verdict::Accepted
                    }
                    .as_str()
                    .to_owned(),
                )
            }),
            "_source" => texts(&|row| Some(row.source.to_owned())),
            "channel_id" => texts(&|row| row.channel.map(str::to_owned)),
            "video_id" => texts(&|row| row.raw.is_none().then(|| row.video.to_owned())),
            "_raw" => Arc::new(
                rows.iter()
                    .map(|row| row.raw.map(str::as_bytes))
                    .collect::<BinaryArray>(),
            ),
            "_partition" => Arc::new(Int32Array::from(vec![0; rows.len()])),
            "_offset" => Arc::new(rows.iter().map(|row| Some(row.offset)).collect::<Int64Array>()),
            "_ingested_at" => Arc::new(
                rows.iter()
                    .map(|row| Some(at(row.day).timestamp_micros()))
                    .collect::<TimestampMicrosecondArray>()
                    .with_timezone("UTC"),
            ),
            Table::PARTITION => Arc::new(rows.iter().map(|row| Some(row.day as i32)).collect::<Date32Array>()),
            _ => new_null_array(field.data_type(), rows.len()),
        }
    });
    RecordBatch::try_new(schema.clone(), columns.collect()).expect("rows")
}

fn step(from: i64, to: i64) -> [Span; 1] {
    [Span {
        partition: PLACE,
        from,
        to,
    }]
}

fn lake(folder: &Path) -> Lake {
    Lake::open(&folder.display().to_string(), Default::default()).expect("a lake")
}

async fn appender(lake: &Lake) -> Appender {
    let mut appender = Appender::open(lake, Table::of(TOPIC), "test")
        .await
        .expect("an appender");
    appender.positions(&[PLACE]).await.expect("positions");
    appender
}

/// Writes as a pipeline does: a step that failed is looked at, and made again if it has to be.
async fn write(appender: &mut Appender, rows: &[Row], from: i64, to: i64) {
    while appender.append(&batch(rows), &step(from, to)).await.is_err() {
        if appender.positions(&[PLACE]).await.expect("positions").of(PLACE) >= to {
            break;
        }
    }
}

/// Offsets of the rows that are there.
async fn offsets(lake: &Lake) -> Vec<i64> {
    use deltalake::datafusion::prelude::{SessionContext, col};
    let session = SessionContext::new();
    let provider = lake.provider(Table::of(TOPIC), &session).await.expect("a table");
    let rows = session
        .read_table(provider)
        .expect("rows")
        .select(vec![col("_offset")])
        .expect("a column");
    let mut found = Vec::new();
    for batch in rows.collect().await.expect("batches") {
        use arrow::array::AsArray;
        found.extend(
            batch
                .column(0)
                .as_primitive::<arrow::datatypes::Int64Type>()
                .values()
                .iter()
                .copied(),
        );
    }
    found.sort_unstable();
    found
}

/// Whether any file below the folder holds the bytes; files are compressed column by column, so their statistics tell.
fn holds(folder: &Path, text: &str) -> bool {
    let entries = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path());
    entries.into_iter().any(|path| {
        if path.is_dir() {
            return holds(&path, text);
        }
        let bytes = std::fs::read(&path).expect("a file");
        bytes.windows(text.len()).any(|part| part == text.as_bytes())
    })
}

fn obtained(before: i64, below: i64) -> Removal {
    Removal::Obtained {
        sources: vec!["/ingest/youtube".to_owned()],
        before: at(before),
        below: vec![(PLACE, below)],
    }
}

#[tokio::test]
async fn what_was_obtained_too_long_ago_goes_and_the_rest_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = lake(folder.path());
    let mut appender = appender(&lake).await;
    let (api, file) = ("/ingest/youtube", "/ingest/trending");
    let rows = [
        row(0, api, STAYING, "aaaaaaaaaaa", 10),
        row(1, file, STAYING, "aaaaaaaaaaa", 10),
        row(2, api, STAYING, "aaaaaaaaaaa", 20),
        row(3, api, STAYING, "aaaaaaaaaaa", 10),
    ];
    appender.append(&batch(&rows), &step(0, 4)).await.expect("appended");
    let removed = lake
        .remove(Table::of(TOPIC), &obtained(15, 3), at(30_000))
        .await
        .expect("removed");
    assert_eq!(removed.rows, Some(1));
    assert_eq!(
        offsets(&lake).await,
        [1, 2, 3],
        "what is on the log still, and what is of other sources, stays"
    );
    let again = lake
        .remove(Table::of(TOPIC), &obtained(15, 3), at(30_000))
        .await
        .expect("removed");
    assert_eq!(
        again,
        Removed {
            rows: Some(0),
            files_deleted: 0
        }
    );

    // the writer goes on where it was, and takes nothing twice
    write(&mut appender, &[row(4, api, STAYING, "aaaaaaaaaaa", 20)], 4, 5).await;
    let mut other = self::appender(&lake).await;
    assert_eq!(other.positions(&[PLACE]).await.expect("positions").of(PLACE), 5);
    let repeated = other.append(&batch(&rows[1..2]), &step(5, 6)).await.expect("appended");
    assert_eq!((repeated.rows, repeated.repeated), (0, 1));
    assert_eq!(offsets(&lake).await, [1, 2, 3, 4]);
}

#[tokio::test]
async fn nothing_of_a_channel_is_left_in_any_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = lake(folder.path());
    let mut appender = appender(&lake).await;
    let source = "/ingest/trending";
    let rejected = Row {
        channel: None,
        raw: Some("x,UCgoing_going_going_gone,y"),
        ..row(3, source, GOING, "bbbbbbbbbbb", 12)
    };
    let rows = [
        row(0, source, GOING, "bbbbbbbbbbb", 10),
        row(1, source, STAYING, "aaaaaaaaaaa", 10),
        Row {
            channel: None,
            ..row(2, source, GOING, "bbbbbbbbbbb", 11)
        },
        rejected,
        Row {
            raw: Some("x,UCstaying_with_us_always,y"),
            channel: None,
            ..row(4, source, STAYING, "aaaaaaaaaaa", 12)
        },
    ];
    for (offset, one) in (0..).zip(rows) {
        write(&mut appender, &[one], offset, offset + 1).await;
    }
    assert!(holds(folder.path(), GOING) && holds(folder.path(), "bbbbbbbbbbb"));
    let removal = Removal::Channel {
        id: ChannelId::new(GOING).expect("an id"),
        videos: vec!["bbbbbbbbbbb".to_owned()],
        below: vec![(PLACE, i64::MAX)],
    };
    lake.remove(Table::of(TOPIC), &removal, at(30_000))
        .await
        .expect("removed");
    assert_eq!(offsets(&lake).await, [1, 4]);
    for gone in [GOING, "bbbbbbbbbbb"] {
        assert!(!holds(folder.path(), gone), "{gone} is left somewhere");
    }
    assert!(holds(folder.path(), STAYING));
    assert_eq!(
        self::appender(&lake)
            .await
            .positions(&[PLACE])
            .await
            .expect("positions")
            .of(PLACE),
        5
    );
}

#[tokio::test]
async fn a_removal_and_a_writer_don_t_stop_each_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = lake(folder.path());
    let mut appender = appender(&lake).await;
    let source = "/ingest/youtube";
    appender
        .append(&batch(&[row(0, source, STAYING, "aaaaaaaaaaa", 10)]), &step(0, 1))
        .await
        .expect("appended");
    let writing = async {
        for offset in 1..20 {
            let one = row(
                offset,
                source,
                STAYING,
                "aaaaaaaaaaa",
                if offset % 2 == 0 { 10 } else { 20 },
            );
            write(&mut appender, &[one], offset, offset + 1).await;
        }
    };
    let removing = async {
        for _ in 0..5 {
            lake.remove(Table::of(TOPIC), &obtained(15, i64::MAX), at(30_000))
                .await
                .expect("removed");
        }
    };
    tokio::join!(writing, removing);
    lake.remove(Table::of(TOPIC), &obtained(15, i64::MAX), at(30_000))
        .await
        .expect("removed");
    let expected: Vec<i64> = (1..20).filter(|offset| offset % 2 == 1).collect();
    assert_eq!(offsets(&lake).await, expected);
}
