use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text;
use crate::{Invalid, Payload, Region, Topic};

/// Interest in a keyword over a window that ends at `ce_time`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrendSignal {
    pub keyword: String,
    pub source: TrendSource,
    /// Absent when the source does not split by region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// Length of the window in seconds.
    pub window_seconds: i64,
    pub value: f64,
    pub scale: Scale,
}

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TrendSource {
    GoogleTrends,
    Reddit,
    X,
    Tiktok,
    YoutubeSearch,
}

impl TrendSource {
    pub const fn as_str(self) -> &'static str {
        match self {
            TrendSource::GoogleTrends => "google-trends",
            TrendSource::Reddit => "reddit",
            TrendSource::X => "x",
            TrendSource::Tiktok => "tiktok",
            TrendSource::YoutubeSearch => "youtube-search",
        }
    }
}

/// How to read a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// 0 to 100, relative to the highest point of the query, as Google Trends gives it.
    Index,
    /// Mentions counted in the window.
    Count,
}

impl Payload for TrendSignal {
    const TOPIC: Topic = Topic::TrendSignals;
    const KIND: &'static str = "com.ytempire.trends.signal.v1";

    fn key(&self) -> String {
        self.keyword.clone()
    }

    fn natural_key(&self) -> Vec<&str> {
        vec![
            &self.keyword,
            self.source.as_str(),
            self.region.as_ref().map_or("", Region::as_str),
        ]
    }

    fn check(&self) -> Result<(), Invalid> {
        text("keyword", &self.keyword)?;
        if self.window_seconds <= 0 {
            return Err(Invalid::new("window_seconds", "is not positive"));
        }
        match self.value {
            value if !value.is_finite() || value < 0.0 => Err(Invalid::new("value", "is negative or not a number")),
            value if self.scale == Scale::Index && value > 100.0 => Err(Invalid::new("value", "an index ends at 100")),
            _ => Ok(()),
        }
    }
}
