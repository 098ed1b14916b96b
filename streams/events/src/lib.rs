//! The vocabulary of the platform: event types, topic catalogue, ids, clock.
//!
//! Every other crate speaks in these words. An [`Event`] is a CloudEvents 1.0 event whose payload is one of the
//! types in [`payload`]; [`Topic`] says on which topic it travels. Ids are deterministic: the same observation,
//! read twice, has the same id. Nothing here does I/O, reads a clock or knows Kafka.

mod clock;
mod envelope;
mod event;
pub mod fault;
mod id;
pub mod payload;
mod position;
mod source_class;
mod topic;
mod watermark;
mod words;

pub use clock::{Clock, ManualClock};
pub use envelope::{Attributes, CONTENT_TYPE_JSON, CONTENT_TYPE_RAW, Envelope, EnvelopeError, seal};
pub use event::{Event, Payload, Rejection};
pub use id::EventId;
pub use payload::{
    Alert, AnalyticsRow, CategoryName, ChannelSnapshot, Comment, ExchangeRate, RevenueRecord, TrendSignal,
    VideoSnapshot,
};
pub use position::{Partition, Positions, Span};
pub use source_class::SourceClass;
pub use topic::{Cleanup, Topic};
pub use watermark::{CLOCK_SKEW, Watermarks};
pub use words::{ChannelId, Currency, Invalid, Region, VideoId};
