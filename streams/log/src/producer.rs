//! The idempotent producer. Sending waits while the send buffer is full; every record is confirmed or refused.

use std::time::Duration;

use events::{Envelope, Partition, Topic};
use rdkafka::Message;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer as _, ProducerContext, ThreadedProducer};
use rdkafka::{ClientConfig, ClientContext};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::{LogError, Settings};

/// How long a full send buffer is left to drain before the next try.
const FULL_BUFFER_PAUSE: Duration = Duration::from_millis(5);

/// What became of one record.
#[derive(Debug)]
pub struct Delivery {
    /// The mark the sender gave the record.
    pub mark: usize,
    pub outcome: Result<(Partition, i64), LogError>,
}

struct Confirm(UnboundedSender<Delivery>);

impl ClientContext for Confirm {}

impl ProducerContext for Confirm {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, mark: usize) {
        let (message, outcome) = match result {
            Ok(message) => (message, None),
            Err((source, message)) => (message, Some(source.clone())),
        };
        let Some(topic) = Topic::from_name(message.topic()) else {
            return;
        };
        let partition = Partition {
            topic,
            number: message.partition(),
        };
        let outcome = match outcome {
            None => Ok((partition, message.offset())),
            Some(source) => Err(LogError::NotDelivered {
                topic: topic.name(),
                source,
            }),
        };
        // the receiver is gone only when nobody wants to know any more
        let _ = self.0.send(Delivery { mark, outcome });
    }
}

/// Writes events to topics, each at least once, in order per key.
pub struct Producer {
    inner: ThreadedProducer<Confirm>,
}

impl Producer {
    /// The producer, and the stream of what became of its records.
    ///
    /// # Errors
    /// librdkafka refused the settings.
    pub fn open(settings: &Settings) -> Result<(Self, UnboundedReceiver<Delivery>), LogError> {
        let (sender, deliveries) = unbounded_channel();
        let inner = producer_config(settings)
            .create_with_context(Confirm(sender))
            .map_err(LogError::settings)?;
        Ok((Self { inner }, deliveries))
    }

    /// Puts a record into the send buffer; waits while the buffer is full. `mark` comes back with its [`Delivery`].
    ///
    /// # Errors
    /// The record can't be sent at all, for instance because it is larger than the broker takes.
    pub async fn send(
        &self,
        topic: Topic,
        key: Option<&str>,
        envelope: &Envelope,
        body: &[u8],
        mark: usize,
    ) -> Result<(), LogError> {
        let mut record = BaseRecord::with_opaque_to(topic.name(), mark)
            .payload(body)
            .headers(headers(envelope));
        if let Some(key) = key {
            record = record.key(key);
        }
        loop {
            record = match self.inner.send(record) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), refused)) => refused,
                Err((source, _)) => {
                    return Err(LogError::NotDelivered {
                        topic: topic.name(),
                        source,
                    });
                }
            };
            tokio::time::sleep(FULL_BUFFER_PAUSE).await;
        }
    }

    /// Waits until everything sent is confirmed or refused.
    ///
    /// # Errors
    /// Records are still on their way after `timeout`.
    pub fn flush(&self, timeout: Duration) -> Result<(), LogError> {
        self.inner.flush(timeout).map_err(LogError::Read)
    }
}

fn headers(envelope: &Envelope) -> OwnedHeaders {
    let pairs = envelope.headers();
    pairs
        .iter()
        .fold(OwnedHeaders::new_with_capacity(pairs.len()), |headers, (key, value)| {
            headers.insert(Header {
                key,
                value: Some(value),
            })
        })
}

fn producer_config(settings: &Settings) -> ClientConfig {
    let mut config = settings.client();
    config
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("linger.ms", "20")
        .set("batch.num.messages", "5000")
        .set("queue.buffering.max.messages", "50000")
        .set("queue.buffering.max.kbytes", "65536")
        .set("message.max.bytes", "4000000")
        .set("delivery.timeout.ms", "45000")
        .set("sticky.partitioning.linger.ms", "0")
        // the Java client's partitioner, so that other writers put a key where we put it
        .set("partitioner", "murmur2_random");
    for (key, value) in &settings.properties {
        config.set(key, value);
    }
    config
}
