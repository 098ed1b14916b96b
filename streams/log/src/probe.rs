//! Looks at the log from outside: where a partition begins and ends, and when a record was produced.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use events::{Partition, Positions, Topic};
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{Message, Offset, TopicPartitionList};

use crate::heard::Heard;
use crate::{LogError, Record, Settings};

const TIMEOUT: Duration = Duration::from_secs(10);
/// How long brokers are waited for before it is asked whether there is a reason.
const STEP: Duration = Duration::from_secs(1);

/// More than librdkafka has to tell within a [`STEP`].
const MOST_HEARD: usize = 100;

/// Between two questions to a partition that has no leader.
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// First offset that is still there, and the offset the next record will get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watermarks {
    pub begin: i64,
    pub end: i64,
}

/// Whether it is that the partition's leader has just changed, or the topic has just been made.
fn lacks_leader(error: &KafkaError) -> bool {
    let code = error.rdkafka_error_code();
    matches!(
        code,
        Some(RDKafkaErrorCode::NotLeaderForPartition | RDKafkaErrorCode::LeaderNotAvailable)
    )
}

/// A reader without a group.
pub struct Probe {
    inner: BaseConsumer<Heard>,
    settings: Settings,
}

impl Probe {
    /// # Errors
    /// librdkafka refused the settings.
    pub fn open(settings: &Settings) -> Result<Self, LogError> {
        let mut config = settings.client();
        config
            .set("group.id", "ytempire.probe")
            .set("enable.auto.commit", "false")
            .set("auto.offset.reset", "error")
            .set("enable.partition.eof", "true");
        for (key, value) in &settings.properties {
            config.set(key, value);
        }
        Ok(Self {
            inner: config
                .create_with_context(Heard::default())
                .map_err(LogError::settings)?,
            settings: settings.clone(),
        })
    }

    /// # Errors
    /// The brokers don't answer.
    pub fn reach(&self) -> Result<(), LogError> {
        let steps = TIMEOUT.as_millis() / STEP.as_millis();
        let mut step = 0;
        loop {
            let metadata = self.inner.fetch_metadata(None, STEP);
            step += 1;
            match metadata {
                Ok(_) => return Ok(()),
                Err(outcome) if step >= steps || self.is_hopeless() => return Err(self.unreachable(outcome)),
                Err(_) => {}
            }
        }
    }

    /// Whether the brokers have said that they won't have us.
    fn is_hopeless(&self) -> bool {
        self.listen();
        self.inner.context().is_final()
    }

    /// Names of all topics.
    ///
    /// # Errors
    /// The brokers don't answer.
    pub fn topics(&self) -> Result<BTreeSet<String>, LogError> {
        let metadata = self
            .inner
            .fetch_metadata(None, TIMEOUT)
            .map_err(|source| self.unreachable(source))?;
        Ok(metadata.topics().iter().map(|topic| topic.name().to_owned()).collect())
    }

    /// The partitions a topic has; none when it does not exist.
    pub fn partitions(&self, topic: Topic) -> Result<Vec<Partition>, LogError> {
        let metadata = self
            .inner
            .fetch_metadata(Some(topic.name()), TIMEOUT)
            .map_err(|source| self.unreachable(source))?;
        let found = metadata.topics().iter().flat_map(|t| t.partitions());
        Ok(found.map(|p| Partition { topic, number: p.id() }).collect())
    }

    /// Where a partition begins and ends. One whose leader has just changed is asked again until there is one.
    pub fn watermarks(&self, partition: Partition) -> Result<Watermarks, LogError> {
        let begun = Instant::now();
        loop {
            let found = self
                .inner
                .fetch_watermarks(partition.topic.name(), partition.number, TIMEOUT);
            match found {
                Ok((begin, end)) => return Ok(Watermarks { begin, end }),
                Err(source) if lacks_leader(&source) && begun.elapsed() < TIMEOUT => {
                    std::thread::sleep(BETWEEN_TRIES);
                }
                Err(source) => return Err(self.unreachable(source)),
            }
        }
    }

    /// Where every partition of `topics` ends now.
    pub fn ends(&self, topics: &[Topic]) -> Result<Positions, LogError> {
        let mut ends = Positions::default();
        for topic in topics {
            for partition in self.partitions(*topic)? {
                ends.set(partition, self.watermarks(partition)?.end);
            }
        }
        Ok(ends)
    }

    /// When the record at or after `offset` was produced, in milliseconds since the Unix epoch; `None` when there
    /// is no such record yet.
    pub fn produced_at_ms(&self, partition: Partition, offset: i64) -> Result<Option<i64>, LogError> {
        self.seek(partition, offset)?;
        match self.inner.poll(TIMEOUT) {
            None | Some(Err(KafkaError::PartitionEOF(_))) => Ok(None),
            Some(Err(source)) => Err(LogError::Read(source)),
            Some(Ok(message)) => Ok(message.timestamp().to_millis()),
        }
    }

    /// Hands the records of `partition` in `from..to` to `visit`, in order.
    pub fn read(
        &self,
        partition: Partition,
        from: i64,
        to: i64,
        mut visit: impl FnMut(Record),
    ) -> Result<(), LogError> {
        let mut next = from;
        if next < to {
            self.seek(partition, from)?;
        }
        while next < to {
            match self.inner.poll(TIMEOUT) {
                // a compacted tail: the last offsets below `to` hold no record any more
                Some(Err(KafkaError::PartitionEOF(_))) => return Ok(()),
                None => {
                    return Err(LogError::Stalled {
                        partition,
                        offset: next,
                    });
                }
                Some(Err(source)) => return Err(LogError::Read(source)),
                Some(Ok(message)) => {
                    next = message.offset() + 1;
                    if next <= to {
                        visit(Record::read(partition, &message));
                    }
                }
            }
        }
        Ok(())
    }

    fn seek(&self, partition: Partition, offset: i64) -> Result<(), LogError> {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(partition.topic.name(), partition.number, Offset::Offset(offset))
            .map_err(LogError::Read)?;
        self.inner.assign(&list).map_err(LogError::Read)
    }

    /// What was heard is handed over by polling, one piece at a time.
    fn listen(&self) {
        for _ in 0..MOST_HEARD {
            let _ = self.inner.poll(Duration::ZERO);
        }
    }

    fn unreachable(&self, outcome: rdkafka::error::KafkaError) -> LogError {
        self.listen();
        LogError::Unreachable {
            brokers: self.settings.brokers.clone(),
            reason: self.inner.context().why(&outcome, &self.settings),
        }
    }
}
