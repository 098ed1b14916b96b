//! An event: envelope and payload together, ready for a topic.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use crate::{CONTENT_TYPE_JSON, CONTENT_TYPE_RAW, Envelope, EventId, Invalid, Topic};

/// What a type needs to travel on a topic.
pub trait Payload: Serialize + DeserializeOwned + JsonSchema + Clone {
    const TOPIC: Topic;
    /// CloudEvents `type`.
    const KIND: &'static str;

    /// The record's key: the entity the event is about.
    fn key(&self) -> String;

    /// What, with the event time, names the observation.
    fn natural_key(&self) -> Vec<&str>;

    /// The payload as it counts for the id: without what depends on how it was read. A field that is added later must
    /// be left out of the JSON where it is empty, or what older versions have sent is no longer known by its id.
    fn identity(&self) -> Self {
        self.clone()
    }

    /// # Errors
    /// The first field whose value cannot be true, such as a negative counter.
    fn check(&self) -> Result<(), Invalid>;
}

/// One observation at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Event<P> {
    pub id: EventId,
    /// Where it comes from: a URI reference such as `/ingest/trending`.
    pub source: String,
    /// Event time, UTC.
    pub time: DateTime<Utc>,
    pub payload: P,
}

impl<P: Payload> Event<P> {
    /// # Errors
    /// [`Payload::check`] refused the payload.
    pub fn new(source: &str, time: DateTime<Utc>, payload: P) -> Result<Self, Invalid> {
        payload.check()?;
        let body = to_json(&payload.identity());
        Ok(Self {
            id: EventId::of(source, P::KIND, &payload.natural_key(), Some(time), &body),
            source: source.to_owned(),
            time,
            payload,
        })
    }

    pub fn envelope(&self) -> Envelope {
        Envelope {
            id: self.id,
            source: self.source.clone(),
            kind: P::KIND.to_owned(),
            time: Some(self.time),
            content_type: CONTENT_TYPE_JSON.to_owned(),
            subject: None,
            reject_reason: None,
            seal: None,
        }
    }

    /// Whether `id` is the one that [`Event::new`] gives to `payload`, read from `body`.
    pub fn is_id_of(id: EventId, source: &str, time: Option<DateTime<Utc>>, payload: &P, body: &[u8]) -> bool {
        let key = payload.natural_key();
        let named = |body: &[u8]| EventId::of(source, P::KIND, &key, time, body) == id;
        // most payloads count as they are written
        named(body) || named(&to_json(&payload.identity()))
    }

    /// The record's value.
    pub fn body(&self) -> Vec<u8> {
        to_json(&self.payload)
    }
}

/// A row that could not be read. It travels on the topic its event would have taken, and becomes a row of the same
/// table with its reason and its raw bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    pub id: EventId,
    pub source: String,
    pub topic: Topic,
    /// Where and why, such as `line 17, column video_id: …`.
    pub reason: String,
    /// The row as it was found.
    pub raw: Vec<u8>,
}

impl Rejection {
    /// CloudEvents `type` of rejected rows, whatever their topic.
    pub const KIND: &'static str = "com.ytempire.row-rejected.v1";

    pub fn new(source: &str, topic: Topic, reason: String, raw: Vec<u8>) -> Self {
        Self {
            id: Self::id_of(source, topic, &reason, &raw),
            source: source.to_owned(),
            topic,
            reason,
            raw,
        }
    }

    /// The id of a row of `topic` that was refused for `reason`.
    pub fn id_of(source: &str, topic: Topic, reason: &str, raw: &[u8]) -> EventId {
        EventId::of(source, Self::KIND, &[topic.name(), reason], None, raw)
    }

    pub fn envelope(&self) -> Envelope {
        Envelope {
            id: self.id,
            source: self.source.clone(),
            kind: Self::KIND.to_owned(),
            time: None,
            content_type: CONTENT_TYPE_RAW.to_owned(),
            subject: None,
            reject_reason: Some(self.reason.clone()),
            seal: None,
        }
    }
}

/// Our payloads have string keys and finite numbers ([`Payload::check`]), so writing them cannot fail.
fn to_json<P: Serialize>(payload: &P) -> Vec<u8> {
    serde_json::to_vec(payload).unwrap_or_default()
}
