use axum::extract::{Path, State};
use serde::Serialize;
use serde_json::Value;

use super::{Failure, named};
use crate::ApiState;
use crate::envelope::Answer;
use crate::parameters::Parameters;
use crate::store::{self, views};

const LIMIT: i64 = 50;
const LIMITS: std::ops::RangeInclusive<i64> = 1..=1_000;

#[derive(Serialize)]
pub(crate) struct Rows {
    view: &'static str,
    #[serde(flatten)]
    state: views::State,
    rows: Vec<Value>,
}

/// Rows of a view: those whose columns are as asked, in the order of a column (`order=views` largest first, `order=+views`
/// smallest first), else of the key.
pub(crate) async fn rows(
    State(state): State<ApiState>,
    Path(name): Path<String>,
    mut parameters: Parameters,
) -> Result<Answer<Rows>, Failure> {
    let view = named(&name)?;
    let limit = parameters.integer("limit", LIMITS)?.unwrap_or(LIMIT);
    let columns = views::shown(&view);
    let names: Vec<&'static str> = columns.iter().map(|column| column.name).collect();
    let order = parameters.order(&names)?;
    let filters = parameters.columns(&columns)?;
    parameters.finish()?;
    let mut db = store::snapshot(&state.pool).await?;
    let found = views::rows(&mut db, &view, &filters, order, limit).await?;
    let known = views::state(&mut db, &view).await?;
    Ok(Answer {
        as_of: known.as_of,
        data: Rows {
            view: view.name(),
            state: known,
            rows: found,
        },
    })
}
