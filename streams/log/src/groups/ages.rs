//! When the record at an offset was produced.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::{Message, Offset, TopicPartitionList};

use super::PartitionName;

/// How long all records of a look are waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// What was read so long ago is read again: its topic may have been deleted and made anew.
const TRUSTED: Duration = Duration::from_secs(30);

type At = (PartitionName, i64);

/// What is at an offset, or behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    /// Milliseconds since the Unix epoch.
    Produced(i64),
    /// The rest of the partition holds none.
    NoRecord,
    /// The brokers did not hand it out in time.
    Unknown,
}

#[derive(Default)]
pub(super) struct Ages {
    known: BTreeMap<At, (Age, Instant)>,
}

impl Ages {
    /// Finds out what is at the offsets of `wanted`; nothing else is remembered.
    pub(super) fn look(&mut self, reader: &BaseConsumer, wanted: BTreeSet<At>) {
        let begun = Instant::now();
        self.known
            .retain(|at, (_, read)| wanted.contains(at) && begun.duration_since(*read) < TRUSTED);
        // a partition can be read at one offset at a time, and its end is told by its number alone: so a round is of one topic
        let mut left: BTreeSet<At> = wanted.into_iter().filter(|at| !self.known.contains_key(at)).collect();
        while let Some(((topic, _), _)) = left.first().cloned() {
            let mut round: BTreeMap<i32, i64> = BTreeMap::new();
            for ((name, number), offset) in &left {
                if *name == topic {
                    round.entry(*number).or_insert(*offset);
                }
            }
            for (number, offset) in &round {
                left.remove(&((topic.clone(), *number), *offset));
            }
            let Some(time) = PATIENCE.checked_sub(begun.elapsed()) else {
                return;
            };
            if let Err(error) = self.read(reader, &topic, round, time) {
                tracing::debug!(topic, %error, "records can't be read");
            }
        }
    }

    pub(super) fn of(&self, partition: &PartitionName, offset: i64) -> Age {
        let known = self.known.get(&(partition.clone(), offset));
        known.map_or(Age::Unknown, |(age, _)| *age)
    }

    /// One offset in each of some partitions of a topic.
    fn read(
        &mut self,
        reader: &BaseConsumer,
        topic: &str,
        mut round: BTreeMap<i32, i64>,
        time: Duration,
    ) -> Result<(), KafkaError> {
        let mut list = TopicPartitionList::new();
        for (number, offset) in &round {
            list.add_partition_offset(topic, *number, Offset::Offset(*offset))?;
        }
        reader.assign(&list)?;
        let deadline = Instant::now() + time;
        while !round.is_empty() && Instant::now() < deadline {
            let found = match reader.poll(deadline.saturating_duration_since(Instant::now())) {
                None => break,
                Some(Err(KafkaError::PartitionEOF(number))) => (number, Age::NoRecord),
                // of one partition; the others may be read
                Some(Err(error)) => {
                    tracing::debug!(topic, %error, "a record can't be read");
                    continue;
                }
                Some(Ok(message)) if message.topic() != topic => continue,
                Some(Ok(message)) => {
                    let age = message.timestamp().to_millis().map_or(Age::Unknown, Age::Produced);
                    (message.partition(), age)
                }
            };
            if let Some(offset) = round.remove(&found.0) {
                let at = ((topic.to_owned(), found.0), offset);
                self.known.insert(at, (found.1, Instant::now()));
            }
        }
        // or it would go on fetching
        reader.unassign()
    }
}
