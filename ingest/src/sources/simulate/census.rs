//! A world that can be asked: every channel and video, as they are at any moment since the world's start.
//!
//! The same seed and configuration are the same world as [`World`](super::World)'s: what it observes at a moment is
//! what is answered here for that moment. Nothing is forgotten, so memory grows with the videos ever published.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use events::payload::{RevenueStatus, TrendSource};
use events::{ChannelId, ChannelSnapshot, Invalid, Region, RevenueRecord, TrendSignal, VideoId, VideoSnapshot};

use super::calendar::{DAY, HOUR, week_of};
use super::category::CATEGORIES;
use super::chart::charts;
use super::comment::{Comment, answers, comment, thread, threads_among};
use super::dice::{Dice, Subject};
use super::fate::{Access, Fate, length_seconds};
use super::interest::{Gauge, gauges, interest};
use super::niche::{KEYWORDS_PER_NICHE, NICHES, keyword, number_of};
use super::population::Population;
use super::revenue::{CONFIRMED_AFTER_DAYS, adsense};
use super::video::VideoKey;
use super::world::{CHARTS_AT, CONFIRMATIONS_AT, ESTIMATES_AT};
use super::{ConfigError, WorldConfig};

/// See the module.
#[derive(Debug)]
pub struct Census {
    seed: u64,
    config: WorldConfig,
    population: Population,
    gauges: Vec<Gauge>,
    /// The last week whose videos are drawn.
    week: i64,
    videos: HashMap<VideoId, VideoKey>,
    channels: HashMap<ChannelId, u32>,
}

/// What does not change about a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelFacts {
    pub id: ChannelId,
    pub title: String,
    /// Without the `@`.
    pub handle: String,
    pub region: Region,
    /// ISO 639-1.
    pub language: &'static str,
    pub niche: &'static str,
    pub founded: DateTime<Utc>,
    /// Whether it is in the partner programme.
    pub monetised: bool,
}

/// What does not change about a video.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoFacts {
    pub id: VideoId,
    pub channel: u32,
    pub published: DateTime<Utc>,
    /// Its counters stand still from here on.
    pub retires: DateTime<Utc>,
    pub keyword: &'static str,
    pub length_seconds: i64,
    pub fate: Fate,
}

/// Cumulative counters of a video.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    pub views: i64,
    pub likes: i64,
    pub comments: i64,
}

impl Census {
    /// The world up to a moment.
    ///
    /// # Errors
    /// The configuration describes no world.
    pub fn new(seed: u64, config: WorldConfig, moment: DateTime<Utc>) -> Result<Self, ConfigError> {
        config.check()?;
        let moment = moment.max(config.start).timestamp();
        let population = Population::unforgetting(seed, &config, moment)?;
        let ids = population
            .channels
            .iter()
            .map(|channel| (channel.id.clone(), channel.index));
        Ok(Self {
            seed,
            channels: ids.collect(),
            videos: population
                .videos
                .iter()
                .map(|(key, video)| (video.id.clone(), *key))
                .collect(),
            gauges: gauges(&config.regions),
            week: week_of(moment),
            population,
            config,
        })
    }

    pub fn seed(&self) -> u64 {
        self.seed
    }

    pub fn config(&self) -> &WorldConfig {
        &self.config
    }

    /// Whether a moment can be asked about without [`Census::reach`].
    pub fn knows(&self, moment: DateTime<Utc>) -> bool {
        week_of(moment.timestamp()) <= self.week
    }

    /// Draws what happens up to a moment.
    ///
    /// # Errors
    /// A generated value was refused: our mistake.
    pub fn reach(&mut self, moment: DateTime<Utc>) -> Result<(), Invalid> {
        while !self.knows(moment) {
            for key in self.population.begin_week(self.week + 1)? {
                if let Some((_, video)) = self.population.video(key) {
                    self.videos.insert(video.id.clone(), key);
                }
            }
            self.week += 1;
        }
        Ok(())
    }

    /// How many channels there are; they are numbered from 0.
    pub fn channel_count(&self) -> u32 {
        self.config.channels
    }

    pub fn channel_number(&self, id: &ChannelId) -> Option<u32> {
        self.channels.get(id).copied()
    }

    /// # Panics
    /// There is no such channel.
    pub fn channel(&self, index: u32) -> ChannelFacts {
        let channel = self.population.channel(index);
        let letters = channel.title.chars().filter(char::is_ascii_alphanumeric);
        ChannelFacts {
            id: channel.id.clone(),
            handle: format!("{}{index}", letters.collect::<String>().to_lowercase()),
            title: channel.title.clone(),
            region: channel.region.clone(),
            language: if channel.country.language.is_empty() {
                "en"
            } else {
                channel.country.language
            },
            niche: channel.niche.name,
            founded: channel.founded,
            // the first channel is what a newcomer connects
            monetised: index == 0 || !Dice::new(self.seed, Subject::Partner, u64::from(index), 0).chance(0.2),
        }
    }

    pub fn channel_snapshot(&self, index: u32, at: DateTime<Utc>) -> ChannelSnapshot {
        self.population.channel_snapshot(index, at.timestamp())
    }

    pub fn channel_views(&self, index: u32, at: DateTime<Utc>) -> i64 {
        self.population.views(index, at.timestamp())
    }

    /// Every video of a channel that was published by then, whatever became of it, newest first.
    pub fn videos_of(&self, index: u32, at: DateTime<Utc>) -> Vec<VideoKey> {
        let entries = self.population.entries_of(index);
        let published = entries.filter(|(_, video)| video.published <= at.timestamp());
        let mut videos: Vec<_> = published.map(|(key, video)| (video.published, *key)).collect();
        videos.sort_unstable();
        videos.into_iter().rev().map(|(_, key)| key).collect()
    }

    /// Every video of the world that was published by then.
    pub fn all_videos(&self, at: DateTime<Utc>) -> impl Iterator<Item = VideoKey> {
        let videos = self.population.videos.iter();
        videos
            .filter(move |(_, video)| video.published <= at.timestamp())
            .map(|(key, _)| *key)
    }

    pub fn find_video(&self, id: &VideoId) -> Option<VideoKey> {
        self.videos.get(id).copied()
    }

    pub fn video(&self, key: VideoKey) -> Option<VideoFacts> {
        let (_, video) = self.population.video(key)?;
        Some(VideoFacts {
            id: video.id.clone(),
            channel: key.channel,
            published: super::calendar::time(video.published),
            retires: super::calendar::time(video.retires),
            keyword: keyword(video.keyword),
            length_seconds: length_seconds(self.seed, key),
            fate: Fate::draw(self.seed, key, video.published),
        })
    }

    /// What is observed of a video, without regard to its fate.
    pub fn video_snapshot(&self, key: VideoKey, at: DateTime<Utc>) -> Option<VideoSnapshot> {
        let (channel, video) = self.population.video(key)?;
        Some(video.snapshot(channel, at.timestamp()))
    }

    /// A video's title and tags.
    pub fn words(&self, key: VideoKey) -> Option<(&str, &[String])> {
        let (_, video) = self.population.video(key)?;
        Some(video.words())
    }

    pub fn counters(&self, key: VideoKey, at: DateTime<Utc>) -> Counters {
        let Some((channel, video)) = self.population.video(key) else {
            return Counters::default();
        };
        video.counters(channel, at.timestamp())
    }

    /// Who can see a video; nobody before it is published.
    pub fn access(&self, key: VideoKey, at: DateTime<Utc>) -> Access {
        let moment = at.timestamp();
        match self.population.video(key) {
            Some((_, video)) if video.published <= moment => Fate::draw(self.seed, key, video.published).access(moment),
            _ => Access::Gone,
        }
    }

    /// The chart of a region as it was last made: best first, at most `size` places.
    pub fn chart(&self, region: &Region, size: u32, at: DateTime<Utc>) -> Vec<VideoKey> {
        let made = at.timestamp() - (at.timestamp() - CHARTS_AT).rem_euclid(DAY);
        let places = charts(&self.population, std::slice::from_ref(region), size, made);
        places.into_iter().map(|place| place.video).collect()
    }

    /// What a channel earned by advertising on a day, as it has been reported by then; `None` before the estimate.
    ///
    /// # Errors
    /// A generated value was refused: our mistake.
    pub fn adsense(&self, index: u32, day: NaiveDate, at: DateTime<Utc>) -> Result<Option<RevenueRecord>, Invalid> {
        let begin = day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
        let since = at.timestamp() - begin - i64::from(index) * 7 % HOUR;
        let status = match since {
            _ if begin < self.config.start.timestamp() - DAY => return Ok(None),
            ..0 => return Ok(None),
            since if since >= CONFIRMED_AFTER_DAYS * DAY + CONFIRMATIONS_AT => RevenueStatus::Confirmed,
            since if since >= DAY + ESTIMATES_AT => RevenueStatus::Estimated,
            _ => return Ok(None),
        };
        adsense(self.seed, &self.population, index, begin, status).map(Some)
    }

    /// YouTube's categories: id and English title.
    pub fn categories(&self) -> &'static [(i32, &'static str)] {
        &CATEGORIES
    }

    /// Niches with their keywords.
    pub fn niches(&self) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
        NICHES.iter().map(|niche| (niche.name, &niche.keywords[..]))
    }

    pub fn keyword_count(&self) -> usize {
        NICHES.len() * KEYWORDS_PER_NICHE
    }

    /// The keyword of a number below [`Census::keyword_count`].
    pub fn keyword(&self, number: usize) -> &'static str {
        keyword(number % self.keyword_count())
    }

    /// The number of a keyword, whatever its case.
    pub fn keyword_number(&self, text: &str) -> Option<usize> {
        number_of(text)
    }

    /// Interest in a keyword where it begins, 1 when nothing is up.
    pub fn interest(&self, number: usize, at: DateTime<Utc>) -> f64 {
        interest(self.seed, number, at.timestamp())
    }

    /// What a source says of a keyword at a moment, about the `window_seconds` before it; of a region the source does
    /// not split by, what it says of the first one it knows.
    pub fn signal(
        &self,
        source: TrendSource,
        region: Option<&Region>,
        number: usize,
        at: DateTime<Utc>,
        window_seconds: i64,
    ) -> Option<TrendSignal> {
        let mut of_source = self
            .gauges
            .iter()
            .enumerate()
            .filter(|(_, gauge)| gauge.source() == source);
        let first = of_source.clone().next()?;
        let exact = of_source.find(|(_, gauge)| gauge.region() == region);
        let (place, gauge) = exact.unwrap_or(first);
        Some(gauge.read(self.seed, number, place, at.timestamp(), window_seconds))
    }

    /// How many of a video's comments begin threads.
    pub fn thread_count(&self, key: VideoKey, at: DateTime<Utc>) -> i64 {
        threads_among(self.counters(key, at).comments)
    }

    /// The comment that begins the `number`th thread, 0 for the oldest.
    pub fn thread_head(&self, number: i64) -> i64 {
        thread(number)
    }

    /// The numbers of the answers to a comment.
    pub fn answers(&self, key: VideoKey, number: i64, at: DateTime<Utc>) -> std::ops::Range<i64> {
        answers(number, self.counters(key, at).comments)
    }

    /// A comment of a video; `None` when it is not written yet.
    pub fn comment(&self, key: VideoKey, number: i64, at: DateTime<Utc>) -> Option<Comment> {
        let (channel, video) = self.population.video(key)?;
        let count = |moment| video.counters(channel, moment).comments;
        let (mut before, mut after) = (video.published - 1, at.timestamp());
        if number < 0 || count(after) <= number {
            return None;
        }
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            match count(middle) > number {
                true => after = middle,
                false => before = middle,
            }
        }
        comment(self.seed, key, number, after, at.timestamp(), keyword(video.keyword)).ok()
    }
}
