//! A report: headers with their currency, and rows of cells as text.

use chrono::{Datelike, NaiveDate, NaiveTime};
use events::payload::{RevenueKind, RevenueSource, RevenueStatus};
use events::{ChannelId, Currency, Event, Rejection, RevenueRecord, Topic};
use serde_json::Value;

use super::SOURCE;
use crate::Outgoing;
use crate::pull::{BadItem, Item};

/// A record for every row: one day of `account`.
pub fn records(answer: &Value, account: &str, channel: &str, today: NaiveDate) -> Vec<Outgoing> {
    let read = |row: &Value| {
        let event = revenue(answer, Item(row), account, channel, today).and_then(|revenue| {
            let time = revenue.day.and_time(NaiveTime::MIN).and_utc();
            Ok(Event::new(SOURCE, time, revenue)?)
        });
        match event {
            Ok(event) => event.into(),
            Err(bad) => {
                let raw = row.to_string().into_bytes();
                Rejection::new(SOURCE, Topic::RevenueRecords, format!("report row, {bad}"), raw).into()
            }
        }
    };
    Item(answer).list("/rows").iter().map(read).collect()
}

fn revenue(
    answer: &Value,
    row: Item<'_>,
    account: &str,
    channel: &str,
    today: NaiveDate,
) -> Result<RevenueRecord, BadItem> {
    let headers = Item(answer).list("/headers");
    let column = |name: &str| {
        let at = headers.iter().position(|header| header["name"] == name);
        at.ok_or_else(|| BadItem::new("headers", format!("have no {name}")))
    };
    let (day_at, amount_at) = (column("DATE")?, column("ESTIMATED_EARNINGS")?);
    let day = row.required(&format!("/cells/{day_at}/value"))?;
    let day: NaiveDate = day.parse().map_err(|_| BadItem::new("DATE", "is not a date"))?;
    let currency = headers[amount_at]
        .get("currencyCode")
        .and_then(Value::as_str)
        .unwrap_or("USD");
    let amount = row.required(&format!("/cells/{amount_at}/value"))?;
    let currency = Currency::new(currency)?;
    let amount_minor = minor(amount, currency.minor_digits()).ok_or_else(|| {
        BadItem::new(
            "ESTIMATED_EARNINGS",
            format!("{} is no amount", crate::fault::excerpt(amount)),
        )
    })?;
    let is_usd = currency.as_str() == "USD";
    // a month's earnings are settled after it has ended
    let is_settled = (day.year(), day.month()) < (today.year(), today.month());
    Ok(RevenueRecord {
        channel_id: ChannelId::new(channel)?,
        video_id: None,
        source: RevenueSource::Adsense,
        reference_id: format!("{account}/{day}"),
        amount_minor,
        currency,
        day,
        status: if is_settled {
            RevenueStatus::Confirmed
        } else {
            RevenueStatus::Estimated
        },
        kind: Some(RevenueKind::Earning),
        usd_minor: is_usd.then_some(amount_minor),
        usd_rate: is_usd.then_some(1.0),
        usd_rate_on: is_usd.then_some(day),
        payer: None,
    })
}

/// A decimal text in minor units; digits beyond them are rounded half away from zero.
fn minor(text: &str, exponent: u32) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(part) {
        return None;
    }
    let kept: String = part
        .chars()
        .chain(std::iter::repeat('0'))
        .take(exponent as usize)
        .collect();
    let minor: i64 = format!("{whole}{kept}").parse().ok()?;
    let next = part.as_bytes().get(exponent as usize);
    let rounded = minor.checked_add(i64::from(next.is_some_and(|digit| *digit >= b'5')))?;
    Some(sign * rounded)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn amounts_are_read_without_floats() {
        let cases = [
            ("12.34", 2, 1234),
            ("12.345", 2, 1235),
            ("-0.5", 2, -50),
            ("7", 2, 700),
            ("99.9", 0, 100),
            ("1.2", 3, 1200),
        ];
        for (text, exponent, expected) in cases {
            assert_eq!(minor(text, exponent), Some(expected), "{text}");
        }
        for wrong in ["", ".5", "1e3", "a", "1.2.3", "--1", "99999999999999999999"] {
            assert_eq!(minor(wrong, 2), None, "{wrong}");
        }
    }

    #[test]
    fn a_report_becomes_days() {
        let answer = json!({"headers": [{"name": "DATE"}, {"name": "ESTIMATED_EARNINGS", "currencyCode": "EUR"}],
            "rows": [{"cells": [{"value": "2026-10-31"}, {"value": "3.21"}]}, {"cells": [{"value": "2026-11-01"}, {"value": "x"}]}]});
        let today = "2026-11-25".parse().expect("a day");
        let records = records(&answer, "pub-1", "UC_x5XG1OV2P6uZZ5FSM9Ttw", today);
        let first: Value = serde_json::from_slice(&records[0].body).expect("json");
        assert_eq!(
            (&first["amount_minor"], &first["status"]),
            (&json!(321), &json!("confirmed"))
        );
        assert_eq!(first["reference_id"], "pub-1/2026-10-31");
        assert!(records[1].is_rejected());
    }
}
