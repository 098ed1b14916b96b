//! From a checked query to `youtubeAnalytics#resultTable`.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::metric::About;
use super::query::Wanted;
use crate::audience::{self, Cell, Division, Sums, divisions};
use crate::google::Refusal;
use crate::moment::Moment;

pub(super) fn make(moment: &Moment<'_>, wanted: &Wanted) -> Result<Value, Refusal> {
    let mut rows = if wanted.about(About::Viewers) {
        viewers(wanted)
    } else if wanted.about(About::Retention) {
        retention(wanted)
    } else {
        counted(moment, wanted)
    };
    if !wanted.sort.is_empty() {
        rows.sort_by(|a, b| order(a, b, &wanted.sort));
    }
    let rows: Vec<Vec<Value>> = rows.into_iter().skip(wanted.skip).take(wanted.limit).collect();
    let dimension = |name: &String| {
        let kind = if name == "elapsedVideoTimeRatio" {
            "FLOAT"
        } else {
            "STRING"
        };
        json!({"name": name, "columnType": "DIMENSION", "dataType": kind})
    };
    let mut headers: Vec<Value> = wanted.dimensions.iter().map(dimension).collect();
    headers.extend(
        wanted
            .metrics
            .iter()
            .map(|metric| json!({"name": metric.name, "columnType": "METRIC", "dataType": metric.data_type()})),
    );
    Ok(json!({"kind": "youtubeAnalytics#resultTable", "columnHeaders": headers, "rows": rows}))
}

fn order(a: &[Value], b: &[Value], sort: &[(usize, bool)]) -> Ordering {
    let column = |(place, falls): &(usize, bool)| {
        let ordering = match (a[*place].as_f64(), b[*place].as_f64()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => a[*place].as_str().cmp(&b[*place].as_str()),
        };
        if *falls { ordering.reverse() } else { ordering }
    };
    sort.iter()
        .map(column)
        .find(|ordering| ordering.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn counted(moment: &Moment<'_>, wanted: &Wanted) -> Vec<Vec<Value>> {
    let mut groups: BTreeMap<Vec<String>, Sums> = BTreeMap::new();
    let home = moment.census.channel(wanted.channel).region;
    let earliest = wanted.first.max(moment.census.config().start.date_naive());
    let days = earliest
        .iter_days()
        .take_while(|day| *day <= wanted.last.min(moment.now.date_naive()));
    for day in days {
        for cell in audience::cells(moment, wanted.channel, day).unwrap_or_default() {
            if passes(wanted, &cell) {
                count(moment, wanted, day, &cell, home.as_str(), &mut groups);
            }
        }
    }
    let row = |(key, sums): (Vec<String>, Sums)| {
        let sums = Sums {
            cents: sums.cents * wanted.rate,
            ..sums
        };
        let values = wanted.metrics.iter().map(|metric| metric.value(&sums));
        key.into_iter().map(Value::from).chain(values).collect()
    };
    groups.into_iter().filter(|(_, sums)| sums.views > 0).map(row).collect()
}

fn passes(wanted: &Wanted, cell: &Cell) -> bool {
    let Some(video) = &cell.video else {
        return wanted.filter("video").is_none() && !wanted.by("video");
    };
    let kind = content_type(cell).to_owned();
    wanted
        .filter("video")
        .is_none_or(|ids| ids.iter().any(|id| id == video.id.as_str()))
        && wanted
            .filter("creatorContentType")
            .is_none_or(|kinds| kinds.contains(&kind))
}

fn content_type(cell: &Cell) -> &'static str {
    match &cell.video {
        Some(video) if video.length_seconds <= 60 => "SHORTS",
        _ => "VIDEO_ON_DEMAND",
    }
}

fn count(
    moment: &Moment<'_>,
    wanted: &Wanted,
    day: NaiveDate,
    cell: &Cell,
    home: &str,
    groups: &mut BTreeMap<Vec<String>, Sums>,
) {
    let mut parts: Vec<(BTreeMap<&str, String>, Sums)> = vec![(BTreeMap::new(), cell.sums)];
    for division in divisions()
        .iter()
        .filter(|one| wanted.by(one.name) || wanted.filter(one.name).is_some())
    {
        parts = divide(division, wanted, parts, home);
    }
    for (names, sums) in parts {
        let details = match wanted.by("insightTrafficSourceDetail") {
            false => vec![(String::new(), sums)],
            true => details(moment, wanted, sums),
        };
        for (detail, sums) in details {
            let value = |dimension: &String| match dimension.as_str() {
                "day" => day.to_string(),
                "month" => day.format("%Y-%m").to_string(),
                "video" => cell
                    .video
                    .as_ref()
                    .map(|video| video.id.to_string())
                    .unwrap_or_default(),
                "channel" => moment.census.channel(wanted.channel).id.to_string(),
                "creatorContentType" => content_type(cell).to_owned(),
                "insightTrafficSourceDetail" => detail.clone(),
                other => names.get(other).cloned().unwrap_or_default(),
            };
            let key: Vec<String> = wanted.dimensions.iter().map(value).collect();
            groups.entry(key).or_default().add(sums);
        }
    }
}

type Named<'a> = (BTreeMap<&'a str, String>, Sums);

fn divide<'a>(division: &'a Division, wanted: &Wanted, parts: Vec<Named<'a>>, home: &str) -> Vec<Named<'a>> {
    let mut divided = Vec::new();
    for (names, sums) in parts {
        for (name, _, share) in division.of(sums, home) {
            if wanted.filter(division.name).is_none_or(|values| values.contains(&name)) {
                let mut names = names.clone();
                names.insert(division.name, name);
                divided.push((names, share));
            }
        }
    }
    divided
}

/// Where exactly viewers came from, for the source that is asked for.
fn details(moment: &Moment<'_>, wanted: &Wanted, sums: Sums) -> Vec<(String, Sums)> {
    let source = wanted
        .filter("insightTrafficSourceType")
        .and_then(|sources| sources.first());
    let names: Vec<String> = match source.map(String::as_str) {
        Some("YT_SEARCH") => (0..4)
            .map(|n| moment.census.keyword(wanted.channel as usize * 3 + n).to_owned())
            .collect(),
        Some("EXT_URL") => ["Google Search", "reddit.com", "twitter.com", "WhatsApp"]
            .map(str::to_owned)
            .into(),
        Some("RELATED_VIDEO") => {
            let videos = moment.census.videos_of(wanted.channel, moment.now).into_iter().take(4);
            videos
                .filter_map(|key| moment.census.video(key))
                .map(|video| video.id.to_string())
                .collect()
        }
        _ => ["what-to-watch", "/feed/subscriptions", "/my_history", "other"]
            .map(str::to_owned)
            .into(),
    };
    let marks = [0, 480, 750, 900, 1000];
    names
        .into_iter()
        .enumerate()
        .map(|(n, name)| (name, sums.between(marks[n], marks[n + 1])))
        .collect()
}

const AGES: [(&str, f64); 7] = [
    ("age13-17", 0.08),
    ("age18-24", 0.27),
    ("age25-34", 0.31),
    ("age35-44", 0.17),
    ("age45-54", 0.09),
    ("age55-64", 0.05),
    ("age65-", 0.03),
];
const GENDERS: [(&str, f64); 2] = [("female", 0.44), ("male", 0.56)];

fn viewers(wanted: &Wanted) -> Vec<Vec<Value>> {
    let mut groups: BTreeMap<Vec<&str>, f64> = BTreeMap::new();
    for (age, of_age) in AGES {
        for (gender, of_gender) in GENDERS {
            let value = |dimension: &String| match dimension.as_str() {
                "ageGroup" => age,
                "gender" => gender,
                _ => "",
            };
            *groups.entry(wanted.dimensions.iter().map(value).collect()).or_default() += of_age * of_gender * 100.0;
        }
    }
    let percent = |share: f64| json!((share * 10.0).round() / 10.0);
    groups
        .into_iter()
        .map(|(key, share)| {
            key.into_iter()
                .map(Value::from)
                .chain(wanted.metrics.iter().map(|_| percent(share)))
                .collect()
        })
        .collect()
}

/// A hundred points of a video's length: a quick loss, then a slow one.
fn retention(wanted: &Wanted) -> Vec<Vec<Value>> {
    let point = |hundredth: i32| {
        let at = f64::from(hundredth) / 100.0;
        let watching = 0.35 + 0.6 / (1.0 + 6.0 * at);
        let value = |name: &str| match name {
            "audienceWatchRatio" => json!((watching * 1000.0).round() / 1000.0),
            _ => json!(0.5),
        };
        let mut row = vec![json!(at)];
        row.extend(wanted.metrics.iter().map(|metric| value(metric.name)));
        row
    };
    (1..=100).map(point).collect()
}
