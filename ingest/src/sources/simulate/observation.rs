//! What a world hands out: one checked event of any of the simulated types.

use chrono::{DateTime, Utc};
use events::payload::{CategoryName, ChannelSnapshot, RevenueRecord, TrendSignal, VideoSnapshot};
use events::{Event, EventId, Invalid, Payload};

use super::SOURCE;
use crate::Outgoing;

#[derive(Debug, Clone, PartialEq)]
pub enum Observation {
    Video(Box<Event<VideoSnapshot>>),
    Channel(Event<ChannelSnapshot>),
    Category(Event<CategoryName>),
    Trend(Event<TrendSignal>),
    Revenue(Event<RevenueRecord>),
}

impl Observation {
    pub fn time(&self) -> DateTime<Utc> {
        match self {
            Observation::Video(event) => event.time,
            Observation::Channel(event) => event.time,
            Observation::Category(event) => event.time,
            Observation::Trend(event) => event.time,
            Observation::Revenue(event) => event.time,
        }
    }

    pub fn id(&self) -> EventId {
        match self {
            Observation::Video(event) => event.id,
            Observation::Channel(event) => event.id,
            Observation::Category(event) => event.id,
            Observation::Trend(event) => event.id,
            Observation::Revenue(event) => event.id,
        }
    }
}

impl From<Observation> for Outgoing {
    fn from(observation: Observation) -> Self {
        match observation {
            Observation::Video(event) => (*event).into(),
            Observation::Channel(event) => event.into(),
            Observation::Category(event) => event.into(),
            Observation::Trend(event) => event.into(),
            Observation::Revenue(event) => event.into(),
        }
    }
}

/// The event of something seen at a moment.
pub(super) fn event<P: Payload>(moment: i64, payload: P) -> Result<Event<P>, Invalid> {
    Event::new(SOURCE, super::calendar::time(moment), payload)
}
