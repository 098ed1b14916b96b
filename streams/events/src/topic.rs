//! The topic catalogue. A topic's name, key, shape and retention are written here and nowhere else.
//!
//! Adding an optional field to a payload keeps its topic; any other change of a payload is a new topic with the
//! next version in its name.

use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A topic of the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    VideoSnapshots,
    ChannelSnapshots,
    Categories,
    TrendSignals,
    RevenueRecords,
    ExchangeRates,
    Analytics,
    Comments,
    Alerts,
}

/// What the broker may throw away (Kafka's `cleanup.policy`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cleanup {
    /// Records older than the retention.
    Delete { retention: Duration },
    /// Records followed by a newer one of the same key, once they are `lag` old, and those older than the retention. Until then
    /// every record is there for whoever reads: the newest by offset need not be the newest by event time.
    Compact { lag: Duration, retention: Duration },
}

impl Topic {
    pub const ALL: [Topic; 9] = [
        Topic::VideoSnapshots,
        Topic::ChannelSnapshots,
        Topic::Categories,
        Topic::TrendSignals,
        Topic::RevenueRecords,
        Topic::ExchangeRates,
        Topic::Analytics,
        Topic::Comments,
        Topic::Alerts,
    ];

    /// The name on the broker.
    pub const fn name(self) -> &'static str {
        match self {
            Topic::VideoSnapshots => "youtube.video-snapshots.v1",
            Topic::ChannelSnapshots => "youtube.channel-snapshots.v1",
            Topic::Categories => "youtube.categories.v1",
            Topic::TrendSignals => "trends.signals.v1",
            Topic::RevenueRecords => "revenue.records.v1",
            Topic::ExchangeRates => "finance.exchange-rates.v1",
            Topic::Analytics => "youtube.analytics.v1",
            Topic::Comments => "youtube.comments.v1",
            Topic::Alerts => "platform.alerts.v1",
        }
    }

    /// What a record's key holds. Records of one key keep their order.
    pub const fn key(self) -> &'static str {
        match self {
            Topic::VideoSnapshots | Topic::Comments => "video id",
            Topic::ChannelSnapshots | Topic::RevenueRecords | Topic::Analytics => "channel id",
            Topic::Categories => "region and category id",
            Topic::TrendSignals => "keyword",
            Topic::ExchangeRates => "currency",
            Topic::Alerts => "channel id or project",
        }
    }

    /// How many partitions the platform creates it with; an existing topic keeps what it has.
    pub const fn partitions(self) -> u16 {
        match self {
            Topic::VideoSnapshots => 4,
            Topic::ChannelSnapshots
            | Topic::TrendSignals
            | Topic::RevenueRecords
            | Topic::Analytics
            | Topic::Comments => 2,
            Topic::Categories | Topic::ExchangeRates | Topic::Alerts => 1,
        }
    }

    pub const fn cleanup(self) -> Cleanup {
        match self {
            Topic::Categories => Cleanup::Compact {
                lag: Duration::from_secs(7 * DAY.as_secs()),
                retention: Duration::from_secs(30 * DAY.as_secs()),
            },
            _ => Cleanup::Delete {
                retention: Duration::from_secs(7 * DAY.as_secs()),
            },
        }
    }

    /// The name without the version, with underscores: what tables made from this topic are called.
    pub fn table_stem(self) -> String {
        let name = self.name();
        let stem = name.rsplit_once(".v").map_or(name, |(stem, _)| stem);
        stem.replace(['.', '-'], "_")
    }

    pub fn from_name(name: &str) -> Option<Topic> {
        Topic::ALL.into_iter().find(|topic| topic.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_named_like_topics() {
        assert_eq!(Topic::VideoSnapshots.table_stem(), "youtube_video_snapshots");
        assert_eq!(Topic::TrendSignals.table_stem(), "trends_signals");
    }

    #[test]
    fn names_are_unique_and_found_again() {
        for topic in Topic::ALL {
            assert_eq!(Topic::from_name(topic.name()), Some(topic));
        }
    }
}
