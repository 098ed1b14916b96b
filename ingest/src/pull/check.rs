//! Settings of a source that can't be: said by name, before anything is asked.

use thiserror::Error;
use url::Url;

/// A setting, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{setting}: {reason}")]
pub struct BadSetting {
    pub setting: &'static str,
    pub reason: String,
}

impl BadSetting {
    pub fn new(setting: &'static str, reason: impl Into<String>) -> Self {
        Self {
            setting,
            reason: reason.into(),
        }
    }
}

/// The address that a vendor's paths are put behind.
///
/// # Errors
/// It is no http or https address.
pub fn base_url(text: &str) -> Result<Url, BadSetting> {
    let bad = |reason: String| BadSetting::new("base_url", reason);
    let mut url = Url::parse(text).map_err(|error| bad(format!("is no address ({error})")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(bad("is no http or https address".to_owned()));
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}
