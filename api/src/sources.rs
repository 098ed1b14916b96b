//! `GET /v1/sources`: connected channels, what is polled and how it stands, and the quota that is left today.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use thiserror::Error;

use crate::ApiState;
use crate::envelope::{Answer, Problem};
use crate::parameters::{InvalidParameter, Parameters};
use crate::store::{self, sources};

#[derive(Serialize)]
pub(crate) struct Sources {
    connections: Vec<sources::Connection>,
    targets: Vec<sources::Target>,
    quota: Vec<sources::Quota>,
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

pub(crate) async fn list(State(state): State<ApiState>, parameters: Parameters) -> Result<Answer<Sources>, Failure> {
    parameters.finish()?;
    let mut db = store::snapshot(&state.pool).await?;
    let targets = sources::targets(&mut db).await?;
    Ok(Answer {
        as_of: targets.iter().map(|target| target.updated_at).max(),
        data: Sources {
            connections: sources::connections(&mut db).await?,
            quota: sources::quota(&mut db, state.clock.now()).await?,
            targets,
        },
    })
}
