//! Which path is answered by which vendor.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::state::Shared;
use crate::{
    adsense, analytics, control, faults, feed, google, hub, journal, rates, reddit, reporting, stripe, suggestions,
    tiktok, trends, x, youtube,
};

pub(crate) fn router(state: Shared) -> Router {
    Router::new()
        .merge(youtube::routes())
        .merge(analytics::routes())
        .merge(reporting::routes())
        .merge(google::routes())
        .merge(adsense::routes())
        .merge(stripe::routes())
        .merge(reddit::routes())
        .merge(trends::routes())
        .route("/2/tweets/counts/recent", get(x::counts))
        .route("/v2/oauth/token", post(tiktok::token))
        .route("/v2/research/video/query", post(tiktok::query))
        .route("/complete/search", get(suggestions::complete))
        .route("/stats/eurofxref/eurofxref-daily.xml", get(rates::daily))
        .route("/stats/eurofxref/eurofxref-hist-90d.xml", get(rates::short))
        .route("/stats/eurofxref/eurofxref-hist.xml", get(rates::long))
        .route("/subscribe", post(hub::subscribe))
        .route("/feeds/videos.xml", get(feed::serve))
        .route("/xml/feeds/videos.xml", get(feed::serve))
        .merge(own_routes())
        .layer(from_fn_with_state(state.clone(), faults::inject))
        .layer(from_fn_with_state(state.clone(), journal::keep))
        .with_state(state)
}

fn own_routes() -> Router<Shared> {
    let faults = get(control::list_faults)
        .post(control::add_faults)
        .delete(control::clear_faults);
    Router::new()
        .route("/_emulator/faults", faults)
        .route(
            "/_emulator/requests",
            get(control::requests).delete(control::forget_requests),
        )
        .route("/_emulator/world", get(control::world))
        .route("/_emulator/stripe/webhooks", post(control::stripe_webhooks))
        .route("/_emulator/websub/notify", post(control::notify))
}
