//! A record on its way to a topic, whatever its payload type.

use events::{Envelope, Event, Payload, Rejection, Topic};

use crate::Fault;

/// What a producer needs to send one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub topic: Topic,
    /// The entity the event is about; `None` for a rejected row, which may not even name one.
    pub key: Option<String>,
    pub envelope: Envelope,
    /// The record's value: the payload as JSON, or the bytes of a rejected row.
    pub body: Vec<u8>,
    /// Where and why the row was rejected; `None` for an event.
    pub fault: Option<Fault>,
}

impl Outgoing {
    /// A row that could not be read: `fault` becomes the reason that travels with its bytes.
    pub fn rejected(source: &str, topic: Topic, fault: Fault, raw: Vec<u8>) -> Self {
        let rejection = Rejection::new(source, topic, fault.to_string(), raw);
        Self {
            fault: Some(fault),
            ..Self::from(rejection)
        }
    }

    pub fn is_rejected(&self) -> bool {
        self.envelope.reject_reason.is_some()
    }
}

impl<P: Payload> From<Event<P>> for Outgoing {
    fn from(event: Event<P>) -> Self {
        Self {
            topic: P::TOPIC,
            key: Some(event.payload.key()),
            envelope: event.envelope(),
            body: event.body(),
            fault: None,
        }
    }
}

impl From<Rejection> for Outgoing {
    fn from(rejection: Rejection) -> Self {
        Self {
            topic: rejection.topic,
            key: None,
            envelope: rejection.envelope(),
            body: rejection.raw,
            fault: None,
        }
    }
}
