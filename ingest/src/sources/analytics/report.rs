//! The reports that are read. Source: YouTube Analytics API, "Channel Reports".

use events::payload::Report;

/// What to ask for.
#[derive(Debug)]
pub struct Wanted {
    pub name: &'static str,
    pub report: Report,
    pub dimensions: &'static str,
    pub metrics: &'static str,
}

const ACTIVITY: &str = "views,engagedViews,likes,dislikes,comments,shares,estimatedMinutesWatched,averageViewDuration,\
    averageViewPercentage,subscribersGained,subscribersLost";
const WATCHING: &str = "views,engagedViews,estimatedMinutesWatched";

pub const ALL: &[Wanted] = &[
    wanted("basic", Report::Basic, "day", ACTIVITY),
    wanted("content", Report::Content, "video", ACTIVITY),
    wanted(
        "traffic-source",
        Report::TrafficSource,
        "insightTrafficSourceType",
        WATCHING,
    ),
    wanted("geography", Report::Geography, "country", WATCHING),
    wanted("device", Report::Device, "deviceType", WATCHING),
    wanted(
        "demographics",
        Report::Demographics,
        "ageGroup,gender",
        "viewerPercentage",
    ),
    wanted(
        "revenue",
        Report::Revenue,
        "day",
        "estimatedRevenue,estimatedAdRevenue,cpm,playbackBasedCpm,monetizedPlaybacks,adImpressions",
    ),
];

const fn wanted(name: &'static str, report: Report, dimensions: &'static str, metrics: &'static str) -> Wanted {
    Wanted {
        name,
        report,
        dimensions,
        metrics,
    }
}

pub fn named(name: &str) -> Option<&'static Wanted> {
    ALL.iter().find(|wanted| wanted.name == name)
}
