//! `ytempire ingest <source>`: one polled source, now, whatever its schedule says.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use ingest::pull::When;
use tokio_util::sync::CancellationToken;

use super::{SharedSending, Shown, finish, read_all, runner};
use crate::cli::Pulled;
use crate::commands::ingest::{Run, Wait};
use crate::commands::{Start, asked_to_stop};
use crate::exit::{Done, wrong_use};

pub async fn run(start: Start, options: Pulled) -> Result<Done> {
    let manual = options.entry.manual;
    let settings = start.settings.sources.of(manual.name);
    let source = options.entry.open_asked(settings, &options.asked).map_err(wrong_use)?;
    let may_be_connected = source.reads_accounts && start.settings.oauth.is_configured();
    if source.pull.targets().is_empty() && !may_be_connected {
        let flags: Vec<String> = manual.flags.iter().map(|flag| format!("--{}", flag.name)).collect();
        return Err(wrong_use(anyhow::anyhow!(
            "nothing to read: name it with {}, or configure [sources.{}]",
            flags.join(", "),
            manual.name
        )));
    }
    read(start, vec![source], When::Now, Wait::unless(options.no_wait)).await
}

/// Reads sources to their end, waits until the rows can be queried, and says what became of them.
pub(super) async fn read(
    start: Start,
    sources: Vec<ingest::pull::catalogue::Opened>,
    when: When,
    wait: Wait,
) -> Result<Done> {
    let (quiet, json) = (start.global.quiet, start.global.json);
    let mut run = Run::open(start).await?;
    let outbox = Arc::new(SharedSending::open(&run.platform)?);
    let stop = CancellationToken::new();
    let runner = runner(
        &run.platform,
        Arc::clone(&outbox),
        Arc::new(Shown::new(quiet)),
        stop.clone(),
    )?;
    let reports = {
        let reading = read_all(runner, sources, when);
        tokio::pin!(reading);
        tokio::select! {
            reports = &mut reading => reports?,
            error = run.failure() => return Err(error),
            () = asked_to_stop() => {
                stop.cancel();
                reading.await?
            }
        }
    };
    let outbox = Arc::try_unwrap(outbox).ok().context("a source is still being read")?;
    run.sending = outbox.into_inner();
    if stop.is_cancelled() {
        run.close().await?;
        bail!("stopped; the next run goes on where this one was");
    }
    run.settle(wait).await?;
    run.close().await?;
    finish(reports, json)
}
