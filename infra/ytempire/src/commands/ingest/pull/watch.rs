//! What is seen while sources are read: lines on a terminal, or log records of a platform that runs by itself.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget};
use ingest::pull::{Trouble, Watcher};

use crate::output::is_watched;

/// For commands: one line for each source on a terminal, and what was put off.
pub struct Shown {
    bars: MultiProgress,
    lines: Mutex<HashMap<String, (ProgressBar, usize)>>,
    quiet: bool,
}

impl Shown {
    pub fn new(quiet: bool) -> Self {
        let target = match is_watched() && !quiet {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        Self {
            bars: MultiProgress::with_draw_target(target),
            lines: Mutex::default(),
            quiet,
        }
    }
}

impl Watcher for Shown {
    fn page(&self, source: &str, target: &str, records: usize, units_to_go: Option<u64>) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let line = lines.entry(source.to_owned());
        let (bar, all) = line.or_insert_with(|| (self.bars.add(ProgressBar::new_spinner()), 0));
        *all += records;
        let to_go = units_to_go.map_or(String::new(), |units| format!(", {units} calls to go at most"));
        bar.set_message(format!("{source} {target}: {all} records{to_go}"));
        bar.tick();
    }

    fn put_off(&self, source: &str, target: &str, trouble: &Trouble, until: Option<DateTime<Utc>>) {
        if !self.quiet {
            let until = until.map_or(String::new(), |until| {
                format!("; goes on at {}", until.format("%Y-%m-%d %H:%M UTC"))
            });
            self.bars.suspend(|| eprintln!("{source} {target}: {trouble}{until}"));
        }
    }
}

/// For `up`.
pub struct Logged;

impl Watcher for Logged {
    fn page(&self, source: &str, target: &str, records: usize, units_to_go: Option<u64>) {
        tracing::debug!(source, target, records, units_to_go, "page read");
    }

    fn put_off(&self, source: &str, target: &str, trouble: &Trouble, until: Option<DateTime<Utc>>) {
        let until = until.map(|until| until.to_rfc3339());
        tracing::warn!(source, target, kind = trouble.kind.name(), error = %trouble, until, "source put off");
    }
}
