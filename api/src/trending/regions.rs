//! `GET /v1/trending/regions`: every region with the size of its latest chart, by category.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use thiserror::Error;

use crate::ApiState;
use crate::envelope::{Answer, Problem};
use crate::parameters::{InvalidParameter, Parameters};
use crate::store::{self, charts};

#[derive(Serialize)]
pub(crate) struct Regions {
    regions: Vec<charts::RegionRow>,
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

pub(crate) async fn regions(State(state): State<ApiState>, parameters: Parameters) -> Result<Answer<Regions>, Failure> {
    parameters.finish()?;
    let mut db = store::snapshot(&state.pool).await?;
    let regions = charts::regions(&mut db).await?;
    Ok(Answer {
        as_of: regions.iter().map(|region| region.as_of).max(),
        data: Regions { regions },
    })
}
