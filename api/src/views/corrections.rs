use axum::extract::State;
use serde::Serialize;
use serde_json::Value;

use super::{Failure, named};
use crate::ApiState;
use crate::envelope::Answer;
use crate::parameters::{LIMITS, Parameters};
use crate::store;

const LIMIT: i64 = 20;

#[derive(Serialize)]
pub(crate) struct Corrections {
    corrections: Vec<Value>,
}

/// What late events have changed, newest first.
pub(crate) async fn corrections(
    State(state): State<ApiState>,
    mut parameters: Parameters,
) -> Result<Answer<Corrections>, Failure> {
    let limit = parameters.integer("limit", LIMITS)?.unwrap_or(LIMIT);
    let view = parameters.text("view")?;
    parameters.finish()?;
    let view = view.as_deref().map(named).transpose()?;
    let mut db = store::snapshot(&state.pool).await?;
    let corrections = streams::corrections(&mut *db, view.as_ref(), limit)
        .await
        .map_err(store::Error::from)?;
    Ok(Answer {
        as_of: corrections.iter().map(|one| one.watermark).max(),
        data: Corrections {
            corrections: corrections.iter().map(streams::Correction::document).collect(),
        },
    })
}
