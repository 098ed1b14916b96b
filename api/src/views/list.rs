use axum::extract::State;
use serde::Serialize;

use super::Failure;
use crate::ApiState;
use crate::envelope::Answer;
use crate::parameters::Parameters;
use crate::store::{self, views};

#[derive(Serialize)]
pub(crate) struct Views {
    views: Vec<views::Described>,
}

pub(crate) async fn list(State(state): State<ApiState>, parameters: Parameters) -> Result<Answer<Views>, Failure> {
    parameters.finish()?;
    let mut db = store::snapshot(&state.pool).await?;
    let views = views::described(&mut db).await?;
    Ok(Answer {
        as_of: views.iter().filter_map(|view| view.state.as_of).max(),
        data: Views { views },
    })
}
