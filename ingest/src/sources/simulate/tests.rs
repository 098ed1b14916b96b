//! What a world promises as a whole.

mod influence;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::TimeDelta;
use events::{EventId, Payload, Region, VideoSnapshot};
use proptest::prelude::*;

use super::*;

const SEED: u64 = 42;

/// The first 10,000 records of the small world, hashed. It changes only with a deliberate change of the simulated
/// world; a machine on which it differs is not reproducing anybody's runs.
const FIRST_TEN_THOUSAND: &str = "fb8958d6-29ac-8266-b898-7e5988dd4bbb";

fn small() -> WorldConfig {
    WorldConfig {
        channels: 12,
        regions: ["US", "JP"].map(|code| Region::new(code).expect("a region")).to_vec(),
        chart_size: 20,
        ..WorldConfig::default()
    }
}

fn observations(world: World) -> impl Iterator<Item = Observation> {
    world.map(|observation| observation.expect("a valid observation"))
}

fn small_world() -> impl Iterator<Item = Observation> {
    observations(World::new(SEED, small()).expect("a world"))
}

fn digest(records: impl Iterator<Item = Outgoing>) -> EventId {
    let nothing = EventId::of("", "", &[], None, b"");
    records.fold(nothing, |digest, record| {
        let mut text = digest.to_string();
        for (name, value) in record.envelope.headers() {
            text.extend([name, "=", &value, "\n"]);
        }
        let key = record.key.unwrap_or_default();
        EventId::of(record.topic.name(), &key, &[&text], None, &record.body)
    })
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_every_machine() {
    let digest = digest(small_world().take(10_000).map(Outgoing::from));
    assert_eq!(digest.to_string(), FIRST_TEN_THOUSAND);
}

#[test]
fn another_seed_is_another_world() {
    let videos = |seed| -> BTreeSet<String> {
        let world = observations(World::new(seed, small()).expect("a world"));
        let keys = world
            .take(2000)
            .map(Outgoing::from)
            .filter(|record| record.topic == VideoSnapshot::TOPIC);
        keys.filter_map(|record| record.key).collect()
    };
    assert!(videos(1).is_disjoint(&videos(2)));
}

#[test]
fn events_come_in_order_each_once_and_read_back() {
    let (mut last, mut ids) = (small().start, BTreeSet::new());
    for observation in small_world().take(20_000) {
        assert!(observation.time() >= last, "{} after {last}", observation.time());
        last = observation.time();
        assert!(ids.insert(observation.id()), "{observation:?} came twice");
        check(observation);
    }
}

/// Valid, with our source, and the same after a journey as JSON.
fn check(observation: Observation) {
    fn event<P: Payload + PartialEq + std::fmt::Debug>(event: events::Event<P>) {
        assert_eq!(event.payload.check(), Ok(()));
        assert_eq!(event.source, SOURCE);
        assert_eq!(
            serde_json::from_slice::<P>(&event.body()).expect("its own type"),
            event.payload
        );
    }
    match observation {
        Observation::Video(video) => event(*video),
        Observation::Channel(channel) => event(channel),
        Observation::Category(category) => event(category),
        Observation::Trend(trend) => event(trend),
        Observation::Revenue(revenue) => event(revenue),
    }
}

#[test]
fn counters_never_fall() {
    let (mut videos, mut channels) = (BTreeMap::new(), BTreeMap::new());
    for observation in small_world().take(40_000) {
        match observation {
            Observation::Video(event) => {
                let video = event.payload;
                let now = [video.views, video.likes, video.comments];
                let before = videos.insert(video.video_id.clone(), now).unwrap_or(now);
                assert!(
                    before.iter().zip(&now).all(|(before, now)| before <= now),
                    "{before:?} then {video:?}"
                );
            }
            Observation::Channel(event) => {
                let now = (event.payload.views, event.payload.videos);
                let before = channels.insert(event.payload.channel_id, now).unwrap_or(now);
                assert!(before.0 <= now.0 && before.1 <= now.1, "{before:?} then {now:?}");
            }
            _ => {}
        }
    }
    assert!(
        videos.len() > 400 && channels.len() == 12,
        "{} videos, {} channels",
        videos.len(),
        channels.len()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_world_resumes_where_it_would_have_been(seconds in 0..30 * 86_400_i64, seed in 0..3_u64) {
        let config = WorldConfig { channels: 4, video_every: Duration::from_secs(10_800), ..small() };
        let from = config.start + TimeDelta::seconds(seconds);
        let whole = observations(World::new(seed, config.clone()).expect("a world"));
        let tail = observations(World::at(seed, config, from).expect("a world"));
        let expected = whole.skip_while(|observation| observation.time() < from).take(400);
        for (expected, found) in expected.zip(tail) {
            prop_assert_eq!(expected, found);
        }
    }
}

/// Resuming on the second at which weeks begin, charts are made and categories are named.
#[test]
fn a_world_resumes_on_the_moments_that_matter() {
    let config = small();
    for hours in [0, 17, 24 * 7, 24 * 7 + 17] {
        let from = config.start + TimeDelta::hours(hours);
        let expected = small_world()
            .skip_while(|observation| observation.time() < from)
            .take(600);
        let found = observations(World::at(SEED, config.clone(), from).expect("a world")).take(600);
        assert!(expected.eq(found), "{hours} hours after the start");
    }
}

#[test]
fn charts_have_every_rank_once_per_region_and_day() {
    let mut charts: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let week = small().start + TimeDelta::days(3);
    for observation in small_world().take_while(|observation| observation.time() < week) {
        let Observation::Video(event) = observation else {
            continue;
        };
        let video = event.payload;
        assert_eq!(video.region.is_some(), video.trending_rank.is_some());
        if let (Some(region), Some(rank)) = (video.region, video.trending_rank) {
            charts
                .entry((event.time, region))
                .or_default()
                .push((rank, video.video_id));
        }
    }
    assert_eq!(charts.len(), 2 * 3, "two regions, three days");
    for places in charts.values() {
        assert!(places.iter().map(|(rank, _)| *rank).eq(1..=20));
        assert_eq!(places.iter().map(|(_, video)| video).collect::<BTreeSet<_>>().len(), 20);
    }
}

#[test]
fn regions_name_their_categories_at_the_start() {
    let names = small_world()
        .take(1000)
        .filter(|observation| matches!(observation, Observation::Category(_)));
    assert_eq!(names.filter(|name| name.time() == small().start).count(), 2 * 14);
}

#[test]
fn a_simulation_ends_where_it_is_told() {
    let simulation = |until, count| Simulation::new(World::new(SEED, small()).expect("a world"), until, count);
    let drain =
        |mut simulation: Simulation| std::iter::from_fn(move || simulation.next().transpose().expect("an event"));
    assert_eq!(drain(simulation(None, Some(500))).count(), 500);
    let until = small().start + TimeDelta::hours(5);
    let last = drain(simulation(Some(until), None)).last().expect("events");
    assert!(last.envelope.time < Some(until));
    assert!(last.envelope.time > Some(until - TimeDelta::minutes(30)));
}

/// A census is the same world as the stream: every observation is what it answers for that moment.
#[test]
fn a_census_answers_what_the_stream_observes() {
    let later = small().start + TimeDelta::days(90);
    let census = Census::new(SEED, small(), later).expect("a census");
    let from = small().start + TimeDelta::days(80);
    let world = observations(World::at(SEED, small(), from).expect("a world"));
    let (mut charted, mut paid) = (0, 0);
    for observation in world.take(6000) {
        let at = observation.time();
        match observation {
            Observation::Video(event) => {
                let seen = event.payload;
                let key = census.find_video(&seen.video_id).expect("a known video");
                if let Some(region) = &seen.region {
                    let rank = usize::try_from(seen.trending_rank.unwrap_or_default()).expect("a rank");
                    assert_eq!(census.chart(region, 20, at)[rank - 1], key);
                    charted += 1;
                }
                let plain = VideoSnapshot {
                    region: None,
                    trending_rank: None,
                    ..seen
                };
                assert_eq!(census.video_snapshot(key, at), Some(plain));
            }
            Observation::Channel(event) => {
                let index = census
                    .channel_number(&event.payload.channel_id)
                    .expect("a known channel");
                assert_eq!(census.channel_snapshot(index, at), event.payload);
            }
            Observation::Revenue(event) if event.payload.video_id.is_none() => {
                let index = census
                    .channel_number(&event.payload.channel_id)
                    .expect("a known channel");
                assert_eq!(census.adsense(index, event.payload.day, at), Ok(Some(event.payload)));
                paid += 1;
            }
            Observation::Trend(event) => {
                let seen = event.payload;
                let number = census.keyword_number(&seen.keyword).expect("a keyword");
                let signal = census.signal(seen.source, seen.region.as_ref(), number, at, seen.window_seconds);
                assert_eq!(signal, Some(seen));
            }
            Observation::Revenue(_) | Observation::Category(_) => {}
        }
    }
    assert!(charted > 20 && paid > 10, "{charted} places, {paid} days of revenue");
}

#[test]
fn comments_are_as_many_as_the_counter_says_and_in_order() {
    let at = small().start + TimeDelta::days(30);
    let census = Census::new(SEED, small(), at).expect("a census");
    let key = census.videos_of(0, at).into_iter().nth(5).expect("videos");
    let count = census.counters(key, at).comments;
    let all: Vec<_> = (0..count.min(300))
        .map(|number| census.comment(key, number, at).expect("a comment"))
        .collect();
    assert!(all.len() > 3, "{count} comments");
    assert!(all.is_sorted_by_key(|comment| comment.written));
    assert_eq!(census.comment(key, count, at), None);
    let before = all[2].written - TimeDelta::seconds(1);
    assert_eq!(census.comment(key, 2, before), None);
}

#[test]
fn some_videos_are_deleted_hidden_or_blocked() {
    let at = small().start + TimeDelta::days(60);
    let census = Census::new(SEED, small(), at).expect("a census");
    let fates: Vec<_> = census
        .all_videos(at)
        .filter_map(|key| census.video(key))
        .map(|video| video.fate)
        .collect();
    let share = |is: fn(&Fate) -> bool| fates.iter().filter(|fate| is(fate)).count() * 100 / fates.len();
    assert!((88..98).contains(&share(|fate| *fate == Fate::Stays)));
    assert!((1..5).contains(&share(|fate| matches!(fate, Fate::Deleted { .. }))));
    assert!((1..5).contains(&share(|fate| matches!(fate, Fate::Blocked { .. }))));
}
