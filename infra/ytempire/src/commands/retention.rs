//! `ytempire retention`, and the same on a schedule for `up`; `ytempire forget`.

use std::io::{BufRead, IsTerminal, Write};
use std::time::Duration;

use anyhow::{Result, anyhow};
use events::ChannelId;

use super::Start;
use crate::cli::{ForgetOptions, RetentionOptions};
use crate::exit::{Done, wrong_use};
use crate::output;
use crate::platform::{ALL_NEEDS, Platform, must_exist};
use crate::removal::{self, Mode, Report};

const FIRST_AFTER: Duration = Duration::from_secs(300);

pub async fn run(start: Start, options: RetentionOptions) -> Result<Done> {
    let json = start.global.json;
    let days = options.days.unwrap_or(start.settings.retention.youtube_api_days);
    if !(days.is_finite() && days >= 0.0) {
        return Err(wrong_use(anyhow!("--days: give a number of days, such as 30")));
    }
    must_exist(&start.settings)?;
    let platform = Platform::attach(start.settings, start.clock, &ALL_NEEDS).await?;
    let outcome = enforce(&platform, days, mode(options.dry_run)).await;
    platform.stop().await?;
    show(&outcome?, json)
}

pub async fn forget(start: Start, options: ForgetOptions) -> Result<Done> {
    let json = start.global.json;
    let channel = ChannelId::new(options.channel.as_str()).map_err(|invalid| wrong_use(anyhow!(invalid.reason)))?;
    must_exist(&start.settings)?;
    let platform = Platform::attach(start.settings, start.clock, &ALL_NEEDS).await?;
    let outcome = match options.release {
        true => release(&platform, &channel).await,
        false => forget_asked(&platform, &channel, &options, json).await,
    };
    platform.stop().await?;
    outcome
}

fn mode(dry_run: bool) -> Mode {
    if dry_run { Mode::DryRun } else { Mode::Real }
}

async fn enforce(platform: &Platform, days: f64, mode: Mode) -> Result<Report> {
    removal::catch_up(platform).await?;
    removal::retention(platform, days, mode).await
}

async fn release(platform: &Platform, channel: &ChannelId) -> Result<Done> {
    match ingest::forget::release(platform.pool()?, channel).await? {
        true => output::print(&format!("{channel} is taken in again\n"))?,
        false => output::print(&format!("{channel} was not withheld\n"))?,
    }
    Ok(Done::Wholly)
}

async fn forget_asked(platform: &Platform, channel: &ChannelId, options: &ForgetOptions, json: bool) -> Result<Done> {
    removal::catch_up(platform).await?;
    if options.dry_run {
        return show(&removal::forget(platform, channel, Mode::DryRun).await?, json);
    }
    if !options.yes {
        if !std::io::stdin().is_terminal() {
            return Err(wrong_use(anyhow!(
                "nobody can be asked here: look at it with --dry-run, then say --yes"
            )));
        }
        show(&removal::forget(platform, channel, Mode::DryRun).await?, false)?;
        if !agreed(channel)? {
            output::print("nothing was deleted\n")?;
            return Ok(Done::Wholly);
        }
    }
    show(&removal::forget(platform, channel, Mode::Real).await?, json)
}

fn agreed(channel: &ChannelId) -> Result<bool> {
    eprint!("Delete all of this for good, and take in nothing of {channel} any more? Type yes: ");
    std::io::stderr().flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim() == "yes")
}

fn show(report: &Report, json: bool) -> Result<Done> {
    if json {
        output::print_json(report)?;
        return Ok(Done::Wholly);
    }
    let topics = report.topics.iter().filter(|one| one.records > 0);
    let topics = topics.map(|one| {
        (
            format!("{}/{}", one.topic, one.partition),
            one.records.to_string(),
            String::new(),
        )
    });
    let tables = report.tables.iter();
    let tables = tables.map(|one| (one.table.clone(), one.rows.to_string(), one.kept.to_string()));
    let views = report.views.iter();
    let views = views.map(|one| {
        let gone = one.rows.saturating_sub(one.rows_after);
        (
            format!("views.{}", one.view),
            gone.to_string(),
            one.rows_after.to_string(),
        )
    });
    let database = report.database.iter();
    let database = database.map(|one| (one.table.to_owned(), one.rows.to_string(), String::new()));
    let rows = topics.chain(tables).chain(views).chain(database);
    let header = if report.dry_run { "would go" } else { "gone" };
    output::print_table(
        &["where", header, "stays"],
        rows.map(|(place, gone, stays)| vec![place, gone, stays]),
    )?;
    if let Some(cutoff) = report.cutoff {
        let cutoff = cutoff.format("%Y-%m-%d %H:%M UTC");
        output::print(&format!("what the YouTube API told before {cutoff}\n"))?;
    }
    for note in &report.notes {
        output::print(&format!("{note}\n"))?;
    }
    Ok(Done::Wholly)
}

/// Says what the metric means, for `/metrics`.
pub fn describe() {
    metrics::describe_counter!(
        "retention_rows_removed_total",
        "Rows that retention has taken out of the lake."
    );
}

/// For `up`: enforces the retention every so many hours. It may be dropped at any moment.
pub async fn keep(platform: &Platform) -> std::convert::Infallible {
    let settings = platform.settings.retention;
    let every = Duration::from_secs_f64((settings.every_hours * 3600.0).clamp(60.0, 1e8));
    // what has just started is still reading what it missed
    tokio::time::sleep(every.min(FIRST_AFTER)).await;
    loop {
        match removal::retention(platform, settings.youtube_api_days, Mode::Real).await {
            Ok(report) => {
                let rows: usize = report.tables.iter().map(|one| one.rows).sum();
                tracing::info!(rows, cutoff = ?report.cutoff, "retention enforced");
                metrics::counter!("retention_rows_removed_total").increment(rows as u64);
            }
            Err(error) => tracing::warn!(error = %format!("{error:#}"), "retention is tried again later"),
        }
        tokio::time::sleep(every).await;
    }
}
