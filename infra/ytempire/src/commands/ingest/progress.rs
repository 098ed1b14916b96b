//! Progress for people: a bar on a terminal, with rate and estimate; nothing elsewhere.

use std::collections::BTreeMap;
use std::path::Path;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ingest::{Fault, Progress, Unit};

use crate::output::is_watched;
use crate::sending::Watch;

/// Rejected rows shown one by one per file; the rest is counted.
const SHOWN: u64 = 10;

const BYTES: &str = "{msg} {wide_bar} {bytes}/{total_bytes} {prefix} {bytes_per_sec} eta {eta}";
const UNKNOWN: &str = "{msg} {spinner} {pos} {prefix} {elapsed}";
const EVENTS: &str = "{msg} {wide_bar} {pos}/{len} {per_sec} eta {eta}";

/// What is seen of one source while it is read.
pub struct Seen {
    bar: ProgressBar,
    name: String,
    quiet: bool,
    /// Rejected rows by reason.
    pub reasons: BTreeMap<&'static str, u64>,
    rejected: u64,
}

impl Seen {
    pub fn new(path: &Path, quiet: bool) -> Self {
        let name = path
            .file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned();
        let target = match is_watched() && !quiet {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_message(name.clone());
        Self {
            bar,
            name,
            quiet,
            reasons: BTreeMap::new(),
            rejected: 0,
        }
    }

    fn set_style(&self, progress: Progress) {
        let template = match (progress.unit, progress.total) {
            (_, None) => UNKNOWN,
            (Unit::Bytes, Some(_)) => BYTES,
            (Unit::Events, Some(_)) => EVENTS,
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
        if self.rejected > SHOWN && !self.quiet {
            eprintln!(
                "{}: {} more rejected rows (see `ytempire dead-letters list`)",
                self.name,
                self.rejected - SHOWN
            );
        }
    }
}

impl Watch for Seen {
    fn progress(&mut self, progress: Progress, records: u64) {
        if self.bar.length() != progress.total || records == 1 {
            self.set_style(progress);
            if let Some(total) = progress.total {
                self.bar.set_length(total);
            }
        }
        self.bar.set_prefix(format!("{records} rows"));
        self.bar.set_position(progress.done);
    }

    fn rejected(&mut self, fault: &Fault) {
        *self.reasons.entry(fault.kind.label()).or_default() += 1;
        self.rejected += 1;
        if self.rejected <= SHOWN && !self.quiet {
            self.bar.suspend(|| eprintln!("{}: {fault}", self.name));
        }
    }
}
