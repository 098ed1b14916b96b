//! Polled sources: read on their schedules, read once, and looked at.

pub mod one;
mod outbox;
pub mod run;
pub mod status;
mod watch;

use std::sync::Arc;

use anyhow::Result;
use ingest::pull::catalogue::Opened;
use ingest::pull::{Backoff, Ledger, Report, Runner, Store, Watcher, When};
use serde::Serialize;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::exit::Done;
use crate::output;
use crate::platform::Platform;

pub use outbox::SharedSending;
pub use watch::{Logged, Shown};

/// A runner that works with the platform's parts.
pub fn runner(
    platform: &Platform,
    outbox: Arc<SharedSending>,
    watcher: Arc<dyn Watcher>,
    stop: CancellationToken,
) -> Result<Runner> {
    let pool = platform.pool()?.clone();
    Ok(Runner {
        store: Store::new(pool.clone()),
        ledger: Ledger::new(pool, Arc::clone(&platform.clock)),
        clock: Arc::clone(&platform.clock),
        backoff: Backoff::default(),
        outbox,
        watcher,
        wallet: crate::connect::wallet(platform)?,
        keyring: Some(Arc::new(crate::connect::keyring(platform)?)),
        stop,
    })
}

/// Reads all of them at the same time; ends when all have ended.
pub async fn read_all(runner: Runner, sources: Vec<Opened>, when: When) -> Result<Vec<Report>> {
    let mut reading = JoinSet::new();
    for source in sources {
        let runner = runner.clone();
        reading.spawn(async move { runner.read(&source, when).await });
    }
    let mut reports = Vec::new();
    while let Some(report) = reading.join_next().await {
        reports.push(report??);
    }
    reports.sort_by_key(|report| report.source);
    Ok(reports)
}

/// What became of one source.
#[derive(Debug, Serialize)]
struct Line {
    source: &'static str,
    runs: u64,
    records: u64,
    put_off: Vec<PutOff>,
}

#[derive(Debug, Serialize)]
struct PutOff {
    target: String,
    kind: &'static str,
    error: String,
}

/// Prints what became of the sources; partly done when something was put off.
fn finish(reports: Vec<Report>, json: bool) -> Result<Done> {
    let lines: Vec<Line> = reports.into_iter().map(line).collect();
    let is_whole = lines.iter().all(|line| line.put_off.is_empty());
    match json {
        true => output::print_json(&lines)?,
        false => output::print_table(&["source", "runs", "records", "put off"], lines.iter().map(cells))?,
    }
    Ok(if is_whole { Done::Wholly } else { Done::Partly })
}

fn line(report: Report) -> Line {
    let put_off = report.put_off.into_iter().map(|(target, trouble)| PutOff {
        target,
        kind: trouble.kind.name(),
        error: trouble.what,
    });
    Line {
        source: report.source,
        runs: report.done,
        records: report.records,
        put_off: put_off.collect(),
    }
}

fn cells(line: &Line) -> Vec<String> {
    let put_off: Vec<String> = line
        .put_off
        .iter()
        .map(|one| format!("{}: {} ({})", one.target, one.error, one.kind))
        .collect();
    vec![
        line.source.to_owned(),
        line.runs.to_string(),
        line.records.to_string(),
        put_off.join("\n"),
    ]
}
