//! A table made before its topic's payload got new fields.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, RecordBatch, StringArray, new_null_array};
use deltalake::DeltaTableBuilder;
use deltalake::kernel::{StructField, StructType, engine::arrow_conversion::TryIntoKernel};
use deltalake::writer::{DeltaWriter, RecordBatchWriter};
use events::{Partition, Span, Topic};
use lake::{Appender, Lake, Table, Verdict};

const TABLE: Table = Table::of(Topic::ChannelSnapshots);
const NEW: [&str; 2] = ["handle", "keywords"];

fn row(id: u128, left_out: &[&str]) -> RecordBatch {
    row_of(TABLE, id, left_out)
}

fn row_of(table: Table, id: u128, left_out: &[&str]) -> RecordBatch {
    let schema = table.schema();
    let kept: Vec<usize> = (0..schema.fields().len())
        .filter(|place| !left_out.contains(&schema.field(*place).name().as_str()))
        .collect();
    let schema = Arc::new(schema.project(&kept).expect("columns"));
    let column = |name: &str| -> Option<ArrayRef> {
        match name {
            "_event_id" => Some(Arc::new(StringArray::from(vec![uuid::Uuid::from_u128(id).to_string()]))),
            "_verdict" => Some(Arc::new(StringArray::from(vec![Verdict::Accepted.as_str()]))),
            "handle" => Some(Arc::new(StringArray::from(vec!["@someone"]))),
            Table::PARTITION => Some(Arc::new(Date32Array::from(vec![20_000]))),
            _ => None,
        }
    };
    let columns = schema.fields().iter();
    let columns = columns.map(|field| column(field.name()).unwrap_or_else(|| new_null_array(field.data_type(), 1)));
    RecordBatch::try_new(Arc::clone(&schema), columns.collect()).expect("a row")
}

/// The table as an older version of the platform left it, with a row.
async fn make_older(lake: &Lake) {
    let url = lake.table_url(TABLE);
    std::fs::create_dir_all(url.to_file_path().expect("a folder")).expect("made");
    let batch = row(1, &NEW);
    let schema: StructType = batch.schema().as_ref().try_into_kernel().expect("a schema");
    let columns: Vec<StructField> = schema.fields().cloned().collect();
    let delta = DeltaTableBuilder::from_url(url)
        .expect("a place")
        .build()
        .expect("a table");
    let made = delta
        .create()
        .with_columns(columns)
        .with_partition_columns([Table::PARTITION]);
    let mut delta = made.await.expect("made");
    let mut writer = RecordBatchWriter::for_table(&delta).expect("a writer");
    writer.write(batch).await.expect("written");
    writer.flush_and_commit(&mut delta).await.expect("committed");
}

#[tokio::test]
async fn a_table_made_before_a_column_gets_it_and_keeps_its_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = Lake::open(&folder.path().display().to_string(), Default::default()).expect("a lake");
    make_older(&lake).await;
    let mut sink = Appender::open(&lake, TABLE, "test").await.expect("opened");
    let place = Partition {
        topic: TABLE.topic(),
        number: 0,
    };
    let span = |from, to| {
        [Span {
            partition: place,
            from,
            to,
        }]
    };
    let known = sink.append(&row(1, &[]), &span(0, 1)).await.expect("written");
    assert_eq!((known.rows, known.repeated), (0, 1), "the older row is known");
    let added = sink.append(&row(2, &[]), &span(1, 2)).await.expect("written");
    assert_eq!((added.rows, added.repeated), (1, 0));
    let rules = lake::Maintenance {
        every_commits: 1,
        target_file_bytes: std::num::NonZeroU64::new(1 << 20).expect("a size"),
        keep_removed: chrono::Duration::zero(),
    };
    let tidied = sink
        .tidy(&rules)
        .await
        .expect("older and newer files are compacted together");
    assert_eq!((tidied.files_removed, tidied.files_added), (2, 1), "{tidied:?}");

    let session = deltalake::datafusion::prelude::SessionContext::new();
    let provider = lake.provider(TABLE, &session).await.expect("a table");
    let names: Vec<String> = provider
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    assert!(NEW.iter().all(|name| names.iter().any(|has| has == name)), "{names:?}");
    let rows = session
        .read_table(provider)
        .expect("rows")
        .collect()
        .await
        .expect("rows");
    let handles: usize = rows
        .iter()
        .map(|batch| batch.column_by_name("handle").expect("a column").null_count())
        .sum();
    let total: usize = rows.iter().map(RecordBatch::num_rows).sum();
    assert_eq!((total, handles), (2, 1));
}

#[tokio::test]
async fn every_table_can_be_made_and_takes_a_row() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = Lake::open(&folder.path().display().to_string(), Default::default()).expect("a lake");
    for table in Table::ALL {
        let opened = Appender::open(&lake, table, "test").await;
        let mut sink = opened.unwrap_or_else(|error| panic!("{table}: {error}"));
        let span = Span {
            partition: Partition {
                topic: table.topic(),
                number: 0,
            },
            from: 0,
            to: 1,
        };
        let added = sink.append(&row_of(table, 1, &[]), &[span]).await;
        let added = added.unwrap_or_else(|error| panic!("{table}: {error}"));
        assert_eq!((added.rows, added.repeated), (1, 0), "{table}");
    }
}
