//! `ytempire ingest`: a source into the log, and the lake asked what became of it.

mod file;
mod files;
mod progress;
pub mod pull;
mod simulate;
mod summary;
mod trending;

use anyhow::{Result, bail};
use ingest::Source;
use tokio_util::sync::CancellationToken;

use super::{Start, stop_when_asked};
use crate::cli::{IngestOptions, SourceName};
use crate::exit::Done;
use crate::pipelines::{Pipelines, stores_reach};
use crate::platform::{ALL_NEEDS, Platform};
use crate::sending::{Places, Read, Sending, Watch, behind};

pub async fn run(start: Start, options: IngestOptions) -> Result<Done> {
    match options.source {
        SourceName::Trending(options) => trending::run(start, options).await,
        SourceName::File(options) => file::run(start, options).await,
        SourceName::Simulate(options) => simulate::run(start, options).await,
        SourceName::Run(options) => pull::run::run(start, options).await,
        SourceName::Status => pull::status::run(start).await,
        SourceName::Pulled(options) => pull::one::run(start, options).await,
    }
}

/// A log to send to, and pipelines that take it further: ours, or those of the folder's owner.
pub struct Run {
    pub platform: Platform,
    pipelines: Option<Pipelines>,
    pub sending: Sending,
}

impl Run {
    pub async fn open(start: Start) -> Result<Self> {
        let stop = stop_when_asked();
        let opened = tokio::select! {
            opened = Self::start(start, stop.clone()) => opened,
            () = stop.cancelled() => bail!("stopped before anything was read"),
        };
        opened
    }

    async fn start(start: Start, stop: CancellationToken) -> Result<Self> {
        let platform = Platform::attach(start.settings, start.clock, &ALL_NEEDS).await?;
        let pipelines = match platform.owner {
            None => Some(Pipelines::start(&platform).await?),
            Some(_) => None,
        };
        if platform.owner.is_some() {
            watch_owner(&platform, stop.clone());
        }
        let sending = Sending::open(&platform, stop)?;
        Ok(Self {
            platform,
            pipelines,
            sending,
        })
    }

    /// Ends with the first pipeline of ours that ends by itself.
    pub async fn failure(&mut self) -> anyhow::Error {
        match &mut self.pipelines {
            Some(pipelines) => pipelines.failure().await,
            None => std::future::pending().await,
        }
    }

    /// Confirms everything, and waits until it can be queried unless told otherwise.
    pub async fn settle(&mut self, wait: Wait) -> Result<()> {
        self.platform.check_owner()?;
        let flushed = self.sending.flush_unless(|| self.platform.check_owner()).await;
        flushed.map_err(|error| self.explain(error))?;
        // what is on brokers of their own is read by whoever comes next
        if wait == Wait::No && (self.pipelines.is_none() || !self.platform.broker_is_embedded()) {
            return Ok(());
        }
        let goal = behind(self.sending.places());
        match &mut self.pipelines {
            Some(pipelines) => pipelines.reach(&self.platform, &goal).await,
            None => self.wait_for_owner(&goal).await,
        }
    }

    /// Sends everything the source has.
    pub async fn send(&mut self, source: Box<dyn Source>, watch: &mut impl Watch) -> Result<Read> {
        let sent = self.sending.send(source, watch).await;
        // stopped because the owner has gone is no wish of the user's
        self.platform.check_owner()?;
        sent.map_err(|error| self.explain(error))
    }

    /// What stands behind a record that was not delivered, when that is known: it says more than the client does.
    fn explain(&self, error: anyhow::Error) -> anyhow::Error {
        let trouble = self.pipelines.as_ref().and_then(Pipelines::trouble);
        let full = self.platform.lake.check_room().err();
        let again = "put that right and run the same command again: what was read is kept, and nothing is doubled";
        match (full, trouble) {
            (Some(full), _) => error.context(format!("{full}; {again}")),
            (None, Some(trouble)) => error.context(format!("{trouble}; {again}")),
            (None, None) => error,
        }
    }

    /// The owner's sinks store their positions with their data, so the stores themselves tell.
    async fn wait_for_owner(&self, goal: &events::Positions) -> Result<()> {
        let look = self.platform.owner_watch();
        loop {
            // a database that went with its owner would be waited for
            let gone = async {
                while look().is_ok() {
                    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
                }
            };
            let reached = tokio::select! {
                reached = stores_reach(&self.platform, goal) => reached,
                () = gone => Ok(false),
            };
            self.platform.check_owner()?;
            if reached? {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    }

    pub async fn close(self) -> Result<Vec<Places>> {
        if let Some(pipelines) = self.pipelines {
            pipelines.stop().await;
        }
        // the producer goes before the broker that it talks to
        let places = self.sending.into_places();
        self.platform.stop().await?;
        Ok(places)
    }
}

/// Ends the sending when the owner has gone: whoever sends looks for why.
fn watch_owner(platform: &Platform, stop: CancellationToken) {
    let look = platform.owner_watch();
    tokio::spawn(async move {
        while look().is_ok() {
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
        stop.cancel();
    });
}

/// Whether a command waits until its rows can be queried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    Yes,
    No,
}

impl Wait {
    fn unless(no_wait: bool) -> Self {
        if no_wait { Wait::No } else { Wait::Yes }
    }
}
