//! CloudEvents 1.0 attributes in Kafka's binary mode: one header per attribute, prefixed `ce_`.
//! Source: CloudEvents Kafka Protocol Binding 1.0.2, section 3.2.

use chrono::{DateTime, SecondsFormat, Utc};
use thiserror::Error;

use crate::EventId;

pub const CONTENT_TYPE_JSON: &str = "application/json";
pub const CONTENT_TYPE_RAW: &str = "application/octet-stream";

const SPEC_VERSION: &str = "1.0";

/// The attributes of one record, as texts that belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attributes<'a> {
    /// As its producer wrote it; [`Attributes::event_id`] is what it counts as.
    pub id: &'a str,
    pub source: &'a str,
    pub kind: &'a str,
    pub time: Option<DateTime<Utc>>,
    pub content_type: &'a str,
    pub subject: Option<&'a str>,
    pub reject_reason: Option<&'a str>,
    pub seal: Option<&'a str>,
}

/// The attributes of a record to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub id: EventId,
    pub source: String,
    pub kind: String,
    /// Event time: when the observation was made. `None` for a row whose time could not be read.
    pub time: Option<DateTime<Utc>>,
    pub content_type: String,
    /// What of the source it is about (CloudEvents `subject`): the file that a rejected row stands in. No part of the
    /// id, so the same row under another name is the same row.
    pub subject: Option<String>,
    /// Why the sender could not read the row; only on rejected rows (extension attribute `rejectreason`).
    pub reject_reason: Option<String>,
    /// [`seal`]; only on what is sent again under the id it was given here (extension attribute `seal`).
    pub seal: Option<EventId>,
}

/// Ties an id that was given here to the record it was given to, where the record's own content can't: the name that a
/// foreign producer chose is gone when a dead letter is replayed.
pub fn seal(source: &str, id: EventId, time: Option<DateTime<Utc>>, body: &[u8]) -> EventId {
    EventId::of(source, "seal", &[&id.to_string()], time, body)
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EnvelopeError {
    #[error("header {0} is missing: not a CloudEvents record in binary mode")]
    Missing(&'static str),
    #[error("header {0} is empty")]
    Empty(&'static str),
    #[error("header {0} is not UTF-8")]
    NotText(&'static str),
    #[error("header ce_specversion is {0:?}; this reader knows 1.0")]
    SpecVersion(String),
    #[error("header ce_time is {0:?}, not an RFC 3339 time")]
    Time(String),
}

impl Envelope {
    /// Headers in the order they are written.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("ce_specversion", SPEC_VERSION.to_owned()),
            ("ce_id", self.id.to_string()),
            ("ce_source", self.source.clone()),
            ("ce_type", self.kind.clone()),
            ("content-type", self.content_type.clone()),
        ];
        if let Some(time) = self.time {
            headers.push(("ce_time", time.to_rfc3339_opts(SecondsFormat::AutoSi, true)));
        }
        if let Some(subject) = &self.subject {
            headers.push(("ce_subject", subject.clone()));
        }
        if let Some(reason) = &self.reject_reason {
            headers.push(("ce_rejectreason", reason.clone()));
        }
        if let Some(seal) = self.seal {
            headers.push(("ce_seal", seal.to_string()));
        }
        headers
    }
}

impl<'a> Attributes<'a> {
    /// Reads the attributes. `header` looks a header up by name.
    ///
    /// # Errors
    /// A required attribute is missing or malformed; the message names the header.
    pub fn from_headers(header: impl Fn(&str) -> Option<&'a [u8]>) -> Result<Self, EnvelopeError> {
        let text = |name: &'static str| match header(name) {
            None => Ok(None),
            Some(bytes) => std::str::from_utf8(bytes)
                .map(Some)
                .map_err(|_| EnvelopeError::NotText(name)),
        };
        let required = |name: &'static str| match text(name)? {
            None => Err(EnvelopeError::Missing(name)),
            Some("") => Err(EnvelopeError::Empty(name)),
            Some(text) => Ok(text),
        };
        let version = required("ce_specversion")?;
        if version != SPEC_VERSION {
            return Err(EnvelopeError::SpecVersion(version.to_owned()));
        }
        let source = required("ce_source")?;
        let time = text("ce_time")?.map(parse_time).transpose()?;
        Ok(Self {
            id: required("ce_id")?,
            source,
            kind: required("ce_type")?,
            time,
            content_type: text("content-type")?.unwrap_or(CONTENT_TYPE_JSON),
            subject: text("ce_subject")?,
            reject_reason: text("ce_rejectreason")?,
            seal: text("ce_seal")?,
        })
    }

    /// The id that the record counts as: its own if it is one of ours, by the word of `is_own` or by its seal, else
    /// that of a foreign one. Thus two records have one id only if they are one event.
    pub fn event_id(&self, body: &[u8], is_own: impl FnOnce(EventId) -> bool) -> EventId {
        let sealed = |id| {
            let seal = self.seal.and_then(EventId::parse);
            seal.is_some_and(|told| told == seal_of(self, id, body))
        };
        EventId::parse(self.id)
            .filter(|id| is_own(*id) || sealed(*id))
            .unwrap_or_else(|| EventId::foreign(self.source, self.id, self.time, body))
    }
}

fn seal_of(attributes: &Attributes<'_>, id: EventId, body: &[u8]) -> EventId {
    seal(attributes.source, id, attributes.time, body)
}

fn parse_time(text: &str) -> Result<DateTime<Utc>, EnvelopeError> {
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.to_utc())
        .map_err(|_| EnvelopeError::Time(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn envelope() -> Envelope {
        Envelope {
            id: EventId::of("/ingest/trending", "t", &["k"], None, b""),
            source: "/ingest/trending".into(),
            kind: "t".into(),
            time: DateTime::from_timestamp(1_597_190_400, 0),
            content_type: CONTENT_TYPE_JSON.into(),
            subject: Some("US videos.csv".into()),
            reject_reason: None,
            seal: None,
        }
    }

    fn read<'a>(headers: &'a HashMap<&str, String>) -> Result<Attributes<'a>, EnvelopeError> {
        Attributes::from_headers(|name| headers.get(name).map(|value| value.as_bytes()))
    }

    #[test]
    fn headers_read_back_as_written() {
        let written = envelope();
        let headers: HashMap<_, _> = written.headers().into_iter().collect();
        assert_eq!(headers["ce_time"], "2020-08-12T00:00:00Z");
        let id = written.id.to_string();
        let read = read(&headers).expect("attributes");
        let expected = Attributes {
            id: &id,
            source: "/ingest/trending",
            kind: "t",
            time: written.time,
            content_type: CONTENT_TYPE_JSON,
            subject: Some("US videos.csv"),
            reject_reason: None,
            seal: None,
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn an_id_of_version_8_is_believed_only_by_its_content_or_its_seal() {
        let mut written = envelope();
        let counts_as = |written: &Envelope, body: &[u8], own: bool| {
            let headers: HashMap<_, _> = written.headers().into_iter().collect();
            read(&headers).expect("attributes").event_id(body, |_| own)
        };
        assert_eq!(counts_as(&written, b"{}", true), written.id);
        let foreign = counts_as(&written, b"{}", false);
        assert_ne!(foreign, written.id);
        assert_ne!(counts_as(&written, b"[]", false), foreign);
        written.seal = Some(seal(&written.source, written.id, written.time, b"{}"));
        assert_eq!(counts_as(&written, b"{}", false), written.id);
        assert_ne!(counts_as(&written, b"[]", false), written.id, "a seal is of one body");
    }

    #[test]
    fn a_record_without_attributes_is_named() {
        assert_eq!(read(&HashMap::new()), Err(EnvelopeError::Missing("ce_specversion")));
        let mut headers: HashMap<_, _> = envelope().headers().into_iter().collect();
        headers.insert("ce_id", String::new());
        assert_eq!(read(&headers), Err(EnvelopeError::Empty("ce_id")));
    }
}
