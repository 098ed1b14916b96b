//! A record as it was read.

use bytes::{Bytes, BytesMut};
use events::{Attributes, Envelope, EnvelopeError, Partition};
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
    headers: Vec<(Bytes, Bytes)>,
}

impl Record {
    pub(crate) fn read(partition: Partition, message: &BorrowedMessage<'_>) -> Self {
        let headers: Vec<(&[u8], &[u8])> = message.headers().map_or_else(Vec::new, |headers| {
            let pairs = headers.iter();
            pairs
                .map(|header| (header.key.as_bytes(), header.value.unwrap_or_default()))
                .collect()
        });
        let value = message.payload().unwrap_or_default();
        let key = message.key();
        // everything in one piece of memory: a record is read for every sink, and allocations are most of that
        let size: usize = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        let mut memory = BytesMut::with_capacity(size + value.len() + key.map_or(0, <[u8]>::len));
        let mut keep = |bytes: &[u8]| {
            let from = memory.len();
            memory.extend_from_slice(bytes);
            from..memory.len()
        };
        let (value, key) = (keep(value), key.map(&mut keep));
        let headers: Vec<_> = headers
            .into_iter()
            .map(|(name, value)| (keep(name), keep(value)))
            .collect();
        let memory = memory.freeze();
        Self {
            partition,
            offset: message.offset(),
            timestamp_ms: message.timestamp().to_millis(),
            key: key.map(|range| memory.slice(range)),
            value: memory.slice(value),
            headers: headers
                .into_iter()
                .map(|(name, value)| (memory.slice(name), memory.slice(value)))
                .collect(),
        }
    }

    /// A record as a broker would hand it out, produced when it was observed: for whoever has records without one.
    pub fn new(partition: Partition, offset: i64, envelope: &Envelope, key: Option<&str>, value: Vec<u8>) -> Self {
        let headers = envelope.headers().into_iter();
        Self {
            partition,
            offset,
            timestamp_ms: envelope.time.map(|time| time.timestamp_millis()),
            key: key.map(|key| Bytes::copy_from_slice(key.as_bytes())),
            value: value.into(),
            headers: headers
                .map(|(name, value)| (Bytes::from_static(name.as_bytes()), value.into()))
                .collect(),
        }
    }

    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers
            .iter()
            .find(|(key, _)| key == name.as_bytes())
            .map(|(_, value)| &value[..])
    }

    /// The CloudEvents attributes where they stand.
    ///
    /// # Errors
    /// The record is no CloudEvents record in binary mode.
    pub fn attributes(&self) -> Result<Attributes<'_>, EnvelopeError> {
        Attributes::from_headers(|name| self.header(name))
    }

    /// Bytes it takes in memory, roughly.
    pub fn size_bytes(&self) -> usize {
        let headers: usize = self.headers.iter().map(|(key, value)| key.len() + value.len()).sum();
        self.value.len() + self.key.as_ref().map_or(0, Bytes::len) + headers
    }
}
