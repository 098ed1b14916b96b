//! ListOffsets: where a partition begins, where it ends, and what was first written at or after a time.

use rama::{Context, Service};
use tansu_broker::Error;
use tansu_sans_io::list_offsets_request::ListOffsetsPartition;
use tansu_sans_io::list_offsets_response::{ListOffsetsPartitionResponse, ListOffsetsTopicResponse};
use tansu_sans_io::{ErrorCode, ListOffsetsRequest, ListOffsetsResponse};

use super::catalogue::Catalogue;
use crate::record_log::{Partition, RecordLog, RecordLogError};

/// The protocol's special timestamps.
const LATEST: i64 = -1;
const EARLIEST: i64 = -2;

#[derive(Clone)]
pub(super) struct ListOffsets {
    pub(super) catalogue: Catalogue,
    pub(super) log: RecordLog,
}

impl Service<(), ListOffsetsRequest> for ListOffsets {
    type Response = ListOffsetsResponse;
    type Error = Error;

    async fn serve(&self, _: Context<()>, request: ListOffsetsRequest) -> Result<ListOffsetsResponse, Error> {
        let mut topics = Vec::new();
        for asked in request.topics.unwrap_or_default() {
            let topic = self.catalogue.by_name(&asked.name).await?;
            let mut partitions = Vec::new();
            for wanted in asked.partitions.unwrap_or_default() {
                let partition = topic.as_ref().and_then(|topic| topic.partition(wanted.partition_index));
                partitions.push(self.partition(partition, &wanted).await);
            }
            topics.push(
                ListOffsetsTopicResponse::default()
                    .name(asked.name)
                    .partitions(Some(partitions)),
            );
        }
        Ok(ListOffsetsResponse::default()
            .throttle_time_ms(Some(0))
            .topics(Some(topics)))
    }
}

impl ListOffsets {
    async fn partition(
        &self,
        partition: Option<Partition>,
        wanted: &ListOffsetsPartition,
    ) -> ListOffsetsPartitionResponse {
        let found = match partition {
            Some(partition) => self.find(partition, wanted.timestamp).await,
            None => Err(ErrorCode::UnknownTopicOrPartition),
        };
        let (code, (offset, timestamp)) = match found {
            Ok(found) => (ErrorCode::None, found),
            Err(code) => (code, (-1, -1)),
        };
        ListOffsetsPartitionResponse::default()
            .partition_index(wanted.partition_index)
            .error_code(code.into())
            .timestamp(Some(timestamp))
            .offset(Some(offset))
            .leader_epoch(Some(0))
    }

    /// Offset and timestamp; both -1 when nothing is as new as asked.
    async fn find(&self, partition: Partition, timestamp: i64) -> Result<(i64, i64), ErrorCode> {
        let failed = |error: RecordLogError| {
            tracing::error!(%error, "offsets could not be read");
            ErrorCode::KafkaStorageError
        };
        match timestamp {
            LATEST => Ok((self.log.bounds(partition).await.map_err(failed)?.next_offset, -1)),
            EARLIEST => Ok((self.log.bounds(partition).await.map_err(failed)?.log_start, -1)),
            0.. => Ok(self
                .log
                .first_since(partition, timestamp)
                .await
                .map_err(failed)?
                .unwrap_or((-1, -1))),
            _ => Err(ErrorCode::UnsupportedVersion),
        }
    }
}
