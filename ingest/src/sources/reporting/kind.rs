//! The types of bulk reports that are read. Source: YouTube Reporting API, "Channel Reports".

use events::payload::Report;

/// A type of report.
#[derive(Debug, PartialEq, Eq)]
pub struct Bulk {
    pub id: &'static str,
    /// What its rows are.
    pub report: Report,
}

pub const ALL: &[Bulk] = &[
    bulk("channel_reach_basic_a1", Report::Reach),
    bulk("channel_reach_combined_a1", Report::TrafficSource),
    bulk("channel_basic_a3", Report::Content),
    bulk("channel_combined_a3", Report::Other),
    bulk("channel_traffic_source_a3", Report::TrafficSource),
    bulk("channel_device_os_a3", Report::Device),
    bulk("channel_playback_location_a3", Report::PlaybackLocation),
    bulk("channel_demographics_a1", Report::Demographics),
];

/// Those read unless others are named: what the Analytics API does not tell.
pub const USUAL: [&str; 2] = ["channel_reach_basic_a1", "channel_reach_combined_a1"];

const fn bulk(id: &'static str, report: Report) -> Bulk {
    Bulk { id, report }
}

pub fn named(id: &str) -> Option<&'static Bulk> {
    ALL.iter().find(|bulk| bulk.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_ones_exist() {
        assert!(USUAL.iter().all(|id| named(id).is_some()));
    }
}
