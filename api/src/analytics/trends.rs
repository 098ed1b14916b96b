//! `GET /v1/analytics/trends`: how a region's categories share its chart, and how that has moved.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use events::Region;
use serde::Serialize;
use thiserror::Error;

use crate::ApiState;
use crate::envelope::{Answer, Problem};
use crate::parameters::{InvalidParameter, LIMITS, Parameters};
use crate::store::{self, charts, rollups};
use crate::trending::UnknownRegion;

const DAYS: i64 = 28;
const LIMIT: i64 = 20;

/// `from` and `to` are the first and the latest day with data in the range.
#[derive(Serialize)]
pub(crate) struct Trends {
    region: String,
    from: NaiveDate,
    to: NaiveDate,
    categories: Vec<rollups::CategoryTrend>,
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

struct Wanted {
    region: Option<Region>,
    days: i64,
    limit: i64,
}

impl Wanted {
    fn read(mut parameters: Parameters) -> Result<Self, InvalidParameter> {
        let wanted = Self {
            region: parameters.region()?,
            days: parameters.integer("days", 1..=366)?.unwrap_or(DAYS),
            limit: parameters.integer("limit", LIMITS)?.unwrap_or(LIMIT),
        };
        parameters.finish()?;
        Ok(wanted)
    }
}

pub(crate) async fn trends(State(state): State<ApiState>, parameters: Parameters) -> Result<Answer<Trends>, Failure> {
    let wanted = Wanted::read(parameters)?;
    let mut db = store::snapshot(&state.pool).await?;
    let region = charts::region_or_newest(&mut db, wanted.region).await?;
    let region = region.as_str();
    let Some(span) = rollups::span(&mut db, region, wanted.days).await? else {
        return Err(UnknownRegion::new(&mut db, region).await?.into());
    };
    let categories = rollups::categories(&mut db, region, span, wanted.limit).await?;
    Ok(Answer {
        as_of: Some(span.as_of),
        data: Trends {
            region: region.to_owned(),
            from: span.first,
            to: span.latest,
            categories,
        },
    })
}
