//! `ytempire ingest run`: every source that is configured, on its schedule.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use ingest::pull::When;
use ingest::pull::catalogue::Opened;
use tokio_util::sync::CancellationToken;

use super::{Logged, SharedSending, Shown, one, read_all, runner};
use crate::cli::RunOptions;
use crate::commands::ingest::{Run, Wait};
use crate::commands::{Start, asked_to_stop};
use crate::exit::{Done, wrong_use};
use crate::platform::Platform;
use crate::settings::Settings;

pub async fn run(start: Start, options: RunOptions) -> Result<Done> {
    let sources = named(&start.settings, &options.sources)?;
    match (options.once, options.now) {
        (true, false) => one::read(start, sources, When::Due, Wait::unless(options.no_wait)).await,
        (true, true) => one::read(start, sources, When::Now, Wait::unless(options.no_wait)).await,
        (false, _) => always(start, sources).await,
    }
}

/// The sources that have something to read; among them every one that was named.
fn named(settings: &Settings, names: &[String]) -> Result<Vec<Opened>> {
    let mut sources = configured(settings)?;
    for name in names {
        if !sources.iter().any(|source| source.name == name) {
            return Err(wrong_use(anyhow!(
                "{name} is not configured: see `ytempire ingest {name} --help`"
            )));
        }
    }
    sources.retain(|source| names.is_empty() || names.iter().any(|name| name == source.name));
    match sources.is_empty() {
        true => Err(wrong_use(anyhow!(
            "no source is configured: set [sources.<name>] in ytempire.toml, see `ytempire ingest --help`"
        ))),
        false => Ok(sources),
    }
}

/// Those that have something to read, or will have when a channel is connected.
fn configured(settings: &Settings) -> Result<Vec<Opened>> {
    let mut sources = settings.sources.open_all()?;
    let can_connect = settings.oauth.is_configured();
    sources.retain(|source| !source.pull.targets().is_empty() || (can_connect && source.reads_accounts));
    Ok(sources)
}

async fn always(start: Start, sources: Vec<Opened>) -> Result<Done> {
    let quiet = start.global.quiet;
    let mut run = Run::open(start).await?;
    let outbox = Arc::new(SharedSending::open(&run.platform)?);
    let stop = CancellationToken::new();
    let runner = runner(&run.platform, outbox, Arc::new(Shown::new(quiet)), stop.clone())?;
    let reading = read_all(runner, sources, When::Always);
    tokio::pin!(reading);
    let outcome = tokio::select! {
        reports = &mut reading => reports.map(|_| Done::Wholly),
        error = run.failure() => Err(error),
        () = asked_to_stop() => {
            stop.cancel();
            (&mut reading).await.map(|_| Done::Wholly)
        }
    };
    run.close().await?;
    outcome
}

/// For `up`: reads what is configured, and `more`, beside everything else, until `stop`.
pub fn start(
    platform: &Platform,
    more: Vec<Opened>,
    stop: CancellationToken,
) -> Result<tokio::task::JoinHandle<Result<()>>> {
    let mut sources = configured(&platform.settings)?;
    sources.extend(more);
    if sources.is_empty() {
        return Ok(tokio::spawn(async { Ok(()) }));
    }
    let outbox = Arc::new(SharedSending::open(platform)?);
    let runner = runner(platform, outbox, Arc::new(Logged), stop)?;
    Ok(tokio::spawn(async move {
        read_all(runner, sources, When::Always).await.map(|_| ())
    }))
}
