//! Polled sources against a vendor on loopback, with their cursors and quotas in a real Postgres.

pub mod database;
mod kills;
mod ledger;
mod others;
mod real_answers;
mod secrets;
mod troubles;
pub mod vendor;
pub mod world;
mod youtube;
