//! Pipelines from topics to the lake and to the views.
//!
//! A [`Pipeline`] reads batches from the log, decodes them ([`decode`]) and hands them to its [`Sink`], which stores
//! rows and positions in one commit. It starts from the sink's own positions, and goes back to them after any failure;
//! so whatever happens between two commits leaves no trace. [`progress`] says how far each sink has come.

pub mod alarms;
mod bronze;
pub mod decode;
mod pipeline;
mod pool;
pub mod progress;
mod sink;
mod verdict;
mod views;

pub use bronze::BronzeSink;
pub use pipeline::{Pipeline, PipelineError, Queryable, Reading, Status, Trouble};
pub use pool::pool_options;
pub use sink::{Batch, Sink, SinkError, Standing, Written};
pub use views::{
    Correction, Counted, Difference, Rebuilt, Refused, Removing, Rewriting, Rewritten, Shadow, Swap, Swapped,
    ViewsError, ViewsSink, Window, corrections, forget_corrections, handed_on_differing, newest_tile, read_view,
    read_window, rebuilds, refused, refused_ids, stored_positions, stored_standing, unfinished_removal,
};
