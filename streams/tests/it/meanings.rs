//! What views say of observations that tell little, come seldom, or speak of the same thing twice.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use chrono::{DateTime, TimeDelta, Utc};
use events::payload::{Availability, Relation, Scale, TrendSource};
use events::{
    CategoryName, ChannelId, ChannelSnapshot, Event, Payload, Region, Topic, TrendSignal, VideoId, VideoSnapshot,
    Watermarks,
};
use features::{Cell, FAMILIES, View, Views};
use streams::{Batch, Sink, ViewsSink, decode::decode};

use crate::world::{Database, record, start};

fn at(hours: i64) -> DateTime<Utc> {
    start() + TimeDelta::hours(hours)
}

fn seen(video: &str, hour: i64, views: Option<i64>) -> (i64, VideoSnapshot) {
    let snapshot = VideoSnapshot {
        views,
        ..VideoSnapshot::of(VideoId::new(format!("{video:_<11}")).expect("an id"))
    };
    (hour, snapshot)
}

fn of_channel(seen: (i64, VideoSnapshot), channel: &str, category: i32) -> (i64, VideoSnapshot) {
    let snapshot = VideoSnapshot {
        title: Some("a title".to_owned()),
        channel_id: Some(ChannelId::new(format!("UC{channel:_<22}")).expect("an id")),
        category_id: Some(category),
        ..seen.1
    };
    (seen.0, snapshot)
}

fn rows_of<P: Payload + Clone>(told: &[(i64, P)]) -> RecordBatch {
    let mut watermarks = Watermarks::default();
    let rows: Vec<RecordBatch> = (0..)
        .zip(told)
        .map(|(offset, (hour, payload))| {
            let event = Event::new("/test", at(*hour), payload.clone()).expect("a valid event");
            let record = record(0, offset, &event);
            decode(P::TOPIC, &[record], DateTime::UNIX_EPOCH, &mut watermarks).expect("a row")
        })
        .collect();
    concat_batches(&rows[0].schema(), &rows).expect("rows")
}

async fn views_of<P: Payload + Clone>(told: &[(i64, P)]) -> Views {
    let category = CategoryName {
        region: Region::new("US").expect("a region"),
        category_id: 20,
        title: "Gaming".to_owned(),
        assignable: Some(true),
    };
    let rows = [
        (P::TOPIC, rows_of(told)),
        (Topic::Categories, rows_of(&[(0, category)])),
    ];
    features::recompute_rows(rows.into()).await.expect("computed")
}

/// The one row of a view whose first key begins so, by column.
fn row(views: &Views, view: &str, key: &str) -> BTreeMap<&'static str, Cell> {
    let mut rows = rows(views, view, key);
    assert_eq!(rows.len(), 1, "{view} {key}: {rows:?}");
    rows.remove(0)
}

fn rows(views: &Views, view: &str, key: &str) -> Vec<BTreeMap<&'static str, Cell>> {
    let columns = View::named(view).expect("a view").columns();
    let is_it = |row: &&Vec<Cell>| match &row[0] {
        Cell::Text(text) => text.starts_with(key),
        cell => format!("{cell:?}").contains(key),
    };
    let by_column = |row: &Vec<Cell>| {
        columns
            .iter()
            .map(|column| column.name)
            .zip(row.iter().cloned())
            .collect()
    };
    views[view].iter().filter(is_it).map(by_column).collect()
}

#[tokio::test]
async fn a_video_that_is_gone_is_known_still() {
    let (hour, mut gone) = seen("gone", 18, None);
    gone.availability = Some(Availability::Deleted);
    let views = views_of(&[
        of_channel(seen("gone", 9, Some(7_000)), "a", 20),
        of_channel(seen("other", 10, Some(100)), "a", 20),
        (hour, gone),
    ])
    .await;
    let video = row(&views, "videos", "gone");
    assert_eq!(
        (&video["title"], &video["category_id"], &video["views"]),
        (&Cell::Text("a title".to_owned()), &Cell::Int(20), &Cell::Int(7_000))
    );
    for (view, key) in [("channel_days", "UCa"), ("niche_days", "20")] {
        let day = row(&views, view, key);
        assert_eq!(
            (&day["videos"], &day["views"]),
            (&Cell::Int(2), &Cell::Int(7_100)),
            "{view}"
        );
    }
}

#[tokio::test]
async fn an_observation_belongs_to_its_videos_channel_whatever_it_tells() {
    let views = views_of(&[
        of_channel(seen("one", 0, Some(100)), "a", 20),
        seen("one", 24, Some(1_000)),
        of_channel(seen("two", 24, Some(5)), "a", 20),
    ])
    .await;
    let days = rows(&views, "channel_days", "UCa");
    let told: Vec<_> = days
        .iter()
        .map(|day| (&day["videos"], &day["views"], &day["gain_views"]))
        .collect();
    assert_eq!(
        told,
        [
            (&Cell::Int(1), &Cell::Int(100), &Cell::Null),
            (&Cell::Int(2), &Cell::Int(1_005), &Cell::Int(900))
        ]
    );
    assert_eq!(row(&views, "channels", "UCa")["gain_views_1d"], Cell::Int(900));
    assert_eq!(row(&views, "niches", "20")["gain_views_1d"], Cell::Int(900));
    let velocity = row(&views, "video_velocity", "one");
    assert_eq!(velocity["channel_ref"], row(&views, "videos", "one")["channel_ref"]);
}

/// Of a channel whose id is told one day and whose title alone the next.
#[tokio::test]
async fn an_id_comes_before_a_title() {
    let mut titled = seen("one", 24, Some(200));
    titled.1.channel_title = Some("A channel".to_owned());
    let views = views_of(&[of_channel(seen("one", 0, Some(100)), "a", 20), titled]).await;
    assert_eq!(rows(&views, "channel_days", "UCa").len(), 2);
    assert_eq!(rows(&views, "channels", "").len(), 1);
    assert_eq!(rows(&views, "channel_niches", "").len(), 1);
}

/// Told of one hour: a tile holds both, and the title comes later.
#[tokio::test]
async fn a_title_hides_no_id_within_a_tile() {
    let titled = |hour| {
        let mut titled = seen("one", hour, Some(200));
        titled.1.channel_title = Some("A channel".to_owned());
        titled.1.published_at = Some(at(-24));
        titled
    };
    let mut named = of_channel(seen("one", 0, Some(100)), "a", 20);
    named.1.published_at = Some(at(-24));
    for later in [0, 1] {
        let views = views_of(&[named.clone(), titled(later)]).await;
        let channel = row(&views, "videos", "one")["channel_ref"].clone();
        assert!(
            matches!(&channel, Cell::Text(id) if id.starts_with("UCa")),
            "{channel:?}"
        );
        for view in ["video_days", "video_velocity", "video_outliers", "video_niches"] {
            assert_eq!(row(&views, view, "one")["channel_ref"], channel, "{view}");
        }
        assert_eq!(rows(&views, "channel_niches", "").len(), 1);
    }
}

/// What tells no count says whose a video is, too.
#[tokio::test]
async fn a_video_moves_with_an_observation_that_counts_nothing() {
    let mut first = of_channel(seen("one", 0, Some(100)), "a", 20);
    first.1.published_at = Some(at(-24));
    let moved = of_channel(seen("one", 48, None), "b", 20);
    let views = views_of(&[first, moved]).await;
    for view in ["videos", "video_velocity", "video_outliers", "video_niches"] {
        let channel = row(&views, view, "one")["channel_ref"].clone();
        assert!(
            matches!(&channel, Cell::Text(id) if id.starts_with("UCb")),
            "{view}: {channel:?}"
        );
    }
}

#[tokio::test]
async fn gains_do_not_reach_over_years() {
    let years = 2 * 365 * 24;
    let views = views_of(&[
        of_channel(seen("back", 0, Some(10)), "a", 20),
        of_channel(seen("back", years, Some(5_000_010)), "a", 20),
        of_channel(seen("fresh", years - 24, Some(10)), "a", 20),
        of_channel(seen("fresh", years, Some(17)), "a", 20),
    ])
    .await;
    let video = row(&views, "videos", "back");
    for gain in ["gain_views_1d", "gain_views_7d", "gain_views_28d"] {
        assert_eq!(video[gain], Cell::Null, "{gain}");
        assert_eq!(
            row(&views, "channels", "UCa")[gain],
            Cell::Int(7),
            "{gain} of the channel"
        );
        assert_eq!(row(&views, "niches", "20")[gain], Cell::Int(7), "{gain} of the niche");
    }
}

/// A video that left the chart long ago has no part in what the channel gained yesterday.
#[tokio::test]
async fn gains_of_a_channel_are_of_one_day() {
    let months = 300 * 24;
    let views = views_of(&[
        of_channel(seen("old", 0, Some(0)), "a", 20),
        of_channel(seen("old", 24, Some(1_000_000)), "a", 20),
        of_channel(seen("new", months, Some(0)), "a", 20),
        of_channel(seen("new", months + 24, Some(10)), "a", 20),
    ])
    .await;
    let channel = row(&views, "channels", "UCa");
    assert_eq!(
        (&channel["gain_views_1d"], &channel["gain_views_28d"]),
        (&Cell::Int(10), &Cell::Int(10))
    );
}

/// Two files tell of one channel on one day: one its country, one its subscribers.
#[tokio::test]
async fn each_column_has_the_newest_that_was_told() {
    let told = |hour, country: Option<&str>, subscribers| {
        let snapshot = ChannelSnapshot {
            title: Some(format!("at {hour}")),
            country: country.map(|country| Region::new(country).expect("a region")),
            subscribers,
            ..ChannelSnapshot::of(ChannelId::new("UCaaaaaaaaaaaaaaaaaaaaaa").expect("an id"))
        };
        (hour, snapshot)
    };
    let all = [
        told(9, Some("FR"), Some(100)),
        told(12, None, Some(90)),
        told(15, Some("DE"), None),
    ];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let views = views_of(&order.map(|one| all[one].clone())).await;
        let day = row(&views, "channel_day_tiles", "UC");
        assert_eq!(
            (&day["title"], &day["country"], &day["subscribers"]),
            (
                &Cell::Text("at 15".to_owned()),
                &Cell::Text("DE".to_owned()),
                &Cell::Int(90)
            )
        );
    }
}

#[tokio::test]
async fn gains_are_between_counts() {
    let likes_only = |hour| {
        let mut seen = seen("one", hour, None);
        seen.1.likes = Some(3);
        seen
    };
    let views = views_of(&[
        of_channel(seen("one", 0, Some(1_000)), "a", 20),
        likes_only(24),
        of_channel(seen("one", 48, Some(3_000)), "a", 20),
        likes_only(72),
    ])
    .await;
    let gains: Vec<Cell> = rows(&views, "video_days", "one")
        .iter()
        .map(|day| day["gain_views"].clone())
        .collect();
    assert_eq!(gains, [Cell::Null, Cell::Null, Cell::Int(2_000), Cell::Null]);
    for view in ["channel_days", "niche_days"] {
        let key = if view == "niche_days" { "20" } else { "UCa" };
        let gains: Vec<Cell> = rows(&views, view, key)
            .iter()
            .map(|day| day["gain_views"].clone())
            .collect();
        assert_eq!(gains, [Cell::Null, Cell::Null, Cell::Int(2_000), Cell::Null], "{view}");
    }
    // as of the last count, not of the day after it
    assert_eq!(row(&views, "videos", "one")["gain_views_1d"], Cell::Int(2_000));
}

#[tokio::test]
async fn a_return_to_the_chart_is_no_climb() {
    let charted = |hour, rank, views| {
        let mut seen = of_channel(seen("one", hour, Some(views)), "a", 20);
        seen.1.region = Some(Region::new("GB").expect("a region"));
        seen.1.trending_rank = Some(rank);
        seen
    };
    let views = views_of(&[charted(0, 3, 10), charted(24, 2, 20), charted(24 * 370, 7, 900_000)]).await;
    let told: Vec<_> = rows(&views, "trending_ranks", "GB")
        .iter()
        .map(|day| {
            (
                day["rank_change"].clone(),
                day["gain_views"].clone(),
                day["days_on_chart"].clone(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (Cell::Null, Cell::Null, Cell::Int(1)),
            (Cell::Int(1), Cell::Int(10), Cell::Int(2)),
            (Cell::Null, Cell::Null, Cell::Int(3))
        ]
    );
}

#[tokio::test]
async fn a_mean_is_told() {
    let views = views_of(&[
        of_channel(seen("one", 0, Some(100)), "a", 20),
        of_channel(seen("two", 0, Some(5)), "a", 20),
    ])
    .await;
    assert_eq!(row(&views, "category_hours", "")["views_mean"], Cell::real(52.5));
}

fn signal(hour: i64, source: TrendSource, scale: Scale, value: f64) -> (i64, TrendSignal) {
    (hour, TrendSignal::of("word", source, 3_600, value, scale))
}

#[tokio::test]
async fn a_source_that_fell_silent_has_no_say() {
    let views = views_of(&[
        signal(0, TrendSource::GoogleTrends, Scale::Index, 100.0),
        signal(24 * 300, TrendSource::Reddit, Scale::Count, 50.0),
        signal(24 * 301, TrendSource::Reddit, Scale::Count, 1.0),
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
    let told: (f64, Option<f64>) = sqlx::query_as("SELECT trend_score::float8, velocity::float8 FROM public.trends")
        .fetch_one(&database.pool)
        .await
        .expect("a trend");
    assert_eq!(told, (40.0, None));

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
