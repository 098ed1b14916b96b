//! The data of Google Trends' widgets as signals, the same ones that an export of the page gives.

use chrono::{DateTime, TimeDelta, Utc};
use events::payload::{Relation, Scale, TrendSource};
use events::{Event, Region, Rejection, Topic, TrendSignal};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::SOURCE;
use super::value::value;
use crate::Outgoing;
use crate::pull::{BadItem, Item};

/// Growth that Google calls a breakout, in percent.
const BREAKOUT: f64 = 5000.0;

/// A kind of widget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    OverTime,
    ByPlace,
    Related,
}

/// What was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub words: &'a str,
    pub region: Option<&'a Region>,
    pub begin: DateTime<Utc>,
    /// Midnight after the last day.
    pub end: DateTime<Utc>,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::OverTime, Kind::ByPlace, Kind::Related];

    /// By the id that `explore` gives it.
    pub(super) fn named(id: &str) -> Option<Self> {
        match id {
            "TIMESERIES" => Some(Kind::OverTime),
            "GEO_MAP" => Some(Kind::ByPlace),
            "RELATED_QUERIES" => Some(Kind::Related),
            _ => None,
        }
    }

    pub(super) const fn path(self) -> &'static str {
        match self {
            Kind::OverTime => "multiline",
            Kind::ByPlace => "comparedgeo",
            Kind::Related => "relatedsearches",
        }
    }

    /// A record for every value.
    pub fn signals(self, answer: &Value, asked: Asked<'_>) -> Vec<Outgoing> {
        match self {
            Kind::OverTime => over_time(answer, asked),
            Kind::ByPlace => by_place(answer, asked),
            Kind::Related => related(answer, asked),
        }
    }
}

fn record(item: &Value, what: &str, made: Result<(DateTime<Utc>, TrendSignal), BadItem>) -> Outgoing {
    let event = made.and_then(|(time, signal)| Ok(Event::new(SOURCE, time, signal)?));
    event.map_or_else(
        |bad| {
            let raw = item.to_string().into_bytes();
            Rejection::new(SOURCE, Topic::TrendSignals, format!("{what}, {bad}"), raw).into()
        },
        Into::into,
    )
}

/// From `{"default": {"timelineData": [{"time", "formattedValue", "isPartial"}, …]}}`. A point that is not over is left
/// for the next run.
fn over_time(answer: &Value, asked: Asked<'_>) -> Vec<Outgoing> {
    let points = Item(answer).list("/default/timelineData");
    let times: Vec<_> = points
        .iter()
        .map(|point| Item(point).epoch("/time").ok().flatten())
        .collect();
    let gaps = times.windows(2).filter_map(|pair| Some(pair[1]? - pair[0]?));
    let step = gaps
        .filter(|gap| *gap > TimeDelta::zero())
        .min()
        .unwrap_or(TimeDelta::days(1));
    let is_over = |point: &&Value| {
        let time = Item(point).epoch("/time").ok().flatten();
        point["isPartial"] != true && time.is_none_or(|time| time + step <= asked.end)
    };
    let point = |point: &Value| record(point, "interest", at_time(Item(point), step, asked));
    points.iter().filter(is_over).map(point).collect()
}

fn at_time(point: Item<'_>, step: TimeDelta, asked: Asked<'_>) -> Result<(DateTime<Utc>, TrendSignal), BadItem> {
    let begin = point
        .epoch("/time")?
        .ok_or_else(|| BadItem::new("/time", "is missing"))?;
    let mut signal = index(point, step.num_seconds(), asked.words)?;
    signal.region = asked.region.cloned();
    Ok((begin + step, signal))
}

/// The first of a point's values.
fn index(point: Item<'_>, window_seconds: i64, words: &str) -> Result<TrendSignal, BadItem> {
    let field = "/formattedValue/0";
    let text = point.required(field)?;
    let value = value(text).map_err(|damage| BadItem::new(field, damage.detail))?;
    let signal = TrendSignal::of(
        words,
        TrendSource::GoogleTrends,
        window_seconds,
        value.number,
        Scale::Index,
    );
    Ok(TrendSignal {
        below_one: value.below_one.then_some(true),
        ..signal
    })
}

/// From `{"default": {"geoMapData": [{"geoCode", "geoName", "formattedValue", "hasData"}, …]}}`. A place without data is
/// no signal.
fn by_place(answer: &Value, asked: Asked<'_>) -> Vec<Outgoing> {
    let places = Item(answer).list("/default/geoMapData").iter();
    let place = |place: &Value| record(place, "place", at_place(Item(place), asked));
    places.filter(|place| place["hasData"][0] != false).map(place).collect()
}

fn at_place(place: Item<'_>, asked: Asked<'_>) -> Result<(DateTime<Utc>, TrendSignal), BadItem> {
    let mut signal = index(place, (asked.end - asked.begin).num_seconds(), asked.words)?;
    let code = place.text("/geoCode")?.unwrap_or_default();
    match (asked.region, Region::new(code)) {
        (None, Ok(country)) => signal.region = Some(country),
        (within, _) => {
            signal.region = within.cloned();
            signal.area = Some(place.text("/geoName")?.unwrap_or(code).to_owned());
        }
    }
    Ok((asked.end, signal))
}

/// From `{"default": {"rankedList": [{"rankedKeyword": [{"query", "value"}, …]}, …]}}`: the most frequent, then those
/// that grew most.
fn related(answer: &Value, asked: Asked<'_>) -> Vec<Outgoing> {
    let lists = Item(answer).list("/default/rankedList");
    let ranked = lists.iter().zip([Relation::Top, Relation::Rising]);
    let entries = ranked.flat_map(|(list, relation)| {
        let entries = Item(list).list("/rankedKeyword").iter();
        entries.map(move |entry| record(entry, "related query", beside(Item(entry), relation, asked)))
    });
    entries.collect()
}

fn beside(entry: Item<'_>, relation: Relation, asked: Asked<'_>) -> Result<(DateTime<Utc>, TrendSignal), BadItem> {
    let query = entry.required("/query")?;
    let number = entry
        .number("/value")?
        .ok_or_else(|| BadItem::new("/value", "is missing"))?;
    let (number, scale) = match relation {
        Relation::Top => (number, Scale::Index),
        Relation::Rising => (number.min(BREAKOUT), Scale::Growth),
    };
    let window_seconds = (asked.end - asked.begin).num_seconds();
    let signal = TrendSignal {
        region: asked.region.cloned(),
        related_to: Some(asked.words.to_owned()),
        relation: Some(relation),
        ..TrendSignal::of(query, TrendSource::GoogleTrends, window_seconds, number, scale)
    };
    Ok((asked.end, signal))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(region: Option<&Region>) -> Asked<'_> {
        Asked {
            words: "cats",
            region,
            begin: "2026-08-27T00:00:00Z".parse().expect("a time"),
            end: "2026-11-25T00:00:00Z".parse().expect("a time"),
        }
    }

    fn bodies(records: &[Outgoing]) -> Vec<Value> {
        let accepted = records.iter().filter(|record| !record.is_rejected());
        accepted
            .map(|record| serde_json::from_slice(&record.body).expect("json"))
            .collect()
    }

    #[test]
    fn days_that_are_over_become_signals() {
        let day = |day: i64, value: &str| json!({"time": (1_795_392_000 + day * 86_400).to_string(), "formattedValue": [value]});
        let mut partial = day(2, "3");
        partial["isPartial"] = true.into();
        let answer = json!({"default": {"timelineData": [day(0, "100"), day(1, "<1"), partial, {"time": "now"}]}});
        let us = Region::new("US").expect("a region");
        let records = Kind::OverTime.signals(&answer, asked(Some(&us)));
        assert_eq!(
            bodies(&records),
            [
                json!({"keyword": "cats", "source": "google-trends", "region": "US", "window_seconds": 86400, "value": 100.0,
                    "scale": "index"}),
                json!({"keyword": "cats", "source": "google-trends", "region": "US", "window_seconds": 86400, "value": 0.5,
                    "scale": "index", "below_one": true}),
            ]
        );
        assert_eq!(
            records[0].envelope.time,
            DateTime::from_timestamp(1_795_392_000 + 86_400, 0)
        );
        assert_eq!(records.iter().filter(|record| record.is_rejected()).count(), 1);
    }

    #[test]
    fn places_are_countries_of_the_world_and_areas_of_a_country() {
        let answer = json!({"default": {"geoMapData": [
            {"geoCode": "DE", "geoName": "Germany", "formattedValue": ["40"], "hasData": [true]},
            {"geoCode": "TV", "geoName": "Tuvalu", "formattedValue": [""], "hasData": [false]}]}});
        let world = bodies(&Kind::ByPlace.signals(&answer, asked(None)));
        assert_eq!(
            (&world[0]["region"], &world[0]["area"], world.len()),
            (&json!("DE"), &Value::Null, 1)
        );
        let us = Region::new("US").expect("a region");
        let answer = json!({"default": {"geoMapData": [
            {"geoCode": "US-CA", "geoName": "California", "formattedValue": ["40"], "hasData": [true]}]}});
        let area = bodies(&Kind::ByPlace.signals(&answer, asked(Some(&us))));
        assert_eq!(
            (&area[0]["region"], &area[0]["area"]),
            (&json!("US"), &json!("California"))
        );
    }

    #[test]
    fn related_queries_are_an_index_or_a_growth() {
        let answer = json!({"default": {"rankedList": [
            {"rankedKeyword": [{"query": "cat food", "value": 100, "formattedValue": "100"}]},
            {"rankedKeyword": [{"query": "cat gpt", "value": 41250, "formattedValue": "Breakout"}, {"value": 1}]}]}});
        let records = Kind::Related.signals(&answer, asked(None));
        let read = bodies(&records);
        assert_eq!(
            (&read[0]["relation"], &read[0]["scale"]),
            (&json!("top"), &json!("index"))
        );
        assert_eq!(
            (&read[1]["value"], &read[1]["related_to"]),
            (&json!(5000.0), &json!("cats"))
        );
        assert_eq!(records.len(), 3);
    }
}
