//! Produce: batches into the record log, one answer per partition.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use rama::{Context, Service};
use tansu_broker::Error;
use tansu_sans_io::produce_request::{PartitionProduceData, TopicProduceData};
use tansu_sans_io::produce_response::{PartitionProduceResponse, TopicProduceResponse};
use tansu_sans_io::record::deflated::Batch;
use tansu_sans_io::{ErrorCode, ProduceRequest, ProduceResponse};

use super::BrokerClock;
use super::catalogue::{Catalogue, Topic};
use crate::record_log::{AppendError, Partition, RecordLog};

#[derive(Clone)]
pub(super) struct Produce {
    pub(super) catalogue: Catalogue,
    pub(super) log: RecordLog,
    /// Whether the last batch was refused.
    pub(super) refusing: Arc<AtomicBool>,
    pub(super) clock: BrokerClock,
}

/// How far a record's timestamp may be ahead: Kafka's default of `message.timestamp.after.max.ms` (KIP-937).
const FARTHEST_AHEAD: Duration = Duration::from_secs(60 * 60);

impl Service<(), ProduceRequest> for Produce {
    type Response = ProduceResponse;
    type Error = Error;

    async fn serve(&self, _: Context<()>, request: ProduceRequest) -> Result<ProduceResponse, Error> {
        let mut responses = Vec::new();
        for topic in request.topic_data.unwrap_or_default() {
            responses.push(self.topic(topic).await?);
        }
        Ok(ProduceResponse::default()
            .responses(Some(responses))
            .throttle_time_ms(Some(0)))
    }
}

impl Produce {
    async fn topic(&self, data: TopicProduceData) -> Result<TopicProduceResponse, Error> {
        let topic = self.catalogue.by_name(&data.name).await?;
        let mut appended = Vec::new();
        for partition in data.partition_data.unwrap_or_default() {
            appended.push(self.partition(topic.as_ref(), partition));
        }
        // all at once: partitions of one request share a commit
        let responses = futures::future::join_all(appended).await;
        Ok(TopicProduceResponse::default()
            .name(data.name)
            .partition_responses(Some(responses)))
    }

    async fn partition(&self, topic: Option<&Topic>, data: PartitionProduceData) -> PartitionProduceResponse {
        let Some(partition) = topic.and_then(|topic| topic.partition(data.index)) else {
            return answer(data.index, Err(ErrorCode::UnknownTopicOrPartition));
        };
        let mut first = Err(ErrorCode::CorruptMessage);
        for batch in data.records.map(|records| records.batches).unwrap_or_default() {
            match self.append(&partition, batch).await {
                Ok(offset) => first = first.or(Ok(offset)),
                Err(code) => return answer(data.index, Err(code)),
            }
        }
        answer(data.index, first)
    }

    async fn append(&self, partition: &Partition, batch: Batch) -> Result<i64, ErrorCode> {
        if batch.max_timestamp > self.latest_ms() {
            return Err(ErrorCode::InvalidTimestamp);
        }
        let stored = self.log.append(partition.clone(), batch).await;
        let refused = self.refusing.swap(stored.is_err(), Ordering::Relaxed);
        stored.map_err(|error| {
            // clients try again many times a second: the first refusal in a row says it for all
            if !refused {
                tracing::warn!(topic = %partition.topic, partition = partition.number, %error, "batches are not stored");
            }
            code(&error)
        })
    }

    /// The latest timestamp that a record may have, in milliseconds since the Unix epoch.
    fn latest_ms(&self) -> i64 {
        let latest = (self.clock)() + FARTHEST_AHEAD;
        let since = latest.duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}

fn code(error: &AppendError) -> ErrorCode {
    match error {
        AppendError::Malformed(_) => ErrorCode::CorruptMessage,
        AppendError::Transactional => ErrorCode::InvalidTxnState,
        AppendError::OutOfOrder { .. } => ErrorCode::OutOfOrderSequenceNumber,
        AppendError::Fenced { .. } => ErrorCode::InvalidProducerEpoch,
        AppendError::Storage(_) => ErrorCode::KafkaStorageError,
    }
}

fn answer(index: i32, outcome: Result<i64, ErrorCode>) -> PartitionProduceResponse {
    let (offset, code) = match outcome {
        Ok(offset) => (offset, ErrorCode::None),
        Err(code) => (-1, code),
    };
    PartitionProduceResponse::default()
        .index(index)
        .error_code(code.into())
        .base_offset(offset)
        .log_append_time_ms(Some(-1))
        .log_start_offset(Some(-1))
        .record_errors(Some([].into()))
}
