//! The kinds of file that are known, by stable names.

use std::fmt;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    YoutubeTrending,
    YoutubeCategoryNames,
    YoutubeChannelTracker,
    YoutubeComments,
    Sponsorship,
    YoutubeStudioTotals,
    YoutubeStudioChart,
    YoutubeStudioTable,
    GoogleTrendsInterest,
    GoogleTrendsRegions,
    GoogleTrendsRelated,
}

impl Kind {
    /// In the order in which they are asked whether they know a file: those that demand most come first.
    pub const ALL: [Kind; 11] = [
        Kind::YoutubeTrending,
        Kind::YoutubeCategoryNames,
        Kind::YoutubeChannelTracker,
        Kind::YoutubeComments,
        Kind::Sponsorship,
        Kind::YoutubeStudioTotals,
        Kind::YoutubeStudioChart,
        Kind::YoutubeStudioTable,
        Kind::GoogleTrendsInterest,
        Kind::GoogleTrendsRegions,
        Kind::GoogleTrendsRelated,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::YoutubeTrending => "youtube-trending",
            Kind::YoutubeCategoryNames => "youtube-category-names",
            Kind::YoutubeChannelTracker => "youtube-channel-tracker",
            Kind::YoutubeComments => "youtube-comments",
            Kind::Sponsorship => "sponsorship",
            Kind::YoutubeStudioTotals => "youtube-studio-totals",
            Kind::YoutubeStudioChart => "youtube-studio-chart",
            Kind::YoutubeStudioTable => "youtube-studio-table",
            Kind::GoogleTrendsInterest => "google-trends-interest",
            Kind::GoogleTrendsRegions => "google-trends-regions",
            Kind::GoogleTrendsRelated => "google-trends-related",
        }
    }

    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
