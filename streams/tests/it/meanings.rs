//! What views say of observations that tell little, come seldom, or speak of the same thing twice.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use chrono::{DateTime, TimeDelta, Utc};
use events::payload::{Availability, RatePublisher};
use events::{
    CategoryName, ChannelId, ChannelSnapshot, Currency, Event, ExchangeRate, Payload, Region, Topic, VideoId,
    VideoSnapshot, Watermarks,
};
use features::{Cell, View, Views};
use streams::decode::decode;

use crate::world::{record, start};

pub(crate) fn at(hours: i64) -> DateTime<Utc> {
    start() + TimeDelta::hours(hours)
}

fn on_chart(seen: (i64, VideoSnapshot), rank: i32) -> (i64, VideoSnapshot) {
    let snapshot = VideoSnapshot {
        region: Region::new("FR").ok(),
        trending_rank: Some(rank),
        ..seen.1
    };
    (seen.0, snapshot)
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

pub(crate) fn rows_of<P: Payload + Clone>(told: &[(i64, P)]) -> RecordBatch {
    let told: Vec<_> = told
        .iter()
        .map(|(hour, payload)| (at(*hour), payload.clone()))
        .collect();
    rows_of_moments(&told)
}

fn rows_of_moments<P: Payload + Clone>(told: &[(DateTime<Utc>, P)]) -> RecordBatch {
    let mut watermarks = Watermarks::default();
    let rows: Vec<RecordBatch> = (0..)
        .zip(told)
        .map(|(offset, (time, payload))| {
            let event = Event::new("/test", *time, payload.clone()).expect("a valid event");
            let record = record(0, offset, &event);
            decode(P::TOPIC, &[record], DateTime::UNIX_EPOCH, &mut watermarks).expect("a row")
        })
        .collect();
    concat_batches(&rows[0].schema(), &rows).expect("rows")
}

pub(crate) async fn views_of<P: Payload + Clone>(told: &[(i64, P)]) -> Views {
    let told: Vec<_> = told
        .iter()
        .map(|(hour, payload)| (at(*hour), payload.clone()))
        .collect();
    views_of_moments(&told).await
}

async fn views_of_moments<P: Payload + Clone>(told: &[(DateTime<Utc>, P)]) -> Views {
    let category = CategoryName {
        region: Region::new("US").expect("a region"),
        category_id: 20,
        title: "Gaming".to_owned(),
        assignable: Some(true),
    };
    let rate = ExchangeRate {
        publisher: RatePublisher::Ecb,
        base: Currency::new("EUR").expect("a currency"),
        currency: Currency::new("USD").expect("a currency"),
        rate: 1.25,
        day: start().date_naive(),
    };
    let rows = [
        (P::TOPIC, rows_of_moments(told)),
        (Topic::Categories, rows_of(&[(0, category)])),
        (Topic::ExchangeRates, rows_of(&[(0, rate)])),
    ];
    features::recompute_rows(rows.into()).await.expect("computed")
}

/// The one row of a view whose first key begins so, by column.
pub(crate) fn row(views: &Views, view: &str, key: &str) -> BTreeMap<&'static str, Cell> {
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

/// One view a second, counted every 5 minutes: what the clock says is not what the speed is.
#[tokio::test]
async fn a_steady_video_has_one_velocity_whenever_it_is_looked_at() {
    let step = TimeDelta::minutes(5);
    let counts: Vec<_> = (0..12 * 80)
        .map(|number| {
            let (_, mut video) = seen("one", 0, Some(300 * number));
            video.published_at = Some(at(-24));
            (at(0) + step * i32::try_from(number).expect("small"), video)
        })
        .collect();
    for looked in [0, 1, 5, 7, 11] {
        let views = views_of_moments(&counts[..12 * 79 - looked]).await;
        let velocity = row(&views, "video_velocity", "one");
        assert_eq!(velocity["velocity_1h"], Cell::real(3_600.0), "{looked}");
        assert_eq!(velocity["velocity_24h"], Cell::real(3_600.0), "{looked}");
        assert_eq!(velocity["acceleration"], Cell::real(0.0), "{looked}");
        let Cell::Int(gain) = velocity["gain_views_1h"] else {
            panic!("no gain")
        };
        // since a count that was the last of its hour
        assert!((3_600..7_200).contains(&gain), "{gain}");
    }
}

/// A thousand views are taken back within an hour: its greatest count is not what was counted last.
#[tokio::test]
async fn a_counter_that_is_corrected_slows_nothing_afterwards() {
    let step = TimeDelta::minutes(10);
    let counts: Vec<_> = (0..6 * 4)
        .map(|number| {
            let views = 5_000 + 10 * number - if number >= 9 { 1_000 } else { 0 };
            let (_, video) = seen("one", 0, Some(views));
            (at(0) + step * i32::try_from(number).expect("small"), video)
        })
        .collect();
    let after = |looked: usize| views_of_moments(&counts[..looked]);
    // across the correction, and twice since
    for (looked, gain) in [(13, 70 - 1_000), (18, 60), (24, 60)] {
        let views = after(looked).await;
        let velocity = row(&views, "video_velocity", "one");
        assert_eq!(velocity["gain_views_1h"], Cell::Int(gain), "{looked}");
    }
}

/// A burst is where the growth was, and as long: between counts.
#[tokio::test]
async fn a_burst_lasts_from_count_to_count() {
    let mut told: Vec<_> = (0..20).map(|day| seen("one", 24 * day, Some(day))).collect();
    told.extend((20..23).map(|day| seen("one", 24 * day, Some(100_000 * (day - 19)))));
    told.push(seen("one", 24 * 23, Some(300_001)));
    let views = views_of(&told).await;
    let burst = row(&views, "video_bursts", "one");
    let micros = |hours| Cell::Time(at(hours).timestamp_micros());
    assert_eq!(
        (&burst["started_at"], &burst["ended_at"]),
        (&micros(24 * 19), &micros(24 * 22))
    );
    assert_eq!(
        (&burst["hours"], &burst["gain_views"], &burst["peak_gain_views"]),
        (&Cell::Int(72), &Cell::Int(299_981), &Cell::Int(100_000))
    );
    // a month between two counts says nothing of hours
    let views = views_of(&[
        seen("one", 0, Some(1)),
        seen("one", 24 * 20, Some(2)),
        seen("one", 24 * 24, Some(1_000_000)),
        seen("one", 24 * 25, Some(1_000_001)),
    ])
    .await;
    assert_eq!(rows(&views, "video_bursts", "").len(), 0);
}

/// A video that was private for weeks is as old as its publication.
#[tokio::test]
async fn what_is_published_again_begins_anew() {
    let published = |day: i64, on: i64, views| {
        let mut video = of_channel(seen("one", 24 * day, Some(views)), "a", 20);
        video.1.published_at = Some(at(24 * on));
        video
    };
    let views = views_of(&[
        published(0, 0, 0),
        published(19, 0, 0),
        published(20, 20, 10),
        published(26, 20, 350_000),
    ])
    .await;
    let video = row(&views, "video_outliers", "one");
    assert_eq!(
        (&video["age_days"], &video["views"]),
        (&Cell::Int(6), &Cell::Int(350_000))
    );
}

/// Whoever the chart names by title is the channel that is known otherwise.
#[tokio::test]
async fn a_chart_counts_a_channel_once() {
    let mut titled = seen("two", 1, Some(5));
    titled.1.channel_title = Some("A channel".to_owned());
    let views = views_of(&[
        on_chart(of_channel(seen("one", 0, Some(100)), "a", 20), 1),
        on_chart(titled, 2),
        of_channel(seen("two", 48, Some(9)), "a", 20),
    ])
    .await;
    let day = row(&views, "category_days", "FR");
    assert_eq!(
        (&day["category_id"], &day["videos"], &day["channels"]),
        (&Cell::Int(20), &Cell::Int(2), &Cell::Int(1))
    );
}
