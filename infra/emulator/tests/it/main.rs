//! The emulator, asked over HTTP: against the vendors' own descriptions and recorded answers, and by its promises.

mod behaviour;
mod connecting;
#[path = "../../../../ingest/tests/it/pull/database.rs"]
mod database;
mod discovery;
mod recorded;
mod running;
