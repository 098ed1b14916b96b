//! The bulk CSVs. Empty values are real: a country YouTube doesn't know, a detail it doesn't tell, the videos it gives
//! no id of.

use chrono::NaiveDate;

use super::kinds::Kind;
use crate::audience::{self, Division, Sums};
use crate::moment::Moment;

/// Columns that divide views, and the Analytics dimensions they are.
const DIVIDED: [(&str, &str); 7] = [
    ("live_or_on_demand", "liveOrOnDemand"),
    ("subscribed_status", "subscribedStatus"),
    ("country_code", "country"),
    ("playback_location_type", "insightPlaybackLocationType"),
    ("traffic_source_type", "insightTrafficSourceType"),
    ("operating_system", "operatingSystem"),
    ("device_type", "deviceType"),
];
const AGES: [(&str, f64); 5] = [
    ("AGE_13_17", 8.0),
    ("AGE_18_24", 30.0),
    ("AGE_25_34", 34.0),
    ("AGE_35_44", 18.0),
    ("AGE_45_54", 10.0),
];

/// The file of a day: a header, then a row per combination that was seen.
pub(super) fn csv(moment: &Moment<'_>, channel: u32, kind: &Kind, day: NaiveDate) -> Result<Vec<u8>, csv::Error> {
    let facts = moment.census.channel(channel);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(kind.dimensions.iter().chain(kind.metrics))?;
    let date = day.format("%Y%m%d").to_string();
    for cell in audience::cells(moment, channel, day).unwrap_or_default() {
        let video = cell
            .video
            .as_ref()
            .map(|video| video.id.to_string())
            .unwrap_or_default();
        let first = vec![date.clone(), facts.id.to_string(), video];
        let mut rows = vec![(first, cell.sums)];
        for dimension in &kind.dimensions[3..] {
            rows = widen(
                rows,
                dimension,
                facts.region.as_str(),
                moment.census.keyword(channel as usize),
            );
        }
        for (mut row, sums) in rows {
            if sums.views == 0 && sums.impressions == 0 {
                continue;
            }
            let share = AGES
                .iter()
                .find(|(age, _)| row.iter().any(|value| value == age))
                .map(|(_, share)| share / 2.0);
            row.extend(kind.metrics.iter().map(|metric| value(metric, &sums, share)));
            writer.write_record(row)?;
        }
    }
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

fn widen(rows: Vec<(Vec<String>, Sums)>, dimension: &str, home: &str, keyword: &str) -> Vec<(Vec<String>, Sums)> {
    let with = |row: &[String], value: &str| row.iter().cloned().chain([value.to_owned()]).collect::<Vec<_>>();
    let divided = DIVIDED.iter().find(|(column, _)| *column == dimension);
    let division = divided.and_then(|(_, name)| Division::named(name));
    rows.into_iter()
        .flat_map(|(row, sums)| match (division, dimension) {
            (Some(division), _) => {
                let parts = division.of(sums, home).into_iter();
                parts
                    .map(|(_, code, share)| (with(&row, &code), share))
                    .collect::<Vec<_>>()
            }
            (None, "age_group") => AGES.iter().map(|(age, _)| (with(&row, age), sums)).collect(),
            (None, "gender") => ["FEMALE", "MALE"]
                .iter()
                .map(|gender| (with(&row, gender), sums))
                .collect(),
            // only searches are told, and only some of them
            (None, "traffic_source_detail") if row.last().is_some_and(|source| source == "5") => vec![
                (with(&row, keyword), sums.between(0, 400)),
                (with(&row, ""), sums.between(400, 1000)),
            ],
            (None, _) => vec![(with(&row, ""), sums)],
        })
        .collect()
}

fn value(metric: &str, sums: &Sums, share: Option<f64>) -> String {
    let per = |above: f64, below: i64| if below == 0 { 0.0 } else { above / below as f64 };
    match metric {
        "views" => sums.views.to_string(),
        "engaged_views" => sums.engaged.to_string(),
        "red_views" => (sums.views / 20).to_string(),
        "watch_time_minutes" => format!("{:.4}", sums.seconds as f64 / 60.0),
        "red_watch_time_minutes" => format!("{:.4}", sums.seconds as f64 / 1200.0),
        "average_view_duration_seconds" => format!("{:.4}", per(sums.seconds as f64, sums.views)),
        "average_view_duration_percentage" => format!("{:.4}", per(sums.seconds as f64 * 100.0, sums.length_seconds)),
        "likes" => sums.likes.to_string(),
        "dislikes" => (sums.likes / 40).to_string(),
        "comments" => sums.comments.to_string(),
        "shares" => sums.shares.to_string(),
        "subscribers_gained" => sums.gained.to_string(),
        "subscribers_lost" => sums.lost.to_string(),
        "videos_added_to_playlists" => (sums.views / 200).to_string(),
        "videos_removed_from_playlists" => (sums.views / 900).to_string(),
        "card_impressions" => (sums.views / 50).to_string(),
        "card_clicks" => (sums.views / 2500).to_string(),
        "card_teaser_impressions" => (sums.views / 4).to_string(),
        "card_teaser_clicks" => (sums.views / 400).to_string(),
        "video_thumbnail_impressions" => sums.impressions.to_string(),
        "video_thumbnail_impressions_ctr" => format!("{:.6}", per(sums.clicks as f64, sums.impressions)),
        "views_percentage" => format!("{:.2}", share.unwrap_or_default()),
        _ => "0".to_owned(),
    }
}
