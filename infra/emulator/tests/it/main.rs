//! The emulator, asked over HTTP: against the vendors' own descriptions and recorded answers, and by its promises.

mod behaviour;
mod bench;
mod bulk;
mod connecting;
#[path = "../../../../ingest/tests/it/pull/database.rs"]
mod database;
mod discovery;
mod polled;
mod recorded;
mod running;
mod trends;
mod websub;
