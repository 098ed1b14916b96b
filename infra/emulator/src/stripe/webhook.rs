//! Webhooks, on demand: events sent to a loopback address, signed as Stripe signs them: `t=SECONDS,v1=HEX`, the HMAC-SHA256
//! of `SECONDS.BODY` under the endpoint's secret.

use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Sha256;
use thiserror::Error;
use url::Url;

use super::account::{Account, Kind, channel_of};
use crate::hub::{hex, is_loopback};
use crate::state::Shared;

/// What to send where: the latest events of an account, oldest first.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    url: Url,
    secret: String,
    /// The account's secret key.
    #[serde(default = "first_account")]
    key: String,
    /// Only events of this type.
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default = "ten")]
    count: usize,
    /// How often each is sent.
    #[serde(default = "once")]
    times: usize,
    /// What is signed in place of the time now, in seconds since 1970.
    timestamp: Option<i64>,
}

fn first_account() -> String {
    "sk_test_0".to_owned()
}

fn ten() -> usize {
    10
}

fn once() -> usize {
    1
}

#[derive(Debug, Serialize)]
pub(crate) struct Delivery {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    /// The receiver's answer; absent where there was none.
    status: Option<u16>,
}

#[derive(Debug, Error)]
pub(crate) enum OrderError {
    #[error("the emulator calls loopback addresses only")]
    NotLoopback,
    #[error("no account has this key")]
    Key,
}

pub(crate) async fn send(state: &Shared, order: Order) -> Result<Vec<Delivery>, OrderError> {
    if !is_loopback(&order.url) {
        return Err(OrderError::NotLoopback);
    }
    let channel = channel_of(state, &order.key).ok_or(OrderError::Key)?;
    let mut events = Account::new(&state.moment(), channel).all(Kind::Event);
    events.retain(|event| order.kind.as_deref().is_none_or(|kind| event["type"] == kind));
    events.truncate(order.count);
    events.reverse();
    let mut deliveries = Vec::new();
    for event in &events {
        for _ in 0..order.times {
            deliveries.push(deliver(state, &order, event).await);
        }
    }
    Ok(deliveries)
}

async fn deliver(state: &Shared, order: &Order, event: &Value) -> Delivery {
    let body = event.to_string();
    let time = order.timestamp.unwrap_or_else(|| state.now().timestamp());
    let request = state
        .client
        .post(order.url.clone())
        .header("content-type", "application/json; charset=utf-8")
        .header(
            "stripe-signature",
            format!("t={time},v1={}", signature(&order.secret, time, &body)),
        )
        .body(body);
    let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
    Delivery {
        id: text("id"),
        kind: text("type"),
        status: request.send().await.ok().map(|response| response.status().as_u16()),
    }
}

fn signature(secret: &str, time: i64, body: &str) -> String {
    // HMAC takes keys of any length
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(format!("{time}.{body}").as_bytes());
    hex(&mac.finalize().into_bytes())
}
