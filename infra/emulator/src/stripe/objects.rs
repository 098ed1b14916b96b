//! Stripe's objects, with the members of its fixtures.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::account::{Account, Fan, Kind, Payment};

/// What charges of cards say of the card.
const LAST_FOUR: &str = "4242";

pub(super) fn customer(account: &Account, fan: &Fan) -> Value {
    let number = fan.number;
    json!({
        "id": account.id(Kind::Customer, &number.to_string()), "object": "customer", "address": null, "balance": 0,
        "created": fan.joined.timestamp(), "currency": "usd", "default_source": null, "delinquent": false,
        "description": format!("Member of {}", account.title), "discount": null,
        "email": format!("fan{number}@example.com"), "invoice_prefix": format!("F{number:07}"),
        "invoice_settings": {"custom_fields": null, "default_payment_method": null, "footer": null, "rendering_options": null},
        "livemode": false, "metadata": {}, "name": format!("Fan {number}"), "next_invoice_sequence": 2, "phone": null,
        "preferred_locales": [], "shipping": null, "tax_exempt": "none", "test_clock": null,
    })
}

fn price(account: &Account, cents: i64) -> Value {
    let id = account
        .id(Kind::Subscription, &format!("price/{cents}"))
        .replace("sub_", "price_");
    json!({
        "id": id, "object": "price", "active": true, "billing_scheme": "per_unit", "created": 1_700_000_000,
        "currency": "usd", "custom_unit_amount": null, "livemode": false, "lookup_key": null, "metadata": {},
        "nickname": null, "product": "prod_membership",
        "recurring": {"interval": "day", "interval_count": 30, "meter": null, "usage_type": "licensed", "trial_period_days": null},
        "tax_behavior": "unspecified", "tiers_mode": null, "transform_quantity": null, "type": "recurring",
        "unit_amount": cents, "unit_amount_decimal": cents.to_string(),
    })
}

pub(super) fn subscription(account: &Account, fan: &Fan) -> Value {
    let id = account.id(Kind::Subscription, &fan.number.to_string());
    let periods = (fan.left.unwrap_or(account.now) - fan.joined).num_days() / 30;
    let start = fan.joined + TimeDelta::days(30 * periods);
    let left = fan.left.map(|left| left.timestamp());
    let item = json!({
        "id": id.replace("sub_1", "si_"), "object": "subscription_item", "created": fan.joined.timestamp(),
        "current_period_end": (start + TimeDelta::days(30)).timestamp(), "current_period_start": start.timestamp(),
        "discounts": [], "metadata": {}, "price": price(account, fan.cents), "quantity": 1, "subscription": id,
        "tax_rates": [],
    });
    json!({
        "id": id, "object": "subscription", "application": null, "application_fee_percent": null,
        "automatic_tax": {"enabled": false, "liability": null, "disabled_reason": null},
        "billing_cycle_anchor": fan.joined.timestamp(), "billing_cycle_anchor_config": null,
        "billing_mode": {"type": "classic"}, "billing_thresholds": null, "cancel_at": null, "cancel_at_period_end": false,
        "canceled_at": left, "cancellation_details": {"comment": null, "feedback": null, "reason": null},
        "collection_method": "charge_automatically", "created": fan.joined.timestamp(), "currency": "usd",
        "customer": account.id(Kind::Customer, &fan.number.to_string()), "days_until_due": null,
        "default_payment_method": null, "default_source": null, "default_tax_rates": [], "description": null,
        "discounts": [], "ended_at": left,
        "items": {"object": "list", "data": [item], "has_more": false, "url": format!("/v1/subscription_items?subscription={id}")},
        "invoice_settings": {"account_tax_ids": null, "issuer": {"type": "self"}}, "latest_invoice": null,
        "payment_settings": {"payment_method_options": null, "payment_method_types": null,
            "save_default_payment_method": "off"},
        "pending_invoice_item_interval": null,
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "livemode": false, "metadata": {}, "next_pending_invoice_item_invoice": null,
        "on_behalf_of": null, "pause_collection": null, "pending_setup_intent": null, "pending_update": null,
        "schedule": null, "start_date": fan.joined.timestamp(),
        "status": if fan.left.is_some() { "canceled" } else { "active" },
        "test_clock": null, "transfer_data": null, "trial_end": null, "trial_start": null,
    })
}

pub(super) fn charge(account: &Account, payment: &Payment) -> Value {
    let name = payment.name();
    let id = account.id(Kind::Charge, &name);
    let cents = payment.fan.cents;
    let refunded = payment.refunded.is_some();
    json!({
        "id": id, "object": "charge", "amount": cents, "amount_captured": cents,
        "amount_refunded": if refunded { cents } else { 0 }, "application": null, "application_fee": null,
        "application_fee_amount": null, "balance_transaction": account.id(Kind::BalanceTransaction, &format!("charge/{name}")),
        "billing_details": {"address": {"city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null},
            "email": null, "name": format!("Fan {}", payment.fan.number), "phone": null, "tax_id": null},
        "calculated_statement_descriptor": "YTEMPIRE", "captured": true, "created": payment.at.timestamp(),
        "currency": "usd", "customer": account.id(Kind::Customer, &payment.fan.number.to_string()),
        "description": "Subscription update", "disputed": false, "failure_balance_transaction": null,
        "failure_code": null, "failure_message": null, "fraud_details": {}, "livemode": false, "metadata": {},
        "on_behalf_of": null,
        "outcome": {"advice_code": null, "network_advice_code": null, "network_decline_code": null,
            "network_status": "approved_by_network", "reason": null, "seller_message": "Payment complete.", "type": "authorized"},
        "paid": true, "payment_intent": null, "payment_method": format!("pm_card_{}", payment.fan.number),
        "payment_method_details": {"card": {"brand": "visa", "country": "US", "exp_month": 8, "exp_year": 2030,
            "funding": "credit", "last4": LAST_FOUR, "network": "visa"}, "type": "card"},
        "receipt_email": null, "receipt_number": null, "receipt_url": null, "refunded": refunded, "review": null,
        "shipping": null, "source_transfer": null, "statement_descriptor": null, "statement_descriptor_suffix": null,
        "status": "succeeded", "transfer_data": null, "transfer_group": null,
    })
}

pub(super) fn refund(account: &Account, payment: &Payment) -> Option<Value> {
    let (name, when) = (payment.name(), payment.refunded?);
    Some(json!({
        "id": account.id(Kind::Refund, &name), "object": "refund", "amount": payment.fan.cents,
        "balance_transaction": account.id(Kind::BalanceTransaction, &format!("refund/{name}")),
        "charge": account.id(Kind::Charge, &name), "created": when.timestamp(), "currency": "usd",
        "destination_details": {"card": {"type": "reversal"}, "type": "card"}, "metadata": {}, "payment_intent": null,
        "reason": "requested_by_customer", "receipt_number": null, "source_transfer_reversal": null,
        "status": "succeeded", "transfer_reversal": null,
    }))
}

pub(super) fn payout(account: &Account, (when, cents): &(DateTime<Utc>, i64)) -> Value {
    let name = when.timestamp().to_string();
    let arrives = *when + TimeDelta::days(2);
    json!({
        "id": account.id(Kind::Payout, &name), "object": "payout", "amount": cents, "application_fee": null,
        "application_fee_amount": null, "arrival_date": arrives.timestamp(), "automatic": true,
        "balance_transaction": account.id(Kind::BalanceTransaction, &format!("payout/{name}")),
        "created": when.timestamp(), "currency": "usd", "description": "STRIPE PAYOUT",
        "destination": format!("ba_1channel{}", account.channel), "failure_balance_transaction": null,
        "failure_code": null, "failure_message": null, "livemode": false, "metadata": {}, "method": "standard",
        "original_payout": null, "reconciliation_status": "completed", "reversed_by": null, "source_type": "card",
        "statement_descriptor": null, "status": if arrives <= account.now { "paid" } else { "in_transit" },
        "trace_id": null, "type": "bank_account",
    })
}

fn transaction(account: &Account, kind: &str, source: &Value, cents: i64, fee: i64) -> Value {
    let created = source["created"].as_i64().unwrap_or_default();
    let available = created + 2 * 86_400;
    let details = match fee {
        0 => json!([]),
        fee => {
            json!([{"amount": fee, "application": null, "currency": "usd", "description": "Stripe processing fees", "type": "stripe_fee"}])
        }
    };
    json!({
        "id": source["balance_transaction"], "object": "balance_transaction", "amount": cents,
        "available_on": available, "balance_type": "payments", "created": created, "currency": "usd",
        "description": source["description"], "exchange_rate": null, "fee": fee, "fee_details": details,
        "net": cents - fee, "reporting_category": kind, "source": source["id"],
        "status": if available <= account.now.timestamp() { "available" } else { "pending" }, "type": kind,
    })
}

pub(super) fn balance_transactions(account: &Account) -> Vec<Value> {
    let payments = account.payments();
    let charges = payments
        .iter()
        .map(|one| transaction(account, "charge", &charge(account, one), one.fan.cents, one.fee_cents()));
    let refunds = payments.iter().filter_map(|one| {
        Some(transaction(
            account,
            "refund",
            &refund(account, one)?,
            -one.fan.cents,
            0,
        ))
    });
    let payouts = account.payouts();
    let payouts = payouts
        .iter()
        .map(|one| transaction(account, "payout", &payout(account, one), -one.1, 0));
    charges.chain(refunds).chain(payouts).collect()
}

/// Events of the last 30 days, which is how long Stripe keeps them.
pub(super) fn events(account: &Account) -> Vec<Value> {
    let mut events = Vec::new();
    let mut add = |kind: &str, when: DateTime<Utc>, object: Value| {
        if account.now - when < TimeDelta::days(30) {
            let name = format!("{kind}/{}", object["id"].as_str().unwrap_or_default());
            events.push(json!({
                "id": account.id(Kind::Event, &name), "object": "event", "api_version": "2025-09-30.clover",
                "created": when.timestamp(), "data": {"object": object}, "livemode": false, "pending_webhooks": 1,
                "request": {"id": null, "idempotency_key": null}, "type": kind,
            }));
        }
    };
    for fan in account.fans() {
        add("customer.created", fan.joined, customer(account, &fan));
        let before = Fan {
            left: None,
            ..fan.clone()
        };
        add(
            "customer.subscription.created",
            fan.joined,
            subscription(account, &before),
        );
        if let Some(left) = fan.left {
            add("customer.subscription.deleted", left, subscription(account, &fan));
        }
    }
    for payment in account.payments() {
        let before = Payment {
            refunded: None,
            ..payment.clone()
        };
        add("charge.succeeded", payment.at, charge(account, &before));
        if let Some(when) = payment.refunded {
            add("charge.refunded", when, charge(account, &payment));
        }
    }
    for one in account.payouts() {
        add("payout.created", one.0, payout(account, &one));
    }
    events
}
