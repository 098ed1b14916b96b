//! The API as a caller sees it, over a real Postgres with the project's migrations.

mod answers;
mod client;
mod database;
mod http;
mod outage;
mod product_schema;
mod refusals;
