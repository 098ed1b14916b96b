//! Sources: what turns the world's data into events.
//!
//! A [`Source`] hands out one [`Outgoing`] record after the other, ready for its topic: events, and rows that could
//! not be read, with the reason and their bytes. Sources never talk to the broker, never read a clock, and never
//! drop a row silently. Adding a source is one file under `sources/`.

pub mod connect;
mod fault;
pub mod forget;
mod outgoing;
mod paths;
pub mod pull;
pub mod sources;
mod table_file;

pub use fault::{Fault, FaultKind};
pub use outgoing::Outgoing;
pub use paths::{PathsError, expand, expand_folders};
pub use sources::{Progress, Source, SourceError, Unit};
