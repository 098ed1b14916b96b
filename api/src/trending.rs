//! `/v1/trending`: what is on a region's chart, and which charts there are.

mod chart;
mod regions;

pub(crate) use chart::chart;
pub(crate) use regions::regions;

use serde_json::json;
use sqlx::PgConnection;
use thiserror::Error;

use crate::envelope::{Code, Problem};
use crate::store::{self, charts};

/// A region that has never been observed, and those that have.
#[derive(Debug, Error)]
#[error("there is no chart for region {region}")]
pub(crate) struct UnknownRegion {
    region: String,
    known: Vec<String>,
}

impl UnknownRegion {
    pub(crate) async fn new(db: &mut PgConnection, region: &str) -> Result<Self, store::Error> {
        Ok(Self {
            region: region.to_owned(),
            known: charts::known_regions(db).await?,
        })
    }
}

impl From<UnknownRegion> for Problem {
    fn from(unknown: UnknownRegion) -> Self {
        let message = match unknown.known.as_slice() {
            [] => "there is no chart yet: nothing has been ingested".to_owned(),
            known => format!("{unknown}; there are {}", known.join(", ")),
        };
        let details = json!({"region": unknown.region, "known_regions": unknown.known});
        Problem::new(Code::NotFound, message).with_details(details)
    }
}
