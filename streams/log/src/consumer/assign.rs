//! Which partitions a consumer reads, and where it starts in them: always at its reader's own positions.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use events::{Partition, Positions, Span, Topic};
use rdkafka::client::ClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext};
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{Offset, TopicPartitionList};

use crate::{LogError, Record};

const METADATA_TIMEOUT: Duration = Duration::from_secs(10);
const SEEK_TIMEOUT: Duration = Duration::from_secs(10);

/// Who stores what is read. Called on the consumer's thread, which may wait.
pub trait Reader: Send + Sync {
    /// The reader's own positions in `partitions`, which it reads from now on.
    ///
    /// # Errors
    /// They can't be told; it is asked again.
    fn start_at(&self, partitions: &[Partition]) -> Result<Positions, String>;

    /// Partitions are given up: returns when no step of them is under way any more, so that their next owner begins behind it.
    fn settle(&self) {}
}

impl<F: Fn(&[Partition]) -> Result<Positions, String> + Send + Sync> Reader for F {
    fn start_at(&self, partitions: &[Partition]) -> Result<Positions, String> {
        self(partitions)
    }
}

/// The partitions held, and the next offset expected from each.
#[derive(Default)]
struct Held {
    partitions: Vec<Partition>,
    next: Positions,
    /// Whether they are read; not as long as nobody can tell where to start.
    seated: bool,
}

pub(super) struct Seats {
    reader: Box<dyn Reader>,
    held: Mutex<Held>,
    /// Counts assignments; a batch begun in one does not end in the next.
    epoch: Arc<AtomicU64>,
}

impl Seats {
    pub(super) fn new(reader: Box<dyn Reader>, epoch: Arc<AtomicU64>) -> Self {
        Self {
            reader,
            held: Mutex::default(),
            epoch,
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    fn next_epoch(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
    }

    /// Partitions were assigned, and are not read.
    pub(super) fn are_waiting(&self) -> bool {
        let held = self.held();
        !held.seated && !held.partitions.is_empty()
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
        let (partitions, seated) = {
            let held = self.held();
            (held.partitions.clone(), held.seated)
        };
        match (partitions.is_empty(), seated) {
            (true, _) => Ok(()),
            (_, true) => self.move_seats(consumer, partitions),
            (_, false) => self.sit(consumer, partitions),
        }
    }

    /// Goes to the start positions in partitions that are read already. To assign them again instead may abort the process: librdkafka
    /// then starts a partition that it is still stopping.
    fn move_seats(&self, consumer: &BaseConsumer<Seats>, partitions: Vec<Partition>) -> Result<(), LogError> {
        self.next_epoch();
        let (positions, list) = self.start_of(&partitions)?;
        let moved = consumer.seek_partitions(list, SEEK_TIMEOUT).map_err(LogError::Read)?;
        for one in moved.elements() {
            one.error().map_err(LogError::Read)?;
        }
        self.take(partitions, positions);
        Ok(())
    }

    fn start_of(&self, partitions: &[Partition]) -> Result<(Positions, TopicPartitionList), LogError> {
        let positions = self.reader.start_at(partitions).map_err(LogError::StartPositions)?;
        let mut list = TopicPartitionList::new();
        for partition in partitions {
            let offset = Offset::Offset(positions.of(*partition));
            list.add_partition_offset(partition.topic.name(), partition.number, offset)
                .map_err(LogError::Read)?;
        }
        Ok((positions, list))
    }

    fn take(&self, partitions: Vec<Partition>, positions: Positions) {
        let mut held = self.held();
        held.next = partitions.iter().map(|p| (*p, positions.of(*p))).collect();
        held.partitions = partitions;
        held.seated = true;
        drop(held);
        self.next_epoch();
    }

    fn sit(&self, consumer: &BaseConsumer<Seats>, partitions: Vec<Partition>) -> Result<(), LogError> {
        let (positions, list) = self.start_of(&partitions)?;
        consumer.assign(&list).map_err(LogError::Read)?;
        self.take(partitions, positions);
        Ok(())
    }

    /// Holds `partitions` without reading them, so that the group's other members are not kept waiting for this one.
    fn wait_with(&self, consumer: &BaseConsumer<Seats>, partitions: Vec<Partition>) {
        *self.held() = Held {
            partitions,
            ..Held::default()
        };
        self.next_epoch();
        if let Err(error) = consumer.assign(&TopicPartitionList::new()) {
            tracing::error!(%error, "nothing could be assigned");
        }
    }

    fn stand_up(&self, consumer: &BaseConsumer<Seats>) -> Result<(), LogError> {
        *self.held() = Held::default();
        // what was read and not begun is dropped, and what is begun is ended, before somebody else owns them
        self.next_epoch();
        self.reader.settle();
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
        let taking = matches!(error, RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS);
        let (change, outcome) = match error {
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS => {
                ("partitions assigned", self.sit(consumer, partitions_of(list)))
            }
            _ => ("partitions given up", self.stand_up(consumer)),
        };
        match outcome {
            Ok(()) => tracing::debug!(partitions = list.count(), epoch = self.epoch(), "{change}"),
            Err(error) if !taking => {
                tracing::error!(%error, "partitions could not be given up");
            }
            Err(error) => {
                tracing::warn!(%error, partitions = list.count(), "where to start can't be told, trying again");
                self.wait_with(consumer, partitions_of(list));
            }
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
