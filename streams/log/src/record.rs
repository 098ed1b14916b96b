//! A record as it was read.

use bytes::Bytes;
use events::{Envelope, EnvelopeError, Partition};
use rdkafka::Message;
use rdkafka::message::{BorrowedMessage, Headers};

/// One record with its place in the log.
#[derive(Debug, Clone)]
pub struct Record {
    pub partition: Partition,
    pub offset: i64,
    /// When it was produced: milliseconds since the Unix epoch, UTC. Never the event time.
    pub timestamp_ms: Option<i64>,
    pub key: Option<Bytes>,
    pub value: Bytes,
    headers: Vec<(String, Bytes)>,
}

impl Record {
    pub(crate) fn read(partition: Partition, message: &BorrowedMessage<'_>) -> Self {
        let headers = message.headers().map_or_else(Vec::new, |headers| {
            headers
                .iter()
                .map(|h| (h.key.to_owned(), Bytes::copy_from_slice(h.value.unwrap_or_default())))
                .collect()
        });
        Self {
            partition,
            offset: message.offset(),
            timestamp_ms: message.timestamp().to_millis(),
            key: message.key().map(Bytes::copy_from_slice),
            value: Bytes::copy_from_slice(message.payload().unwrap_or_default()),
            headers,
        }
    }

    /// A record as a broker would hand it out: for whoever has records without one.
    pub fn new(partition: Partition, offset: i64, envelope: &Envelope, key: Option<&str>, value: Vec<u8>) -> Self {
        let headers = envelope.headers().into_iter();
        Self {
            partition,
            offset,
            timestamp_ms: None,
            key: key.map(|key| Bytes::copy_from_slice(key.as_bytes())),
            value: value.into(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.into())).collect(),
        }
    }

    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| &value[..])
    }

    /// The CloudEvents attributes.
    ///
    /// # Errors
    /// The record is no CloudEvents record in binary mode.
    pub fn envelope(&self) -> Result<Envelope, EnvelopeError> {
        Envelope::from_headers(|name| self.header(name))
    }

    /// Bytes it takes in memory, roughly.
    pub fn size_bytes(&self) -> usize {
        let headers: usize = self.headers.iter().map(|(key, value)| key.len() + value.len()).sum();
        self.value.len() + self.key.as_ref().map_or(0, Bytes::len) + headers
    }
}
