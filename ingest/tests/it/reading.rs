//! Reads an export to its end and sorts what came out.

use std::io::{Cursor, Write};
use std::path::Path;

use chrono::{DateTime, Utc};
use events::{Region, VideoSnapshot};
use flate2::Compression;
use flate2::write::GzEncoder;
use ingest::sources::trending::{OpenError, Options, Trending, open};
use ingest::{Outgoing, Source, SourceError};

/// What came out of a source.
#[derive(Default)]
pub(crate) struct Reading {
    pub(crate) outgoing: Vec<Outgoing>,
    pub(crate) error: Option<SourceError>,
}

impl Reading {
    pub(crate) fn of(source: &mut dyn Source) -> Self {
        let mut reading = Self::default();
        while let Some(next) = source.next() {
            match next {
                Ok(outgoing) => reading.outgoing.push(outgoing),
                Err(error) => assert!(reading.error.replace(error).is_none(), "two errors"),
            }
        }
        assert!(source.next().is_none(), "a source that ended goes on");
        reading
    }

    pub(crate) fn snapshots(&self) -> Vec<(DateTime<Utc>, VideoSnapshot)> {
        let events = self.outgoing.iter().filter(|outgoing| !outgoing.is_rejected());
        let snapshot = |outgoing: &Outgoing| {
            let time = outgoing.envelope.time.expect("an event has a time");
            (time, serde_json::from_slice(&outgoing.body).expect("a snapshot"))
        };
        events.map(snapshot).collect()
    }

    pub(crate) fn rejected(&self) -> Vec<&Outgoing> {
        self.outgoing.iter().filter(|outgoing| outgoing.is_rejected()).collect()
    }

    pub(crate) fn reasons(&self) -> Vec<&str> {
        let reasons = self
            .outgoing
            .iter()
            .map(|outgoing| outgoing.envelope.reject_reason.as_deref());
        reasons.flatten().collect()
    }

    pub(crate) fn ids(&self) -> Vec<events::EventId> {
        self.outgoing.iter().map(|outgoing| outgoing.envelope.id).collect()
    }
}

pub(crate) fn region(code: &str) -> Region {
    Region::new(code).expect("a region")
}

/// Opens bytes as an export of the US.
pub(crate) fn open_bytes(bytes: impl Into<Vec<u8>>) -> Result<Trending, OpenError> {
    let options = Options {
        region: Some(region("US")),
        ..Options::default()
    };
    Trending::from_reader("some.csv", Cursor::new(bytes.into()), None, &options)
}

pub(crate) fn read_bytes(bytes: impl Into<Vec<u8>>) -> Reading {
    Reading::of(&mut open_bytes(bytes).expect("an export"))
}

pub(crate) fn read_file(path: &Path) -> Reading {
    Reading::of(open(path, &Options::default()).expect("an export").1.as_mut())
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("written");
    encoder.finish().expect("finished")
}
