//! DeleteRecords and DeleteTopics. A topic's records go first: what is left after a kill is an empty topic.

use rama::{Context, Service};
use tansu_broker::Error;
use tansu_sans_io::delete_records_request::DeleteRecordsPartition;
use tansu_sans_io::delete_records_response::{DeleteRecordsPartitionResult, DeleteRecordsTopicResult};
use tansu_sans_io::delete_topics_response::DeletableTopicResult;
use tansu_sans_io::{
    DeleteRecordsRequest, DeleteRecordsResponse, DeleteTopicsRequest, DeleteTopicsResponse, ErrorCode,
};

use super::catalogue::{Catalogue, Topic};
use crate::record_log::RecordLog;

/// A client's way of saying: up to the end.
const TO_THE_END: i64 = -1;

#[derive(Clone)]
pub(super) struct DeleteRecords {
    pub(super) catalogue: Catalogue,
    pub(super) log: RecordLog,
}

#[derive(Clone)]
pub(super) struct DeleteTopics {
    pub(super) catalogue: Catalogue,
    pub(super) log: RecordLog,
}

impl Service<(), DeleteRecordsRequest> for DeleteRecords {
    type Response = DeleteRecordsResponse;
    type Error = Error;

    async fn serve(&self, _: Context<()>, request: DeleteRecordsRequest) -> Result<DeleteRecordsResponse, Error> {
        let mut topics = Vec::new();
        for asked in request.topics.unwrap_or_default() {
            let topic = self.catalogue.by_name(&asked.name).await?;
            let mut partitions = Vec::new();
            for wanted in asked.partitions.unwrap_or_default() {
                partitions.push(self.partition(topic.as_ref(), &wanted).await);
            }
            topics.push(
                DeleteRecordsTopicResult::default()
                    .name(asked.name)
                    .partitions(Some(partitions)),
            );
        }
        Ok(DeleteRecordsResponse::default()
            .throttle_time_ms(0)
            .topics(Some(topics)))
    }
}

impl DeleteRecords {
    async fn partition(&self, topic: Option<&Topic>, wanted: &DeleteRecordsPartition) -> DeleteRecordsPartitionResult {
        let before = if wanted.offset == TO_THE_END {
            i64::MAX
        } else {
            wanted.offset
        };
        let deleted = match topic.and_then(|topic| topic.partition(wanted.partition_index)) {
            None => Err(ErrorCode::UnknownTopicOrPartition),
            Some(partition) => self.log.delete_before(partition, before).await.map_err(|error| {
                tracing::error!(%error, "records could not be deleted");
                ErrorCode::KafkaStorageError
            }),
        };
        DeleteRecordsPartitionResult::default()
            .partition_index(wanted.partition_index)
            .low_watermark(*deleted.as_ref().unwrap_or(&-1))
            .error_code(deleted.err().unwrap_or(ErrorCode::None).into())
    }
}

impl Service<(), DeleteTopicsRequest> for DeleteTopics {
    type Response = DeleteTopicsResponse;
    type Error = Error;

    async fn serve(&self, _: Context<()>, request: DeleteTopicsRequest) -> Result<DeleteTopicsResponse, Error> {
        let mut responses = Vec::new();
        for wanted in request.topics.unwrap_or_default() {
            let topic = self
                .catalogue
                .by_id_or_name(Some(wanted.topic_id), wanted.name.as_deref())
                .await?;
            let code = self.delete(topic).await?;
            let result = DeletableTopicResult::default()
                .name(wanted.name)
                .topic_id(Some(wanted.topic_id));
            responses.push(result.error_code(code.into()));
        }
        for name in request.topic_names.unwrap_or_default() {
            let code = self.delete(self.catalogue.by_name(&name).await?).await?;
            responses.push(DeletableTopicResult::default().name(Some(name)).error_code(code.into()));
        }
        Ok(DeleteTopicsResponse::default()
            .throttle_time_ms(Some(0))
            .responses(Some(responses)))
    }
}

impl DeleteTopics {
    async fn delete(&self, topic: Option<Topic>) -> Result<ErrorCode, Error> {
        let Some(topic) = topic else {
            return Ok(ErrorCode::UnknownTopicOrPartition);
        };
        if let Err(error) = self.log.delete_topic(topic.name.clone()).await {
            tracing::error!(topic = %topic.name, %error, "a topic's records could not be deleted");
            return Ok(ErrorCode::KafkaStorageError);
        }
        if let Err(error) = self.catalogue.delete(&topic.name).await {
            tracing::error!(topic = %topic.name, %error, "a topic could not be deleted");
            return Ok(ErrorCode::KafkaStorageError);
        }
        Ok(ErrorCode::None)
    }
}
