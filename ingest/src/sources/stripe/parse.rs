//! Stripe's objects become [`RevenueRecord`]s. Amounts are in the currency's minor unit already, but for those that Stripe counts in
//! hundredths still, though they have no minor unit any more (docs.stripe.com/currencies, "special cases").

use chrono::{DateTime, Utc};
use events::payload::{RevenueKind, RevenueSource, RevenueStatus};
use events::{ChannelId, Currency, Event, Rejection, RevenueRecord, Topic};
use serde_json::Value;

use super::SOURCE;
use crate::Outgoing;
use crate::pull::{BadItem, Item};

const HUNDREDTHS: [&str; 2] = ["ISK", "UGX"];

/// A record for every object of a list that moves money.
pub fn records(answer: &Value, channel: &str, observed_at: DateTime<Utc>) -> Vec<Outgoing> {
    let items = Item(answer).list("/data").iter();
    items.map(|item| record(item, channel, observed_at)).collect()
}

/// The id of the last object, after which the list goes on.
pub fn last(answer: &Value) -> Option<String> {
    let last = answer.get("data")?.as_array()?.last()?;
    last.get("id")?.as_str().map(str::to_owned)
}

/// An attempt that failed or was called off has moved nothing: its amount is zero, which replaces what was recorded of it
/// before.
pub fn record(item: &Value, channel: &str, observed_at: DateTime<Utc>) -> Outgoing {
    let object = Item(item);
    let event = revenue(object, channel).and_then(|revenue| {
        let time = object.epoch("/created")?.unwrap_or(observed_at);
        Ok(Event::new(SOURCE, time, revenue)?)
    });
    match event {
        Ok(event) => event.into(),
        Err(bad) => {
            let kind = object
                .get("/object")
                .and_then(Value::as_str)
                .unwrap_or("object")
                .to_owned();
            let raw = item.to_string().into_bytes();
            Rejection::new(SOURCE, Topic::RevenueRecords, format!("{kind}, {bad}"), raw).into()
        }
    }
}

fn revenue(item: Item<'_>, channel: &str) -> Result<RevenueRecord, BadItem> {
    let amount = |field: &str| item.count(field)?.ok_or_else(|| BadItem::new(field, "is missing"));
    let (kind, amount_minor) = match item.required("/object")? {
        // what was only authorised, or not wholly captured, has not come in
        "charge" => match item.count("/amount_captured")? {
            Some(captured) if item.text("/status")? != Some("pending") => (RevenueKind::Charge, captured),
            _ => (RevenueKind::Charge, amount("/amount")?),
        },
        "refund" => (RevenueKind::Refund, -amount("/amount")?),
        "payout" => (RevenueKind::Payout, -amount("/amount")?),
        "subscription" => (RevenueKind::Subscription, subscription_amount(item)?),
        "balance_transaction" => match item.text("/type")?.unwrap_or_default() {
            // the money itself is in the lists of charges, refunds and payouts
            "charge"
            | "payment"
            | "refund"
            | "payment_refund"
            | "payout"
            | "payout_failure"
            | "payout_cancel"
            | "refund_failure"
            | "payment_failure_refund" => (RevenueKind::Fee, -amount("/fee")?),
            "stripe_fee" | "network_cost" => (RevenueKind::Fee, amount("/net")?),
            _ => (RevenueKind::Adjustment, amount("/net")?),
        },
        other => {
            return Err(BadItem::new(
                "/object",
                format!("{} moves no money", crate::fault::excerpt(other)),
            ));
        }
    };
    let amount_minor = if has_failed(item, kind)? { 0 } else { amount_minor };
    let currency = item.required("/currency")?.to_ascii_uppercase();
    let amount_minor = match HUNDREDTHS.contains(&currency.as_str()) {
        // fees, and charges of before 2023, have fractions
        true => (amount_minor + 50 * amount_minor.signum()) / 100,
        false => amount_minor,
    };
    let is_usd = currency == "USD";
    let created = item
        .epoch("/created")?
        .ok_or_else(|| BadItem::new("/created", "is missing"))?;
    let day = created.date_naive();
    Ok(RevenueRecord {
        channel_id: ChannelId::new(channel)?,
        video_id: None,
        source: RevenueSource::Stripe,
        reference_id: item.required("/id")?.to_owned(),
        amount_minor,
        currency: Currency::new(currency)?,
        day,
        status: status(item, kind)?,
        kind: Some(kind),
        usd_minor: is_usd.then_some(amount_minor),
        usd_rate: is_usd.then_some(1.0),
        usd_rate_on: is_usd.then_some(day),
        payer: item.text("/description")?.map(str::to_owned),
    })
}

/// What one period brings: the sum over the items.
fn subscription_amount(item: Item<'_>) -> Result<i64, BadItem> {
    let mut sum = 0i64;
    for one in item.list("/items/data") {
        let one = Item(one);
        let price = match one.count("/price/unit_amount")? {
            Some(price) => price,
            None => one.count("/plan/amount")?.unwrap_or(0),
        };
        let amount = price.checked_mul(one.count("/quantity")?.unwrap_or(1));
        let grown = amount.and_then(|amount| sum.checked_add(amount));
        sum = grown.ok_or_else(|| BadItem::new("/items", "adds up to more than there can be"))?;
    }
    Ok(sum)
}

/// A subscription that was cancelled was one until then.
fn has_failed(item: Item<'_>, kind: RevenueKind) -> Result<bool, BadItem> {
    let status = item.text("/status")?.unwrap_or_default();
    Ok(kind != RevenueKind::Subscription && matches!(status, "failed" | "canceled"))
}

fn status(item: Item<'_>, kind: RevenueKind) -> Result<RevenueStatus, BadItem> {
    let status = item.text("/status")?.unwrap_or_default();
    Ok(match (kind, status) {
        // a subscription is a promise until its charges come in
        (RevenueKind::Subscription, _) => RevenueStatus::Estimated,
        (_, "succeeded" | "paid" | "available" | "failed" | "canceled") => RevenueStatus::Confirmed,
        _ => RevenueStatus::Estimated,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CHANNEL: &str = "UC_x5XG1OV2P6uZZ5FSM9Ttw";

    fn read(item: Value) -> Option<Value> {
        let record = record(&item, CHANNEL, DateTime::UNIX_EPOCH);
        assert!(!record.is_rejected(), "{:?}", record.envelope.reject_reason);
        serde_json::from_slice(&record.body).ok()
    }

    #[test]
    fn money_goes_in_and_out() {
        let object = |object: &str, status: &str| json!({"object": object, "id": "x_1", "amount": 100, "currency": "usd", "created": 1_700_000_000, "status": status});
        assert_eq!(
            read(object("charge", "succeeded")).expect("a record")["amount_minor"],
            100
        );
        assert_eq!(
            read(object("refund", "succeeded")).expect("a record")["amount_minor"],
            -100
        );
        assert_eq!(read(object("payout", "paid")).expect("a record")["kind"], "payout");
        assert_eq!(
            read(object("charge", "pending")).expect("a record")["status"],
            "estimated"
        );
        for (kind, status) in [
            ("charge", "failed"),
            ("payout", "failed"),
            ("payout", "canceled"),
            ("refund", "failed"),
        ] {
            let record = read(object(kind, status)).expect("a record");
            assert_eq!(
                (&record["amount_minor"], &record["status"]),
                (&json!(0), &json!("confirmed")),
                "{kind}"
            );
        }
    }

    #[test]
    fn only_what_was_captured_has_come_in() {
        let charge = |captured: i64, status: &str| {
            json!({"object": "charge", "id": "ch_1", "amount": 700, "amount_captured": captured, "currency": "usd",
                "created": 1_700_000_000, "status": status})
        };
        for (captured, status, expected) in [
            (700, "succeeded", 700),
            (300, "succeeded", 300),
            (0, "succeeded", 0),
            (0, "pending", 700),
        ] {
            assert_eq!(
                read(charge(captured, status)).expect("a record")["amount_minor"],
                expected
            );
        }
    }

    /// 500 krónur are 50,000 at Stripe, and 500 yen are 500.
    #[test]
    fn amounts_are_in_the_currencys_own_minor_unit() {
        for (currency, amount, expected) in [
            ("isk", 50_000, 500),
            ("isk", 4_050, 41),
            ("ugx", 50_000, 500),
            ("jpy", 500, 500),
            ("eur", 500, 500),
        ] {
            let charge = json!({"object": "charge", "id": "ch_1", "amount": amount, "currency": currency, "created": 1_700_000_000,
                "status": "succeeded"});
            assert_eq!(read(charge).expect("a record")["amount_minor"], expected, "{currency}");
        }
    }

    #[test]
    fn of_a_charge_in_the_balance_only_the_fee_is_kept() {
        let transaction = json!({"object": "balance_transaction", "type": "charge", "id": "txn_1", "amount": 100, "fee": 33,
            "net": 67, "currency": "eur", "created": 1_700_000_000, "status": "available"});
        let record = read(transaction).expect("a record");
        assert_eq!((&record["amount_minor"], &record["kind"]), (&json!(-33), &json!("fee")));
        assert_eq!(record.get("usd_minor"), None);
    }
}
