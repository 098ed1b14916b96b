//! `GET /v1/views`, `/v1/views/{name}`, `/v1/views/{name}/window` and `/v1/corrections`: every materialised view, with the event
//! time it has come to, how complete it is, and the position vector behind it.

mod corrections;
mod list;
mod rows;
mod window;

pub(crate) use corrections::corrections;
pub(crate) use list::list;
pub(crate) use rows::rows;
pub(crate) use window::window;

use axum::response::{IntoResponse, Response};
use features::View;
use serde_json::json;
use thiserror::Error;

use crate::envelope::{Code, Problem};
use crate::parameters::InvalidParameter;
use crate::store;

#[derive(Debug, Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Parameter(#[from] InvalidParameter),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("there is no view {0}")]
    Unknown(String),
    #[error("{0}")]
    Refused(String),
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let problem: Problem = match self {
            Self::Parameter(invalid) => invalid.into(),
            Self::Store(error) => error.into(),
            Self::Unknown(_) => {
                let known: Vec<&str> = View::all().map(|view| view.name()).collect();
                Problem::new(Code::NotFound, self.to_string()).with_details(json!({"known_views": known}))
            }
            Self::Refused(_) => Problem::new(Code::ValidationFailed, self.to_string()),
        };
        problem.into_response()
    }
}

fn named(name: &str) -> Result<View, Failure> {
    View::named(name).ok_or_else(|| Failure::Unknown(name.chars().take(60).collect()))
}
