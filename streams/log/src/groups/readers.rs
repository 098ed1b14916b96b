//! What groups have committed. Kafka's client asks for it in a group's name, so there is one for each group.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use events::Clock;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::{Offset, TopicPartitionList};

use super::{Place, reader};
use crate::{LogError, Settings};

/// Longer than any broker takes that is well; a group that can't be told of is left out.
const TIMEOUT: Duration = Duration::from_secs(3);
/// So many groups are asked for at a time.
const AT_ONCE: usize = 16;
/// So many clients are kept for the next look: each has a few threads and connections.
const KEPT: usize = 256;

#[derive(Default)]
pub(super) struct Readers {
    by_group: BTreeMap<String, BaseConsumer>,
    /// Groups that could not be told of the last time, so that it is said once.
    silent: BTreeSet<String>,
}

impl Readers {
    /// # Errors
    /// librdkafka refused the settings.
    pub(super) fn committed(
        &mut self,
        settings: &Settings,
        groups: &BTreeSet<String>,
        partitions: &TopicPartitionList,
        clock: &dyn Clock,
    ) -> Result<Vec<Place>, LogError> {
        self.by_group.retain(|group, _| groups.contains(group));
        self.silent.retain(|group| groups.contains(group));
        let mut places = Vec::new();
        let groups: Vec<&String> = groups.iter().collect();
        for some in groups.chunks(AT_ONCE) {
            for group in some {
                if !self.by_group.contains_key(*group) {
                    self.by_group.insert((*group).clone(), reader(settings, group)?);
                }
            }
            let answers = ask(&self.by_group, some, partitions, clock);
            for (group, answer) in some.iter().zip(answers) {
                self.take(group, answer, &mut places);
            }
            // the first ones stay: to open a client is dear
            let more: Vec<String> = self.by_group.keys().skip(KEPT).cloned().collect();
            for group in more {
                self.by_group.remove(&group);
            }
        }
        Ok(places)
    }

    fn take(&mut self, group: &str, answer: Result<Vec<Place>, KafkaError>, places: &mut Vec<Place>) {
        match answer {
            Ok(found) => {
                places.extend(found);
                self.silent.remove(group);
            }
            Err(error) => {
                if self.silent.insert(group.to_owned()) {
                    tracing::warn!(group, %error, "where a consumer group stands can't be told at the moment");
                }
            }
        }
    }
}

fn ask(
    readers: &BTreeMap<String, BaseConsumer>,
    groups: &[&String],
    partitions: &TopicPartitionList,
    clock: &dyn Clock,
) -> Vec<Result<Vec<Place>, KafkaError>> {
    let one = |group: &String| {
        let Some(reader) = readers.get(group) else {
            return Ok(Vec::new());
        };
        let committed = reader.committed_offsets(partitions.clone(), TIMEOUT)?;
        let at = clock.now();
        let place = |topic: &str, partition, offset| match offset {
            Offset::Offset(position) => Some(Place {
                group: group.clone(),
                topic: topic.to_owned(),
                partition,
                position,
                at,
            }),
            _ => None,
        };
        let elements = committed.elements();
        Ok(elements
            .iter()
            .filter_map(|element| place(element.topic(), element.partition(), element.offset()))
            .collect())
    };
    std::thread::scope(|scope| {
        let asked: Vec<_> = groups.iter().map(|group| scope.spawn(|| one(group))).collect();
        asked
            .into_iter()
            .map(|asked| asked.join().unwrap_or(Err(KafkaError::Canceled)))
            .collect()
    })
}
