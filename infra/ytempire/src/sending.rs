//! From a source to the log: every record sent, every delivery kept, so that the lake can be asked what became of it.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use events::{Envelope, Partition, Positions, Topic};
use ingest::{Fault, Outgoing, Progress, Source, SourceError};
use log::{Delivery, Producer};
use roaring::RoaringTreemap;
use sqlx::PgPool;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio_util::sync::CancellationToken;

use crate::platform::Platform;

/// Records read ahead of the sending.
const READ_AHEAD: usize = 512;
/// Who is withheld may be so old: `ytempire forget` waits for longer.
pub const WITHHELD_FOR: Duration = Duration::from_secs(2);
const FLUSH_PATIENCE: Duration = Duration::from_secs(120);
const FLUSH_STEP: Duration = Duration::from_secs(1);

/// Offsets by partition: the places in the log that belong to one source.
pub type Places = BTreeMap<Partition, RoaringTreemap>;

/// What happens while a source is read.
pub trait Watch {
    fn progress(&mut self, progress: Progress, records: u64);
    fn rejected(&mut self, fault: &Fault);
}

/// What a source held.
#[derive(Debug, Default)]
pub struct Read {
    pub records: u64,
    pub rejected: u64,
    /// Why it ended before its end.
    pub broken: Option<SourceError>,
    /// The user wanted no more of it.
    pub stopped: bool,
}

/// Sends sources one after the other; each has the number of its turn as its mark.
pub struct Sending {
    producer: Producer,
    deliveries: UnboundedReceiver<Delivery>,
    places: Vec<Places>,
    /// Those of `places` that hold rows which their sources rejected.
    rejected: Vec<Places>,
    failed: Option<log::LogError>,
    /// Where it says of which channels nothing is taken in.
    pool: Option<PgPool>,
    withheld: Vec<String>,
    withheld_videos: HashSet<String>,
    looked: Option<Instant>,
    /// Cancelled when the user wants no more to be read.
    stop: CancellationToken,
}

impl Sending {
    pub fn open(platform: &Platform, stop: CancellationToken) -> Result<Self> {
        let (producer, deliveries) = Producer::open(&platform.log)?;
        Ok(Self {
            producer,
            deliveries,
            places: Vec::new(),
            rejected: Vec::new(),
            failed: None,
            pool: platform.pool().ok().cloned(),
            withheld: Vec::new(),
            withheld_videos: HashSet::new(),
            looked: None,
            stop,
        })
    }

    /// Sends everything the source has.
    pub async fn send(&mut self, source: Box<dyn Source>, watch: &mut impl Watch) -> Result<Read> {
        self.look_who_is_withheld().await?;
        let mark = self.begin();
        let (sender, mut records) = mpsc::channel(READ_AHEAD);
        let reading = tokio::task::spawn_blocking(move || read_ahead(source, &sender));
        let mut read = Read::default();
        let stop = self.stop.clone();
        loop {
            let received = tokio::select! {
                biased;
                () = stop.cancelled() => {
                    // the reader ends at its next record, however long it waits for it
                    read.stopped = true;
                    return Ok(read);
                }
                received = records.recv() => received,
            };
            let Some((step, progress)) = received else { break };
            match step {
                Ok(outgoing) => {
                    tokio::select! {
                        biased;
                        sent = self.send_one(&outgoing, mark) => sent?,
                        // a full send buffer that does not drain must not hold up the end
                        () = stop.cancelled() => {
                            read.stopped = true;
                            return Ok(read);
                        }
                    }
                    read.records += 1;
                    if let Some(fault) = &outgoing.fault {
                        watch.rejected(fault);
                    }
                    read.rejected += u64::from(outgoing.is_rejected());
                    self.confirm();
                }
                Err(error) => read.broken = Some(error),
            }
            watch.progress(progress, read.records);
        }
        reading.await.context("the source crashed")?;
        Ok(read)
    }

    /// Asks the database of which channels nothing is taken in; see `ytempire forget`.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn look_who_is_withheld(&mut self) -> Result<()> {
        if let Some(pool) = &self.pool {
            self.withheld = ingest::forget::withheld(pool).await?;
            self.withheld_videos = ingest::forget::withheld_videos(pool).await?.into_iter().collect();
        }
        self.looked = Some(Instant::now());
        Ok(())
    }

    /// By the channel's id anywhere in it, or by the video that it is about.
    fn is_withheld(&self, outgoing: &Outgoing) -> bool {
        let body = &outgoing.body;
        let names = |channel: &String| body.windows(channel.len()).any(|part| part == channel.as_bytes());
        let is_of_video = |key: &String| self.withheld_videos.contains(key);
        self.withheld.iter().any(names) || outgoing.key.as_ref().is_some_and(is_of_video)
    }

    pub async fn send_one(&mut self, outgoing: &Outgoing, mark: usize) -> Result<()> {
        if self.looked.is_none_or(|looked| looked.elapsed() > WITHHELD_FOR) {
            self.look_who_is_withheld().await?;
        }
        if self.is_withheld(outgoing) {
            metrics::counter!("ingest_withheld_total", "topic" => outgoing.topic.name()).increment(1);
            return Ok(());
        }
        let key = outgoing.key.as_deref();
        self.send_raw(outgoing.topic, key, &outgoing.envelope, &outgoing.body, mark)
            .await
    }

    pub async fn send_raw(
        &mut self,
        topic: Topic,
        key: Option<&str>,
        envelope: &Envelope,
        body: &[u8],
        mark: usize,
    ) -> Result<()> {
        let mark = 2 * mark + usize::from(envelope.reject_reason.is_some());
        Ok(self.producer.send(topic, key, envelope, body, mark).await?)
    }

    /// Takes note of what has been delivered so far.
    pub fn confirm(&mut self) {
        while let Ok(delivery) = self.deliveries.try_recv() {
            match delivery.outcome {
                Ok((partition, offset)) => {
                    let (mark, is_rejected) = (delivery.mark / 2, delivery.mark % 2 == 1);
                    let rejected = self.rejected.get_mut(mark).filter(|_| is_rejected);
                    for places in self.places.get_mut(mark).into_iter().chain(rejected) {
                        places.entry(partition).or_default().insert(offset.unsigned_abs());
                    }
                }
                Err(error) => {
                    self.failed.get_or_insert(error);
                }
            }
        }
    }

    /// Waits until everything is confirmed.
    ///
    /// # Errors
    /// A record was not delivered. Sending it all again adds only what is missing.
    pub async fn flush(&mut self) -> Result<()> {
        self.flush_unless(|| Ok(())).await
    }

    /// Like [`Sending::flush`], given up when `check` fails, which is asked again and again.
    pub async fn flush_unless(&mut self, check: impl Fn() -> Result<()>) -> Result<()> {
        let begun = std::time::Instant::now();
        loop {
            let flushed = tokio::task::block_in_place(|| self.producer.flush(FLUSH_STEP));
            self.confirm();
            check()?;
            match flushed {
                Ok(()) => break,
                Err(error) if begun.elapsed() > FLUSH_PATIENCE => return Err(error.into()),
                Err(_) => {}
            }
        }
        match self.failed.take() {
            Some(error) => Err(error).context("not everything was delivered: run the same command again"),
            None => Ok(()),
        }
    }

    /// Where each source's records are.
    pub fn places(&self) -> &[Places] {
        &self.places
    }

    /// Where the rows are that each source rejected itself.
    pub fn rejected(&self) -> &[Places] {
        &self.rejected
    }

    pub fn into_places(self) -> Vec<Places> {
        self.places
    }

    /// Begins the records of another source; gives their mark.
    pub fn begin(&mut self) -> usize {
        self.places.push(Places::new());
        self.rejected.push(Places::new());
        self.places.len() - 1
    }
}

/// The positions behind the last of `places`: whoever reaches them has read all of it.
pub fn behind<'a>(places: impl IntoIterator<Item = &'a Places>) -> Positions {
    let mut goal = Positions::default();
    for (partition, offsets) in places.into_iter().flatten() {
        let end = offsets
            .max()
            .map_or(0, |last| i64::try_from(last).unwrap_or(i64::MAX) + 1);
        goal.set(*partition, goal.of(*partition).max(end));
    }
    goal
}

type Step = (Result<Outgoing, SourceError>, Progress);

fn read_ahead(mut source: Box<dyn Source>, sender: &mpsc::Sender<Step>) {
    while let Some(step) = source.next() {
        let progress = source.progress();
        if sender.blocking_send((step, progress)).is_err() {
            return;
        }
    }
}
