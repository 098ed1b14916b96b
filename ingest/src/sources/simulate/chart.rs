//! Trending charts: per region, the young videos that gained most in the last two days.

use std::cmp::Reverse;

use events::Region;

use super::calendar::DAY;
use super::country::Country;
use super::population::Population;
use super::video::VideoKey;

const OLDEST: i64 = 21 * DAY;
const WINDOW: i64 = 2 * DAY;
/// A video does better in other countries of its language than in the rest of the world.
const SAME_LANGUAGE: f64 = 3.0;

/// A place on a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Position among the configured regions.
    pub(super) region: usize,
    /// 1 for the first.
    pub(super) rank: i32,
    pub(super) video: VideoKey,
}

/// All charts of a moment, each with at most `size` places.
pub(super) fn charts(population: &Population, regions: &[Region], size: u32, moment: i64) -> Vec<Place> {
    let gains = gains(population, moment);
    let chart = |(number, region): (usize, &Region)| {
        let country = Country::of(region);
        let mut scores: Vec<_> = gains
            .iter()
            .map(|(gain, key)| {
                (
                    Reverse((*gain as f64 * favour(population, *key, region, country)) as i64),
                    *key,
                )
            })
            .collect();
        scores.sort_unstable();
        scores.truncate(size as usize);
        (1..).zip(scores).map(move |(rank, (_, video))| Place {
            region: number,
            rank,
            video,
        })
    };
    regions.iter().enumerate().flat_map(chart).collect()
}

/// Views gained by every young video that gained any.
fn gains(population: &Population, moment: i64) -> Vec<(i64, VideoKey)> {
    let young = population
        .videos
        .iter()
        .filter(|(_, video)| (moment - OLDEST..moment).contains(&video.published));
    let gains = young.map(|(key, video)| {
        let channel = population.channel(key.channel);
        let (now, before) = (channel.shown_days(moment), channel.shown_days(moment - WINDOW));
        (video.views(now) - video.views(before), *key)
    });
    gains.filter(|(gain, _)| *gain > 0).collect()
}

/// How well a region takes to a video, 1 at home.
fn favour(population: &Population, key: VideoKey, region: &Region, country: &Country) -> f64 {
    match population.video(key) {
        None => 0.0,
        Some((channel, _)) if channel.region == *region => 1.0,
        Some((channel, video)) if channel.country.language == country.language => video.abroad * SAME_LANGUAGE,
        Some((_, video)) => video.abroad,
    }
}
