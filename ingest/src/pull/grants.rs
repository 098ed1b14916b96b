//! Refresh tokens of the settings that a vendor replaces: the new one is stored, sealed, as the old one is good no longer.

use chrono::{DateTime, Utc};

use super::{Store, Trouble, Vendor};
use crate::connect::Keyring;

/// What a sealed token is of.
fn purpose(source: &str, digest: &str) -> String {
    format!("grant/{source}/{digest}")
}

/// Goes on with the token that was stored last.
///
/// # Errors
/// The database does not answer, or what it holds can't be opened with our keys.
pub(super) async fn resume(
    store: &Store,
    keyring: Option<&Keyring>,
    source: &str,
    vendor: &Vendor,
) -> Result<(), Trouble> {
    let (Some(keyring), Some(digest)) = (keyring, vendor.auth().digest()) else {
        return Ok(());
    };
    let Some(sealed) = store.renewed_grant(source, &digest).await? else {
        return Ok(());
    };
    match keyring.open_sealed(&sealed, &purpose(source, &digest)) {
        Ok(token) => vendor.auth().resume(token).await,
        // the configured one may be good still
        Err(error) => tracing::warn!(source, %error, "the renewed refresh token can't be opened"),
    }
    Ok(())
}

/// Stores a token that has just been given.
///
/// # Errors
/// The database does not answer.
pub(super) async fn keep(
    store: &Store,
    keyring: Option<&Keyring>,
    source: &str,
    vendor: &Vendor,
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    let (Some(keyring), Some(digest)) = (keyring, vendor.auth().digest()) else {
        return Ok(());
    };
    let Some(token) = vendor.auth().unsaved().await else {
        return Ok(());
    };
    let sealed = keyring.seal(&token, &purpose(source, &digest));
    let sealed = sealed.map_err(|error| Trouble::ours(error.to_string()))?;
    Ok(store.keep_grant(source, &digest, &sealed, now).await?)
}
