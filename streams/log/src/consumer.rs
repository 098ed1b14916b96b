//! The batch consumer. It owns a thread that polls, because librdkafka's callbacks block, and hands batches over a
//! channel of one. While the reader is at work the next batch grows, so that what comes meanwhile waits for one step and not for
//! several small ones; once it is full a slow reader stops the polling, and librdkafka's own bounded buffer stops the fetching.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use events::{Partition, Positions, Span, Topic};
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};
use tokio::sync::mpsc;

use crate::{LogError, Record, Settings};

mod assign;

use assign::Seats;

pub use assign::Reader;

/// Bounds of a batch. A batch ends at whichever is reached first, but not after `max_wait` while the reader is at work on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchLimits {
    pub max_rows: usize,
    pub max_bytes: usize,
    /// From the first record of the batch on.
    pub max_wait: Duration,
}

/// Who decides which partitions are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assignment {
    /// All of them: the reader is the only one, as with the embedded broker whose data folder has one owner.
    All,
    /// The consumer group shares them between its members. One that comes back under the `instance` it had (Kafka's static
    /// membership, KIP-345) has its partitions again at once; without, those of a process that was killed wait until its session
    /// has ended. But the partitions of an instance that stops and does not come back wait as long.
    Group { instance: Option<String> },
}

/// A batch, and the step that storing it means.
#[derive(Debug, Default)]
pub struct Fetched {
    pub records: Vec<Record>,
    pub spans: Vec<Span>,
    /// Of the assignment that it was read under.
    epoch: u64,
}

enum Command {
    Commit(Positions),
    Restart,
}

/// Reads topics from given positions.
pub struct Consumer {
    batches: mpsc::Receiver<Result<Fetched, LogError>>,
    commands: std::sync::mpsc::Sender<Command>,
    epoch: Arc<AtomicU64>,
    wanted: Arc<AtomicBool>,
}

impl Consumer {
    /// Starts reading `topics`. `reader` is asked for its own positions whenever partitions are assigned.
    ///
    /// # Errors
    /// librdkafka refused the settings, or the brokers don't answer.
    pub fn open<R>(
        settings: &Settings,
        group: &str,
        topics: &[Topic],
        assignment: Assignment,
        limits: BatchLimits,
        reader: R,
    ) -> Result<Self, LogError>
    where
        R: Reader + 'static,
    {
        let epoch = Arc::new(AtomicU64::new(0));
        let seats = Seats::new(Box::new(reader), Arc::clone(&epoch));
        let inner: BaseConsumer<Seats> = consumer_config(settings, group, &assignment, limits)
            .create_with_context(seats)
            .map_err(LogError::settings)?;
        let (sender, batches) = mpsc::channel(1);
        let (commands, orders) = std::sync::mpsc::channel();
        let wanted = Arc::new(AtomicBool::new(false));
        let poller = Poller {
            inner,
            topics: topics.to_vec(),
            limits,
            sender,
            orders,
            wanted: Arc::clone(&wanted),
            told: Cell::default(),
            last_try: Cell::default(),
            is_in_group: matches!(assignment, Assignment::Group { .. }),
            heard: Cell::new(Instant::now()),
            asked: Cell::new(Instant::now()),
        };
        poller.take_seats(&assignment)?;
        std::thread::Builder::new()
            .name(format!("consumer {group}"))
            .spawn(move || poller.run())
            .map_err(|_| LogError::Closed)?;
        Ok(Self {
            batches,
            commands,
            epoch,
            wanted,
        })
    }

    /// Whether the partitions were assigned anew since `fetched` was read: then somebody else may own them, and it is read again.
    pub fn is_stale(&self, fetched: &Fetched) -> bool {
        self.epoch.load(Ordering::SeqCst) != fetched.epoch
    }

    /// The next batch; waits for one. Cancel safe.
    ///
    /// # Errors
    /// The log could not be read; the consumer goes on trying, so the next call may succeed.
    pub async fn next(&mut self) -> Result<Fetched, LogError> {
        self.wanted.store(true, Ordering::SeqCst);
        self.batches.recv().await.unwrap_or(Err(LogError::Closed))
    }

    /// Tells the group how far the reader has come. For lag displays only.
    pub fn show(&self, positions: Positions) {
        let _ = self.commands.send(Command::Commit(positions));
    }

    /// Forgets what is under way and reads again from the reader's own positions: after a fenced or failed step.
    pub fn restart(&mut self) {
        let _ = self.commands.send(Command::Restart);
        while self.batches.try_recv().is_ok() {}
    }
}

struct Poller {
    inner: BaseConsumer<Seats>,
    topics: Vec<Topic>,
    limits: BatchLimits,
    sender: mpsc::Sender<Result<Fetched, LogError>>,
    orders: std::sync::mpsc::Receiver<Command>,
    /// Whether the reader waits for a batch.
    wanted: Arc<AtomicBool>,
    /// When an error was last told of.
    told: Cell<Option<Instant>>,
    /// When partitions that wait were last tried to be taken.
    last_try: Cell<Option<Instant>>,
    is_in_group: bool,
    /// When the brokers handed out or answered something last.
    heard: Cell<Instant>,
    /// When they were asked for it.
    asked: Cell<Instant>,
}

/// After so long without a record the brokers are asked whether they are there, and again after as long.
const ASKED_AFTER: Duration = Duration::from_secs(20);
const ANSWERED_WITHIN: Duration = Duration::from_secs(5);
/// A client that has had no answer for so long is given up. After an outage librdkafka (2.12.1) may be left without a broker to ask, with
/// neither an error nor an end, and without its place in the group.
const DEAF_AFTER: Duration = Duration::from_secs(60);

/// At most one error in this time is told of.
const BETWEEN_ERRORS: Duration = Duration::from_millis(500);
/// Between two tries to learn where to start.
const BETWEEN_TRIES: Duration = Duration::from_secs(1);

/// How long the thread waits for a record before it looks for orders again.
const IDLE_POLL: Duration = Duration::from_millis(50);
/// The same while a batch is ready that the reader does not want yet.
const READY_POLL: Duration = Duration::from_millis(2);

impl Poller {
    fn take_seats(&self, assignment: &Assignment) -> Result<(), LogError> {
        let names: Vec<&str> = self.topics.iter().map(|topic| topic.name()).collect();
        match assignment {
            Assignment::Group { .. } => self.inner.subscribe(&names).map_err(LogError::Read),
            Assignment::All => self.inner.context().sit_everywhere(&self.inner, &self.topics),
        }
    }

    fn run(self) {
        self.read();
        // the last that was shown, or displays show for ever what was before
        while let Ok(order) = self.orders.try_recv() {
            if let Command::Commit(positions) = order {
                self.commit(&positions);
            }
        }
    }

    fn read(&self) {
        while !self.sender.is_closed() {
            if self.obey() {
                continue;
            }
            if self.is_deaf() {
                let _ = self.hand_over(Err(LogError::Deaf));
                return;
            }
            if let Err(error) = self.try_again() {
                if self.hand_over(Err(error)).is_err() {
                    return;
                }
                continue;
            }
            let outcome = match self.collect() {
                Ok(fetched) if fetched.records.is_empty() => continue,
                Ok(fetched) => Ok(fetched),
                Err(error) => Err(error),
            };
            // what was read before a restart is behind a gap
            if self.obey() {
                continue;
            }
            if self.hand_over(outcome).is_err() {
                return;
            }
        }
    }

    /// Waits for room in the channel; orders that come meanwhile are obeyed, and a restart drops the batch.
    fn hand_over(&self, outcome: Result<Fetched, LogError>) -> Result<(), LogError> {
        let mut outcome = outcome;
        loop {
            // before it is sent: the reader may want the next one as soon as it has this
            self.wanted.store(false, Ordering::SeqCst);
            outcome = match self.sender.try_send(outcome) {
                Ok(()) => return Ok(()),
                Err(mpsc::error::TrySendError::Closed(_)) => return Err(LogError::Closed),
                Err(mpsc::error::TrySendError::Full(waiting)) => waiting,
            };
            if self.obey() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Carries out what the reader asked for; true after a restart.
    fn obey(&self) -> bool {
        let mut restarted = false;
        while let Ok(order) = self.orders.try_recv() {
            match order {
                Command::Commit(positions) => self.commit(&positions),
                Command::Restart => restarted = true,
            }
        }
        if restarted && let Err(error) = self.inner.context().sit_again(&self.inner) {
            let _ = self.sender.try_send(Err(error));
            std::thread::sleep(Duration::from_secs(1));
        }
        restarted
    }

    fn is_deaf(&self) -> bool {
        if !self.is_in_group || self.heard.get().elapsed() < ASKED_AFTER || self.asked.get().elapsed() < ASKED_AFTER {
            return false;
        }
        self.asked.set(Instant::now());
        let topic = self.topics.first().map(|topic| topic.name());
        match self.inner.fetch_metadata(topic, ANSWERED_WITHIN) {
            Ok(_) => {
                self.heard.set(Instant::now());
                false
            }
            Err(_) => self.heard.get().elapsed() >= DEAF_AFTER,
        }
    }

    /// Takes the partitions that wait for somebody to tell where to start.
    fn try_again(&self) -> Result<(), LogError> {
        let recent = |tried: Instant| tried.elapsed() < BETWEEN_TRIES;
        if !self.inner.context().are_waiting() || self.last_try.get().is_some_and(recent) {
            return Ok(());
        }
        let outcome = self.inner.context().sit_again(&self.inner);
        self.last_try.set(Some(Instant::now()));
        outcome
    }

    fn commit(&self, positions: &Positions) {
        let mut list = TopicPartitionList::new();
        for (partition, position) in positions.iter() {
            if list
                .add_partition_offset(partition.topic.name(), partition.number, Offset::Offset(position))
                .is_err()
            {
                return;
            }
        }
        // a lag display that misses one commit is put right by the next
        let _ = self.inner.commit(&list, CommitMode::Async);
    }

    /// Tells of an error, or not, if one was told of a moment ago: while brokers are away the client has several a second, and a
    /// reader that had to take each of them would hear of the last long after the brokers are back.
    fn fail(&self, source: rdkafka::error::KafkaError) -> Result<(), LogError> {
        if let Some((_, reason)) = self.inner.client().fatal_error() {
            return Err(LogError::Displaced(reason));
        }
        // the brokers are well: the reader's step took so long that it was taken for dead. It joins again by itself
        if source.rdkafka_error_code() == Some(RDKafkaErrorCode::PollExceeded) {
            tracing::info!(%source, "the group went on without this reader, whose step took long");
            return Ok(());
        }
        let recent = |told: Instant| told.elapsed() < BETWEEN_ERRORS;
        if self.told.get().is_some_and(recent) {
            return Ok(());
        }
        self.told.set(Some(Instant::now()));
        Err(LogError::Read(source))
    }

    /// Also of a reader that is gone.
    fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::SeqCst) || self.sender.is_closed()
    }

    fn collect(&self) -> Result<Fetched, LogError> {
        let mut fetched = Fetched::default();
        let mut size_bytes = 0;
        let mut deadline: Option<Instant> = None;
        let mut epoch = self.inner.context().epoch();
        while fetched.records.len() < self.limits.max_rows && size_bytes < self.limits.max_bytes {
            let wait = deadline.map_or(IDLE_POLL, |end| {
                end.saturating_duration_since(Instant::now()).max(READY_POLL)
            });
            let polled = self.inner.poll(wait);
            if self.inner.context().epoch() != epoch {
                // partitions moved under the batch: what it held is read again by whoever owns it now
                epoch = self.inner.context().epoch();
                (fetched.records, size_bytes, deadline) = (Vec::new(), 0, None);
            }
            match polled {
                None if deadline.is_none() => break,
                None => {}
                // what was read before the error is handed over first, so that no record is skipped
                Some(Err(_)) if !fetched.records.is_empty() => break,
                Some(Err(source)) => return self.fail(source).map(|()| fetched),
                Some(Ok(message)) => {
                    self.heard.set(Instant::now());
                    deadline.get_or_insert_with(|| Instant::now() + self.limits.max_wait);
                    let Some(topic) = Topic::from_name(message.topic()) else {
                        continue;
                    };
                    let number = message.partition();
                    let record = Record::read(Partition { topic, number }, &message);
                    size_bytes += record.size_bytes();
                    fetched.records.push(record);
                }
            }
            if self.is_wanted() && deadline.is_some_and(|end| Instant::now() >= end) {
                break;
            }
        }
        fetched.spans = self.inner.context().step(&fetched.records);
        fetched.epoch = epoch;
        Ok(fetched)
    }
}

fn consumer_config(settings: &Settings, group: &str, assignment: &Assignment, limits: BatchLimits) -> ClientConfig {
    // what is fetched ahead is a batch, and no more
    let ahead_kib = (limits.max_bytes / 1024).clamp(1, 2_097_151);
    // one answer for one partition must not fill that, or the others get no turn while this one has a backlog; what is larger comes alone
    let of_a_partition = (limits.max_bytes / 8).clamp(65_536, 4_000_000);
    let mut config = settings.client();
    config
        .set("group.id", group)
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("auto.offset.reset", "earliest")
        .set("session.timeout.ms", "6000")
        .set("heartbeat.interval.ms", "1500")
        .set("fetch.wait.max.ms", "50")
        .set("fetch.message.max.bytes", of_a_partition.to_string())
        .set("queued.min.messages", limits.max_rows.clamp(1, 10_000_000).to_string())
        .set("queued.max.messages.kbytes", ahead_kib.to_string())
        // its default of a second is a pause whenever a batch lies ready, which is always while there is much to read
        .set("fetch.queue.backoff.ms", "5")
        .set("partition.assignment.strategy", "range");
    if let Assignment::Group {
        instance: Some(instance),
    } = assignment
    {
        config.set("group.instance.id", instance);
    }
    for (key, value) in &settings.properties {
        config.set(key, value);
    }
    config
}
