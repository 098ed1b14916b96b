//! The data of widgets.

use axum::http::StatusCode;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::moment::Moment;
use crate::secrets;

/// What a widget's request is about: the terms and the time.
struct Asked {
    terms: Vec<String>,
    begin: DateTime<Utc>,
    end: DateTime<Utc>,
}

fn terms_of(item: &Value) -> Option<String> {
    item["complexKeywordsRestriction"]["keyword"][0]["value"]
        .as_str()
        .map(str::to_owned)
}

fn read(items: &[Value], time: &Value) -> Option<Asked> {
    let text = time.as_str()?.replace("\\:", ":");
    let (begin, end) = text.split_once(' ')?;
    let moment = |text: &str| {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S")
            .ok()
            .map(|time| time.and_utc())
    };
    Some(Asked {
        terms: items.iter().map(terms_of).collect::<Option<_>>()?,
        begin: moment(begin)?,
        end: moment(end)?,
    })
}

/// Interest in a term; terms that the world does not know have a little of their own.
fn interest(moment: &Moment<'_>, term: &str, at: DateTime<Utc>) -> f64 {
    match moment.census.keyword_number(term) {
        Some(_) if at > moment.now => 0.0,
        Some(number) => {
            let habit = secrets::number(&["habit", term]) % 100;
            moment.census.interest(number, at) * (0.6 + habit as f64 / 125.0)
        }
        None => {
            (secrets::number(&["unknown", term, &at.timestamp().div_euclid(604_800).to_string()]) % 100) as f64 / 4000.0
        }
    }
}

/// A share of the highest as Trends shows it: whole, and `<1` for what is not quite nothing.
fn shown(value: f64) -> (i64, String) {
    match value {
        value if value > 0.0 && value < 0.5 => (0, "<1".to_owned()),
        value => (value.round() as i64, (value.round() as i64).to_string()),
    }
}

pub(super) fn timeline(moment: &Moment<'_>, request: &Value) -> Result<Value, StatusCode> {
    let items = request["comparisonItem"].as_array().ok_or(StatusCode::BAD_REQUEST)?;
    let asked = read(items, &request["time"]).ok_or(StatusCode::BAD_REQUEST)?;
    let step = match request["resolution"].as_str() {
        Some("HOUR") => TimeDelta::hours(1),
        Some("DAY") => TimeDelta::days(1),
        Some("WEEK") => TimeDelta::weeks(1),
        _ => TimeDelta::days(30),
    };
    let mut points = Vec::new();
    let mut at = asked.begin;
    while at <= asked.end && points.len() < 2000 {
        let values: Vec<f64> = asked
            .terms
            .iter()
            .map(|term| interest(moment, term, at + step / 2))
            .collect();
        points.push((at, values));
        at += step;
    }
    let highest = points
        .iter()
        .flat_map(|(_, values)| values)
        .copied()
        .fold(f64::MIN_POSITIVE, f64::max);
    let point = |(at, values): &(DateTime<Utc>, Vec<f64>)| {
        let (values, texts): (Vec<i64>, Vec<String>) =
            values.iter().map(|value| shown(value / highest * 100.0)).unzip();
        let known: Vec<bool> = texts.iter().map(|text| text != "0").collect();
        let name = at.format("%b %-d, %Y").to_string();
        let partial = *at + step > moment.now;
        let mut point = json!({"time": at.timestamp().to_string(), "formattedTime": name, "formattedAxisTime": name,
            "value": values, "hasData": known, "formattedValue": texts});
        if partial {
            point["isPartial"] = json!(true);
        }
        point
    };
    let shown: Vec<Value> = points.iter().map(point).collect();
    let averages: Vec<i64> = match asked.terms.len() {
        1 => Vec::new(),
        count => (0..count).map(|term| average(&points, term, highest)).collect(),
    };
    Ok(json!({"timelineData": shown, "averages": averages}))
}

fn average(points: &[(DateTime<Utc>, Vec<f64>)], term: usize, highest: f64) -> i64 {
    let sum: f64 = points.iter().map(|(_, values)| values[term] / highest * 100.0).sum();
    (sum / points.len().max(1) as f64).round() as i64
}

/// Neighbours in the keyword's niche, and longer forms of it.
pub(super) fn related(moment: &Moment<'_>, request: &Value) -> Result<Value, StatusCode> {
    let restriction = &request["restriction"];
    let term = terms_of(restriction).ok_or(StatusCode::BAD_REQUEST)?;
    let census = &moment.census;
    let neighbours = census
        .niches()
        .find(|(_, keywords)| keywords.iter().any(|word| word.eq_ignore_ascii_case(&term)));
    let mut queries: Vec<String> = ["how to {}", "{} near me", "best {}", "{} 2026"]
        .map(|form| form.replace("{}", &term))
        .into();
    queries.extend(
        neighbours
            .into_iter()
            .flat_map(|(_, keywords)| keywords.iter().map(|word| (*word).to_owned())),
    );
    queries.retain(|query| *query != term);
    let ranked = |values: fn(usize) -> (i64, String)| -> Vec<Value> {
        let entry = |(place, query): (usize, &String)| {
            let (value, formatted) = values(place);
            let link = format!("/trends/explore?q={}", query.replace(' ', "+"));
            json!({"query": query, "value": value, "formattedValue": formatted, "hasData": true, "link": link})
        };
        queries.iter().enumerate().map(entry).collect()
    };
    let top = ranked(|place| (100 - 8 * place as i64, (100 - 8 * place as i64).to_string()));
    let rising = ranked(|place| match place {
        0 => (5000, "Breakout".to_owned()),
        place => (900 / place as i64, format!("+{}%", 900 / place as i64)),
    });
    Ok(json!({"rankedList": [{"rankedKeyword": top}, {"rankedKeyword": rising}]}))
}

pub(super) fn by_region(moment: &Moment<'_>, request: &Value) -> Result<Value, StatusCode> {
    let items = request["comparisonItem"].as_array().ok_or(StatusCode::BAD_REQUEST)?;
    let asked = read(items, &request["time"]).ok_or(StatusCode::BAD_REQUEST)?;
    let within = items.iter().find_map(|item| item["geo"]["country"].as_str());
    let region = |(code, name): &(String, String)| {
        let value = |term: &String| (secrets::number(&["map", term, code]) % 100) as i64 + 1;
        let values: Vec<i64> = asked.terms.iter().map(value).collect();
        let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
        json!({"geoCode": code, "geoName": name, "value": values, "formattedValue": texts,
            "maxValueIndex": 0, "hasData": vec![true; values.len()]})
    };
    let countries = moment.census.config().regions.iter();
    let places: Vec<(String, String)> = match within {
        None => countries
            .map(|country| (country.to_string(), country.to_string()))
            .collect(),
        // the emulator knows no names of them
        Some(country) => (1..=8)
            .map(|number| {
                (
                    format!("{country}-{number:02}"),
                    format!("Region {number} of {country}"),
                )
            })
            .collect(),
    };
    let map: Vec<Value> = places.iter().map(region).collect();
    Ok(json!({"geoMapData": map}))
}
