//! Reddit: OAuth for applications, listings, search, comments. What people post follows the world's interest in keywords;
//! a subreddit is a niche, or `all`. Objects have the members of the recorded exchanges of the real API.

mod access;
mod listing;
mod post;
mod thing;

use axum::Router;
use axum::routing::{get, post as post_to};

pub(crate) use access::Visitors;

use crate::state::Shared;

pub(crate) fn routes() -> Router<Shared> {
    let mut router = Router::new()
        .route("/api/v1/access_token", post_to(access::token))
        .route("/api/v1/revoke_token", post_to(access::revoke))
        .route("/api/v1/me", get(listing::me))
        .route("/api/info", get(listing::info))
        .route("/search", get(listing::search_everywhere))
        .route("/r/{sub}/search", get(listing::search))
        .route("/r/{sub}/about", get(listing::about))
        .route("/r/{sub}/comments", get(listing::newest_comments))
        .route("/r/{sub}/comments/{id}", get(listing::comments_in))
        .route("/r/{sub}/comments/{id}/{slug}", get(listing::comments_under))
        .route("/comments/{id}", get(listing::comments))
        .route("/r/{sub}", get(listing::hot));
    for order in ["hot", "new", "top", "rising"] {
        router = router
            .route(&format!("/{order}"), get(listing::front))
            .route(&format!("/r/{{sub}}/{order}"), get(listing::of_subreddit));
    }
    router
}
