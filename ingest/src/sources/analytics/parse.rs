//! `youtubeAnalytics#resultTable`: column headers, and rows of values in their order.

use chrono::{NaiveDate, NaiveTime};
use events::{AnalyticsRow, ChannelId, Currency, Event, Rejection, Topic, VideoId};
use serde_json::Value;

use super::SOURCE;
use super::report::Wanted;
use crate::Outgoing;
use crate::pull::{BadItem, Item};

/// What an answer does not say of itself.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The channel's id, or `MINE`.
    pub channel: &'a str,
    pub report: &'a Wanted,
    pub day: NaiveDate,
    pub is_final: bool,
}

/// A record for every row; an answer without rows has none.
pub fn rows(answer: &Value, about: About<'_>) -> Vec<Outgoing> {
    let headers = Item(answer).list("/columnHeaders");
    let names: Vec<&str> = headers
        .iter()
        .map(|header| header["name"].as_str().unwrap_or_default())
        .collect();
    let read = |row: &Value| {
        let time = about.day.and_time(NaiveTime::MIN).and_utc();
        let event = one(row, &names, about).and_then(|row| Ok(Event::new(SOURCE, time, row)?));
        match event {
            Ok(event) => event.into(),
            Err(bad) => {
                let raw = serde_json::json!({"columns": names, "row": row})
                    .to_string()
                    .into_bytes();
                let reason = format!("report {}, {bad}", about.report.name);
                Rejection::new(SOURCE, Topic::Analytics, reason, raw).into()
            }
        }
    };
    Item(answer).list("/rows").iter().map(read).collect()
}

fn one(row: &Value, names: &[&str], about: About<'_>) -> Result<AnalyticsRow, BadItem> {
    let width = row.as_array().map(Vec::len);
    if width != Some(names.len()) {
        return Err(BadItem::new(
            "row",
            format!("has {width:?} values for {} columns", names.len()),
        ));
    }
    let mut read = AnalyticsRow::of(about.report.report);
    read.day = Some(about.day);
    read.is_final = Some(about.is_final);
    // an owner's own channel is not named in the answer
    read.channel_id = ChannelId::new(about.channel).ok();
    for (column, name) in names.iter().enumerate() {
        let named = BadItemNamed(name);
        set(&mut read, name, Item(row), &format!("/{column}")).map_err(|bad| named.instead(bad))?;
    }
    Ok(read)
}

/// A column's name says more than its number.
struct BadItemNamed<'a>(&'a str);

impl BadItemNamed<'_> {
    fn instead(&self, bad: BadItem) -> BadItem {
        BadItem {
            field: self.0.to_owned(),
            ..bad
        }
    }
}

fn set(read: &mut AnalyticsRow, name: &str, row: Item<'_>, at: &str) -> Result<(), BadItem> {
    // bulk files and reports hold empty dimension values: nobody knows
    let dimension = || Ok::<_, BadItem>(row.text(at)?.filter(|text| !text.is_empty()).map(str::to_owned));
    // counts come as 12 and as 12.0
    let count = || Ok::<_, BadItem>(row.number(at)?.map(|number| number.round() as i64));
    let micros = || Ok::<_, BadItem>(row.number(at)?.map(|amount| (amount * 1e6).round() as i64));
    match name {
        "day" => {}
        "video" => read.video_id = dimension()?.map(VideoId::new).transpose()?,
        "channel" => read.channel_id = dimension()?.map(ChannelId::new).transpose()?,
        "country" => read.country = dimension()?,
        "insightTrafficSourceType" => read.traffic_source = dimension()?,
        "insightTrafficSourceDetail" => read.traffic_detail = dimension()?,
        "deviceType" => read.device = dimension()?,
        "operatingSystem" => read.operating_system = dimension()?,
        "ageGroup" => read.age_group = dimension()?,
        "gender" => read.gender = dimension()?,
        "views" => read.views = count()?,
        "engagedViews" => read.engaged_views = count()?,
        "likes" => read.likes = count()?,
        "dislikes" => read.dislikes = count()?,
        "comments" => read.comments = count()?,
        "shares" => read.shares = count()?,
        "estimatedMinutesWatched" => read.watch_time_minutes = row.number(at)?,
        "averageViewDuration" => read.average_view_duration_seconds = row.number(at)?,
        "averageViewPercentage" => read.average_view_percentage = row.number(at)?,
        "subscribersGained" => read.subscribers_gained = count()?,
        "subscribersLost" => read.subscribers_lost = count()?,
        "viewerPercentage" => read.viewer_percentage = row.number(at)?,
        "monetizedPlaybacks" => read.monetized_playbacks = count()?,
        "adImpressions" => read.ad_impressions = count()?,
        "estimatedRevenue" => read.estimated_revenue_micros = in_dollars(read, micros()?),
        "estimatedAdRevenue" => read.ad_revenue_micros = in_dollars(read, micros()?),
        "cpm" => read.cpm_micros = in_dollars(read, micros()?),
        "playbackBasedCpm" => read.playback_based_cpm_micros = in_dollars(read, micros()?),
        other => return Err(BadItem::new(other, "is a column that nobody asked for")),
    }
    Ok(())
}

/// Amounts are US dollars unless another currency is asked for.
fn in_dollars(read: &mut AnalyticsRow, micros: Option<i64>) -> Option<i64> {
    read.currency = Currency::new("USD").ok();
    micros
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sources::analytics::report;

    fn read(name: &str, answer: &Value) -> Vec<Outgoing> {
        let report = report::named(name).expect("a report");
        let about = About {
            channel: "MINE",
            report,
            day: NaiveDate::MIN.max("2026-11-20".parse().expect("a day")),
            is_final: true,
        };
        rows(answer, about)
    }

    #[test]
    fn rows_follow_their_headers() {
        let answer = json!({"columnHeaders": [{"name": "country"}, {"name": "views"}, {"name": "estimatedMinutesWatched"}],
            "rows": [["US", 12, 3.5], ["", 1.0, 0], ["FR", "many", 1], ["DE"]]});
        let records = read("geography", &answer);
        let first: Value = serde_json::from_slice(&records[0].body).expect("json");
        assert_eq!(
            first,
            json!({"report": "geography", "day": "2026-11-20", "country": "US", "views": 12,
            "watch_time_minutes": 3.5, "is_final": true})
        );
        let second: Value = serde_json::from_slice(&records[1].body).expect("json");
        assert_eq!((&second["country"], &second["views"]), (&Value::Null, &json!(1)));
        let reasons: Vec<_> = records
            .iter()
            .filter_map(|record| record.envelope.reject_reason.as_deref())
            .collect();
        assert!(
            reasons[0].contains("views: \"\\\"many\\\"\" is not a number"),
            "{reasons:?}"
        );
        assert_eq!(reasons.len(), 2);
    }

    #[test]
    fn money_is_millionths_of_a_dollar() {
        let answer = json!({"columnHeaders": [{"name": "day"}, {"name": "estimatedRevenue"}], "rows": [["2026-11-20", 12.345678]]});
        let row: Value = serde_json::from_slice(&read("revenue", &answer)[0].body).expect("json");
        assert_eq!(
            (&row["estimated_revenue_micros"], &row["currency"]),
            (&json!(12_345_678), &json!("USD"))
        );
    }

    #[test]
    fn a_report_without_rows_is_empty() {
        assert!(read("basic", &json!({"columnHeaders": []})).is_empty());
    }
}
