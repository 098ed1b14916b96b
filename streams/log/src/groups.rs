//! Consumer groups of the whole cluster, ours and others': where each stands, and how far that is behind.
//!
//! Seconds behind are now minus the time at which the record at the position was produced: the age of what the group has
//! to read next, not an estimate. A group that has read everything is zero seconds behind, however old its last record.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use events::{Partition, Positions, Topic};
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::{Message, Offset, TopicPartitionList};

use crate::{LogError, Settings, Watermarks};

const TIMEOUT: Duration = Duration::from_secs(10);

/// The next offset that a group will read of a partition. Topics of others are known by name only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub group: String,
    pub topic: String,
    pub partition: i32,
    pub position: i64,
}

/// A place, and how far it is behind the end of its partition.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupLag {
    pub place: Place,
    /// The offset that the next record will get.
    pub end: i64,
    /// `None` when the brokers did not hand out the record in time.
    pub behind_seconds: Option<f64>,
}

impl GroupLag {
    /// Offsets between the position and the end. In a topic with transactions, some of them hold no record.
    pub fn behind(&self) -> i64 {
        (self.end - self.place.position).max(0)
    }
}

type PartitionName = (String, i32);

/// Looks at groups without being in any.
pub struct GroupProbe {
    settings: Settings,
    inner: BaseConsumer,
    /// One for each group that was looked at: offsets are asked for in a group's name.
    by_group: BTreeMap<String, BaseConsumer>,
    /// When the record at an offset was produced, which does not change.
    produced: BTreeMap<PartitionName, (i64, i64)>,
}

impl GroupProbe {
    /// # Errors
    /// librdkafka refused the settings.
    pub fn open(settings: &Settings) -> Result<Self, LogError> {
        Ok(Self {
            inner: reader(settings, "ytempire.lag")?,
            settings: settings.clone(),
            by_group: BTreeMap::new(),
            produced: BTreeMap::new(),
        })
    }

    /// Every place of every group. `known` are places that their group keeps elsewhere: they are truer than what it has
    /// committed, and take its place.
    ///
    /// # Errors
    /// The brokers don't answer.
    pub fn look(&mut self, known: &[Place], now: DateTime<Utc>) -> Result<Vec<GroupLag>, LogError> {
        let mut places: BTreeMap<(String, PartitionName), i64> = BTreeMap::new();
        for place in self.committed()?.iter().chain(known) {
            let key = (place.group.clone(), (place.topic.clone(), place.partition));
            places.insert(key, place.position);
        }
        let mut marks: BTreeMap<PartitionName, Watermarks> = BTreeMap::new();
        let mut lags = Vec::new();
        for ((group, partition), position) in places {
            let marks = match marks.get(&partition) {
                Some(marks) => *marks,
                None => {
                    let found = self.watermarks(&partition)?;
                    marks.insert(partition.clone(), found);
                    found
                }
            };
            lags.push(GroupLag {
                behind_seconds: self.behind_seconds(&partition, position, marks, now)?,
                end: marks.end,
                place: Place {
                    group,
                    topic: partition.0,
                    partition: partition.1,
                    position,
                },
            });
        }
        Ok(lags)
    }

    /// Places of a reader that keeps its positions itself, in every partition that the topics have.
    ///
    /// # Errors
    /// The brokers don't answer.
    pub fn places(&self, group: &str, topics: &[Topic], positions: &Positions) -> Result<Vec<Place>, LogError> {
        let mut places = Vec::new();
        for topic in topics {
            let metadata = self.inner.fetch_metadata(Some(topic.name()), TIMEOUT);
            let metadata = metadata.map_err(|source| self.unreachable(source))?;
            let numbers = metadata.topics().iter().flat_map(|found| found.partitions());
            places.extend(numbers.map(|partition| Place {
                group: group.to_owned(),
                topic: topic.name().to_owned(),
                partition: partition.id(),
                position: positions.of(Partition {
                    topic: *topic,
                    number: partition.id(),
                }),
            }));
        }
        Ok(places)
    }

    /// What every group of the cluster has committed.
    fn committed(&mut self) -> Result<Vec<Place>, LogError> {
        let metadata = self.inner.fetch_metadata(None, TIMEOUT);
        let metadata = metadata.map_err(|source| self.unreachable(source))?;
        let mut all = TopicPartitionList::new();
        for topic in metadata.topics().iter().filter(|topic| !topic.name().starts_with("__")) {
            for partition in topic.partitions() {
                all.add_partition(topic.name(), partition.id());
            }
        }
        let groups = self.inner.fetch_group_list(None, TIMEOUT);
        let groups = groups.map_err(|source| self.unreachable(source))?;
        let mut places = Vec::new();
        for group in groups.groups().iter().map(|group| group.name().to_owned()) {
            places.extend(self.committed_of(&group, &all)?);
        }
        Ok(places)
    }

    fn committed_of(&mut self, group: &str, all: &TopicPartitionList) -> Result<Vec<Place>, LogError> {
        if !self.by_group.contains_key(group) {
            self.by_group.insert(group.to_owned(), reader(&self.settings, group)?);
        }
        let Some(reader) = self.by_group.get(group) else {
            return Ok(Vec::new());
        };
        let committed = reader.committed_offsets(all.clone(), TIMEOUT);
        let committed = committed.map_err(|source| self.unreachable(source))?;
        let place = |topic: &str, partition, offset| match offset {
            Offset::Offset(position) => Some(Place {
                group: group.to_owned(),
                topic: topic.to_owned(),
                partition,
                position,
            }),
            _ => None,
        };
        let elements = committed.elements();
        Ok(elements
            .iter()
            .filter_map(|element| place(element.topic(), element.partition(), element.offset()))
            .collect())
    }

    fn watermarks(&self, (topic, partition): &PartitionName) -> Result<Watermarks, LogError> {
        let found = self.inner.fetch_watermarks(topic, *partition, TIMEOUT);
        let (begin, end) = found.map_err(|source| self.unreachable(source))?;
        Ok(Watermarks { begin, end })
    }

    fn behind_seconds(
        &mut self,
        partition: &PartitionName,
        position: i64,
        marks: Watermarks,
        now: DateTime<Utc>,
    ) -> Result<Option<f64>, LogError> {
        // what retention has deleted is not there to be read
        let next = position.max(marks.begin);
        if next >= marks.end {
            return Ok(Some(0.0));
        }
        let known = self.produced.get(partition).filter(|(offset, _)| *offset == next);
        let produced = match known {
            Some((_, ms)) => Some(*ms),
            None => match self.produced_at_ms(partition, next)? {
                Next::Nothing => return Ok(Some(0.0)),
                Next::Late => None,
                Next::Record(ms) => {
                    self.produced.insert(partition.clone(), (next, ms));
                    Some(ms)
                }
            },
        };
        Ok(produced.map(|ms| (now.timestamp_millis() - ms).max(0) as f64 / 1000.0))
    }

    fn produced_at_ms(&self, (topic, partition): &PartitionName, offset: i64) -> Result<Next, LogError> {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(topic, *partition, Offset::Offset(offset))
            .map_err(LogError::Read)?;
        self.inner.assign(&list).map_err(LogError::Read)?;
        let next = match self.inner.poll(TIMEOUT) {
            None => Next::Late,
            // the rest of a compacted or a transactional topic may be offsets without records
            Some(Err(KafkaError::PartitionEOF(_))) => Next::Nothing,
            Some(Err(source)) => return Err(LogError::Read(source)),
            Some(Ok(message)) => message.timestamp().to_millis().map_or(Next::Late, Next::Record),
        };
        // or it would go on fetching
        self.inner.unassign().map_err(LogError::Read)?;
        Ok(next)
    }

    fn unreachable(&self, outcome: KafkaError) -> LogError {
        LogError::unreachable(&self.settings.brokers, &outcome)
    }
}

/// What is at an offset.
enum Next {
    Record(i64),
    Nothing,
    Late,
}

fn reader(settings: &Settings, group: &str) -> Result<BaseConsumer, LogError> {
    let mut config = settings.client();
    config
        .set("group.id", group)
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("auto.offset.reset", "error")
        .set("enable.partition.eof", "true")
        .set("fetch.message.max.bytes", "65536")
        .set("queued.min.messages", "1");
    for (key, value) in &settings.properties {
        config.set(key, value);
    }
    config.create().map_err(LogError::settings)
}
