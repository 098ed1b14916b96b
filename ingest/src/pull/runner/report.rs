//! What became of a source that was read.

use chrono::{DateTime, Utc};

use crate::pull::Trouble;

/// What happens while a source is read.
pub trait Watcher: Send + Sync {
    fn page(&self, source: &str, target: &str, records: usize, units_to_go: Option<u64>);
    fn put_off(&self, source: &str, target: &str, trouble: &Trouble, until: Option<DateTime<Utc>>);
}

/// Counts of one source.
#[derive(Debug, Clone)]
pub struct Report {
    pub source: &'static str,
    /// Runs that came to their end.
    pub done: u64,
    pub records: u64,
    /// Targets that could not be read to the end, with the real cause.
    pub put_off: Vec<(String, Trouble)>,
    /// It was asked to stop in the middle of a run.
    pub stopped: bool,
}

impl Report {
    pub(super) fn new(source: &'static str) -> Self {
        Self {
            source,
            done: 0,
            records: 0,
            put_off: Vec::new(),
            stopped: false,
        }
    }
}
