//! What Google's APIs have in common: who calls, how a call is refused, and OAuth 2.0.

mod accounts;
mod call;
pub(crate) mod oauth;
mod refusal;

pub(crate) use accounts::Accounts;
pub(crate) use call::{Call, Identity, authorised};
pub(crate) use refusal::Refusal;

use axum::Router;
use axum::routing::{get, post};

use crate::state::Shared;

pub(crate) mod scope {
    pub(crate) const YOUTUBE: &str = "https://www.googleapis.com/auth/youtube";
    pub(crate) const YOUTUBE_READONLY: &str = "https://www.googleapis.com/auth/youtube.readonly";
    pub(crate) const ANALYTICS: &str = "https://www.googleapis.com/auth/yt-analytics.readonly";
    pub(crate) const MONETARY: &str = "https://www.googleapis.com/auth/yt-analytics-monetary.readonly";
    pub(crate) const ADSENSE: &str = "https://www.googleapis.com/auth/adsense";
    pub(crate) const ADSENSE_READONLY: &str = "https://www.googleapis.com/auth/adsense.readonly";
}

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/o/oauth2/v2/auth", get(oauth::authorise))
        .route("/token", post(oauth::token))
        .route("/revoke", post(oauth::revoke))
        .route("/oauth2/v3/tokeninfo", get(oauth::token_info).post(oauth::token_info))
        .route("/oauth2/v1/userinfo", get(oauth::user_info))
}
