//! Rows that views can't hold: put aside with their reason, and nothing else waits for them.

use chrono::DateTime;
use events::{Partition, Span, Topic, Watermarks};
use features::{FAMILIES, Family};
use log::Record;
use streams::decode::decode;
use streams::{Batch, Sink, SinkError, ViewsSink, refused, refused_ids};

use crate::world::{Database, Seen, record};

const PLACE: Partition = Partition {
    topic: Topic::VideoSnapshots,
    number: 0,
};

fn niches() -> &'static Family {
    FAMILIES
        .into_iter()
        .find(|family| family.sink == "views.niches")
        .expect("a family")
}

fn seen(video: u8, views: u16, offset: i64) -> Record {
    let event = Seen {
        video,
        day: 1,
        hour: 1,
        views,
        rank: None,
        channel: Some((1, true)),
        titled: true,
    };
    record(0, offset, &event.event())
}

fn batch(records: &[Record]) -> Batch {
    let mut watermarks = Watermarks::default();
    let rows = decode(PLACE.topic, records, DateTime::UNIX_EPOCH, &mut watermarks).expect("rows");
    Batch {
        rows: [(PLACE.topic, rows)].into(),
        spans: vec![Span {
            partition: PLACE,
            from: records[0].offset,
            to: records[0].offset + records.len() as i64,
        }],
        watermarks,
    }
}

async fn count(database: &Database, statement: &'static str) -> i64 {
    sqlx::query_scalar(statement)
        .fetch_one(&database.pool)
        .await
        .expect("a count")
}

#[tokio::test]
async fn a_row_that_does_not_fit_is_put_aside_and_the_others_go_on() {
    let database = Database::start().await;
    let mut sink = ViewsSink::new(database.pool.clone(), niches());
    // videos 1, 4, 7 ... are of category 1, videos 2, 5, 8 ... of category 2
    sink.write(&batch(&[seen(1, 100, 0)])).await.expect("written");
    let full = "UPDATE views.category_hours SET views_sum = 9223372036854775000 WHERE category_id = 1";
    sqlx::query(full).execute(&database.pool).await.expect("filled");

    // 807 are left: 900 do not fit, 505 do, and after them 305 do not
    let records = [
        seen(4, 900, 1),
        seen(2, 800, 2),
        seen(7, 505, 3),
        seen(5, 800, 4),
        seen(10, 305, 5),
    ];
    sink.write(&batch(&records)).await.expect("written");
    let told = refused(&database.pool, 10).await.expect("rows");
    let mut places: Vec<i64> = told.iter().map(|one| one.offset).collect();
    places.sort_unstable();
    assert_eq!(places, [1, 5]);
    let mut told_ids: Vec<String> = told.iter().map(|one| one.event_id.clone()).collect();
    told_ids.sort_unstable();
    assert_eq!(refused_ids(&database.pool, niches().sink).await.expect("ids"), told_ids);
    for one in &told {
        assert!(
            one.reason.contains("view category_hours") && one.reason.contains("bigint out of range"),
            "{}",
            one.reason
        );
        assert_eq!((one.topic.as_str(), one.partition), (PLACE.topic.name(), 0));
        let event = records
            .iter()
            .find(|record| record.offset == one.offset)
            .expect("a record");
        assert_eq!(one.event_id, event.attributes().expect("attributes").id);
    }
    let sum = "SELECT views_sum FROM views.category_hours WHERE category_id = 1";
    assert_eq!(count(&database, sum).await, 9_223_372_036_854_775_000 + 505);
    let others = "SELECT views_sum FROM views.category_hours WHERE category_id = 2";
    assert_eq!(count(&database, others).await, 1_600);
    let videos = "SELECT count(*) FROM views.video_niche_days";
    assert_eq!(
        count(&database, videos).await,
        4,
        "a row is held by all views of the sink or by none"
    );
    assert_eq!(sink.standing(&[PLACE]).await.expect("standing").positions.of(PLACE), 6);

    // what comes after it is read, and when it is delivered again it stays put aside, whether there is room or not: as in the lake
    let full = "UPDATE views.category_hours SET views_sum = 0 WHERE category_id = 1";
    sqlx::query(full).execute(&database.pool).await.expect("emptied");
    sink.write(&batch(&[seen(8, 800, 6), seen(4, 900, 7)]))
        .await
        .expect("written");
    assert_eq!(count(&database, others).await, 2_400);
    assert_eq!(count(&database, sum).await, 0);
    assert_eq!(count(&database, videos).await, 5);
    assert_eq!(refused(&database.pool, 10).await.expect("rows").len(), 2);
}

#[tokio::test]
async fn many_rows_that_do_not_fit_are_put_aside_where_others_do() {
    let database = Database::start().await;
    let narrow = "ALTER TABLE views.category_hours ALTER COLUMN views_max TYPE smallint";
    sqlx::query(narrow).execute(&database.pool).await.expect("narrowed");
    let mut sink = ViewsSink::new(database.pool.clone(), niches());
    let good = [seen(2, 800, 0), seen(5, 900, 1)];
    let bad = (2..104).map(|offset| seen(1, 40_001 + 7 * offset, i64::from(offset)));
    let records: Vec<Record> = good.into_iter().chain(bad).collect();
    sink.write(&batch(&records)).await.expect("written");
    assert_eq!(
        refused_ids(&database.pool, niches().sink).await.expect("ids").len(),
        102
    );
    let max = "SELECT max(views_max)::bigint FROM views.category_hours";
    assert_eq!(count(&database, max).await, 900);
    assert_eq!(
        sink.standing(&[PLACE]).await.expect("standing").positions.of(PLACE),
        104
    );
}

#[tokio::test]
async fn a_view_that_holds_no_row_at_all_stops_its_sink_and_puts_none_aside() {
    let database = Database::start().await;
    let narrow = "ALTER TABLE views.category_hours ALTER COLUMN views_max TYPE smallint";
    sqlx::query(narrow).execute(&database.pool).await.expect("narrowed");
    let mut sink = ViewsSink::new(database.pool.clone(), niches());
    let records: Vec<Record> = (0..150).map(|offset| seen(1, 40_001, offset)).collect();
    match sink.write(&batch(&records)).await {
        Err(SinkError::Ours(reason)) => assert!(reason.contains("smallint out of range"), "{reason}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(refused(&database.pool, 10).await.expect("rows"), []);
    assert_eq!(sink.standing(&[PLACE]).await.expect("standing").positions.of(PLACE), 0);
}
