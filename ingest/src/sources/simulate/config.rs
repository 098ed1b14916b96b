//! What a world is made of, apart from its seed.

use std::time::Duration;

use chrono::{DateTime, TimeZone, Utc};
use events::{Invalid, Region};
use thiserror::Error;

const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

/// A world's size and habits. With the seed it decides every event.
#[derive(Debug, Clone, PartialEq)]
pub struct WorldConfig {
    pub channels: u32,
    /// Mean over all channels; single ones upload more or less.
    pub videos_per_channel_per_week: f64,
    /// Where channels live and where charts are kept.
    pub regions: Vec<Region>,
    /// The first event time. Videos published in the weeks before exist already.
    pub start: DateTime<Utc>,
    /// How often a video is observed in its first three days; a sixth as often until it is two weeks old, and a
    /// twenty-fourth as often afterwards.
    pub video_every: Duration,
    pub channel_every: Duration,
    /// How often each source reports each keyword.
    pub trend_every: Duration,
    /// Places on a region's daily chart.
    pub chart_size: u32,
    /// After this many days a video is no longer observed and its counters stand still.
    pub retire_after_days: u32,
}

impl Default for WorldConfig {
    /// About 4,000 living videos and 15,000 events per day of event time, from Monday 2026-01-05.
    fn default() -> Self {
        let regions = ["US", "GB", "DE", "BR", "IN", "JP"].map(Region::new);
        Self {
            channels: 120,
            videos_per_channel_per_week: 4.0,
            regions: regions.into_iter().filter_map(Result::ok).collect(),
            start: Utc.with_ymd_and_hms(2026, 1, 5, 0, 0, 0).single().unwrap_or_default(),
            video_every: Duration::from_secs(60 * 60),
            channel_every: Duration::from_secs(6 * 60 * 60),
            trend_every: Duration::from_secs(6 * 60 * 60),
            chart_size: 50,
            retire_after_days: 60,
        }
    }
}

/// Why a world can't be made.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ConfigError {
    #[error("a world needs between 1 and 1,000,000 channels, not {0}")]
    Channels(u32),
    #[error("videos per channel and week must be between 0 and 100, not {0}")]
    Videos(f64),
    #[error("a world needs at least one region")]
    NoRegions,
    #[error("a world starts between 1971 and 2999, not at {0}")]
    Start(DateTime<Utc>),
    #[error("{field} must be between one second and 30 days")]
    Interval { field: &'static str },
    #[error("a chart has at most 1,000 places, not {0}")]
    ChartSize(u32),
    #[error("videos retire after 1 to 365 days, not {0}")]
    Retirement(u32),
    #[error("a generated value was refused: {0}")]
    Invalid(#[from] Invalid),
}

impl WorldConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if !(1..=1_000_000).contains(&self.channels) {
            return Err(ConfigError::Channels(self.channels));
        }
        if !(0.0..=100.0).contains(&self.videos_per_channel_per_week) {
            return Err(ConfigError::Videos(self.videos_per_channel_per_week));
        }
        if self.regions.is_empty() {
            return Err(ConfigError::NoRegions);
        }
        if !(31_536_000..32_503_680_000).contains(&self.start.timestamp()) {
            return Err(ConfigError::Start(self.start));
        }
        if self.chart_size > 1000 {
            return Err(ConfigError::ChartSize(self.chart_size));
        }
        if !(1..=365).contains(&self.retire_after_days) {
            return Err(ConfigError::Retirement(self.retire_after_days));
        }
        let intervals = [
            ("video_every", self.video_every),
            ("channel_every", self.channel_every),
            ("trend_every", self.trend_every),
        ];
        let wrong = |every: &Duration| !(1..=30 * SECONDS_PER_DAY).contains(&every.as_secs());
        match intervals.into_iter().find(|(_, every)| wrong(every)) {
            Some((field, _)) => Err(ConfigError::Interval { field }),
            None => Ok(()),
        }
    }
}

/// An interval in whole seconds.
pub(super) fn seconds(every: Duration) -> i64 {
    i64::try_from(every.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_can_be_made() {
        let config = WorldConfig::default();
        assert_eq!(config.check(), Ok(()));
        assert_eq!(config.regions.len(), 6);
        assert_eq!(config.start.to_rfc3339(), "2026-01-05T00:00:00+00:00");
    }

    #[test]
    fn a_world_that_cannot_be_made_is_refused_by_name() {
        let check = |change: fn(&mut WorldConfig)| {
            let mut config = WorldConfig::default();
            change(&mut config);
            config.check().expect_err("accepted").to_string()
        };
        assert!(check(|config| config.channels = 0).contains("channels"));
        assert!(check(|config| config.regions.clear()).contains("region"));
        assert!(check(|config| config.videos_per_channel_per_week = f64::NAN).contains("week"));
        assert!(check(|config| config.trend_every = Duration::from_millis(10)).contains("trend_every"));
        assert!(check(|config| config.start = DateTime::UNIX_EPOCH).contains("1970"));
    }
}
