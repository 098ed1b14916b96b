use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::{Datelike, Months, NaiveDate, SecondsFormat};
use ingest::sources::simulate::publisher;
use serde_json::{Value, json};

use crate::google::{Call, Refusal, scope};
use crate::moment::Moment;
use crate::state::Shared;

pub(super) type Answer = Result<Json<Value>, Refusal>;

/// Payments are made on this day of the next month.
const PAYDAY: u32 = 21;

/// The channel of the caller, if it earns anything.
pub(super) fn owner(moment: &Moment<'_>, call: &Call) -> Result<Option<u32>, Refusal> {
    let identity = call.owner(&[scope::ADSENSE, scope::ADSENSE_READONLY])?;
    let earns = moment.census.channel(identity.channel).monetised;
    Ok(earns.then_some(identity.channel))
}

/// The channel of the caller whose account this is.
pub(super) fn account(moment: &Moment<'_>, call: &Call, name: &str) -> Result<u32, Refusal> {
    let channel = owner(moment, call)?.filter(|channel| publisher(*channel) == name);
    channel.ok_or_else(|| Refusal::of_status(StatusCode::NOT_FOUND))
}

fn resource(moment: &Moment<'_>, channel: u32) -> Value {
    let facts = moment.census.channel(channel);
    json!({
        "name": format!("accounts/{}", publisher(channel)), "displayName": facts.title,
        "timeZone": {"id": "Etc/UTC"}, "createTime": facts.founded.to_rfc3339_opts(SecondsFormat::Secs, true),
        "premium": false, "state": "READY",
    })
}

pub(super) async fn list(State(state): State<Shared>, call: Result<Call, Refusal>) -> Answer {
    let (call, moment) = (call?, state.moment());
    call.check_names(&["pageSize", "pageToken"])?;
    Ok(Json(match owner(&moment, &call)? {
        Some(channel) => json!({"accounts": [resource(&moment, channel)]}),
        None => json!({}),
    }))
}

pub(super) async fn get(State(state): State<Shared>, Path(name): Path<String>, call: Result<Call, Refusal>) -> Answer {
    let (call, moment) = (call?, state.moment());
    account(&moment, &call, &name).map(|channel| Json(resource(&moment, channel)))
}

/// The ad client that a channel's videos have.
pub(super) fn ad_client(channel: u32) -> String {
    format!("ca-video-{}", publisher(channel))
}

pub(super) async fn ad_clients(
    State(state): State<Shared>,
    Path(name): Path<String>,
    call: Result<Call, Refusal>,
) -> Answer {
    let (call, moment) = (call?, state.moment());
    let channel = account(&moment, &call, &name)?;
    let client = ad_client(channel);
    let resource = json!({
        "name": format!("accounts/{name}/adclients/{client}"), "reportingDimensionId": client, "productCode": "AFV",
        "state": "READY",
    });
    Ok(Json(json!({"adClients": [resource]})))
}

pub(super) async fn payments(
    State(state): State<Shared>,
    Path(name): Path<String>,
    call: Result<Call, Refusal>,
) -> Answer {
    let (call, moment) = (call?, state.moment());
    let channel = account(&moment, &call, &name)?;
    let (mut payments, mut unpaid) = (Vec::new(), 0);
    let mut month = moment
        .census
        .config()
        .start
        .date_naive()
        .with_day(1)
        .unwrap_or_default();
    while month <= moment.now.date_naive() {
        let next = month.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX);
        let earned = earned(&moment, channel, month, next);
        match next
            .with_day(PAYDAY)
            .filter(|payday| *payday <= moment.now.date_naive())
        {
            Some(payday) => payments.push(json!({
                "name": format!("accounts/{name}/payments/{payday}"), "amount": dollars(earned),
                "date": {"year": payday.year(), "month": payday.month(), "day": payday.day()},
            })),
            None => unpaid += earned,
        }
        month = next;
    }
    payments.push(json!({"name": format!("accounts/{name}/payments/unpaid"), "amount": dollars(unpaid)}));
    Ok(Json(json!({"payments": payments})))
}

/// Cents earned from `first` to before `end`.
fn earned(moment: &Moment<'_>, channel: u32, first: NaiveDate, end: NaiveDate) -> i64 {
    let days = first
        .iter_days()
        .take_while(|day| *day < end && *day <= moment.now.date_naive());
    let records = days.filter_map(|day| moment.census.adsense(channel, day, moment.now).ok().flatten());
    records.map(|record| record.amount_minor).sum()
}

/// `$1,234.56`.
fn dollars(cents: i64) -> String {
    let whole = (cents / 100).to_string();
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("${grouped}.{:02}", cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped() {
        assert_eq!(
            [dollars(5), dollars(123_456), dollars(123_456_789)],
            ["$0.05", "$1,234.56", "$1,234,567.89"]
        );
    }
}
