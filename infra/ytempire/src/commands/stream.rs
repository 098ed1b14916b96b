//! `ytempire stream`: the pipelines alone, as one of several processes that share the work.

mod corrections;
mod rebuild;
mod rebuilds;
mod refused;

use std::sync::Arc;

use anyhow::{Context, Result};
use api::{ApiState, Readiness};
use streams::progress;
use tokio_util::sync::CancellationToken;

use super::{Start, asked_to_stop, end_when_asked_again, up};
use crate::cli::{StreamCommand, StreamOptions};
use crate::exit::Done;
use crate::output;
use crate::pipelines::{Pipelines, watch_thresholds};
use crate::platform::{Platform, must_exist};

pub async fn run(start: Start, options: StreamOptions) -> Result<Done> {
    if options.command.is_some() {
        must_exist(&start.settings)?;
    }
    match options.command {
        None => stream(start, options.instance).await,
        Some(StreamCommand::Rebuild(options)) => rebuild::run(start, options).await,
        Some(StreamCommand::Corrections(options)) => corrections::run(start, options).await,
        Some(StreamCommand::Refused(options)) => refused::run(start, options).await,
        Some(StreamCommand::Rebuilds(options)) => rebuilds::run(start, options).await,
    }
}

async fn stream(start: Start, instance: Option<String>) -> Result<Done> {
    let (clock, quiet) = (Arc::clone(&start.clock), start.global.quiet);
    // several run on one machine, so the address of the settings is for the one that was told it
    let address = start.global.http.clone().unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let metrics = up::metrics()?;
    let listener = up::listen(&address).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let mut platform = tokio::select! {
        platform = Platform::shared(start.settings, start.clock) => platform?,
        () = asked_to_stop() => return Ok(Done::Wholly),
    };
    platform.instance = instance;
    let readiness = Readiness::default();
    readiness.not_ready(up::PIPELINES, "starting");
    let mut pipelines = Pipelines::start(&platform).await?;
    let stop = CancellationToken::new();
    let (outlook, brokers) = tokio::sync::watch::channel(None);
    let watching = up::watch(
        &pipelines,
        Arc::clone(&clock),
        brokers,
        readiness.clone(),
        metrics.clone(),
        stop.clone(),
    );
    let routes = api::router(ApiState {
        pool: platform.pool()?.clone(),
        clock: Arc::clone(&clock),
        metrics,
        readiness,
        version: env!("CARGO_PKG_VERSION"),
    });
    let stopped = stop.clone();
    let served = axum::serve(listener, routes).with_graceful_shutdown(async move { stopped.cancelled().await });
    let serving = tokio::spawn(served.into_future());
    let (watched, log, pool) = (
        pipelines.watched.clone(),
        platform.log.clone(),
        platform.pool()?.clone(),
    );
    let reporting = tokio::spawn(progress::report(watched, log, pool, clock, outlook, stop.clone()));
    let watching_thresholds = watch_thresholds(&platform, stop.clone())?;
    output::print(&format!("{url}\n"))?;
    if !quiet {
        eprintln!(
            "streaming from {} to {}: {url}/metrics  (Ctrl-C stops it)",
            platform.log.brokers,
            platform.lake.url()
        );
    }
    let outcome = tokio::select! {
        () = asked_to_stop() => Ok(Done::Wholly),
        error = pipelines.failure() => Err(error),
    };
    if !quiet {
        eprintln!("stopping: finishing what is under way; once more ends at once");
    }
    tokio::spawn(end_when_asked_again());
    stop.cancel();
    pipelines.stop().await;
    let _ = tokio::join!(reporting, watching, watching_thresholds);
    serving.await.context("http")??;
    platform.stop().await?;
    outcome
}
