//! Interest in keywords: it comes in waves, and views follow it.
//!
//! A wave begins somewhere else (on a forum, in the news). Sources report it at once or a little later; videos
//! about the keyword feel it some days later, at its arrival. Interest is a pure function of seed, keyword and moment.

use events::payload::{Scale, TrendSource};
use events::{Region, TrendSignal};

use super::calendar::{DAY, HOUR, in_days, in_seconds};
use super::dice::{Dice, Subject};
use super::niche::keyword;

/// A keyword has at most one wave per period.
const PERIOD: i64 = 28 * DAY;
const WAVE_CHANCE: f64 = 0.6;
/// From the beginning of a wave to its highest point.
const PEAK_DAYS: f64 = 1.5;
/// After this nothing is left of a wave.
const SPENT: i64 = 21 * DAY;

/// Interest rising in a keyword.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wave {
    begin: i64,
    /// When views begin to follow.
    pub(super) arrival: i64,
    /// Highest interest, where 1 is what the keyword has without any wave.
    pub(super) strength: f64,
}

impl Wave {
    fn of(seed: u64, keyword: usize, period: i64) -> Option<Self> {
        let mut dice = Dice::new(seed, Subject::Wave, keyword as u64, period);
        dice.chance(WAVE_CHANCE).then(|| {
            let begin = period * PERIOD + in_seconds(dice.between(0.0, in_days(PERIOD)));
            Self {
                begin,
                arrival: begin + in_seconds(dice.between(2.0, 4.0)),
                strength: dice.between(2.0, 7.0),
            }
        })
    }

    /// How high the wave stands `days` after it reached a place, from 0 to 1: a steep rise, a slower fall.
    fn height(days: f64) -> f64 {
        match days > 0.0 {
            true => days / PEAK_DAYS * libm::exp(1.0 - days / PEAK_DAYS),
            false => 0.0,
        }
    }

    /// What the wave adds, at `moment`, to a video published then.
    pub(super) fn pull(&self, moment: i64) -> f64 {
        self.strength * Self::height(in_days(moment - self.arrival))
    }
}

/// Waves that arrive, or are still felt, between two moments.
pub(super) fn waves(seed: u64, keyword: usize, from: i64, until: i64) -> impl Iterator<Item = Wave> {
    let periods = (from - SPENT).div_euclid(PERIOD)..=until.div_euclid(PERIOD);
    periods
        .filter_map(move |period| Wave::of(seed, keyword, period))
        .filter(move |wave| wave.arrival > from - SPENT && wave.arrival < until)
}

/// Interest at a moment, where it begins: 1 without a wave.
pub(super) fn interest(seed: u64, keyword: usize, moment: i64) -> f64 {
    let periods = (moment - SPENT).div_euclid(PERIOD)..=moment.div_euclid(PERIOD);
    let waves = periods.filter_map(|period| Wave::of(seed, keyword, period));
    1.0 + waves
        .map(|wave| wave.strength * Wave::height(in_days(moment - wave.begin)))
        .sum::<f64>()
}

/// Where interest is read: a source, in a region where the source splits by region.
#[derive(Debug, Clone)]
pub(super) struct Gauge {
    source: TrendSource,
    region: Option<Region>,
    /// How long the source takes to notice.
    delay: i64,
    /// What it reports at interest 1.
    level: f64,
    scale: Scale,
}

/// Regions in which Google Trends is asked.
const TRENDS_REGIONS: usize = 5;

pub(super) fn gauges(regions: &[Region]) -> Vec<Gauge> {
    let gauge = |source, region, delay_hours, level, scale| Gauge {
        source,
        region,
        delay: delay_hours * HOUR,
        level,
        scale,
    };
    let google = |region: &Region| gauge(TrendSource::GoogleTrends, Some(region.clone()), 12, 11.0, Scale::Index);
    let mut gauges: Vec<_> = regions.iter().take(TRENDS_REGIONS).map(google).collect();
    gauges.extend([
        gauge(TrendSource::Tiktok, None, 0, 5200.0, Scale::Count),
        gauge(TrendSource::X, None, 3, 1900.0, Scale::Count),
        gauge(TrendSource::Reddit, None, 8, 340.0, Scale::Count),
        gauge(TrendSource::YoutubeSearch, None, 18, 9.0, Scale::Index),
    ]);
    gauges
}

impl Gauge {
    /// What the source says at `moment` of the `window_seconds` before it: whole numbers, as the sources give.
    pub(super) fn read(&self, seed: u64, number: usize, place: usize, moment: i64, window_seconds: i64) -> TrendSignal {
        let which = (number as u64) << 32 | place as u64;
        let habit = Dice::new(seed, Subject::Region, which, 0).spread(1.0, 0.25);
        let noise = Dice::new(seed, Subject::Signal, which, moment).spread(1.0, 0.08);
        let value = self.level * habit * noise * interest(seed, number, moment - self.delay);
        let value = match self.scale {
            Scale::Count => (value * in_days(window_seconds)).round(),
            _ => value.min(100.0).round(),
        };
        TrendSignal {
            region: self.region.clone(),
            ..TrendSignal::of(keyword(number), self.source, window_seconds, value, self.scale)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_is_reported_before_it_arrives() {
        let wave = waves(3, 5, 0, 400 * DAY).next().expect("a wave within a year");
        assert!(interest(3, 5, wave.arrival) > 1.0 + wave.strength / 3.0);
        assert_eq!(wave.pull(wave.arrival), 0.0);
    }

    #[test]
    fn waves_of_a_span_are_those_of_its_parts() {
        let arrivals = |from, until| -> Vec<i64> { waves(3, 5, from, until).map(|wave| wave.arrival).collect() };
        let mut parts = arrivals(0, 100 * DAY);
        parts.extend(arrivals(100 * DAY, 200 * DAY));
        parts.sort_unstable();
        parts.dedup();
        assert_eq!(parts, arrivals(0, 200 * DAY));
        assert!(parts.len() > 2);
    }
}
