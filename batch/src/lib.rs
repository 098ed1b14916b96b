//! DataFusion over the lake: SQL for analysts, and the batch side of every view.
//!
//! A [`Session`] knows the catalogue: `bronze.*` tables, `silver.*` views with one row per natural key, and
//! `dead_letters`. It reads the newest version of each table and never writes.

mod catalogue;
mod place;
mod recompute;
mod removal;
mod session;

pub use place::{Place, digests_of};
pub use recompute::{Cut, counted_events, events_beyond, recompute};
pub use removal::Doomed;
pub use session::{Session, SqlError};
