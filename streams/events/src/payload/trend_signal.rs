use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::{name, no_nul, short};
use crate::{Invalid, Payload, Region, Topic};

/// Larger than any count or growth can be, and small enough for what is computed of it: a score multiplies it by 10^8.
const LARGEST_VALUE: f64 = 5e10;

/// Interest in a keyword over a window that ends at `ce_time`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrendSignal {
    pub keyword: String,
    pub source: TrendSource,
    /// Absent when the source does not split by region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// Length of the window in seconds; 0 where the source does not say.
    pub window_seconds: i64,
    pub value: f64,
    pub scale: Scale,
    /// The window was not over when the value was read, so it may still change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial: Option<bool>,
    /// The source says no more than that it is above zero and below one (Google's `<1`); `value` is 0.5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below_one: Option<bool>,
    /// The keyword that this one was found beside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub related_to: Option<String>,
    /// Whether a related keyword is among the most frequent or those that grew most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
    /// The place as the source names it, where it is no country or none that is known by that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
}

/// How a keyword is related.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    Top,
    Rising,
}

impl TrendSignal {
    /// A value for a keyword, of no region.
    pub fn of(keyword: impl Into<String>, source: TrendSource, window_seconds: i64, value: f64, scale: Scale) -> Self {
        Self {
            keyword: keyword.into(),
            source,
            region: None,
            window_seconds,
            value,
            scale,
            partial: None,
            below_one: None,
            related_to: None,
            relation: None,
            area: None,
        }
    }
}

/// A keyword as it is compared: compatibility forms as one (Unicode NFKC), in small letters, with single spaces between words.
pub fn folded(keyword: &str) -> String {
    let compatible: String = keyword.nfkc().collect();
    let lower: String = compatible.to_lowercase().nfkc().collect();
    let words: Vec<&str> = lower.split_whitespace().collect();
    words.join(" ")
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
    /// Percent of all the keywords that were asked for together, in the place of the row.
    Share,
    /// Percent by which it grew over the window before. More than fifty-fold is given as 5000 (Google's `Breakout`).
    Growth,
}

impl Payload for TrendSignal {
    const TOPIC: Topic = Topic::TrendSignals;
    const KIND: &'static str = "com.ytempire.trends.signal.v1";

    /// One for all ways of writing the keyword, so that all of them come in one order.
    fn key(&self) -> String {
        folded(&self.keyword)
    }

    fn natural_key(&self) -> Vec<&str> {
        vec![
            &self.keyword,
            self.source.as_str(),
            self.region.as_ref().map_or("", Region::as_str),
        ]
    }

    fn check(&self) -> Result<(), Invalid> {
        name("keyword", &self.keyword)?;
        short("keyword", &folded(&self.keyword))?;
        no_nul("related_to", self.related_to.as_deref().unwrap_or_default())?;
        no_nul("area", self.area.as_deref().unwrap_or_default())?;
        if self.window_seconds < 0 {
            return Err(Invalid::new("window_seconds", "is negative"));
        }
        match self.value {
            value if !value.is_finite() || value < 0.0 => Err(Invalid::new("value", "is negative or not a number")),
            value if matches!(self.scale, Scale::Index | Scale::Share) && value > 100.0 => {
                Err(Invalid::new("value", "ends at 100"))
            }
            value if value > LARGEST_VALUE => Err(Invalid::new("value", format!("is beyond {LARGEST_VALUE}"))),
            _ => Ok(()),
        }
    }
}
