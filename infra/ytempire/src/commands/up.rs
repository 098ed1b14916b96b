//! `ytempire up`: everything in one process, until asked to stop.

mod demo;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use api::{ApiState, Readiness};
use events::Clock;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use streams::progress;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::ingest::pull;
use super::{Start, asked_to_stop, end_when_asked_again, retention};
use crate::cli::UpOptions;
use crate::connect;
use crate::data_folder::RunFile;
use crate::exit::{Done, wrong_use};
use crate::output;
use crate::pipelines::{Pipelines, watch_thresholds};
use crate::platform::Platform;
use crate::{webhooks, websub};

pub(super) const PIPELINES: &str = "pipelines";
const BROKER: &str = "broker";

pub async fn run(start: Start, options: UpOptions) -> Result<Done> {
    let metrics = metrics()?;
    let clock = Arc::clone(&start.clock);
    let quiet = start.global.quiet;
    // the port first: without it nothing else is worth starting
    let listener = listen(&start.settings.http).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let platform = tokio::select! {
        platform = Platform::own_alone(start.settings, start.clock) => platform?,
        () = asked_to_stop() => return Ok(Done::Wholly),
    };
    let readiness = Readiness::default();
    readiness.not_ready(PIPELINES, "starting");
    let mut pipelines = Pipelines::start(&platform).await?;
    let stop = CancellationToken::new();
    let (outlook, brokers) = tokio::sync::watch::channel(None);
    let watching = watch(
        &pipelines,
        Arc::clone(&clock),
        brokers,
        readiness.clone(),
        metrics.clone(),
        stop.clone(),
    );
    let looking_after = platform.look_after_database(stop.clone())?;
    let serving = serve(listener, &platform, &url, metrics, readiness, stop.clone())?;
    let reporting = report(&platform, &pipelines, clock.clone(), outlook, stop.clone());
    let watching_thresholds = watch_thresholds(&platform, stop.clone())?;
    write_run_file(&platform, &url, clock.as_ref())?;
    announce(&url, &platform, quiet)?;
    let mut demo = match options.no_simulate {
        true => None,
        false => Some(demo::start(&platform, stop.clone()).await?),
    };

    let of_demo = demo.as_mut().map(|demo| std::mem::take(&mut demo.sources));
    let pulling = pull::run::start(&platform, of_demo.unwrap_or_default(), stop.clone())?;

    let hearing = websub::start(&platform, stop.clone())?;

    let outcome = tokio::select! {
        () = asked_to_stop() => Ok(Done::Wholly),
        error = pipelines.failure() => Err(error),
        never = retention::keep(&platform) => match never {},
    };
    if !quiet {
        eprintln!("stopping: finishing what is under way; once more ends at once");
    }
    tokio::spawn(end_when_asked_again());
    // at once, so that no command joins an owner that is leaving
    platform.folder.as_ref().map_or(Ok(()), |folder| folder.forget_run())?;
    stop.cancel();
    if let Some(demo) = demo {
        pulling.await.context("polled sources")??;
        demo.end().await?;
    } else {
        pulling.await.context("polled sources")??;
    }
    let _ = hearing.await;
    pipelines.stop().await;
    let _ = tokio::join!(reporting, watching, looking_after, watching_thresholds);
    serving.await.context("api")??;
    platform.stop().await?;
    outcome
}

pub(super) fn metrics() -> Result<PrometheusHandle> {
    let step_buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full("pipeline_step_seconds".to_owned()), &step_buckets)?
        .set_buckets_for_metric(
            Matcher::Full(api::REQUEST_DURATION.to_owned()),
            api::REQUEST_DURATION_BUCKETS_SECONDS,
        )?;
    let handle = builder.install_recorder()?;
    progress::describe();
    retention::describe();
    Ok(handle)
}

pub(super) async fn listen(address: &str) -> Result<TcpListener> {
    let bound = TcpListener::bind(address).await;
    if let Err(error) = &bound
        && error.kind() == std::io::ErrorKind::InvalidInput
    {
        return Err(wrong_use(anyhow!(
            "{address} is no address to listen on: give host:port, such as 127.0.0.1:8080"
        )));
    }
    bound.with_context(|| {
        format!("can't listen on {address}: choose another address with --http, or port 0 for any free one")
    })
}

type Task<T> = tokio::task::JoinHandle<T>;

fn serve(
    listener: TcpListener,
    platform: &Platform,
    own: &str,
    metrics: PrometheusHandle,
    readiness: Readiness,
    stop: CancellationToken,
) -> Result<Task<std::io::Result<()>>> {
    let routes = api::router(ApiState {
        pool: platform.pool()?.clone(),
        clock: Arc::clone(&platform.clock),
        metrics,
        readiness,
        version: env!("CARGO_PKG_VERSION"),
    });
    let routes = routes
        .merge(connect::routes(platform, own)?)
        .merge(webhooks::routes(platform)?)
        .merge(websub::routes(platform)?);
    let served = axum::serve(listener, routes).with_graceful_shutdown(async move { stop.cancelled().await });
    Ok(tokio::spawn(served.into_future()))
}

fn report(
    platform: &Platform,
    pipelines: &Pipelines,
    clock: Arc<dyn Clock>,
    outlook: Outlook,
    stop: CancellationToken,
) -> Task<()> {
    let (watched, log) = (pipelines.watched.clone(), platform.log.clone());
    match platform.pool() {
        Ok(pool) => tokio::spawn(progress::report(watched, log, pool.clone(), clock, outlook, stop)),
        Err(_) => tokio::spawn(async {}),
    }
}

type Outlook = tokio::sync::watch::Sender<Option<streams::Trouble>>;

/// Says in `/readyz` whether the brokers answer and which pipeline is in trouble, and keeps the metrics' histograms short.
pub(super) fn watch(
    pipelines: &Pipelines,
    clock: Arc<dyn Clock>,
    brokers: tokio::sync::watch::Receiver<Option<streams::Trouble>>,
    readiness: Readiness,
    metrics: PrometheusHandle,
    stop: CancellationToken,
) -> Task<()> {
    let watched = pipelines.watched.clone();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(500));
        let mut told = BTreeMap::new();
        while !stop.is_cancelled() {
            ticks.tick().await;
            metrics.run_upkeep();
            let troubles: Vec<(&str, streams::Trouble)> = watched
                .iter()
                .filter_map(|one| Some((one.sink.as_str(), one.status.borrow().trouble_at(clock.now())?)))
                .collect();
            tell_of_slow_steps(&troubles, &mut told);
            // a pipeline hears of it before those who look at groups do
            let of_brokers = troubles.iter().map(|(_, trouble)| trouble);
            let heard = of_brokers
                .filter(|trouble| trouble.is_of_brokers())
                .map(|trouble| trouble.since);
            let away = brokers.borrow().as_ref().map(|trouble| trouble.since).or(heard.min());
            match away {
                None => readiness.ready(BROKER),
                Some(since) => {
                    readiness.not_ready(BROKER, format!("the brokers have not answered since {}", moment(since)));
                }
            }
            let in_trouble: Vec<String> = troubles
                .iter()
                .map(|(sink, trouble)| {
                    let since = moment(trouble.since);
                    format!("{sink} has not moved since {since}: its log and `ytempire doctor` say why")
                })
                .collect();
            match in_trouble.is_empty() {
                true => readiness.ready(PIPELINES),
                false => readiness.not_ready(PIPELINES, in_trouble.join("; ")),
            }
        }
    })
}

/// Once for each; `told` is since when those are under way that were told of.
fn tell_of_slow_steps(
    troubles: &[(&str, streams::Trouble)],
    told: &mut BTreeMap<String, chrono::DateTime<chrono::Utc>>,
) {
    let slow: BTreeMap<String, chrono::DateTime<chrono::Utc>> = troubles
        .iter()
        .filter(|(_, trouble)| trouble.is_slow_step())
        .map(|(sink, trouble)| ((*sink).to_owned(), trouble.since))
        .collect();
    for (sink, trouble) in troubles {
        if slow.get(*sink).is_some_and(|since| told.get(*sink) != Some(since)) {
            tracing::warn!(sink, since = %trouble.since, reason = trouble.reason, "pipeline has not moved");
        }
    }
    *told = slow;
}

fn moment(at: chrono::DateTime<chrono::Utc>) -> impl std::fmt::Display {
    at.format("%Y-%m-%d %H:%M:%S UTC")
}

fn write_run_file(platform: &Platform, url: &str, clock: &dyn Clock) -> Result<()> {
    let folder = platform.folder.as_ref().context("the data folder is not ours")?;
    folder.write_run_file(&RunFile {
        pid: std::process::id(),
        http_url: url.to_owned(),
        kafka_brokers: platform.log.brokers.clone(),
        kafka_properties: platform.log.properties.clone(),
        database_url: platform.database_url.clone(),
        lake_url: platform.settings.lake.url.clone(),
        lake_options: platform.settings.lake.options.clone(),
        started_at: clock.now(),
    })
}

fn announce(url: &str, platform: &Platform, quiet: bool) -> Result<()> {
    output::print(&format!("{url}\n"))?;
    if !quiet {
        eprintln!(
            "YTEMPIRE is up: {url}  (data in {}, Ctrl-C stops it)",
            platform.data_dir().display()
        );
    }
    Ok(())
}
