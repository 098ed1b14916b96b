//! `accounts.reports.generate`.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use chrono::{Datelike, Days, NaiveDate};
use serde_json::{Value, json};

use super::accounts::{Answer, account, ad_client};
use crate::audience::{Division, Sums};
use crate::google::{Call, Refusal};
use crate::moment::Moment;
use crate::state::Shared;

const PARAMETERS: &[&str] = &[
    "dateRange",
    "startDate.year",
    "startDate.month",
    "startDate.day",
    "endDate.year",
    "endDate.month",
    "endDate.day",
    "dimensions",
    "metrics",
    "filters",
    "orderBy",
    "limit",
    "currencyCode",
    "languageCode",
    "reportingTimeZone",
];
const DIMENSIONS: [&str; 6] = ["DATE", "MONTH", "YEAR", "COUNTRY_CODE", "AD_CLIENT_ID", "PRODUCT_CODE"];
const METRICS: [(&str, &str); 9] = [
    ("ESTIMATED_EARNINGS", "METRIC_CURRENCY"),
    ("PAGE_VIEWS", "METRIC_TALLY"),
    ("IMPRESSIONS", "METRIC_TALLY"),
    ("INDIVIDUAL_AD_IMPRESSIONS", "METRIC_TALLY"),
    ("AD_REQUESTS", "METRIC_TALLY"),
    ("CLICKS", "METRIC_TALLY"),
    ("PAGE_VIEWS_RPM", "METRIC_CURRENCY"),
    ("IMPRESSIONS_CTR", "METRIC_RATIO"),
    ("COST_PER_CLICK", "METRIC_CURRENCY"),
];

type Metric = (&'static str, &'static str);

fn invalid(field: &str, value: &str) -> Refusal {
    let message = format!("Invalid value at '{field}', \"{value}\"");
    Refusal::bad_request("global", "badRequest", message)
}

pub(super) async fn generate(
    State(state): State<Shared>,
    Path(name): Path<String>,
    call: Result<Call, Refusal>,
) -> Answer {
    let (call, moment) = (call?, state.moment());
    call.check_names(PARAMETERS)?;
    let channel = account(&moment, &call, &name)?;
    let (first, last) = range(&call, moment.now.date_naive())?;
    let dimensions = call.query.list("dimensions");
    if let Some(other) = dimensions.iter().find(|name| !DIMENSIONS.contains(name)) {
        return Err(invalid("dimensions", other));
    }
    let named = |name: &str| {
        METRICS
            .into_iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| invalid("metrics", name))
    };
    let metrics: Vec<Metric> = call
        .query
        .list("metrics")
        .into_iter()
        .map(named)
        .collect::<Result<_, _>>()?;
    if metrics.is_empty() {
        return Err(Refusal::missing("metrics"));
    }
    if !matches!(call.query.get("currencyCode"), None | Some("USD")) {
        return Err(invalid(
            "currency_code",
            call.query.get("currencyCode").unwrap_or_default(),
        ));
    }
    let groups = groups(&moment, channel, first, last, &dimensions);
    let mut rows: Vec<(Vec<String>, Sums)> = groups.into_iter().collect();
    sort(&mut rows, &call, &dimensions, &metrics)?;
    let total = rows.len();
    rows.truncate(limit(&call)?);
    Ok(Json(result(&dimensions, &metrics, &rows, total, first, last)))
}

fn limit(call: &Call) -> Result<usize, Refusal> {
    let limit = call.integer("limit")?.unwrap_or(100_000);
    usize::try_from(limit).map_err(|_| invalid("limit", &limit.to_string()))
}

fn range(call: &Call, today: NaiveDate) -> Result<(NaiveDate, NaiveDate), Refusal> {
    let ago = |days: u64| today.checked_sub_days(Days::new(days)).unwrap_or_default();
    let month = today.with_day(1).unwrap_or_default();
    match call.query.get("dateRange").unwrap_or("CUSTOM") {
        "CUSTOM" => Ok((date(call, "startDate")?, date(call, "endDate")?)),
        "TODAY" => Ok((today, today)),
        "YESTERDAY" => Ok((ago(1), ago(1))),
        "LAST_7_DAYS" => Ok((ago(7), ago(1))),
        "LAST_30_DAYS" => Ok((ago(30), ago(1))),
        "MONTH_TO_DATE" => Ok((month, today)),
        "YEAR_TO_DATE" => Ok((today.with_ordinal(1).unwrap_or_default(), today)),
        other => Err(invalid("date_range", other)),
    }
}

fn date(call: &Call, name: &str) -> Result<NaiveDate, Refusal> {
    let part = |part: &str| -> Result<u32, Refusal> {
        let name = format!("{name}.{part}");
        let number = call.integer(&name)?.ok_or_else(|| Refusal::missing(&name))?;
        u32::try_from(number).map_err(|_| Refusal::invalid(&name, &number.to_string()))
    };
    let (year, month, day) = (part("year")?, part("month")?, part("day")?);
    let date = i32::try_from(year)
        .ok()
        .and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
    date.ok_or_else(|| invalid(name, &format!("{year}-{month}-{day}")))
}

fn groups(
    moment: &Moment<'_>,
    channel: u32,
    first: NaiveDate,
    last: NaiveDate,
    dimensions: &[&str],
) -> BTreeMap<Vec<String>, Sums> {
    let mut groups: BTreeMap<Vec<String>, Sums> = BTreeMap::new();
    let home = moment.census.channel(channel).region;
    let first = first.max(moment.census.config().start.date_naive());
    for day in first
        .iter_days()
        .take_while(|day| *day <= last && *day <= moment.now.date_naive())
    {
        let Some(sums) = sums(moment, channel, day) else {
            continue;
        };
        let countries = match (dimensions.contains(&"COUNTRY_CODE"), Division::named("country")) {
            (true, Some(division)) => division.of(sums, home.as_str()),
            _ => vec![(String::new(), String::new(), sums)],
        };
        for (country, _, sums) in countries {
            let value = |dimension: &&str| match *dimension {
                "DATE" => day.to_string(),
                "MONTH" => day.format("%Y-%m").to_string(),
                "YEAR" => day.year().to_string(),
                "COUNTRY_CODE" => country.clone(),
                "AD_CLIENT_ID" => ad_client(channel),
                _ => "AFV".to_owned(),
            };
            groups
                .entry(dimensions.iter().map(value).collect())
                .or_default()
                .add(sums);
        }
    }
    groups
}

/// What a UTC day brought; `None` before its estimate is out.
fn sums(moment: &Moment<'_>, channel: u32, day: NaiveDate) -> Option<Sums> {
    let record = moment.census.adsense(channel, day, moment.now).ok().flatten()?;
    let begin = day.and_time(chrono::NaiveTime::MIN).and_utc();
    let end = begin + chrono::TimeDelta::days(1);
    let views = moment.census.channel_views(channel, end) - moment.census.channel_views(channel, begin);
    Some(Sums {
        views,
        impressions: views * 6 / 10,
        clicks: views / 120,
        cents: record.amount_minor as f64,
        ..Sums::default()
    })
}

/// Cents are whole until they are divided by country.
fn money(cents: f64) -> String {
    format!("{:.2}", cents / 100.0)
}

fn value((name, _): Metric, sums: &Sums) -> String {
    let per = |above: f64, below: i64| if below == 0 { 0.0 } else { above / below as f64 };
    match name {
        "ESTIMATED_EARNINGS" => money(sums.cents),
        "PAGE_VIEWS" | "AD_REQUESTS" => sums.views.to_string(),
        "CLICKS" => sums.clicks.to_string(),
        "PAGE_VIEWS_RPM" => money(per(sums.cents * 1000.0, sums.views)),
        "IMPRESSIONS_CTR" => format!("{:.4}", per(sums.clicks as f64, sums.impressions)),
        "COST_PER_CLICK" => money(per(sums.cents, sums.clicks)),
        _ => sums.impressions.to_string(),
    }
}

fn sort(rows: &mut [(Vec<String>, Sums)], call: &Call, dimensions: &[&str], metrics: &[Metric]) -> Result<(), Refusal> {
    for order in call.query.list("orderBy").into_iter().rev() {
        let (name, falls) = match order.strip_prefix('-') {
            Some(name) => (name, true),
            None => (order.trim_start_matches('+'), false),
        };
        let place = dimensions.iter().position(|known| *known == name);
        let metric = metrics.iter().find(|(known, _)| *known == name);
        if place.is_none() && metric.is_none() {
            return Err(invalid("order_by", order));
        }
        let number = |sums: &Sums| {
            metric
                .and_then(|metric| value(*metric, sums).parse::<f64>().ok())
                .unwrap_or_default()
        };
        rows.sort_by(|(a, of_a), (b, of_b)| {
            let ordering = match place {
                Some(place) => a[place].cmp(&b[place]),
                None => number(of_a).total_cmp(&number(of_b)),
            };
            if falls { ordering.reverse() } else { ordering }
        });
    }
    Ok(())
}

fn result(
    dimensions: &[&str],
    metrics: &[Metric],
    rows: &[(Vec<String>, Sums)],
    total: usize,
    first: NaiveDate,
    last: NaiveDate,
) -> Value {
    let header = |(name, kind): &Metric| match *kind {
        "METRIC_CURRENCY" => json!({"name": name, "type": kind, "currencyCode": "USD"}),
        _ => json!({"name": name, "type": kind}),
    };
    let mut headers: Vec<Value> = dimensions
        .iter()
        .map(|name| json!({"name": name, "type": "DIMENSION"}))
        .collect();
    headers.extend(metrics.iter().map(header));
    let cells = |key: &[String], sums: &Sums| -> Value {
        let names = key.iter().map(|value| json!({"value": value}));
        let values = metrics.iter().map(|metric| json!({"value": value(*metric, sums)}));
        json!({"cells": names.chain(values).collect::<Vec<_>>()})
    };
    let mut all = Sums::default();
    rows.iter().for_each(|(_, sums)| all.add(*sums));
    let nothing = vec![String::new(); dimensions.len()];
    let count = i64::try_from(rows.len()).unwrap_or(1).max(1);
    let average = Sums {
        views: all.views / count,
        impressions: all.impressions / count,
        clicks: all.clicks / count,
        cents: all.cents / count as f64,
        ..Sums::default()
    };
    let day = |day: NaiveDate| json!({"year": day.year(), "month": day.month(), "day": day.day()});
    json!({
        "totalMatchedRows": total.to_string(), "headers": headers,
        "rows": rows.iter().map(|(key, sums)| cells(key, sums)).collect::<Vec<_>>(),
        "totals": cells(&nothing, &all), "averages": cells(&nothing, &average),
        "startDate": day(first), "endDate": day(last),
    })
}
