//! What kind of source an event is from: it decides how long its data may be kept. The one catalogue of sources.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whose rules an event's data is under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceClass {
    /// Public data got from the YouTube Data API, under YouTube's developer policies (III.E.4: refreshed or deleted
    /// after 30 days).
    YoutubeApi,
    /// What the owner of a channel has of it: exports, and reports that the owner gave access to.
    Owner,
    /// Data sets that others have published as files.
    PublicFile,
    /// Other vendors' APIs.
    Vendor,
    /// Made by the simulator.
    Simulated,
    /// Made by the platform.
    Platform,
    /// A source that is not in the catalogue, or a record without a readable one.
    Unknown,
}

/// Every source that sends events, with its class.
const SOURCES: &[(&str, SourceClass)] = &[
    ("/ingest/youtube", SourceClass::YoutubeApi),
    ("/ingest/analytics", SourceClass::Owner),
    ("/ingest/reporting", SourceClass::Owner),
    ("/ingest/adsense", SourceClass::Owner),
    ("/ingest/stripe", SourceClass::Owner),
    ("/ingest/sponsorship", SourceClass::Owner),
    ("/ingest/youtube-studio", SourceClass::Owner),
    ("/ingest/channel-tracker", SourceClass::PublicFile),
    ("/ingest/comments", SourceClass::PublicFile),
    ("/ingest/trending", SourceClass::PublicFile),
    ("/ingest/google-trends", SourceClass::Vendor),
    ("/ingest/reddit", SourceClass::Vendor),
    ("/ingest/suggestions", SourceClass::Vendor),
    ("/ingest/tiktok", SourceClass::Vendor),
    ("/ingest/exchange-rates", SourceClass::Vendor),
    ("/ingest/x", SourceClass::Vendor),
    ("/ingest/simulate", SourceClass::Simulated),
    ("/ingest/quota", SourceClass::Platform),
    ("/ingest/connect", SourceClass::Platform),
    ("/ytempire/alarms", SourceClass::Platform),
];

impl SourceClass {
    pub const ALL: [SourceClass; 7] = [
        SourceClass::YoutubeApi,
        SourceClass::Owner,
        SourceClass::PublicFile,
        SourceClass::Vendor,
        SourceClass::Simulated,
        SourceClass::Platform,
        SourceClass::Unknown,
    ];

    /// The class of an event with this CloudEvents `source`.
    pub fn of(source: &str) -> Self {
        let known = SOURCES.iter().find(|(name, _)| *name == source);
        known.map_or(SourceClass::Unknown, |(_, class)| *class)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            SourceClass::YoutubeApi => "youtube-api",
            SourceClass::Owner => "owner",
            SourceClass::PublicFile => "public-file",
            SourceClass::Vendor => "vendor",
            SourceClass::Simulated => "simulated",
            SourceClass::Platform => "platform",
            SourceClass::Unknown => "unknown",
        }
    }

    /// The sources of this class; none for [`SourceClass::Unknown`], which has all that are in no class.
    pub fn sources(self) -> impl Iterator<Item = &'static str> {
        let of_class = move |(_, class): &&(&str, SourceClass)| *class == self;
        SOURCES.iter().filter(of_class).map(|(name, _)| *name)
    }

    /// Every source of the catalogue.
    pub fn all_sources() -> impl Iterator<Item = &'static str> {
        SOURCES.iter().map(|(name, _)| *name)
    }
}

impl fmt::Display for SourceClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_names_every_source_once() {
        let mut names: Vec<_> = SourceClass::all_sources().collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SOURCES.len());
        for class in SourceClass::ALL {
            assert!(class.sources().all(|source| SourceClass::of(source) == class));
        }
    }

    #[test]
    fn a_source_that_nobody_knows_is_unknown() {
        assert_eq!(SourceClass::of("/ingest/youtube"), SourceClass::YoutubeApi);
        assert_eq!(SourceClass::of("/elsewhere"), SourceClass::Unknown);
        assert_eq!(SourceClass::of(""), SourceClass::Unknown);
    }
}
