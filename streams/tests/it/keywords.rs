//! What views say of keywords: of sources that fall silent, of ways of writing, of windows.

use chrono::{DateTime, Utc};
use events::payload::{Relation, Scale, TrendSource};
use events::{Event, Payload, Topic, TrendSignal, Watermarks};
use features::{Cell, FAMILIES};
use streams::{Batch, Sink, ViewsSink, decode::decode};

use crate::meanings::{at, row, views_of};
use crate::world::{Database, record};

fn signal(hour: i64, source: TrendSource, scale: Scale, value: f64) -> (i64, TrendSignal) {
    (hour, TrendSignal::of("word", source, 3_600, value, scale))
}

#[tokio::test]
async fn a_source_that_fell_silent_has_no_say() {
    let views = views_of(&[
        signal(0, TrendSource::GoogleTrends, Scale::Index, 100.0),
        signal(24 * 300, TrendSource::Reddit, Scale::Count, 5_000.0),
        signal(24 * 301, TrendSource::Reddit, Scale::Count, 100.0),
    ])
    .await;
    let keyword = row(&views, "trend_keywords", "word");
    assert_eq!(
        (&keyword["score"], &keyword["sources"]),
        (&Cell::real(2.0), &Cell::Int(1))
    );
    assert_eq!(keyword["source_names"], Cell::Text("reddit".to_owned()));
}

#[tokio::test]
async fn a_source_with_two_scales_counts_once() {
    let views = views_of(&[
        signal(0, TrendSource::GoogleTrends, Scale::Index, 40.0),
        signal(0, TrendSource::GoogleTrends, Scale::Growth, 1_000.0),
        signal(0, TrendSource::YoutubeSearch, Scale::Share, 50.0),
    ])
    .await;
    assert_eq!(row(&views, "trend_keywords", "word")["score"], Cell::real(40.0));
}

/// One mention is no trend, and a million are what they are.
#[tokio::test]
async fn few_mentions_score_little() {
    let count = |hour, value| signal(hour, TrendSource::X, Scale::Count, value);
    let views = views_of(&[count(0, 1.0), count(24, 2.0)]).await;
    assert_eq!(row(&views, "trend_keywords", "word")["score"], Cell::real(2.0));
    let views = views_of(&[count(0, 1_000_000.0), count(24, 500_000.0)]).await;
    assert_eq!(row(&views, "trend_keywords", "word")["score"], Cell::real(50.0));
}

/// Google revises a window: what it said last counts, whatever that is.
#[tokio::test]
async fn a_window_is_what_was_said_of_it_last() {
    for values in [[40.0, 60.0, 50.0], [60.0, 40.0, 45.0], [1.0, 2.0, 3.0], [3.0, 2.0, 1.0]] {
        let told = values.map(|value| signal(0, TrendSource::GoogleTrends, Scale::Index, value));
        let views = views_of(&told).await;
        assert_eq!(row(&views, "trend_keywords", "word")["score"], Cell::real(values[2]));
    }
}

#[tokio::test]
async fn a_keyword_is_one_however_it_is_written() {
    let written = [
        "Café  Noir",
        "cafe\u{301} noir",
        " CAF\u{c9}\u{a0}NOIR",
        "ｃａｆé noir\t",
    ];
    let told: Vec<_> = (0..)
        .zip(written)
        .map(|(hour, keyword)| {
            let signal = TrendSignal::of(keyword, TrendSource::GoogleTrends, 3_600, 10.0, Scale::Index);
            (hour, signal)
        })
        .collect();
    let views = views_of(&told).await;
    assert_eq!(
        row(&views, "trend_keywords", "")["keyword"],
        Cell::Text("café noir".to_owned())
    );
    assert!(told.iter().all(|(_, signal)| signal.key() == "café noir"));
}

/// A related query's index is of the queries beside it.
#[tokio::test]
async fn a_related_query_is_no_interest_but_its_growth_is() {
    let related = |scale, relation, value| {
        let mut signal = signal(1, TrendSource::GoogleTrends, scale, value);
        signal.1.related_to = Some("another".to_owned());
        signal.1.relation = Some(relation);
        signal
    };
    let own = signal(0, TrendSource::GoogleTrends, Scale::Index, 10.0);
    let views = views_of(&[own.clone(), related(Scale::Index, Relation::Top, 100.0)]).await;
    assert_eq!(row(&views, "trend_keywords", "word")["score"], Cell::real(10.0));
    let views = views_of(&[own, related(Scale::Growth, Relation::Rising, 1_000.0)]).await;
    assert_eq!(row(&views, "trend_keywords", "word")["score"], Cell::real(15.0));
}

/// A day's count is not a peak beside which hours are nothing; and an index of weeks did not fall to one of hours.
#[tokio::test]
async fn windows_of_different_length_are_not_compared_as_they_are() {
    let lasting = |hour, seconds, scale, value| {
        let mut signal = signal(hour, TrendSource::GoogleTrends, scale, value);
        signal.1.window_seconds = seconds;
        signal
    };
    let views = views_of(&[
        lasting(0, 86_400, Scale::Count, 2_400.0),
        lasting(24, 3_600, Scale::Count, 100.0),
    ])
    .await;
    let keyword = row(&views, "trend_keywords", "word");
    assert_eq!(
        (&keyword["score"], &keyword["velocity"]),
        (&Cell::real(100.0), &Cell::real(0.0))
    );
    let views = views_of(&[
        lasting(0, 604_800, Scale::Index, 100.0),
        lasting(48, 3_600, Scale::Index, 20.0),
    ])
    .await;
    let keyword = row(&views, "trend_keywords", "word");
    assert_eq!(
        (&keyword["score"], &keyword["velocity"]),
        (&Cell::real(60.0), &Cell::Null)
    );
}

/// The product's own table says nothing where nothing is known.
#[tokio::test]
async fn a_keyword_without_velocity_has_none_in_the_products_table() {
    let database = Database::start().await;
    let family = FAMILIES
        .into_iter()
        .find(|family| family.topics() == [Topic::TrendSignals])
        .expect("a family");
    let (hour, payload) = signal(0, TrendSource::GoogleTrends, Scale::Index, 40.0);
    let event = Event::new("/test", at(hour), payload).expect("a valid event");
    let record = record(0, 0, &event);
    let (mut watermarks, partition) = (Watermarks::default(), record.partition);
    let rows = decode(Topic::TrendSignals, &[record], DateTime::UNIX_EPOCH, &mut watermarks).expect("a row");
    let batch = Batch {
        rows: [(Topic::TrendSignals, rows)].into(),
        spans: vec![events::Span {
            partition,
            from: 0,
            to: 1,
        }],
        watermarks,
    };
    ViewsSink::new(database.pool.clone(), family)
        .write(&batch)
        .await
        .expect("written");
    let told: (f64, Option<f64>, DateTime<Utc>) =
        sqlx::query_as("SELECT trend_score::float8, velocity::float8, expires_at FROM public.trends")
            .fetch_one(&database.pool)
            .await
            .expect("a trend");
    // its window is an hour
    assert_eq!(told, (40.0, None, at(7 * 24 + 1)));

    let handed_on = family.handed_on.as_ref().expect("the product's table");
    let mut snapshot = database.pool.begin().await.expect("a transaction");
    let differing = streams::handed_on_differing(&mut snapshot, handed_on).await;
    assert_eq!(differing.expect("compared"), 0);
    for spoilt in [
        "UPDATE public.trends SET trend_score = 41",
        "INSERT INTO public.trends (trend_keyword, metadata) VALUES ('other', '{\"as_of\": 1}')",
        "INSERT INTO public.trends (trend_keyword) VALUES ('somebody else''s')",
    ] {
        sqlx::query(spoilt).execute(&mut *snapshot).await.expect("spoilt");
    }
    let differing = streams::handed_on_differing(&mut snapshot, handed_on).await;
    assert_eq!(differing.expect("compared"), 2);
}
