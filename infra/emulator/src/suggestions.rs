//! YouTube's search suggestions: `/complete/search?ds=yt`, as JSON for `client=firefox` and `client=chrome`, wrapped in a
//! call for `client=youtube`.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use events::payload::TrendSource;
use serde_json::{Value, json};

use crate::moment::Moment;
use crate::query::Query;
use crate::state::Shared;

const MOST: usize = 10;
const TAILS: [&str; 6] = ["", " tutorial", " for beginners", " 2026", " fails", " review"];

pub(crate) async fn complete(State(state): State<Shared>, uri: Uri) -> Response {
    let query = Query::of(&uri);
    let text = query.get("q").unwrap_or_default();
    let found = suggest(&state.moment(), &text.to_lowercase());
    match query.get("client") {
        Some("firefox") => Json(json!([text, found])).into_response(),
        Some("chrome") => {
            let relevance: Vec<usize> = (0..found.len()).map(|place| 600 - place).collect();
            let blanks = vec![""; found.len()];
            Json(json!([text, found, blanks, [], {"google:suggestrelevance": relevance}])).into_response()
        }
        Some("youtube" | "youtube-reduced") => {
            let entries: Vec<Value> = found.iter().map(|one| json!([one, 0, [512]])).collect();
            let body = format!(
                "window.google.ac.h({})",
                json!([text, entries, {"k": 1, "q": "emulator"}])
            );
            ([(header::CONTENT_TYPE, "text/javascript; charset=UTF-8")], body).into_response()
        }
        _ => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// Keywords that begin so, or hold a word that does, the most searched ones first.
fn suggest(moment: &Moment<'_>, text: &str) -> Vec<String> {
    let census = &moment.census;
    let begins = |keyword: &str| keyword.starts_with(text) || keyword.split(' ').any(|word| word.starts_with(text));
    let searched = |number: usize| {
        let signal = census.signal(TrendSource::YoutubeSearch, None, number, moment.now, 86_400);
        signal.map_or(0.0, |signal| signal.value)
    };
    let mut found: Vec<usize> = (0..census.keyword_count())
        .filter(|number| begins(census.keyword(*number)))
        .collect();
    found.sort_by(|a, b| searched(*b).total_cmp(&searched(*a)));
    let longer = TAILS.iter().flat_map(|tail| {
        found
            .iter()
            .map(move |number| format!("{}{tail}", census.keyword(*number)))
    });
    longer.take(MOST).collect()
}
