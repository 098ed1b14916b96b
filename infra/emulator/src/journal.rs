//! What was asked: the latest requests, and how many there were. Secrets in addresses are not kept.

use std::collections::VecDeque;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::query::Query;
use crate::quota::Spent;
use crate::state::{Shared, lock};

/// Requests that are remembered.
const MEMORY: usize = 10_000;
const SECRET: [&str; 5] = ["access_token", "oauth_token", "client_secret", "code", "token"];

#[derive(Debug, Default)]
pub(crate) struct Journal {
    pub(crate) entries: VecDeque<Entry>,
    pub(crate) total: u64,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Entry {
    time: DateTime<Utc>,
    method: String,
    path: String,
    query: String,
    status: u16,
    /// Who paid for it, of calls that cost units.
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<String>,
    units: u32,
}

impl Journal {
    fn add(&mut self, entry: Entry) {
        self.total += 1;
        self.entries.push_back(entry);
        if self.entries.len() > MEMORY {
            self.entries.pop_front();
        }
    }
}

pub(crate) async fn keep(State(state): State<Shared>, request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    let method = request.method().to_string();
    let response = next.run(request).await;
    if !uri.path().starts_with("/_emulator") {
        let spent = response.extensions().get::<Spent>();
        let entry = Entry {
            time: state.now(),
            method,
            path: uri.path().to_owned(),
            query: Query::of(&uri).fingerprint(&SECRET),
            status: response.status().as_u16(),
            project: spent.map(|spent| spent.project.clone()),
            units: spent.map_or(0, |spent| spent.units),
        };
        lock(&state.journal).add(entry);
    }
    response
}
