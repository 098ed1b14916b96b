use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{bounded, counter, date, no_nul, quantity};
use crate::{ChannelId, Currency, Invalid, Payload, Topic, VideoId};

/// One row of a report that YouTube makes of a channel: metrics of a day, or of a period, split by the dimensions
/// that are present. Metrics are of the time span alone, not cumulative. The event's `ce_time` is the midnight (UTC)
/// that begins the last day, or 1970-01-01 where nobody knows which days the row is of. What a report does not have
/// is absent, never zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalyticsRow {
    pub report: Report,
    /// Absent where a file does not say whose channel it is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
    /// Absent in rows of a whole channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video_id: Option<VideoId>,
    /// The day, or the first day of a period, in YouTube's reporting time zone (Pacific).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<NaiveDate>,
    /// The last day of a period, itself in it; absent in rows of one day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_day: Option<NaiveDate>,

    /// What the report says of the video beside its figures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video_title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video_published_on: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video_duration_seconds: Option<i64>,

    /// Country as the report names it: ISO 3166-1 alpha-2, or a name, or YouTube's `ZZ` for unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic_source: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic_detail: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operating_system: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playback_location: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscribed_status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The value of a dimension that has no field of its own, with the dimension's name: `Subtitles and CC: English`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_dimension: Option<String>,

    /// From 2026-08-27 on counted by YouTube's new definition; `engaged_views` goes on as before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub views: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engaged_views: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likes: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dislikes: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comments: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shares: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch_time_minutes: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_view_duration_seconds: Option<f64>,
    /// Percent of a video's length, 0 to 100 and above where parts are watched again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_view_percentage: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscribers_gained: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscribers_lost: Option<i64>,
    /// Gained less lost; negative where more were lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscribers: Option<i64>,
    /// How often a thumbnail was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impressions: Option<i64>,
    /// Views per impression: a fraction, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub click_through_rate: Option<f64>,
    /// Percent of the viewers who belong to the row's age group and gender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub viewer_percentage: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique_viewers: Option<i64>,

    /// Millionths of the currency's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_revenue_micros: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ad_revenue_micros: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpm_micros: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playback_based_cpm_micros: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monetized_playbacks: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ad_impressions: Option<i64>,
    /// Of every amount of the row; absent where the report names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,

    /// Whether YouTube is done with the day: figures are 48 to 72 hours late. Absent where nobody can tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_final: Option<bool>,
}

/// What a row is split by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Report {
    /// A channel, not split.
    Basic,
    /// A channel's videos.
    Content,
    TrafficSource,
    Geography,
    Device,
    OperatingSystem,
    PlaybackLocation,
    Demographics,
    SubscriptionStatus,
    ContentType,
    Revenue,
    /// Impressions and click-through rate, from the bulk reports.
    Reach,
    /// By a dimension that has no report of its own here; `other_dimension` names it.
    Other,
}

impl Report {
    pub const fn as_str(self) -> &'static str {
        match self {
            Report::Basic => "basic",
            Report::Content => "content",
            Report::TrafficSource => "traffic-source",
            Report::Geography => "geography",
            Report::Device => "device",
            Report::OperatingSystem => "operating-system",
            Report::PlaybackLocation => "playback-location",
            Report::Demographics => "demographics",
            Report::SubscriptionStatus => "subscription-status",
            Report::ContentType => "content-type",
            Report::Revenue => "revenue",
            Report::Reach => "reach",
            Report::Other => "other",
        }
    }
}

impl AnalyticsRow {
    /// A row that knows nothing but which report it is of.
    pub const fn of(report: Report) -> Self {
        Self {
            report,
            channel_id: None,
            video_id: None,
            day: None,
            last_day: None,
            video_title: None,
            video_published_on: None,
            video_duration_seconds: None,
            country: None,
            traffic_source: None,
            traffic_detail: None,
            device: None,
            operating_system: None,
            playback_location: None,
            age_group: None,
            gender: None,
            subscribed_status: None,
            content_type: None,
            other_dimension: None,
            views: None,
            engaged_views: None,
            likes: None,
            dislikes: None,
            comments: None,
            shares: None,
            watch_time_minutes: None,
            average_view_duration_seconds: None,
            average_view_percentage: None,
            subscribers_gained: None,
            subscribers_lost: None,
            subscribers: None,
            impressions: None,
            click_through_rate: None,
            viewer_percentage: None,
            unique_viewers: None,
            estimated_revenue_micros: None,
            ad_revenue_micros: None,
            cpm_micros: None,
            playback_based_cpm_micros: None,
            monetized_playbacks: None,
            ad_impressions: None,
            currency: None,
            is_final: None,
        }
    }

    /// The dimensions in the order of the fields, `None` where the row is not split by one.
    fn dimensions(&self) -> [(&'static str, &Option<String>); 11] {
        [
            ("country", &self.country),
            ("traffic_source", &self.traffic_source),
            ("traffic_detail", &self.traffic_detail),
            ("device", &self.device),
            ("operating_system", &self.operating_system),
            ("playback_location", &self.playback_location),
            ("age_group", &self.age_group),
            ("gender", &self.gender),
            ("subscribed_status", &self.subscribed_status),
            ("content_type", &self.content_type),
            ("other_dimension", &self.other_dimension),
        ]
    }

    fn check_counters(&self) -> Result<(), Invalid> {
        counter("views", self.views)?;
        counter("video_duration_seconds", self.video_duration_seconds)?;
        counter("engaged_views", self.engaged_views)?;
        // a like that is taken back on another day counts against that day
        let signed = [
            ("likes", self.likes),
            ("dislikes", self.dislikes),
            ("comments", self.comments),
            ("shares", self.shares),
            ("subscribers", self.subscribers),
            ("estimated_revenue_micros", self.estimated_revenue_micros),
            ("ad_revenue_micros", self.ad_revenue_micros),
            ("cpm_micros", self.cpm_micros),
            ("playback_based_cpm_micros", self.playback_based_cpm_micros),
        ];
        for (field, value) in signed {
            bounded(field, value.unwrap_or_default())?;
        }
        counter("subscribers_gained", self.subscribers_gained)?;
        counter("subscribers_lost", self.subscribers_lost)?;
        counter("impressions", self.impressions)?;
        counter("unique_viewers", self.unique_viewers)?;
        counter("monetized_playbacks", self.monetized_playbacks)?;
        counter("ad_impressions", self.ad_impressions)
    }
}

impl Payload for AnalyticsRow {
    const TOPIC: Topic = Topic::Analytics;
    const KIND: &'static str = "com.ytempire.youtube.analytics-row.v1";

    fn key(&self) -> String {
        match (&self.channel_id, &self.video_id) {
            (Some(channel), _) => channel.to_string(),
            (None, Some(video)) => video.to_string(),
            (None, None) => self.report.as_str().to_owned(),
        }
    }

    /// Channel, report, video and dimensions; the day is the event time.
    fn natural_key(&self) -> Vec<&str> {
        let dimensions = self.dimensions().map(|(_, value)| value.as_deref().unwrap_or(""));
        let mut key = vec![
            self.channel_id.as_ref().map_or("", ChannelId::as_str),
            self.report.as_str(),
            self.video_id.as_ref().map_or("", VideoId::as_str),
        ];
        key.extend(dimensions);
        key
    }

    fn check(&self) -> Result<(), Invalid> {
        self.check_counters()?;
        date("day", self.day)?;
        date("last_day", self.last_day)?;
        date("video_published_on", self.video_published_on)?;
        quantity("watch_time_minutes", self.watch_time_minutes)?;
        quantity("average_view_duration_seconds", self.average_view_duration_seconds)?;
        quantity("average_view_percentage", self.average_view_percentage)?;
        quantity("click_through_rate", self.click_through_rate)?;
        quantity("viewer_percentage", self.viewer_percentage)?;
        if self.click_through_rate.is_some_and(|rate| rate > 1.0) {
            return Err(Invalid::new("click_through_rate", "is a fraction, at most 1"));
        }
        if let (Some(first), Some(last)) = (self.day, self.last_day)
            && last < first
        {
            return Err(Invalid::new("last_day", format!("{last} is before {first}")));
        }
        no_nul("video_title", self.video_title.as_deref().unwrap_or_default())?;
        for (field, value) in self.dimensions() {
            no_nul(field, value.as_deref().unwrap_or_default())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_the_channel_else_the_video_else_the_report() {
        let mut row = AnalyticsRow::of(Report::TrafficSource);
        assert_eq!(row.key(), "traffic-source");
        row.video_id = VideoId::new("dQw4w9WgXcQ").ok();
        assert_eq!(row.key(), "dQw4w9WgXcQ");
        row.channel_id = ChannelId::new("UC4PooiX37Pld1T8J5SYT-SQ").ok();
        assert_eq!(row.key(), "UC4PooiX37Pld1T8J5SYT-SQ");
    }

    #[test]
    fn what_is_absent_is_not_written() {
        let row = serde_json::to_string(&AnalyticsRow::of(Report::Basic)).expect("json");
        assert_eq!(row, r#"{"report":"basic"}"#);
    }

    #[test]
    fn a_rate_is_a_fraction() {
        let rate = |rate| AnalyticsRow {
            click_through_rate: Some(rate),
            ..AnalyticsRow::of(Report::Reach)
        };
        assert!(rate(0.0168).check().is_ok());
        for wrong in [1.68, -0.1, f64::NAN] {
            assert_eq!(rate(wrong).check().expect_err("accepted").field, "click_through_rate");
        }
    }
}
