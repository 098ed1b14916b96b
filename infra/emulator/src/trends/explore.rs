//! `explore`: which widgets a comparison has. Each widget's request carries what its data is made from.

use axum::http::StatusCode;
use chrono::{DateTime, Months, NaiveDate, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use super::token;
use crate::moment::Moment;

/// At most so many terms are compared.
const TERMS: usize = 5;

pub(super) fn widgets(moment: &Moment<'_>, request: &Value) -> Result<Value, StatusCode> {
    let items = request["comparisonItem"]
        .as_array()
        .filter(|items| (1..=TERMS).contains(&items.len()));
    let items = items.ok_or(StatusCode::BAD_REQUEST)?;
    let (begin, end) =
        span(moment.now, items[0]["time"].as_str().unwrap_or("today 12-m")).ok_or(StatusCode::BAD_REQUEST)?;
    let resolution = match (end - begin).num_days() {
        0..=7 => "HOUR",
        8..=270 => "DAY",
        271..=1900 => "WEEK",
        _ => "MONTH",
    };
    let mut terms = Vec::new();
    for item in items {
        let keyword = item["keyword"]
            .as_str()
            .filter(|keyword| !keyword.is_empty())
            .ok_or(StatusCode::BAD_REQUEST)?;
        let geo = item["geo"].as_str().unwrap_or_default();
        let place = if geo.is_empty() {
            json!({})
        } else {
            json!({"country": geo})
        };
        let restriction = json!({"keyword": [{"type": "BROAD", "value": keyword}]});
        terms.push((
            keyword,
            json!({"geo": place, "complexKeywordsRestriction": restriction}),
        ));
    }
    let time = format!("{} {}", stamp(begin), stamp(end));
    let all: Vec<&Value> = terms.iter().map(|(_, term)| term).collect();
    let options = json!({"property": request["property"], "backend": "IZG", "category": request["category"]});
    let series = json!({"time": time, "resolution": resolution, "locale": "en-US", "comparisonItem": all, "requestOptions": options});
    let detail = match terms.iter().all(|(_, term)| term["geo"]["country"].is_null()) {
        true => "COUNTRY",
        false => "REGION",
    };
    let map = json!({"time": time, "resolution": detail, "locale": "en-US", "comparisonItem": all, "requestOptions": options});
    let mut widgets = vec![
        widget("TIMESERIES", "TIMESERIES", "Interest over time", series),
        widget("GEO_MAP", "GEO_MAP", "Interest by region", map),
    ];
    for (place, (_, term)) in terms.iter().enumerate() {
        let restriction =
            json!({"geo": term["geo"], "time": time, "complexKeywordsRestriction": term["complexKeywordsRestriction"]});
        let asked = json!({"restriction": restriction, "keywordType": "QUERY", "metric": ["TOP", "RISING"], "requestOptions": options});
        let id = if terms.len() == 1 {
            "RELATED_QUERIES".to_owned()
        } else {
            format!("RELATED_QUERIES_{place}")
        };
        widgets.push(widget(&id, "RELATED_QUERIES", "Related queries", asked));
    }
    let keywords: Vec<Value> = terms
        .iter()
        .map(|(keyword, _)| json!({"keyword": keyword, "name": keyword, "type": "Search term"}))
        .collect();
    Ok(json!({"widgets": widgets, "keywords": keywords, "timeRanges": [time], "shareText": ""}))
}

fn widget(id: &str, kind: &str, title: &str, request: Value) -> Value {
    json!({"id": id, "title": title, "type": "fe_widget", "template": "fe", "token": token(kind, &request), "request": request})
}

fn stamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
        .replace(':', "\\:")
        .replace('Z', "")
}

/// `today 12-m`, `now 7-d`, `all`, or two dates.
pub(super) fn span(now: DateTime<Utc>, text: &str) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    if text == "all" {
        return Some((now - TimeDelta::days(365 * 20), now));
    }
    let (first, second) = text.split_once(' ')?;
    if let Some((count, unit)) = second.split_once('-').filter(|_| ["today", "now"].contains(&first)) {
        let count: u32 = count.parse().ok().filter(|count| *count <= 240)?;
        let begin = match unit {
            "H" => now - TimeDelta::hours(count.into()),
            "d" => now - TimeDelta::days(count.into()),
            "m" => now.checked_sub_months(Months::new(count))?,
            "y" => now.checked_sub_months(Months::new(count * 12))?,
            _ => return None,
        };
        return Some((begin, now));
    }
    let day = |text: &str| {
        text.parse::<NaiveDate>()
            .ok()
            .map(|day| day.and_time(chrono::NaiveTime::MIN).and_utc())
    };
    day(first).zip(day(second)).filter(|(begin, end)| begin < end)
}
