//! The Delta edge: table catalogue, exactly-once append, reading, maintenance. The only crate that knows deltalake.
//!
//! An [`Appender`] writes rows and the positions they came from in one Delta commit, as `txn` actions named
//! `sink/topic/partition`. Of two appenders that start from the same positions the later commit fails, so a row is
//! in a table once, whatever is killed or started twice. Ids that a table already holds are left out.

mod append;
mod cloud;
mod compaction;
mod digest;
mod known_ids;
mod maintenance;
mod others;
mod removal;
mod store;
mod table;

pub use append::{AppendError, Appended, Appender};
pub use known_ids::KEPT_IDS;
pub use maintenance::{Maintenance, Tidied};
pub use removal::{Removal, Removed};
pub use store::Lake;
pub use table::{Column, Table, Verdict};

use thiserror::Error;

/// What can go wrong at the lake's edge. A dependency's fault unless the variant says otherwise.
#[derive(Debug, Error)]
pub enum LakeError {
    #[error(
        "{location} is no place for a lake: {reason}. Give a folder that can be written, or s3://bucket/path, gs://…, az://…"
    )]
    Location { location: String, reason: String },
    #[error("the disk of {location} is full: {free_mib} MiB are left, {needed_mib} MiB are kept free. Make room")]
    Full {
        location: String,
        free_mib: u64,
        needed_mib: u64,
    },
    #[error("table {table} could not be opened: {source}")]
    Open {
        table: Table,
        source: Box<deltalake::DeltaTableError>,
    },
    #[error("table {table} could not be written: {source}")]
    Write {
        table: Table,
        source: Box<deltalake::DeltaTableError>,
    },
    #[error("table {table} could not be read: {reason}")]
    Read { table: Table, reason: String },
}
