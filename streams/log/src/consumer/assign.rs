//! Which partitions a consumer reads, and where it starts in them: always at its reader's own positions.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use events::{Partition, Positions, Span, Topic};
use rdkafka::client::ClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext};
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{Offset, TopicPartitionList};

use crate::{LogError, Record};

const METADATA_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) type StartAt = Arc<dyn Fn(&[Partition]) -> Result<Positions, String> + Send + Sync>;

/// The partitions held, and the next offset expected from each.
#[derive(Default)]
struct Held {
    partitions: Vec<Partition>,
    next: Positions,
    /// Counts assignments; a batch begun in one does not end in the next.
    epoch: u64,
}

pub(super) struct Seats {
    start_at: StartAt,
    held: Mutex<Held>,
}

impl Seats {
    pub(super) fn new(start_at: StartAt) -> Self {
        Self {
            start_at,
            held: Mutex::default(),
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn epoch(&self) -> u64 {
        self.held().epoch
    }

    /// Takes every partition of `topics`.
    pub(super) fn sit_everywhere(&self, consumer: &BaseConsumer<Seats>, topics: &[Topic]) -> Result<(), LogError> {
        let mut partitions = Vec::new();
        for topic in topics {
            let metadata = consumer
                .fetch_metadata(Some(topic.name()), METADATA_TIMEOUT)
                .map_err(LogError::Read)?;
            let found = metadata.topics().iter().flat_map(|t| t.partitions());
            partitions.extend(found.map(|p| Partition {
                topic: *topic,
                number: p.id(),
            }));
        }
        self.sit(consumer, partitions)
    }

    /// Reads the start positions again and goes back to them.
    pub(super) fn sit_again(&self, consumer: &BaseConsumer<Seats>) -> Result<(), LogError> {
        let partitions = self.held().partitions.clone();
        self.sit(consumer, partitions)
    }

    fn sit(&self, consumer: &BaseConsumer<Seats>, partitions: Vec<Partition>) -> Result<(), LogError> {
        let positions = (self.start_at)(&partitions).map_err(LogError::StartPositions)?;
        let mut list = TopicPartitionList::new();
        for partition in &partitions {
            let offset = Offset::Offset(positions.of(*partition));
            list.add_partition_offset(partition.topic.name(), partition.number, offset)
                .map_err(LogError::Read)?;
        }
        consumer.assign(&list).map_err(LogError::Read)?;
        let mut held = self.held();
        held.next = partitions.iter().map(|p| (*p, positions.of(*p))).collect();
        held.partitions = partitions;
        held.epoch += 1;
        Ok(())
    }

    fn stand_up(&self, consumer: &BaseConsumer<Seats>) -> Result<(), LogError> {
        let mut held = self.held();
        *held = Held {
            epoch: held.epoch + 1,
            ..Held::default()
        };
        consumer.unassign().map_err(LogError::Read)
    }

    /// The step from where the reader stood to behind the last of `records`, per partition.
    pub(super) fn step(&self, records: &[Record]) -> Vec<Span> {
        let mut held = self.held();
        let mut reached = Positions::default();
        for record in records {
            reached.set(record.partition, record.offset + 1);
        }
        let spans: Vec<Span> = reached
            .iter()
            .map(|(partition, to)| Span {
                partition,
                from: held.next.of(partition),
                to,
            })
            .collect();
        held.next.advance(&spans);
        spans
    }
}

impl ClientContext for Seats {}

impl ConsumerContext for Seats {
    fn rebalance(&self, consumer: &BaseConsumer<Self>, error: RDKafkaRespErr, list: &mut TopicPartitionList) {
        let (change, outcome) = match error {
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS => {
                ("partitions assigned", self.sit(consumer, partitions_of(list)))
            }
            _ => ("partitions given up", self.stand_up(consumer)),
        };
        match outcome {
            Ok(()) => tracing::debug!(partitions = list.count(), epoch = self.epoch(), "{change}"),
            // without an assignment nothing is read; the group moves on when the session ends
            Err(error) => tracing::error!(%error, "partitions could not be taken"),
        }
    }
}

fn partitions_of(list: &TopicPartitionList) -> Vec<Partition> {
    let known = |name: &str, number| Topic::from_name(name).map(|topic| Partition { topic, number });
    list.elements()
        .iter()
        .filter_map(|e| known(e.topic(), e.partition()))
        .collect()
}
