//! YouTube Analytics API v2: `/v2/reports`. Days are Pacific; the last two are missing and the one before is not final.

mod metric;
mod query;
mod table;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::Value;

use crate::fields::Mask;
use crate::google::{Call, Refusal};
use crate::moment::Moment;
use crate::state::Shared;

const PARAMETERS: &[&str] = &[
    "ids",
    "metrics",
    "dimensions",
    "filters",
    "startDate",
    "endDate",
    "sort",
    "maxResults",
    "startIndex",
    "currency",
    "includeHistoricalChannelData",
    "includeHistoricalData",
];

pub(crate) fn routes() -> Router<Shared> {
    Router::new().route("/v2/reports", get(reports))
}

async fn reports(State(state): State<Shared>, call: Result<Call, Refusal>) -> Response {
    let made = call.and_then(|call| {
        let moment = state.moment();
        let table = report(&moment, &call)?;
        match call.query.get("fields").map(Mask::parse) {
            None => Ok(table),
            Some(Ok(mask)) => Ok(mask.apply(table)),
            Some(Err(_)) => Err(Refusal::invalid("fields", call.query.get("fields").unwrap_or_default())),
        }
    });
    made.map(Json).into_response()
}

fn report(moment: &Moment<'_>, call: &Call) -> Result<Value, Refusal> {
    call.check_names(PARAMETERS)?;
    let query = query::Wanted::read(moment, call)?;
    table::make(moment, &query)
}
