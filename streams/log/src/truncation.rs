//! Taking records off the log, from the beginning of a partition: what a retention or a deletion request asks for.

use std::time::Duration;

use chrono::{DateTime, Utc};
use events::{Partition, Positions, Topic};
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{Offset, TopicPartitionList};

use crate::{LogError, Settings};

const TIMEOUT: Duration = Duration::from_secs(30);

/// The first offset of every partition whose record was produced at `time` or later; the end where there is none.
///
/// # Errors
/// The brokers don't answer.
pub fn first_since(settings: &Settings, topics: &[Topic], time: DateTime<Utc>) -> Result<Positions, LogError> {
    let mut config = settings.client();
    config
        .set("group.id", "ytempire.truncation")
        .set("enable.auto.commit", "false");
    let inner: BaseConsumer = config.create().map_err(LogError::settings)?;
    let unreachable = |outcome: KafkaError| LogError::unreachable(&settings.brokers, &outcome);
    let mut asked = TopicPartitionList::new();
    let mut ends = Positions::default();
    for topic in topics {
        let metadata = inner.fetch_metadata(Some(topic.name()), TIMEOUT).map_err(unreachable)?;
        for number in metadata
            .topics()
            .iter()
            .flat_map(|found| found.partitions())
            .map(|one| one.id())
        {
            let (_, end) = inner
                .fetch_watermarks(topic.name(), number, TIMEOUT)
                .map_err(unreachable)?;
            ends.set(Partition { topic: *topic, number }, end);
            asked
                .add_partition_offset(topic.name(), number, Offset::Offset(time.timestamp_millis()))
                .map_err(LogError::Read)?;
        }
    }
    let found = inner.offsets_for_times(asked, TIMEOUT).map_err(unreachable)?;
    for element in found.elements() {
        let topic = Topic::from_name(element.topic());
        if let (Some(topic), Offset::Offset(offset)) = (topic, element.offset()) {
            let number = element.partition();
            ends.set(Partition { topic, number }, offset);
        }
    }
    Ok(ends)
}

/// What became of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truncated {
    pub partition: Partition,
    /// The first offset that is there now; `None` where the brokers keep what is compacted until it is overwritten.
    pub begin: Option<i64>,
}

/// Takes all records below `before` off the log, for good.
///
/// # Errors
/// The brokers don't answer, or refuse.
pub async fn truncate(settings: &Settings, before: &Positions) -> Result<Vec<Truncated>, LogError> {
    let admin: AdminClient<DefaultClientContext> = settings.client().create().map_err(LogError::settings)?;
    let options = AdminOptions::new().operation_timeout(Some(TIMEOUT));
    let mut truncated = Vec::new();
    for (partition, offset) in before.iter().filter(|(_, offset)| *offset > 0) {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(partition.topic.name(), partition.number, Offset::Offset(offset))
            .map_err(LogError::Read)?;
        let outcome = admin.delete_records(&list, &options).await;
        let outcome = outcome.map_err(|outcome| LogError::unreachable(&settings.brokers, &outcome))?;
        for element in outcome.elements() {
            let begin = match (element.error(), element.offset()) {
                (Ok(()), Offset::Offset(begin)) => Some(begin),
                (Ok(()), _) => Some(offset),
                (Err(KafkaError::OffsetFetch(RDKafkaErrorCode::PolicyViolation)), _) => None,
                (Err(source), _) => return Err(LogError::Read(source)),
            };
            truncated.push(Truncated { partition, begin });
        }
    }
    Ok(truncated)
}
