//! Trends lead views, and revenue follows them: measured on the events, as an analyst would.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use events::payload::{RevenueSource, RevenueStatus, TrendSource};
use events::{ChannelId, VideoId};

use super::*;

const DAYS: usize = 75;
const DAY: i64 = 86_400;

fn config() -> WorldConfig {
    WorldConfig {
        channels: 40,
        regions: vec![Region::new("US").expect("a region")],
        video_every: Duration::from_secs(6 * 3600),
        channel_every: Duration::from_secs(24 * 3600),
        trend_every: Duration::from_secs(24 * 3600),
        chart_size: 0,
        ..WorldConfig::default()
    }
}

fn days() -> impl Iterator<Item = Observation> {
    let world = observations(World::new(SEED, config()).expect("a world"));
    world.take_while(|observation| day(observation.time()) < DAYS as i64)
}

/// Days since the start.
fn day(time: DateTime<Utc>) -> i64 {
    (time - config().start).num_seconds().div_euclid(DAY)
}

fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / pairs.len() as f64;
    let (x, y) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let sum = |of: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|pair| of(pair.0 - x, pair.1 - y)).sum::<f64>();
    sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt()
}

/// Per keyword and day: interest, and views gained by the keyword's videos.
#[derive(Default)]
struct Series {
    interest: BTreeMap<String, [f64; DAYS]>,
    gains: BTreeMap<String, [f64; DAYS]>,
    seen: BTreeMap<VideoId, (DateTime<Utc>, f64)>,
}

impl Series {
    fn of(observations: impl Iterator<Item = Observation>) -> Self {
        let mut series = Self::default();
        for observation in observations {
            match observation {
                Observation::Trend(event) if event.payload.source == TrendSource::GoogleTrends => {
                    let interest = series.interest.entry(event.payload.keyword).or_insert([0.0; DAYS]);
                    interest[day(event.time) as usize] = event.payload.value;
                }
                Observation::Video(event) => series.gain(event.time, event.payload),
                _ => {}
            }
        }
        series
    }

    /// Spreads what a video gained since it was last seen evenly over the days between.
    fn gain(&mut self, time: DateTime<Utc>, video: VideoSnapshot) {
        let views = video.views.expect("views") as f64;
        let published = video.published_at.expect("a publication time");
        let known = self.seen.insert(video.video_id, (time, views));
        let Some((since, before)) = known.or((published >= config().start).then_some((published, 0.0))) else {
            return;
        };
        let keyword = video.tags.expect("tags").swap_remove(0);
        let gains = self.gains.entry(keyword).or_insert([0.0; DAYS]);
        let days = day(since)..=day(time);
        let share = (views - before) / (days.end() - days.start() + 1) as f64;
        days.for_each(|day| gains[day as usize] += share);
    }

    /// Correlation of interest with the views `lag` days later, over all keywords, each measured by its own mean.
    fn correlation(&self, lag: i64) -> f64 {
        let mut pairs = Vec::new();
        for (keyword, gains) in &self.gains {
            let interest = &self.interest[keyword];
            let scale = |values: &[f64; DAYS]| values.iter().sum::<f64>() / DAYS as f64;
            for day in 10..DAYS as i64 - 10 {
                let (now, later) = (interest[day as usize], gains[(day + lag) as usize]);
                pairs.push((now / scale(interest), later / scale(gains)));
            }
        }
        correlation(&pairs)
    }
}

#[test]
fn interest_in_a_keyword_rises_before_its_views() {
    let series = Series::of(days());
    let lags: Vec<_> = (-10..=10).map(|lag| (lag, series.correlation(lag))).collect();
    let best = lags.iter().max_by(|a, b| a.1.total_cmp(&b.1)).expect("lags");
    assert!(
        (1..=6).contains(&best.0),
        "views follow best after {} days: {lags:?}",
        best.0
    );
    assert!(best.1 > 0.3, "{lags:?}");
}

#[test]
fn revenue_follows_the_views_of_its_day() {
    let (mut views, mut earned) = (BTreeMap::new(), BTreeMap::new());
    for observation in days() {
        match observation {
            Observation::Channel(event) => {
                let at = (event.payload.channel_id, day(event.time));
                views.insert(at, event.payload.views.expect("views"));
            }
            Observation::Revenue(event) if event.payload.source == RevenueSource::Adsense => {
                let record = event.payload;
                let on = (record.day - config().start.date_naive()).num_days();
                assert_eq!(
                    day(event.time) - on,
                    if record.status == RevenueStatus::Estimated {
                        1
                    } else {
                        7
                    }
                );
                earned.insert((record.channel_id, on), record.amount_minor);
            }
            _ => {}
        }
    }
    let mut channels: BTreeMap<&ChannelId, Vec<(f64, f64)>> = BTreeMap::new();
    for ((channel, on), amount) in &earned {
        let at = |day| views.get(&(channel.clone(), day));
        if let (Some(before), Some(after)) = (at(*on), at(on + 1)) {
            channels
                .entry(channel)
                .or_default()
                .push(((after - before) as f64, *amount as f64));
        }
    }
    assert_eq!(channels.len(), 40);
    let all: Vec<f64> = channels.values().map(|pairs| correlation(pairs)).collect();
    assert!(all.iter().all(|correlation| *correlation > 0.8), "{all:?}");
}
