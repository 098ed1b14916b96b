//! The HTTP read layer: what has been materialised in Postgres, as JSON, and the dashboard that shows it.
//!
//! Every answer comes in the product's envelope, with the request's id and with `as_of`, the newest event time in the
//! rows it was made from. Handlers read `views.*` and `sink.*` and shape rows; they never write, never compute what a
//! view should hold, and never tell the caller anything about the inside. SQL is in `store/` only.

mod access;
mod analytics;
mod dashboard;
mod envelope;
mod health;
mod parameters;
mod pipelines;
mod readiness;
mod request_id;
mod router;
mod shield;
mod sources;
mod store;
mod trending;
mod videos;
mod views;

pub use access::{REQUEST_DURATION, REQUEST_DURATION_BUCKETS_SECONDS};
pub use readiness::Readiness;
pub use router::{ApiState, router};
