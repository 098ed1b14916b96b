//! Fetch: batches out of the record log; waits for records when there are none yet.
//!
//! An answer is sent as soon as the client's minimum is there or its patience ends. Sizes are Kafka's: a limit for
//! every partition and one for the answer, and at least one batch, however large, so that nobody gets stuck.

use std::time::Duration;

use rama::{Context, Service};
use tansu_broker::Error;
use tansu_sans_io::fetch_request::{FetchPartition, FetchTopic};
use tansu_sans_io::fetch_response::{FetchableTopicResponse, PartitionData};
use tansu_sans_io::record::deflated::{Batch, Frame};
use tansu_sans_io::{ErrorCode, FetchRequest, FetchResponse};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::catalogue::Catalogue;
use crate::record_log::{Bounds, Partition, RecordLog};

/// More than this is not held in memory for one answer, whatever the client allows.
const MAX_ANSWER_BYTES: usize = 32 * 1024 * 1024;

#[derive(Clone)]
pub(super) struct Fetch {
    pub(super) catalogue: Catalogue,
    pub(super) log: RecordLog,
    pub(super) cancellation: CancellationToken,
}

/// One look at everything that was asked for.
struct Look {
    responses: Vec<FetchableTopicResponse>,
    bytes: usize,
    /// An error is told at once.
    final_answer: bool,
}

impl Service<(), FetchRequest> for Fetch {
    type Response = FetchResponse;
    type Error = Error;

    async fn serve(&self, _: Context<()>, request: FetchRequest) -> Result<FetchResponse, Error> {
        let patience = Duration::from_millis(u64::try_from(request.max_wait_ms).unwrap_or_default());
        let deadline = Instant::now() + patience;
        let enough = usize::try_from(request.min_bytes).unwrap_or_default();
        let limit = request
            .max_bytes
            .map_or(MAX_ANSWER_BYTES, |limit| bounded(limit, MAX_ANSWER_BYTES));
        let topics = request.topics.unwrap_or_default();
        let mut appended = self.log.appended();
        loop {
            appended.mark_unchanged();
            let look = self.look(&topics, limit).await?;
            if look.final_answer || look.bytes >= enough || !self.wait(&mut appended, deadline).await {
                return Ok(FetchResponse::default()
                    .throttle_time_ms(Some(0))
                    .error_code(Some(ErrorCode::None.into()))
                    .session_id(Some(0))
                    .responses(Some(look.responses)));
            }
        }
    }
}

impl Fetch {
    /// Whether another look is worth it.
    async fn wait(&self, appended: &mut tokio::sync::watch::Receiver<u64>, deadline: Instant) -> bool {
        tokio::select! {
            changed = appended.changed() => changed.is_ok(),
            () = tokio::time::sleep_until(deadline) => false,
            () = self.cancellation.cancelled() => false,
        }
    }

    async fn look(&self, topics: &[FetchTopic], limit: usize) -> Result<Look, Error> {
        let mut look = Look {
            responses: Vec::with_capacity(topics.len()),
            bytes: 0,
            final_answer: false,
        };
        for asked in topics {
            let topic = self
                .catalogue
                .by_id_or_name(asked.topic_id, asked.topic.as_deref())
                .await?;
            let mut partitions = Vec::new();
            for wanted in asked.partitions.iter().flatten() {
                let partition = topic.as_ref().and_then(|topic| topic.partition(wanted.partition));
                partitions.push(self.partition(partition, wanted, limit, &mut look).await);
            }
            look.responses.push(
                FetchableTopicResponse::default()
                    .topic(asked.topic.clone())
                    .topic_id(asked.topic_id)
                    .partitions(Some(partitions)),
            );
        }
        Ok(look)
    }

    async fn partition(
        &self,
        partition: Option<Partition>,
        wanted: &FetchPartition,
        limit: usize,
        look: &mut Look,
    ) -> PartitionData {
        let Some(partition) = partition else {
            look.final_answer = true;
            return answer(
                wanted.partition,
                Bounds {
                    log_start: -1,
                    next_offset: -1,
                },
            )
            .error_code(ErrorCode::UnknownTopicOrPartition.into());
        };
        let left = limit.saturating_sub(look.bytes);
        let room = bounded(wanted.partition_max_bytes, left);
        let read = if left == 0 {
            self.log.bounds(partition).await.map(|bounds| (bounds, Vec::new()))
        } else {
            self.log.read(partition, wanted.fetch_offset, room).await
        };
        match read {
            Ok((bounds, batches)) => filled(wanted, bounds, batches, look),
            Err(error) => {
                tracing::error!(%error, "records could not be read");
                look.final_answer = true;
                answer(
                    wanted.partition,
                    Bounds {
                        log_start: -1,
                        next_offset: -1,
                    },
                )
                .error_code(ErrorCode::KafkaStorageError.into())
            }
        }
    }
}

fn filled(wanted: &FetchPartition, bounds: Bounds, batches: Vec<Batch>, look: &mut Look) -> PartitionData {
    let data = answer(wanted.partition, bounds);
    if wanted.fetch_offset < bounds.log_start || wanted.fetch_offset > bounds.next_offset {
        look.final_answer = true;
        return data.error_code(ErrorCode::OffsetOutOfRange.into());
    }
    look.bytes += batches.iter().map(|batch| batch.record_data.len()).sum::<usize>();
    if batches.is_empty() {
        return data;
    }
    data.records(Some(Frame { batches }))
}

fn answer(partition: i32, bounds: Bounds) -> PartitionData {
    PartitionData::default()
        .partition_index(partition)
        .error_code(ErrorCode::None.into())
        .high_watermark(bounds.next_offset)
        .last_stable_offset(Some(bounds.next_offset))
        .log_start_offset(Some(bounds.log_start))
        .aborted_transactions(Some([].into()))
        .preferred_read_replica(Some(-1))
}

fn bounded(wanted: i32, most: usize) -> usize {
    usize::try_from(wanted).map_or(most, |wanted| wanted.min(most))
}
