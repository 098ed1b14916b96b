//! `ytempire ingest status`: how every polled source stands.

use std::sync::Arc;

use anyhow::Result;
use chrono::{DateTime, Utc};
use ingest::pull::{Ledger, QuotaLeft, SourceStatus, Store, TargetStatus};

use crate::commands::Start;
use crate::exit::Done;
use crate::output;
use crate::platform::{Need, Platform};

pub async fn run(start: Start) -> Result<Done> {
    let json = start.global.json;
    let sources = start.settings.sources.open_all()?;
    let platform = Platform::attach(start.settings, start.clock, &[Need::Database]).await?;
    let store = Store::new(platform.pool()?.clone());
    let ledger = Ledger::new(platform.pool()?.clone(), Arc::clone(&platform.clock));
    let accounts = match crate::connect::wallet(&platform)? {
        Some(wallet) => wallet.accounts().await?,
        None => Vec::new(),
    };
    let mut statuses = Vec::new();
    for source in &sources {
        statuses.push(store.status(source, &accounts, &ledger, platform.clock.now()).await?);
    }
    platform.stop().await?;
    match json {
        true => output::print_json(&statuses)?,
        false => print(&statuses)?,
    }
    Ok(Done::Wholly)
}

fn print(statuses: &[SourceStatus]) -> Result<()> {
    let header = [
        "source",
        "target",
        "state",
        "last success",
        "next run",
        "requests today",
        "error",
    ];
    let rows = statuses.iter().flat_map(|status| {
        let none = status.targets.is_empty().then(|| {
            let state = status.state.clone();
            vec![status.source.to_owned(), String::new(), state]
        });
        none.into_iter()
            .chain(status.targets.iter().map(|target| cells(status.source, target)))
    });
    output::print_table(&header, rows)?;
    let quotas: Vec<&QuotaLeft> = statuses.iter().flat_map(|status| &status.quota).collect();
    if quotas.is_empty() {
        return Ok(());
    }
    let header = ["project", "quota", "limit", "used", "reserved", "left", "new at"];
    output::print_table(&header, quotas.into_iter().map(quota_cells))
}

fn cells(source: &str, target: &TargetStatus) -> Vec<String> {
    let error = match (&target.error, target.done_by) {
        (Some(error), Some(done_by)) => format!("{error}; done by {}", shown(Some(done_by))),
        (error, _) => error.clone().unwrap_or_default(),
    };
    vec![
        source.to_owned(),
        target.target.clone(),
        target.state.clone(),
        shown(target.last_success),
        shown(target.next_run),
        format!("{} ({} units)", target.requests_today, target.units_today),
        error,
    ]
}

fn quota_cells(quota: &QuotaLeft) -> Vec<String> {
    vec![
        quota.project.clone(),
        quota.bucket.clone(),
        quota.limit.to_string(),
        quota.used.to_string(),
        quota.reserved.to_string(),
        quota.left.to_string(),
        shown(Some(quota.resets_at)),
    ]
}

fn shown(time: Option<DateTime<Utc>>) -> String {
    time.map_or_else(|| "-".to_owned(), |time| time.format("%Y-%m-%d %H:%M:%S").to_string())
}
