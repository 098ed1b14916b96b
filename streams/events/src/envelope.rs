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
    pub id: EventId,
    pub source: &'a str,
    pub kind: &'a str,
    pub time: Option<DateTime<Utc>>,
    pub content_type: &'a str,
    pub subject: Option<&'a str>,
    pub reject_reason: Option<&'a str>,
}

/// The attributes of one record.
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
        headers
    }

    /// Reads the attributes back. `header` looks a header up by name; `body` is what they are of.
    ///
    /// # Errors
    /// A required attribute is missing or malformed; the message names the header.
    pub fn from_headers<'a>(header: impl Fn(&str) -> Option<&'a [u8]>, body: &[u8]) -> Result<Self, EnvelopeError> {
        Attributes::from_headers(header, body).map(Attributes::into_owned)
    }
}

impl<'a> Attributes<'a> {
    /// Reads the attributes. `header` looks a header up by name; `body` is what they are of.
    ///
    /// # Errors
    /// A required attribute is missing or malformed; the message names the header.
    pub fn from_headers(header: impl Fn(&str) -> Option<&'a [u8]>, body: &[u8]) -> Result<Self, EnvelopeError> {
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
            id: EventId::told(source, required("ce_id")?, time, body),
            source,
            kind: required("ce_type")?,
            time,
            content_type: text("content-type")?.unwrap_or(CONTENT_TYPE_JSON),
            subject: text("ce_subject")?,
            reject_reason: text("ce_rejectreason")?,
        })
    }

    pub fn into_owned(self) -> Envelope {
        Envelope {
            id: self.id,
            source: self.source.to_owned(),
            kind: self.kind.to_owned(),
            time: self.time,
            content_type: self.content_type.to_owned(),
            subject: self.subject.map(str::to_owned),
            reject_reason: self.reject_reason.map(str::to_owned),
        }
    }
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
        }
    }

    fn read(headers: &HashMap<&str, String>) -> Result<Envelope, EnvelopeError> {
        Envelope::from_headers(|name| headers.get(name).map(|value| value.as_bytes()), b"")
    }

    #[test]
    fn headers_read_back_as_written() {
        let written = envelope();
        let headers: HashMap<_, _> = written.headers().into_iter().collect();
        assert_eq!(headers["ce_time"], "2020-08-12T00:00:00Z");
        assert_eq!(read(&headers), Ok(written));
    }

    #[test]
    fn a_record_without_attributes_is_named() {
        assert_eq!(read(&HashMap::new()), Err(EnvelopeError::Missing("ce_specversion")));
        let mut headers: HashMap<_, _> = envelope().headers().into_iter().collect();
        headers.insert("ce_id", String::new());
        assert_eq!(read(&headers), Err(EnvelopeError::Empty("ce_id")));
    }
}
