//! Who lives: all channels, and the videos that are observed or still counted day by day.
//!
//! Videos long retired are forgotten; their views, which no longer change, stay in their channel's sum. Sums are whole
//! numbers, so they do not depend on when a video was forgotten. That keeps memory bounded and resuming exact.

use std::collections::BTreeMap;

use events::{ChannelSnapshot, Invalid};

use super::WorldConfig;
use super::calendar::{DAY, WEEK, week_of, week_start};
use super::channel::Channel;
use super::video::{Video, VideoKey};

/// How far back, in days, anybody asks for a channel's views.
pub(super) const MEMORY_DAYS: i64 = 10;

#[derive(Debug)]
pub(super) struct Population {
    seed: u64,
    life: i64,
    pub(super) channels: Vec<Channel>,
    pub(super) videos: BTreeMap<VideoKey, Video>,
    /// By channel.
    forgotten: Vec<Forgotten>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Forgotten {
    videos: i64,
    views: i64,
}

impl Population {
    /// Everybody who lives at a moment. History is replayed week by week from long enough before the world's start
    /// that no video of older age would still be observed then.
    pub(super) fn at(seed: u64, config: &WorldConfig, moment: i64) -> Result<Self, Invalid> {
        let life = i64::from(config.retire_after_days) * DAY;
        let first = week_of(config.start.timestamp()) - (life + MEMORY_DAYS * DAY) / WEEK - 2;
        let draw = |index| Channel::draw(seed, config, index, week_start(first));
        let channels = (0..config.channels).map(draw).collect::<Result<Vec<_>, _>>()?;
        let mut population = Self {
            seed,
            life,
            forgotten: vec![Forgotten::default(); channels.len()],
            channels,
            videos: BTreeMap::new(),
        };
        for week in first..=week_of(moment) {
            population.begin_week(week)?;
        }
        Ok(population)
    }

    /// Forgets old videos and draws those of the week, which it names.
    pub(super) fn begin_week(&mut self, week: i64) -> Result<Vec<VideoKey>, Invalid> {
        self.forget(week_start(week));
        let mut new = Vec::new();
        for channel in &self.channels {
            for (slot, published) in (0..).zip(channel.uploads(self.seed, week)) {
                let key = VideoKey {
                    channel: channel.index,
                    week,
                    slot,
                };
                self.videos
                    .insert(key, Video::draw(self.seed, channel, key, published, self.life)?);
                new.push(key);
            }
        }
        Ok(new)
    }

    fn forget(&mut self, moment: i64) {
        let old = |video: &mut Video| video.retires + MEMORY_DAYS * DAY <= moment;
        for (key, video) in self.videos.extract_if(.., |_, video| old(video)) {
            let channel = &self.channels[key.channel as usize];
            let forgotten = &mut self.forgotten[key.channel as usize];
            forgotten.videos += 1;
            forgotten.views += video.views(channel.shown_days(video.retires));
        }
    }

    pub(super) fn channel(&self, index: u32) -> &Channel {
        &self.channels[index as usize]
    }

    /// A living video and its channel.
    pub(super) fn video(&self, key: VideoKey) -> Option<(&Channel, &Video)> {
        self.videos.get(&key).map(|video| (self.channel(key.channel), video))
    }

    fn videos_of(&self, index: u32) -> impl Iterator<Item = &Video> {
        let key = |week, slot| VideoKey {
            channel: index,
            week,
            slot,
        };
        self.videos
            .range(key(i64::MIN, 0)..=key(i64::MAX, u32::MAX))
            .map(|(_, video)| video)
    }

    /// Cumulative views of a channel at a moment of the last ten days.
    pub(super) fn views(&self, index: u32, moment: i64) -> i64 {
        let channel = self.channel(index);
        let shown = channel.shown_days(moment);
        let living: i64 = self.videos_of(index).map(|video| video.views(shown)).sum();
        channel.catalogue_views(moment) + self.forgotten[index as usize].views + living
    }

    pub(super) fn channel_snapshot(&self, index: u32, moment: i64) -> ChannelSnapshot {
        let channel = self.channel(index);
        let views = self.views(index, moment);
        let living = self.videos_of(index).filter(|video| video.published <= moment).count();
        ChannelSnapshot {
            title: Some(channel.title.clone()),
            country: Some(channel.region.clone()),
            published_at: Some(channel.founded),
            subscribers: Some(channel.subscribers_at(views)),
            views: Some(views),
            videos: Some(channel.catalogue.videos + self.forgotten[index as usize].videos + living as i64),
            ..ChannelSnapshot::of(channel.id.clone())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dead_are_forgotten_and_still_counted() {
        let config = WorldConfig {
            channels: 5,
            ..WorldConfig::default()
        };
        let start = config.start.timestamp();
        let mut population = Population::at(1, &config, start).expect("a population");
        let (living, mut views) = (population.videos.len(), 0);
        for week in week_of(start) + 1..week_of(start) + 80 {
            population.begin_week(week).expect("a week");
            let now = population.views(0, week_start(week));
            assert!(now > views, "{now} views after {views}");
            views = now;
        }
        assert!(population.forgotten[0].videos > 0);
        assert!(
            population.videos.len() < 2 * living,
            "{} living after {living}",
            population.videos.len()
        );
    }
}
