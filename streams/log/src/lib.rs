//! The Kafka edge: producer, consumer, positions, lag. The only crate that knows rdkafka.
//!
//! A [`Producer`] confirms every record by partition and offset. A [`Consumer`] hands out bounded [`Fetched`] batches
//! together with the positions they span, and starts where its reader says: offsets stored in Kafka are written for
//! lag displays and never read back. Topics are created from the catalogue in `events`.

mod admin;
mod consumer;
mod groups;
mod heard;
mod probe;
mod producer;
mod rates;
mod record;
mod settings;
mod truncation;

pub use admin::ensure_topics;
pub use consumer::{Assignment, BatchLimits, Consumer, Fetched, Reader};
pub use groups::{GroupLag, GroupProbe, Place, Uncommitted, have_members};
pub use probe::{Probe, Watermarks};
pub use producer::{Delivery, Producer};
pub use rates::{Rate, Rates};
pub use record::Record;
pub use settings::Settings;
pub use truncation::{Truncated, first_since, truncate};

use thiserror::Error;

/// What can go wrong at the Kafka edge. All of these are faults of a dependency: a retry is useful once it is back.
#[derive(Debug, Error)]
pub enum LogError {
    /// Without the value of the setting, which may be a secret.
    #[error("kafka client refused its settings: {0}: see [kafka.properties]")]
    Settings(String),
    #[error("brokers {brokers} do not answer: {reason}")]
    Unreachable { brokers: String, reason: String },
    #[error("topic {topic} could not be created: {reason}")]
    CreateTopic { topic: &'static str, reason: String },
    #[error("record for topic {topic} was not delivered: {source}")]
    NotDelivered {
        topic: &'static str,
        source: rdkafka::error::KafkaError,
    },
    #[error("reading from the log failed: {0}")]
    Read(#[source] rdkafka::error::KafkaError),
    #[error("the brokers hand out nothing of {partition} from offset {offset} on")]
    Stalled { partition: events::Partition, offset: i64 },
    #[error("positions to start from could not be read: {0}")]
    StartPositions(String),
    /// The client can't go on: what it reads as is somebody else.
    #[error("the consumer was displaced by another one: {0}")]
    Displaced(String),
    /// The client hears nothing, and may never again: open another.
    #[error("the brokers have not answered for a minute")]
    Deaf,
    #[error("the consumer thread has ended")]
    Closed,
}

impl LogError {
    pub(crate) fn settings(error: rdkafka::error::KafkaError) -> Self {
        let rdkafka::error::KafkaError::ClientConfig(_, said, key, _) = &error else {
            return Self::Settings(error.to_string());
        };
        let secret = ["password", "secret", "jaas", "token", "key"]
            .iter()
            .any(|word| key.contains(word));
        // what is said of a value quotes it
        Self::Settings(match secret && !said.contains("No such") {
            true => format!("{key} has a value that it can't have"),
            false => said.clone(),
        })
    }

    pub(crate) fn unreachable(brokers: &str, outcome: &rdkafka::error::KafkaError) -> Self {
        Self::Unreachable {
            brokers: brokers.to_owned(),
            reason: outcome.to_string(),
        }
    }
}
