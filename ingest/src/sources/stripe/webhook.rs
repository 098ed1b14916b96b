//! Stripe's webhooks: what happened, told at once. A record that comes this way is the same event as the one that the list
//! will bring, so nothing is counted twice.
//!
//! Source of the signature's form: Stripe, "Verify webhook signatures manually". `Stripe-Signature: t=SECONDS,v1=HEX`,
//! the HMAC-SHA256 of `SECONDS.BODY`; several `v1` while an endpoint's secret is rolled.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use events::{Clock, Rejection, Topic};
use hmac::{Hmac, Mac};
use serde_json::Value;
use sha2::Sha256;
use sqlx::PgPool;
use thiserror::Error;

use super::{SOURCE, parse};
use crate::pull::{Item, Outbox, Secret};

/// A signature is good for so long: what was overheard can't be sent again later.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// Objects that move money, as `data.object.object` names them.
const OBJECTS: [&str; 5] = ["charge", "refund", "payout", "subscription", "balance_transaction"];

/// Why a delivery is not taken. Stripe sends it again, for days.
#[derive(Debug, Error)]
pub enum Refused {
    #[error("the Stripe-Signature header is missing or has another form")]
    NoSignature,
    #[error("the signature is of another secret or another body: check webhook_secret of [sources.stripe]")]
    WrongSignature,
    #[error("the signature is from {0}, more than five minutes away from now: a replay, or a clock that is wrong")]
    TooOld(DateTime<Utc>),
    #[error("the record could not be stored: {0}")]
    Storage(String),
}

/// What became of a delivery that is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Recorded,
    /// The very event was taken before.
    Repeated,
    /// A newer state of the same object was taken before.
    Overtaken,
    /// It moves no money.
    Ignored,
    /// It can't be read; kept as a rejected record.
    Rejected,
}

impl Taken {
    pub const fn as_str(self) -> &'static str {
        match self {
            Taken::Recorded => "recorded",
            Taken::Repeated => "repeated",
            Taken::Overtaken => "overtaken",
            Taken::Ignored => "ignored",
            Taken::Rejected => "rejected",
        }
    }
}

/// Takes deliveries. Cheap to clone.
#[derive(Clone)]
pub struct Receiver {
    pub pool: PgPool,
    pub outbox: Arc<dyn Outbox>,
    pub clock: Arc<dyn Clock>,
    /// `whsec_…`; each may sign.
    pub secrets: Vec<Secret>,
    /// The id of the channel that the money is earned by.
    pub channel: String,
}

impl Receiver {
    /// Takes one delivery. `Ok` is returned after the log has confirmed the record, and not before.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn receive(&self, signature: &str, body: &[u8]) -> Result<Taken, Refused> {
        let now = self.clock.now();
        verify(signature, body, &self.secrets, now)?;
        let taken = self.take(body, now).await?;
        metrics::counter!("ingest_webhooks_total", "source" => "stripe", "outcome" => taken.as_str()).increment(1);
        Ok(taken)
    }

    async fn take(&self, body: &[u8], now: DateTime<Utc>) -> Result<Taken, Refused> {
        let event: Value = serde_json::from_slice(body).unwrap_or_default();
        let facts = (|| {
            let item = Item(&event);
            let id = item.text("/id").ok()??.to_owned();
            let created = item.epoch("/created").ok()??;
            Some((id, created, event.pointer("/data/object")?))
        })();
        let Some((id, created, object)) = facts else {
            let reason = "webhook: is no event of Stripe's".to_owned();
            self.deliver(Rejection::new(SOURCE, Topic::RevenueRecords, reason, body.to_vec()).into())
                .await?;
            return Ok(Taken::Rejected);
        };
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
        if !text("/object").is_some_and(|kind| OBJECTS.contains(&kind)) {
            return Ok(Taken::Ignored);
        }
        let object_id = text("/id").unwrap_or(&id).to_owned();
        if let Some(known) = self.known(&id, &object_id, created).await? {
            return Ok(known);
        }
        let record = parse::record(object, &self.channel, now);
        let taken = if record.is_rejected() {
            Taken::Rejected
        } else {
            Taken::Recorded
        };
        self.deliver(record).await?;
        self.remember(&id, &object_id, created, now).await?;
        Ok(taken)
    }

    async fn deliver(&self, record: crate::Outgoing) -> Result<(), Refused> {
        let delivered = self.outbox.deliver(vec![record]).await;
        delivered.map_err(|error| Refused::Storage(error.to_string()))
    }

    async fn known(&self, id: &str, object: &str, created: DateTime<Utc>) -> Result<Option<Taken>, Refused> {
        let (repeated, overtaken): (bool, bool) = sqlx::query_as(
            "SELECT EXISTS (SELECT FROM ingest.stripe_events WHERE event_id = $1), \
             EXISTS (SELECT FROM ingest.stripe_events WHERE object_id = $2 AND created_at > $3)",
        )
        .bind(id)
        .bind(object)
        .bind(created)
        .fetch_one(&self.pool)
        .await
        .map_err(storage)?;
        Ok(match (repeated, overtaken) {
            (true, _) => Some(Taken::Repeated),
            (false, true) => Some(Taken::Overtaken),
            (false, false) => None,
        })
    }

    async fn remember(
        &self,
        id: &str,
        object: &str,
        created: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), Refused> {
        sqlx::query("INSERT INTO ingest.stripe_events VALUES ($1, $2, $3, $4) ON CONFLICT (event_id) DO NOTHING")
            .bind(id)
            .bind(object)
            .bind(created)
            .bind(now)
            .execute(&self.pool)
            .await
            .map_err(storage)?;
        Ok(())
    }
}

fn storage(error: sqlx::Error) -> Refused {
    Refused::Storage(error.to_string())
}

/// # Errors
/// The signature is missing, of another secret or body, or too far from `now`.
pub fn verify(header: &str, body: &[u8], secrets: &[Secret], now: DateTime<Utc>) -> Result<(), Refused> {
    let fields = || header.split(',').filter_map(|field| field.trim().split_once('='));
    let time = fields().find(|(name, _)| *name == "t").map(|(_, value)| value);
    let time = time.ok_or(Refused::NoSignature)?;
    let seconds: i64 = time.parse().map_err(|_| Refused::NoSignature)?;
    let signatures: Vec<Vec<u8>> = fields()
        .filter(|(name, _)| *name == "v1")
        .filter_map(|(_, value)| bytes(value))
        .collect();
    if signatures.is_empty() {
        return Err(Refused::NoSignature);
    }
    let is_ours = secrets.iter().filter(|secret| !secret.is_empty()).any(|secret| {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()) else {
            return false;
        };
        mac.update(time.as_bytes());
        mac.update(b".");
        mac.update(body);
        // compared in constant time
        signatures
            .iter()
            .any(|signature| mac.clone().verify_slice(signature).is_ok())
    });
    if !is_ours {
        return Err(Refused::WrongSignature);
    }
    let signed_at = DateTime::from_timestamp(seconds, 0).ok_or(Refused::NoSignature)?;
    match (now - signed_at).abs() > TOLERANCE {
        true => Err(Refused::TooOld(signed_at)),
        false => Ok(()),
    }
}

/// From hexadecimal digits.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_1","object":"event"}"#;

    /// `printf '%s' '1700000000.{"id":"evt_1","object":"event"}' | openssl dgst -sha256 -hmac whsec_test`
    const SIGNATURE: &str = "4c15fb2a43f93ef61eaa3e0893866d57cad9cad4223242cfb96f362480cb4021";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("a time")
    }

    fn check(header: &str, body: &[u8], secrets: &[&str], now: i64) -> Result<(), Refused> {
        let secrets: Vec<Secret> = secrets.iter().map(|secret| Secret::new(*secret)).collect();
        verify(header, body, &secrets, at(now))
    }

    #[test]
    fn a_signature_of_openssl_is_good_for_five_minutes() {
        let header = format!("t=1700000000,v1={SIGNATURE}");
        for now in [1_700_000_000, 1_700_000_300, 1_699_999_700] {
            assert!(check(&header, BODY, &["whsec_test"], now).is_ok());
        }
        for now in [1_700_000_301, 1_699_999_699] {
            assert!(matches!(
                check(&header, BODY, &["whsec_test"], now),
                Err(Refused::TooOld(_))
            ));
        }
    }

    #[test]
    fn while_a_secret_is_rolled_either_signs() {
        let header = format!("t=1700000000,v1={},v1={SIGNATURE},v0=abc", "0".repeat(64));
        assert!(check(&header, BODY, &["whsec_new", "whsec_test"], 1_700_000_000).is_ok());
        assert!(matches!(
            check(&header, BODY, &["whsec_new"], 1_700_000_000),
            Err(Refused::WrongSignature)
        ));
    }

    #[test]
    fn anything_else_is_refused() {
        let good = format!("t=1700000000,v1={SIGNATURE}");
        let now = 1_700_000_000;
        assert!(matches!(
            check(&good, b"{}", &["whsec_test"], now),
            Err(Refused::WrongSignature)
        ));
        let moved = good.replace("t=1700000000", "t=1700000001");
        assert!(matches!(
            check(&moved, BODY, &["whsec_test"], now),
            Err(Refused::WrongSignature)
        ));
        assert!(
            check(&good, BODY, &[], now).is_err(),
            "without a secret nothing is good"
        );
        assert!(check(&good, BODY, &[""], now).is_err(), "an empty secret is none");
        for header in [
            "",
            "t=1700000000",
            "v1=00",
            "t=x,v1=00",
            "t=1700000000,v1=zz",
            "t=1700000000,v1=0",
        ] {
            assert!(
                matches!(check(header, BODY, &["whsec_test"], now), Err(Refused::NoSignature)),
                "{header}"
            );
        }
    }
}
