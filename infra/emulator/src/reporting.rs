//! YouTube Reporting API v1: jobs that make a bulk CSV a day. A new job makes those of the last 30 days at once, as the
//! real one does over some days. Jobs are kept in memory, per channel.

mod bulk;
mod jobs;
mod kinds;

use axum::Router;
use axum::routing::get;

pub(crate) use jobs::Jobs;

use crate::state::Shared;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/v1/reportTypes", get(jobs::report_types))
        .route("/v1/jobs", get(jobs::list).post(jobs::create))
        .route("/v1/jobs/{job}", get(jobs::get).delete(jobs::delete))
        .route("/v1/jobs/{job}/reports", get(jobs::reports))
        .route("/v1/jobs/{job}/reports/{report}", get(jobs::report))
        .route("/v1/media/{*name}", get(jobs::download))
}
