//! The simulator: a seeded world of channels, videos, trends and revenue, for demos, load tests and soak tests.
//!
//! The same seed and configuration give the same events, byte for byte, on every machine, however they are taken:
//! every entity has its own dice, everything seen is a pure function of the moment, and floating point ends in whole
//! numbers. Trends lead: interest in a keyword rises some days before the videos about it do. Revenue follows the
//! views of its day. Counters never fall. It never sleeps and reads no clock: [`Pace`] says when a record is due.

mod agenda;
mod calendar;
mod category;
mod census;
mod channel;
mod chart;
mod comment;
mod config;
mod country;
mod dice;
mod fate;
mod interest;
mod ladder;
mod niche;
mod observation;
mod pace;
mod population;
mod revenue;
mod title;
mod video;
mod world;

#[cfg(test)]
mod tests;

pub use census::{Census, ChannelFacts, Counters, VideoFacts};
pub use comment::Comment;
pub use config::{ConfigError, WorldConfig};
pub use dice::{Dice, Subject};
pub use fate::{Access, Fate};
pub use observation::Observation;
pub use pace::{BadSpeed, Pace};
pub use revenue::publisher;
pub use video::VideoKey;
pub use world::World;

use chrono::{DateTime, Utc};

use super::{Progress, Source, SourceError, Unit};
use crate::Outgoing;

/// The CloudEvents `source` of everything simulated.
pub const SOURCE: &str = "/ingest/simulate";

/// A world as a source: until an event time, a number of events, or for ever.
#[derive(Debug)]
pub struct Simulation {
    world: World,
    until: Option<DateTime<Utc>>,
    count: Option<u64>,
    done: u64,
    over: bool,
}

impl Simulation {
    /// Events before `until`, at most `count` of them.
    pub fn new(world: World, until: Option<DateTime<Utc>>, count: Option<u64>) -> Self {
        Self {
            world,
            until,
            count,
            done: 0,
            over: false,
        }
    }

    fn step(&mut self) -> Option<Result<Outgoing, SourceError>> {
        if self.over || self.count == Some(self.done) {
            return None;
        }
        let observation = match self.world.next()? {
            Ok(observation) => observation,
            Err(invalid) => return Some(Err(invalid.into())),
        };
        let within = self.until.is_none_or(|until| observation.time() < until);
        within.then(|| Ok(observation.into()))
    }
}

impl Source for Simulation {
    fn next(&mut self) -> Option<Result<Outgoing, SourceError>> {
        let step = self.step();
        match &step {
            Some(Ok(_)) => self.done += 1,
            None | Some(Err(_)) => self.over = true,
        }
        step
    }

    fn progress(&self) -> Progress {
        Progress {
            done: self.done,
            total: self.count,
            unit: Unit::Events,
        }
    }
}
