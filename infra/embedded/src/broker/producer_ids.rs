//! InitProducerId: a fresh id for every idempotent producer, durable before it is given out.
//!
//! A producer that asks for a higher epoch (after an error) gets a new id, too: its sequences begin at 0 either way.
//! Transactional producers are refused.

use rama::{Context, Service};
use tansu_broker::Error;
use tansu_sans_io::{ErrorCode, InitProducerIdRequest, InitProducerIdResponse};

use crate::record_log::RecordLog;

#[derive(Clone)]
pub(super) struct InitProducerId {
    pub(super) log: RecordLog,
}

impl Service<(), InitProducerIdRequest> for InitProducerId {
    type Response = InitProducerIdResponse;
    type Error = Error;

    async fn serve(&self, _: Context<()>, request: InitProducerIdRequest) -> Result<InitProducerIdResponse, Error> {
        let given = match request.transactional_id {
            Some(_) => Err(ErrorCode::TransactionalIdAuthorizationFailed),
            None => self.log.new_producer_id().await.map_err(|error| {
                tracing::error!(%error, "no producer id could be given out");
                ErrorCode::KafkaStorageError
            }),
        };
        let answer = InitProducerIdResponse::default().throttle_time_ms(0);
        Ok(match given {
            Ok(id) => answer
                .error_code(ErrorCode::None.into())
                .producer_id(id)
                .producer_epoch(0),
            Err(code) => answer.error_code(code.into()).producer_id(-1).producer_epoch(-1),
        })
    }
}
