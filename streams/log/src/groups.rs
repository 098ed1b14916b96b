//! Consumer groups of the whole cluster, ours and others': where each stands, and how far that is behind.
//!
//! Seconds behind are now minus the time at which the record at the position was produced: the age of what the group has
//! to read next, not an estimate. A group that has read everything is zero seconds behind, however old its last record. Records of a
//! transaction that is still open count: they are there, and a reader that waits for their commit is behind them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use events::{Clock, Partition, Positions, Topic};
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::{Offset, TopicPartitionList};

use crate::{LogError, Rate, Settings, Watermarks};

mod ages;
mod assignment;
mod readers;

use ages::{Age, Ages};
use readers::Readers;

const TIMEOUT: Duration = Duration::from_secs(10);

/// Topics that are Kafka's own bookkeeping.
const INTERNAL: [&str; 4] = [
    "__consumer_offsets",
    "__transaction_state",
    "__share_group_state",
    "__remote_log_metadata",
];

/// The next offset that a group will read of a partition. Topics of others are known by name only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub group: String,
    pub topic: String,
    pub partition: i32,
    pub position: i64,
    /// When it stood there.
    pub at: DateTime<Utc>,
}

/// A place, and how far it is behind the end of its partition.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupLag {
    pub place: Place,
    /// The first offset that is still there.
    pub begin: i64,
    /// The offset that the next record will get.
    pub end: i64,
    /// When the partition ended there.
    pub ended_at: DateTime<Utc>,
    /// `None` when the brokers did not hand out the record in time, and of a position that the partition does not have yet.
    pub behind_seconds: Option<f64>,
    /// Whether what is between position and end is no record: marks of transactions, or what compaction has left.
    pub holds_no_record: bool,
}

/// A partition with records that a member of a group was given, without the group having said where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Uncommitted {
    pub group: String,
    pub topic: String,
    pub partition: i32,
    pub end: i64,
}

impl GroupLag {
    /// Offsets between the position and the end that are still there. In a topic with transactions, some of them hold no record.
    pub fn behind(&self) -> i64 {
        (self.end - self.place.position.max(self.begin)).max(0)
    }

    /// Whether there is nothing to read. A position that the partition does not have yet is not its end.
    pub fn is_at_end(&self) -> bool {
        self.place.position <= self.end && self.behind() == 0 || self.holds_no_record
    }

    /// How long it takes to read what is behind, if both go on at `rate`; `None` when it never ends.
    pub fn caught_up_in_seconds(&self, rate: Rate) -> Option<f64> {
        match self.is_at_end() {
            true => Some(0.0),
            false if self.behind() == 0 => None,
            false => rate.caught_up_in_seconds(self.behind()),
        }
    }
}

type PartitionName = (String, i32);
/// A group, and a partition that a member of it was given.
type Read = (String, PartitionName);

/// Whether one of `groups` has a member: a process that takes part, or was killed a moment ago.
///
/// # Errors
/// The brokers don't answer.
pub fn have_members(settings: &Settings, groups: &[String]) -> Result<bool, LogError> {
    let client = reader(settings, "ytempire.lag")?;
    let found = client.fetch_group_list(None, TIMEOUT);
    let found = found.map_err(|outcome| LogError::unreachable(&settings.brokers, &outcome))?;
    let ours = found
        .groups()
        .iter()
        .filter(|group| groups.iter().any(|name| name == group.name()));
    Ok(ours.into_iter().any(|group| !group.members().is_empty()))
}

/// Looks at groups without being in any.
pub struct GroupProbe {
    settings: Settings,
    inner: BaseConsumer,
    readers: Readers,
    ages: Ages,
    uncommitted: Vec<Uncommitted>,
}

impl GroupProbe {
    /// # Errors
    /// librdkafka refused the settings.
    pub fn open(settings: &Settings) -> Result<Self, LogError> {
        Ok(Self {
            inner: reader(settings, "ytempire.lag")?,
            settings: settings.clone(),
            readers: Readers::default(),
            ages: Ages::default(),
            uncommitted: Vec::new(),
        })
    }

    /// Every place of every group. `known` are places of groups that keep them elsewhere: they are truer than what such a group has
    /// committed, and are what is told of it. A group or a partition of which the brokers can't tell is left out.
    ///
    /// # Errors
    /// The brokers don't answer.
    pub fn look(&mut self, known: &[Place], clock: &dyn Clock) -> Result<Vec<GroupLag>, LogError> {
        let besides = known.iter().map(|place| place.group.as_str()).collect();
        let (committed, reads) = self.committed(&besides, clock)?;
        self.measure(committed.into_iter().chain(known.iter().cloned()), reads, clock)
    }

    /// The places of groups that keep them elsewhere, and of nobody else: this takes no longer for the others there are.
    ///
    /// # Errors
    /// The brokers don't answer.
    pub fn look_at_known(&mut self, known: &[Place], clock: &dyn Clock) -> Result<Vec<GroupLag>, LogError> {
        self.measure(known.iter().cloned(), BTreeSet::new(), clock)
    }

    /// Every place of every group but some.
    ///
    /// # Errors
    /// The brokers don't answer.
    pub fn look_at_others(&mut self, besides: &BTreeSet<&str>, clock: &dyn Clock) -> Result<Vec<GroupLag>, LogError> {
        let (committed, reads) = self.committed(besides, clock)?;
        self.measure(committed.into_iter(), reads, clock)
    }

    /// Of the last look: partitions that members of groups were given, and of which their group has committed nothing.
    pub fn uncommitted(&self) -> &[Uncommitted] {
        &self.uncommitted
    }

    fn measure(
        &mut self,
        found: impl Iterator<Item = Place>,
        mut reads: BTreeSet<Read>,
        clock: &dyn Clock,
    ) -> Result<Vec<GroupLag>, LogError> {
        let mut places: BTreeMap<(String, PartitionName), Place> = BTreeMap::new();
        for place in found {
            places.insert((place.group.clone(), (place.topic.clone(), place.partition)), place);
        }
        reads.retain(|read| !places.contains_key(read));
        let of_places = places.keys().chain(&reads);
        let partitions: BTreeSet<PartitionName> = of_places.map(|(_, partition)| partition.clone()).collect();
        let marks = self.watermarks(&partitions)?;
        let uncommitted = |(group, partition): (String, PartitionName)| {
            // where nothing has been sent there is nothing to commit
            let end = marks.get(&partition).filter(|marks| marks.begin < marks.end)?.end;
            let (topic, partition) = partition;
            Some(Uncommitted {
                group,
                topic,
                partition,
                end,
            })
        };
        self.uncommitted = reads.into_iter().filter_map(uncommitted).collect();
        let ended_at = clock.now();
        let next = |partition: &PartitionName, place: &Place| {
            let marks = marks.get(partition)?;
            // what retention has deleted is not there to be read
            let next = place.position.max(marks.begin);
            (next < marks.end).then_some(next)
        };
        let wanted = places
            .iter()
            .filter_map(|((_, partition), place)| Some((partition.clone(), next(partition, place)?)))
            .collect();
        self.ages.look(&self.inner, wanted);
        let mut lags = Vec::new();
        for ((_, partition), place) in &places {
            let Some(Watermarks { begin, end }) = marks.get(partition).copied() else {
                continue;
            };
            let now = clock.now();
            let age = next(partition, place).map(|offset| self.ages.of(partition, offset));
            let behind_seconds = match age {
                None if place.position > end => None,
                None | Some(Age::NoRecord) => Some(0.0),
                Some(Age::Unknown) => None,
                Some(Age::Produced(ms)) => Some((now.timestamp_millis() - ms).max(0) as f64 / 1000.0),
            };
            lags.push(GroupLag {
                place: place.clone(),
                begin,
                end,
                ended_at,
                behind_seconds,
                // the rest of a compacted topic, or marks of transactions
                holds_no_record: age == Some(Age::NoRecord),
            });
        }
        Ok(lags)
    }

    /// Places of a reader that keeps its positions itself, where it stood at `at`, in every partition that the topics have.
    ///
    /// # Errors
    /// The brokers don't answer.
    pub fn places(
        &self,
        group: &str,
        topics: &[Topic],
        positions: &Positions,
        at: DateTime<Utc>,
    ) -> Result<Vec<Place>, LogError> {
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
                at,
            }));
        }
        Ok(places)
    }

    /// What every group of the cluster but some has committed, and what their members have been given to read.
    fn committed(
        &mut self,
        besides: &BTreeSet<&str>,
        clock: &dyn Clock,
    ) -> Result<(Vec<Place>, BTreeSet<Read>), LogError> {
        let metadata = self.inner.fetch_metadata(None, TIMEOUT);
        let metadata = metadata.map_err(|source| self.unreachable(source))?;
        let mut all = TopicPartitionList::new();
        for topic in metadata
            .topics()
            .iter()
            .filter(|topic| !INTERNAL.contains(&topic.name()))
        {
            for partition in topic.partitions() {
                all.add_partition(topic.name(), partition.id());
            }
        }
        let groups = self.inner.fetch_group_list(None, TIMEOUT);
        let groups = groups.map_err(|source| self.unreachable(source))?;
        let mut asked = BTreeSet::new();
        let mut reads = BTreeSet::new();
        for group in groups.groups().iter().filter(|group| !besides.contains(group.name())) {
            asked.insert(group.name().to_owned());
            let assignments = group.members().iter().filter_map(|member| member.assignment());
            let partitions = assignments.flat_map(|bytes| assignment::partitions(bytes).unwrap_or_default());
            reads.extend(partitions.map(|partition| (group.name().to_owned(), partition)));
        }
        let committed = self.readers.committed(&self.settings, &asked, &all, clock)?;
        Ok((committed, reads))
    }

    /// Where the partitions begin and end. Until a transaction is over its records are not for every reader, but they are there.
    fn watermarks(
        &self,
        partitions: &BTreeSet<PartitionName>,
    ) -> Result<BTreeMap<PartitionName, Watermarks>, LogError> {
        if partitions.is_empty() {
            return Ok(BTreeMap::new());
        }
        let (begins, ends) = (
            self.offsets_of(partitions, Offset::Beginning)?,
            self.offsets_of(partitions, Offset::End)?,
        );
        let mark = |(partition, end): (PartitionName, i64)| {
            let begin = *begins.get(&partition)?;
            Some((partition, Watermarks { begin, end }))
        };
        Ok(ends.into_iter().filter_map(mark).collect())
    }

    fn offsets_of(
        &self,
        partitions: &BTreeSet<PartitionName>,
        which: Offset,
    ) -> Result<BTreeMap<PartitionName, i64>, LogError> {
        let mut list = TopicPartitionList::new();
        for (topic, number) in partitions {
            // the protocol has times for both ends, by the numbers that offsets have for them
            list.add_partition_offset(topic, *number, which)
                .map_err(LogError::Read)?;
        }
        let found = self.inner.offsets_for_times(list, TIMEOUT);
        let found = found.map_err(|source| self.unreachable(source))?;
        let offset = |element: &rdkafka::topic_partition_list::TopicPartitionListElem<'_>| match element.offset() {
            Offset::Offset(offset) if element.error().is_ok() => {
                Some(((element.topic().to_owned(), element.partition()), offset))
            }
            _ => None,
        };
        Ok(found.elements().iter().filter_map(offset).collect())
    }

    fn unreachable(&self, outcome: KafkaError) -> LogError {
        LogError::unreachable(&self.settings.brokers, &outcome)
    }
}

fn reader(settings: &Settings, group: &str) -> Result<BaseConsumer, LogError> {
    let mut config = settings.client();
    config
        .set("group.id", group)
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("auto.offset.reset", "error")
        .set("enable.partition.eof", "true")
        // an open transaction hides neither the records in it nor where a group stands that is in one
        .set("isolation.level", "read_uncommitted")
        // a fetch that waits keeps the next partition waiting
        .set("fetch.wait.max.ms", "10")
        .set("fetch.queue.backoff.ms", "5")
        .set("fetch.message.max.bytes", "65536")
        .set("queued.min.messages", "1");
    for (key, value) in &settings.properties {
        // they are for consumers that take part
        if key != "group.instance.id" && key != "isolation.level" {
            config.set(key, value);
        }
    }
    config.create().map_err(LogError::settings)
}
