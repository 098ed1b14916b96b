//! `[oauth]`: our client at Google, and where its addresses are.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::pull::{BadSetting, Secret};

/// The five scopes that the platform works with.
pub(super) const SCOPES: [&str; 5] = [
    "https://www.googleapis.com/auth/youtube",
    "https://www.googleapis.com/auth/youtube.upload",
    "https://www.googleapis.com/auth/youtubepartner",
    "https://www.googleapis.com/auth/yt-analytics.readonly",
    "https://www.googleapis.com/auth/yt-analytics-monetary.readonly",
];

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OauthSettings {
    /// Of the OAuth client that was made in Google's console; without one nothing can be connected.
    pub client_id: String,
    pub client_secret: Secret,
    /// Where Google sends the owner back to, as it is registered in the console. Empty: `/auth/youtube/callback` of
    /// the platform's own address.
    pub redirect_url: String,
    pub scopes: Vec<String>,
    pub auth_url: String,
    pub token_url: String,
    pub revoke_url: String,
    /// Of the YouTube Data API, which says whose channel it is.
    pub youtube_url: String,
    /// `NAME:BASE64` keys that seal tokens, newest first. Empty: the file `secrets.keys` in the data folder.
    pub keys: Secret,
}

impl Default for OauthSettings {
    fn default() -> Self {
        Self {
            client_id: String::new(),
            client_secret: Secret::default(),
            redirect_url: String::new(),
            scopes: SCOPES.map(str::to_owned).to_vec(),
            auth_url: "https://accounts.google.com/o/oauth2/v2/auth".to_owned(),
            token_url: "https://oauth2.googleapis.com/token".to_owned(),
            revoke_url: "https://oauth2.googleapis.com/revoke".to_owned(),
            youtube_url: "https://www.googleapis.com/".to_owned(),
            keys: Secret::default(),
        }
    }
}

impl OauthSettings {
    /// # Errors
    /// An address is none, or no scope is asked for.
    pub fn check(&self) -> Result<(), BadSetting> {
        let addresses = [
            ("auth_url", &self.auth_url),
            ("token_url", &self.token_url),
            ("revoke_url", &self.revoke_url),
            ("youtube_url", &self.youtube_url),
        ];
        for (name, text) in addresses {
            address(name, text)?;
        }
        if !self.redirect_url.is_empty() {
            address("redirect_url", &self.redirect_url)?;
        }
        match self.scopes.is_empty() {
            true => Err(BadSetting::new("scopes", "there is none")),
            false => Ok(()),
        }
    }

    pub fn is_configured(&self) -> bool {
        !self.client_id.is_empty()
    }
}

fn address(setting: &'static str, text: &str) -> Result<(), BadSetting> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => Ok(()),
        Ok(_) => Err(BadSetting::new(setting, "is no http or https address")),
        Err(error) => Err(BadSetting::new(setting, format!("is no address ({error})"))),
    }
}
