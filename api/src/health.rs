//! `/livez`: the process answers. `/readyz`: it can do its work, or what is missing.

use axum::extract::State;
use serde::Serialize;
use serde_json::json;

use crate::ApiState;
use crate::envelope::{Answer, Code, Problem};
use crate::store;

#[derive(Serialize)]
pub(crate) struct Status {
    status: &'static str,
}

const OK: Answer<Status> = Answer {
    data: Status { status: "ok" },
    as_of: None,
};

pub(crate) async fn livez() -> Answer<Status> {
    OK
}

pub(crate) async fn readyz(State(state): State<ApiState>) -> Result<Answer<Status>, Problem> {
    let mut waiting = state.readiness.waiting_for();
    if let Err(error) = store::ping(&state.pool).await {
        waiting.insert("postgres", error.to_string());
    }
    if waiting.is_empty() {
        return Ok(OK);
    }
    let names = waiting.keys().copied().collect::<Vec<_>>().join(", ");
    Err(Problem::new(Code::Unavailable, format!("not ready: {names}")).with_details(json!(waiting)))
}
