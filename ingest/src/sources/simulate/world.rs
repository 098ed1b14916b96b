//! The world: an endless stream of observations in the order of their event time.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use events::payload::RevenueStatus;
use events::{Invalid, VideoSnapshot};

use super::agenda::{Agenda, Task};
use super::calendar::{DAY, HOUR, on_grid, week_of, week_start};
use super::category::{CATEGORIES, category_name};
use super::chart::{Place, charts};
use super::config::seconds;
use super::interest::{Gauge, gauges};
use super::ladder::Ladder;
use super::niche::KEYWORDS_PER_NICHE;
use super::observation::{Observation, event};
use super::population::Population;
use super::revenue::{CONFIRMED_AFTER_DAYS, adsense, sponsorship};
use super::video::VideoKey;
use super::{ConfigError, WorldConfig};

/// Time of day (UTC) at which charts are read.
pub(super) const CHARTS_AT: i64 = 17 * HOUR;
/// Times of day (UTC) from which revenue is reported, one channel after the other.
pub(super) const ESTIMATES_AT: i64 = 7 * HOUR;
pub(super) const CONFIRMATIONS_AT: i64 = 9 * HOUR;

/// A simulated piece of YouTube. It ends only with the calendar; the caller takes what it needs.
#[derive(Debug)]
pub struct World {
    seed: u64,
    config: WorldConfig,
    population: Population,
    gauges: Vec<Gauge>,
    ladder: Ladder,
    agenda: Agenda,
}

impl World {
    /// The whole stream, from the configured start.
    ///
    /// # Errors
    /// The configuration describes no world.
    pub fn new(seed: u64, config: WorldConfig) -> Result<Self, ConfigError> {
        let start = config.start;
        Self::at(seed, config, start)
    }

    /// The stream from an event time on: exactly what [`World::new`] yields from then on. The weeks before are replayed
    /// without their observations, which takes some microseconds per video ever published.
    ///
    /// # Errors
    /// The configuration describes no world.
    pub fn at(seed: u64, config: WorldConfig, from: DateTime<Utc>) -> Result<Self, ConfigError> {
        config.check()?;
        let from = from.max(config.start);
        let begin = from.timestamp() + i64::from(from.timestamp_subsec_nanos() > 0);
        let mut world = Self {
            seed,
            population: Population::at(seed, &config, begin)?,
            gauges: gauges(&config.regions),
            ladder: Ladder::of(&config),
            agenda: Agenda::default(),
            config,
        };
        world.plan(begin);
        Ok(world)
    }

    fn plan(&mut self, begin: i64) {
        let next_week = week_of(begin) + 1;
        self.agenda.add(week_start(next_week), Task::BeginWeek(next_week));
        self.agenda.add(on_grid(begin, DAY, CHARTS_AT), Task::MakeCharts);
        self.plan_categories(begin);
        self.plan_channels(begin);
        self.plan_gauges(begin);
        let living: Vec<_> = self.population.videos.keys().copied().collect();
        for key in living {
            self.plan_video(key, begin);
        }
    }

    /// Regions say once, at the start, what they call the categories.
    fn plan_categories(&mut self, begin: i64) {
        let start = self.config.start.timestamp();
        if begin > start {
            return;
        }
        for region in 0..self.config.regions.len() {
            for category in 0..CATEGORIES.len() {
                self.agenda.add(start, Task::NameCategory { region, category });
            }
        }
    }

    fn plan_channels(&mut self, begin: i64) {
        let every = seconds(self.config.channel_every);
        for index in 0..self.config.channels {
            let turn = i64::from(index) * 7 % HOUR;
            self.agenda
                .add(on_grid(begin, every, turn % every), Task::ObserveChannel(index));
            self.agenda
                .add(on_grid(begin, DAY, ESTIMATES_AT + turn), Task::EstimateRevenue(index));
            self.agenda.add(
                on_grid(begin, DAY, CONFIRMATIONS_AT + turn),
                Task::ConfirmRevenue(index),
            );
        }
    }

    /// Sources report the keywords of all niches that somebody works in.
    fn plan_gauges(&mut self, begin: i64) {
        let every = seconds(self.config.trend_every);
        let niches: BTreeSet<_> = self
            .population
            .channels
            .iter()
            .map(|channel| channel.niche_number)
            .collect();
        let keywords = niches
            .into_iter()
            .flat_map(|niche| (0..KEYWORDS_PER_NICHE).map(move |n| niche * KEYWORDS_PER_NICHE + n));
        for keyword in keywords {
            for gauge in 0..self.gauges.len() {
                let turn = (keyword * 11 + gauge) as i64 % every;
                self.agenda
                    .add(on_grid(begin, every, turn), Task::ReadGauge { keyword, gauge });
            }
        }
    }

    fn plan_video(&mut self, key: VideoKey, begin: i64) {
        let Some((_, video)) = self.population.video(key) else {
            return;
        };
        if let Some(age) = self.ladder.first_from((begin - video.published).max(0)) {
            self.agenda.add(video.published + age, Task::ObserveVideo(key));
        }
        let paid = video.sponsored_after.map(|after| video.published + after);
        if let Some(paid) = paid.filter(|paid| *paid >= begin) {
            self.agenda.add(paid, Task::PaySponsorship(key));
        }
    }

    /// Does a task and plans what follows from it. `None` where nothing is seen.
    fn perform(&mut self, moment: i64, task: Task) -> Option<Result<Observation, Invalid>> {
        match task {
            Task::BeginWeek(week) => return self.begin_week(week).err().map(Err),
            Task::MakeCharts => {
                self.make_charts(moment);
                return None;
            }
            Task::ObserveVideo(key) => self.plan_next_look(key, moment),
            Task::ObserveChannel(_) => self.agenda.add(moment + seconds(self.config.channel_every), task),
            Task::ReadGauge { .. } => self.agenda.add(moment + seconds(self.config.trend_every), task),
            Task::EstimateRevenue(_) | Task::ConfirmRevenue(_) => self.agenda.add(moment + DAY, task),
            Task::NameCategory { .. } | Task::ObserveChart(_) | Task::PaySponsorship(_) => {}
        }
        self.observe(moment, task)
    }

    fn begin_week(&mut self, week: i64) -> Result<(), Invalid> {
        for key in self.population.begin_week(week)? {
            self.plan_video(key, week_start(week));
        }
        self.agenda.add(week_start(week + 1), Task::BeginWeek(week + 1));
        Ok(())
    }

    fn make_charts(&mut self, moment: i64) {
        for place in charts(&self.population, &self.config.regions, self.config.chart_size, moment) {
            self.agenda.add(moment, Task::ObserveChart(place));
        }
        self.agenda.add(moment + DAY, Task::MakeCharts);
    }

    fn plan_next_look(&mut self, key: VideoKey, moment: i64) {
        let next = self.population.video(key).and_then(|(_, video)| {
            let age = self.ladder.first_from(moment - video.published + 1)?;
            Some(video.published + age)
        });
        if let Some(next) = next {
            self.agenda.add(next, Task::ObserveVideo(key));
        }
    }

    fn observe(&self, moment: i64, task: Task) -> Option<Result<Observation, Invalid>> {
        let population = &self.population;
        Some(match task {
            Task::ObserveVideo(key) => self.video(key, moment)?,
            Task::ObserveChart(place) => self.place(place, moment)?,
            Task::ObserveChannel(index) => {
                event(moment, population.channel_snapshot(index, moment)).map(Observation::Channel)
            }
            Task::ReadGauge { keyword, gauge } => {
                let window = seconds(self.config.trend_every);
                let signal = self.gauges[gauge].read(self.seed, keyword, gauge, moment, window);
                event(moment, signal).map(Observation::Trend)
            }
            Task::NameCategory { region, category } => {
                let name = category_name(&self.config.regions[region], CATEGORIES[category]);
                event(moment, name).map(Observation::Category)
            }
            Task::EstimateRevenue(index) => self.adsense(index, moment, 1, RevenueStatus::Estimated),
            Task::ConfirmRevenue(index) => self.adsense(index, moment, CONFIRMED_AFTER_DAYS, RevenueStatus::Confirmed),
            Task::PaySponsorship(key) => sponsorship(population, key)?
                .and_then(|record| event(moment, record))
                .map(Observation::Revenue),
            Task::BeginWeek(_) | Task::MakeCharts => return None,
        })
    }

    fn video(&self, key: VideoKey, moment: i64) -> Option<Result<Observation, Invalid>> {
        let (channel, video) = self.population.video(key)?;
        Some(seen(moment, video.snapshot(channel, moment)))
    }

    fn place(&self, place: Place, moment: i64) -> Option<Result<Observation, Invalid>> {
        let (channel, video) = self.population.video(place.video)?;
        let snapshot = VideoSnapshot {
            region: Some(self.config.regions[place.region].clone()),
            trending_rank: Some(place.rank),
            ..video.snapshot(channel, moment)
        };
        Some(seen(moment, snapshot))
    }

    fn adsense(&self, index: u32, moment: i64, days_ago: i64, status: RevenueStatus) -> Result<Observation, Invalid> {
        let day = moment - moment.rem_euclid(DAY) - days_ago * DAY;
        let record = adsense(self.seed, &self.population, index, day, status)?;
        event(moment, record).map(Observation::Revenue)
    }
}

fn seen(moment: i64, snapshot: VideoSnapshot) -> Result<Observation, Invalid> {
    event(moment, snapshot).map(|event| Observation::Video(Box::new(event)))
}

impl Iterator for World {
    type Item = Result<Observation, Invalid>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (moment, task) = self.agenda.next()?;
            if let Some(observation) = self.perform(moment, task) {
                return Some(observation);
            }
        }
    }
}
