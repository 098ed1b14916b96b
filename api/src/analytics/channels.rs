//! `GET /v1/analytics/channels`: the most viewed channels, with what they have gained.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use thiserror::Error;

use crate::ApiState;
use crate::envelope::{Answer, Problem};
use crate::parameters::{InvalidParameter, LIMITS, Parameters};
use crate::store::{self, channels};

const LIMIT: i64 = 20;

#[derive(Serialize)]
pub(crate) struct Channels {
    channels: Vec<channels::Channel>,
}

#[derive(Debug, Error)]
#[error(transparent)]
pub(crate) enum Failure {
    Parameter(#[from] InvalidParameter),
    Store(#[from] store::Error),
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::Parameter(invalid) => Problem::from(invalid),
            Self::Store(error) => error.into(),
        }
        .into_response()
    }
}

pub(crate) async fn channels(
    State(state): State<ApiState>,
    mut parameters: Parameters,
) -> Result<Answer<Channels>, Failure> {
    let limit = parameters.integer("limit", LIMITS)?.unwrap_or(LIMIT);
    parameters.finish()?;
    let mut db = store::snapshot(&state.pool).await?;
    let channels = channels::largest(&mut db, limit).await?;
    Ok(Answer {
        as_of: channels.iter().map(|channel| channel.as_of).max(),
        data: Channels { channels },
    })
}
