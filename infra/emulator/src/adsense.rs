//! AdSense Management API v2. Each channel in the partner programme has an account, `accounts/pub-...`, whose days are
//! UTC days; what they earned is what the world reported of them by now.

mod accounts;
mod reports;

use axum::Router;
use axum::routing::get;

use crate::state::Shared;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/v2/accounts", get(accounts::list))
        .route("/v2/accounts/{account}", get(accounts::get))
        .route("/v2/accounts/{account}/adclients", get(accounts::ad_clients))
        .route("/v2/accounts/{account}/payments", get(accounts::payments))
        .route("/v2/accounts/{account}/reports:generate", get(reports::generate))
}
