//! `GET /v1/trending`: a region's chart on a day, with each entry's movement and rank history.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use events::Region;
use serde::Serialize;
use thiserror::Error;

use super::UnknownRegion;
use crate::ApiState;
use crate::envelope::{Answer, Problem};
use crate::parameters::{InvalidParameter, LIMITS, Parameters};
use crate::store::{self, charts};

const LIMIT: i64 = 50;

#[derive(Serialize)]
pub(crate) struct Chart {
    region: String,
    day: NaiveDate,
    entries: Vec<charts::Entry>,
}

#[derive(Debug, Error)]
#[error(transparent)]
pub(crate) enum Failure {
    Parameter(#[from] InvalidParameter),
    Region(#[from] UnknownRegion),
    Store(#[from] store::Error),
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::Parameter(invalid) => Problem::from(invalid),
            Self::Region(unknown) => unknown.into(),
            Self::Store(error) => error.into(),
        }
        .into_response()
    }
}

/// `category_id` 0 asks for the entries whose category is unknown.
struct Wanted {
    region: Option<Region>,
    category_id: Option<i64>,
    day: Option<NaiveDate>,
    limit: i64,
}

impl Wanted {
    fn read(mut parameters: Parameters) -> Result<Self, InvalidParameter> {
        let wanted = Self {
            region: parameters.region()?,
            category_id: parameters.integer("category_id", 0..=i64::from(i32::MAX))?,
            day: parameters.day("day")?,
            limit: parameters.integer("limit", LIMITS)?.unwrap_or(LIMIT),
        };
        parameters.finish()?;
        Ok(wanted)
    }
}

/// A known region without a chart on the day asked for has no entries, and so no `as_of`.
pub(crate) async fn chart(State(state): State<ApiState>, parameters: Parameters) -> Result<Answer<Chart>, Failure> {
    let wanted = Wanted::read(parameters)?;
    let mut db = store::snapshot(&state.pool).await?;
    let region = charts::region_or_newest(&mut db, wanted.region).await?;
    let region = region.as_str();
    let Some(latest) = charts::latest_day(&mut db, region).await? else {
        return Err(UnknownRegion::new(&mut db, region).await?.into());
    };
    let day = wanted.day.unwrap_or(latest);
    let entries = charts::entries(&mut db, region, day, wanted.category_id, wanted.limit).await?;
    Ok(Answer {
        as_of: entries.iter().map(|entry| entry.as_of).max(),
        data: Chart {
            region: region.to_owned(),
            day,
            entries,
        },
    })
}
