//! The hub's side: it verifies that a subscription is wanted, and delivers.
//!
//! W3C WebSub, 5.3 (verification of intent) and 7 (authenticated content distribution): a delivery whose signature is
//! wrong is acknowledged and ignored, so that whoever sent it learns nothing.

use std::sync::Arc;

use chrono::TimeDelta;
use events::Clock;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use sqlx::PgPool;
use thiserror::Error;

use super::notice::{NoFeed, notices};
use super::{is_one_of, secret_purpose, store, token_purpose, topic};
use crate::connect::Keyring;
use crate::pull::{Secret, Wallet};

/// Takes what the hub sends. Cheap to clone.
#[derive(Clone)]
pub struct Receiver {
    pub pool: PgPool,
    pub clock: Arc<dyn Clock>,
    pub keyring: Arc<Keyring>,
    /// Those that the settings name.
    pub channels: Vec<String>,
    /// Connected channels are subscribed to, too.
    pub wallet: Option<Arc<dyn Wallet>>,
}

/// What the hub asks when it verifies.
#[derive(Debug, Clone, Default)]
pub struct Intent<'a> {
    pub mode: &'a str,
    pub topic: &'a str,
    pub lease_seconds: Option<i64>,
}

#[derive(Debug, Error)]
pub enum Refused {
    /// Nobody here has asked for it.
    #[error("there is no such subscription")]
    Unknown,
    /// It was asked for once, and is not wanted any more: the hub may forget it.
    #[error("the subscription has ended")]
    Gone,
    #[error(transparent)]
    NoFeed(#[from] NoFeed),
    #[error("the database does not answer: {0}")]
    Storage(String),
}

/// What became of a delivery that is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// So many videos are read next.
    Noted(usize),
    /// The signature is of somebody else.
    Ignored,
}

impl Receiver {
    /// Agrees to what the hub wants to do, if it is wanted.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn verify(&self, channel: &str, token: &str, intent: Intent<'_>) -> Result<(), Refused> {
        self.check_address(channel, token)?;
        let is_wanted = self.is_wanted(channel).await?;
        let is_ours = is_topic_of(intent.topic, channel);
        match (intent.mode, is_wanted && is_ours) {
            ("subscribe", true) => {
                let now = self.clock.now();
                let lease = intent.lease_seconds.unwrap_or_default().clamp(0, 10 * 365 * 86_400);
                let until = now + TimeDelta::seconds(lease);
                store::verified(&self.pool, channel, until, now).await.map_err(storage)
            }
            ("unsubscribe", false) if is_ours => Ok(()),
            _ => Err(Refused::Unknown),
        }
    }

    /// Takes one delivery. `Ok` is returned after what it tells has been stored.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn deliver(
        &self,
        channel: &str,
        token: &str,
        signature: Option<&str>,
        body: &[u8],
    ) -> Result<Taken, Refused> {
        self.check_address(channel, token)?;
        if !self.is_wanted(channel).await? {
            return Err(Refused::Gone);
        }
        if !is_signed(
            signature.unwrap_or_default(),
            body,
            &self.keyring.derived(&secret_purpose(channel)),
        ) {
            tracing::warn!(channel, "a delivery of the hub has a wrong signature and is ignored");
            metrics::counter!("ingest_webhooks_total", "source" => super::NAME, "outcome" => "ignored").increment(1);
            store::refused(&self.pool, channel).await.map_err(storage)?;
            return Ok(Taken::Ignored);
        }
        let mut told = notices(body)?;
        // a hub that mixes channels up must not have us read others
        told.retain(|notice| notice.channel.as_ref().is_none_or(|named| named.as_str() == channel));
        let now = self.clock.now();
        store::delivered(&self.pool, channel, &told, now)
            .await
            .map_err(storage)?;
        metrics::counter!("ingest_webhooks_total", "source" => super::NAME, "outcome" => "noted").increment(1);
        Ok(Taken::Noted(told.len()))
    }

    fn check_address(&self, channel: &str, token: &str) -> Result<(), Refused> {
        match is_one_of(token, &self.keyring.derived(&token_purpose(channel))) {
            true => Ok(()),
            false => Err(Refused::Unknown),
        }
    }

    async fn is_wanted(&self, channel: &str) -> Result<bool, Refused> {
        let withheld = crate::forget::withheld(&self.pool).await.map_err(storage)?;
        if withheld.iter().any(|one| one == channel) {
            return Ok(false);
        }
        if self.channels.iter().any(|one| one == channel) {
            return Ok(true);
        }
        let Some(wallet) = &self.wallet else {
            return Ok(false);
        };
        let accounts = wallet.accounts().await;
        let accounts = accounts.map_err(|trouble| Refused::Storage(trouble.to_string()))?;
        Ok(accounts.iter().any(|account| account == channel))
    }
}

/// YouTube's hub names a feed in either of two ways.
fn is_topic_of(shown: &str, channel: &str) -> bool {
    shown == topic(channel) || shown == topic(channel).replace("/feeds/", "/xml/feeds/")
}

fn storage(error: sqlx::Error) -> Refused {
    Refused::Storage(error.to_string())
}

/// `METHOD=HEX`, the HMAC of the body; `method` is sha1, sha256, sha384 or sha512.
fn is_signed(signature: &str, body: &[u8], secrets: &[Secret]) -> bool {
    let Some((method, hex)) = signature.split_once('=') else {
        return false;
    };
    let Some(shown) = bytes_of(hex) else { return false };
    let fits = |secret: &Secret| match method {
        "sha1" => fits::<Hmac<Sha1>>(secret, body, &shown),
        "sha256" => fits::<Hmac<Sha256>>(secret, body, &shown),
        "sha384" => fits::<Hmac<Sha384>>(secret, body, &shown),
        "sha512" => fits::<Hmac<Sha512>>(secret, body, &shown),
        _ => false,
    };
    secrets.iter().any(fits)
}

fn fits<M: Mac + KeyInit>(secret: &Secret, body: &[u8], shown: &[u8]) -> bool {
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(secret.reveal().as_bytes()) else {
        return false;
    };
    mac.update(body);
    mac.verify_slice(shown).is_ok()
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let is_hex = hex.len().is_multiple_of(2) && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    let pair = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
    is_hex.then(|| (0..hex.len()).step_by(2).map(pair).collect())?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with `printf '%s' 'the body' | openssl dgst -sha1 -hmac 'the secret'`, and so on.
    #[test]
    fn signatures_are_those_of_openssl() {
        let secrets = [Secret::new("another"), Secret::new("the secret")];
        for signature in SIGNATURES {
            assert!(is_signed(signature, b"the body", &secrets), "{signature}");
            assert!(!is_signed(signature, b"the body.", &secrets));
            assert!(!is_signed(signature, b"the body", &secrets[..1]));
            assert!(!is_signed(&signature[..signature.len() - 2], b"the body", &secrets));
        }
        for wrong in ["", "sha1", "sha1=", "md5=00", "sha1=zz", "sha256=é0"] {
            assert!(!is_signed(wrong, b"the body", &secrets), "{wrong}");
        }
    }

    const SIGNATURES: [&str; 2] = [
        "sha1=4c3c328cca82943bf662d735e2a6e3c3c510da29",
        "sha256=bbdf13b053d137f60c3ed1f5c72fc1ea32ea9296e118cf4c39d2e5728d392433",
    ];

    #[test]
    fn a_feed_has_two_names() {
        let channel = "UC_x5XG1OV2P6uZZ5FSM9Ttw";
        assert!(is_topic_of(&topic(channel), channel));
        assert!(is_topic_of(
            &format!("https://www.youtube.com/xml/feeds/videos.xml?channel_id={channel}"),
            channel
        ));
        assert!(!is_topic_of(&topic("UCanother_channel_of_no_one"), channel));
    }
}
