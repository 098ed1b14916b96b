//! `GET /v1/pipelines`: how far each sink has come, and how fresh what it has written is. `GET /v1/groups`: consumer groups of others.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use thiserror::Error;

use crate::ApiState;
use crate::envelope::{Answer, Problem};
use crate::parameters::{InvalidParameter, Parameters};
use crate::store::{self, groups, pipelines};

#[derive(Serialize)]
pub(crate) struct Pipelines {
    pipelines: Vec<pipelines::Progress>,
}

#[derive(Serialize)]
pub(crate) struct Groups {
    groups: Vec<groups::Group>,
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

pub(crate) async fn list(State(state): State<ApiState>, parameters: Parameters) -> Result<Answer<Pipelines>, Failure> {
    parameters.finish()?;
    let mut db = store::snapshot(&state.pool).await?;
    let pipelines = pipelines::progress(&mut db).await?;
    Ok(Answer {
        as_of: pipelines.iter().filter_map(|progress| progress.event_time).max(),
        data: Pipelines { pipelines },
    })
}

pub(crate) async fn groups(State(state): State<ApiState>, parameters: Parameters) -> Result<Answer<Groups>, Failure> {
    parameters.finish()?;
    let mut db = store::snapshot(&state.pool).await?;
    let groups = groups::groups(&mut db).await?;
    Ok(Answer {
        as_of: None,
        data: Groups { groups },
    })
}
