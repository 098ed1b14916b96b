//! Databases that were filled by an older release.

use chrono::DateTime;
use events::{Event, Partition, Span, Topic, Watermarks};
use features::{FAMILIES, Family, View};
use streams::{Batch, Sink, ViewsSink, decode::decode, read_view};

use crate::world::{Database, Seen, channel_id, record, start};

/// Before a column had the newest value that was told.
const BEFORE_NEWEST: i64 = 20_261_127_000_500;

const OLD_ROWS: &[&str] = &[
    "INSERT INTO sink.positions (sink, topic, partition, position) VALUES ('views.velocity', 'youtube.video-snapshots.v1', 0, 1)",
    "INSERT INTO views.video_hours (video_id, hour, channel_ref, views, as_of, last_order) VALUES \
     ('video000001', '2020-08-12T01:00:00Z', 'title:Channel 1', 5, '2020-08-12T01:00:00Z', 'a'), \
     ('video000002', '2020-08-12T01:00:00Z', 'UC0000000000000000000007', 5, '2020-08-12T01:00:00Z', 'a'), \
     ('video000003', '2020-08-12T01:00:00Z', NULL, 5, '2020-08-12T01:00:00Z', 'a')",
    "INSERT INTO views.video_niche_days (video_id, day, channel_ref, category_id, views, as_of, last_order) VALUES \
     ('video000002', '2020-08-12', 'UC0000000000000000000007', 1, 5, '2020-08-12T01:00:00Z', 'a')",
    "INSERT INTO views.video_day_tiles (video_id, day, channel_ref, views, as_of, last_order) VALUES \
     ('video000001', '2020-08-12', 'title:Channel 1', 5, '2020-08-12T01:00:00Z', 'a')",
    "INSERT INTO views.video_ages (video_id, age_days, channel_ref, views, as_of, last_order) VALUES \
     ('video000001', 3, 'title:Channel 1', 5, '2020-08-12T01:00:00Z', 'a')",
    "INSERT INTO views.keyword_hours (keyword, region, source, scale, hour, value_milli, as_of, last_order) VALUES \
     ('word', '', 'reddit', 'count', '2020-08-12T01:00:00Z', 5, '2020-08-12T01:00:00Z', 'a')",
];

async fn ask(database: &Database, statement: &'static str) -> Vec<(String, Option<String>)> {
    let asked = sqlx::query_as(statement).fetch_all(&database.pool).await;
    asked.expect("an answer")
}

/// What was there stays, is told to be made anew, and takes in what comes until then.
#[tokio::test]
async fn rows_of_an_older_release_are_kept_until_they_are_made_anew() {
    let database = Database::start_at(BEFORE_NEWEST).await;
    for statement in OLD_ROWS {
        sqlx::query(*statement)
            .execute(&database.pool)
            .await
            .expect("an old row");
    }
    database.migrate().await;
    let since = streams::unfinished_removal(&database.pool).await.expect("an answer");
    assert!(since.is_some(), "nobody makes the views anew");
    for view in View::all() {
        read_view(&database.pool, &view).await.expect("every column is there");
    }
    let known = ask(
        &database,
        "SELECT video_id, coalesce(channel_id, channel_title) FROM views.video_hours ORDER BY 1",
    )
    .await;
    let known: Vec<_> = known.iter().map(|(_, channel)| channel.as_deref()).collect();
    assert_eq!(known, [Some("Channel 1"), Some("UC0000000000000000000007"), None]);

    let family: &Family = FAMILIES
        .iter()
        .find(|family| family.sink == "views.velocity")
        .expect("a family");
    let told = Seen {
        video: 1,
        day: 0,
        hour: 1,
        views: 3_000,
        rank: None,
        channel: Some((1, true)),
        titled: true,
    };
    let event: Event<_> = told.event();
    assert_eq!(event.time.date_naive(), start().date_naive());
    let (partition, mut watermarks) = (
        Partition {
            topic: Topic::VideoSnapshots,
            number: 0,
        },
        Watermarks::default(),
    );
    let rows = decode(
        partition.topic,
        &[record(0, 1, &event)],
        DateTime::UNIX_EPOCH,
        &mut watermarks,
    )
    .expect("a row");
    let batch = Batch {
        rows: [(partition.topic, rows)].into(),
        spans: vec![Span {
            partition,
            from: 1,
            to: 2,
        }],
        watermarks,
    };
    let mut sink = ViewsSink::new(database.pool.clone(), family);
    sink.write(&batch).await.expect("written");
    let known = ask(
        &database,
        "SELECT video_id, channel_ref FROM views.video_hours WHERE video_id = 'video000001'",
    )
    .await;
    assert_eq!(known, [("video000001".to_owned(), Some(channel_id(1).to_string()))]);
}

/// A new database has nothing to make anew.
#[tokio::test]
async fn a_new_database_has_nothing_to_make_anew() {
    let database = Database::start().await;
    let since = streams::unfinished_removal(&database.pool).await.expect("an answer");
    assert_eq!(since, None);
}
