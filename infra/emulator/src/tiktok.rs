//! TikTok: client tokens and the Research API's video query.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use chrono::{NaiveDate, TimeDelta};
use events::Region;
use events::payload::TrendSource;
use ingest::sources::simulate::{Dice, Subject};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::google::authorised;
use crate::moment::Moment;
use crate::query::Query;
use crate::secrets;
use crate::state::Shared;

const GOOD_FOR_SECONDS: i64 = 7200;
const FIELDS: [&str; 13] = [
    "id",
    "video_description",
    "create_time",
    "region_code",
    "share_count",
    "view_count",
    "like_count",
    "comment_count",
    "music_id",
    "hashtag_names",
    "username",
    "voice_to_text",
    "playlist_id",
];
/// Mentions that the world reports, per video that the query finds.
const MENTIONS_PER_VIDEO: f64 = 400.0;

pub(crate) async fn token(State(state): State<Shared>, RawForm(body): RawForm) -> Response {
    let form = Query::parse(&body);
    let wrong = |description: &str| {
        let log = secrets::opaque(&["log", description], 20);
        Json(json!({"error": "invalid_request", "error_description": description, "log_id": log})).into_response()
    };
    let (Some(key), Some(_)) = (form.get("client_key"), form.get("client_secret")) else {
        return wrong("Client key or secret is incorrect.");
    };
    if form.get("grant_type") != Some("client_credentials") {
        return wrong("Grant type is not supported.");
    }
    let token = secrets::timed("tiktok", key, state.now().timestamp() + GOOD_FOR_SECONDS);
    Json(json!({"access_token": format!("clt.{token}"), "expires_in": GOOD_FOR_SECONDS, "token_type": "Bearer"}))
        .into_response()
}

#[derive(Debug, Deserialize)]
struct Body {
    query: Clauses,
    start_date: String,
    end_date: String,
    max_count: Option<usize>,
    cursor: Option<usize>,
    search_id: Option<String>,
    is_random: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
struct Clauses {
    #[serde(default)]
    and: Vec<Clause>,
    #[serde(default)]
    or: Vec<Clause>,
    #[serde(default)]
    not: Vec<Clause>,
}

#[derive(Debug, Deserialize)]
struct Clause {
    operation: String,
    field_name: String,
    field_values: Vec<String>,
}

fn refuse(status: StatusCode, code: &str, message: &str) -> Response {
    let log = secrets::opaque(&["log", code, message], 20);
    (
        status,
        Json(json!({"data": {}, "error": {"code": code, "message": message, "log_id": log}})),
    )
        .into_response()
}

pub(crate) async fn query(State(state): State<Shared>, headers: HeaderMap, uri: Uri, body: Bytes) -> Response {
    let token = authorised(&headers, "bearer")
        .and_then(|token| token.strip_prefix("clt."))
        .unwrap_or_default();
    if secrets::holder("tiktok", token, state.now().timestamp()).is_none() {
        return refuse(
            StatusCode::UNAUTHORIZED,
            "access_token_invalid",
            "The access token is invalid or not found in the request.",
        );
    }
    let invalid = |message: &str| refuse(StatusCode::BAD_REQUEST, "invalid_params", message);
    let query = Query::of(&uri);
    let fields = query.list("fields");
    if fields.is_empty() || fields.iter().any(|field| !FIELDS.contains(field)) {
        return invalid("Invalid fields");
    }
    match serde_json::from_slice::<Body>(&body) {
        Err(error) => invalid(&format!("Request body is invalid: {error}")),
        Ok(body) => match find(&state.moment(), &body) {
            Ok(videos) => Json(page(&videos, &body, &fields)).into_response(),
            Err(message) => invalid(message),
        },
    }
}

fn date(text: &str) -> Result<NaiveDate, &'static str> {
    NaiveDate::parse_from_str(text, "%Y%m%d").map_err(|_| "Dates must be in the format YYYYMMDD")
}

fn find(moment: &Moment<'_>, body: &Body) -> Result<Vec<Value>, &'static str> {
    let (first, last) = (date(&body.start_date)?, date(&body.end_date)?);
    if last < first || (last - first).num_days() > 30 {
        return Err("The end_date must be within 30 days of the start_date");
    }
    if body.max_count.is_some_and(|count| !(1..=100).contains(&count)) {
        return Err("max_count must be between 1 and 100");
    }
    let _ = body.is_random;
    let clauses = body.query.and.iter().chain(&body.query.or);
    if clauses
        .clone()
        .chain(&body.query.not)
        .any(|clause| !["EQ", "IN"].contains(&clause.operation.as_str()))
    {
        return Err("Only the operations EQ and IN are emulated");
    }
    let (mut numbers, mut regions) = (Vec::new(), Vec::new());
    for clause in clauses {
        match clause.field_name.as_str() {
            "keyword" | "hashtag_name" => {
                numbers.extend(clause.field_values.iter().filter_map(|word| number(moment, word)))
            }
            "region_code" => regions.extend(
                clause
                    .field_values
                    .iter()
                    .filter_map(|code| Region::new(code.as_str()).ok()),
            ),
            _ => {}
        }
    }
    let mut videos = Vec::new();
    for day in first.iter_days().take_while(|day| *day <= last) {
        for keyword in &numbers {
            videos.extend(of_day(moment, *keyword, day, &regions));
        }
    }
    Ok(videos)
}

/// Hashtags have no spaces.
fn number(moment: &Moment<'_>, word: &str) -> Option<usize> {
    let census = &moment.census;
    let squeezed = |text: &str| text.replace(' ', "").to_lowercase();
    (0..census.keyword_count()).find(|number| squeezed(census.keyword(*number)) == squeezed(word))
}

fn of_day(moment: &Moment<'_>, keyword: usize, day: NaiveDate, regions: &[Region]) -> Vec<Value> {
    let begin = day.and_time(chrono::NaiveTime::MIN).and_utc();
    let end = begin + TimeDelta::days(1);
    let signal = moment.census.signal(TrendSource::Tiktok, None, keyword, end, 86_400);
    let count = signal.map_or(0, |signal| (signal.value / MENTIONS_PER_VIDEO) as u64);
    let text = moment.census.keyword(keyword);
    let made = |place: u64| {
        let which = (keyword as u64) << 32 | place;
        let mut dice = Dice::new(moment.census.seed(), Subject::Post, which, begin.timestamp());
        let written = begin + TimeDelta::seconds(dice.below(86_400) as i64);
        let region = dice.pick(&moment.census.config().regions).clone();
        let views = dice.spread(4000.0, 1.6) as i64;
        let id = 7_000_000_000_000_000_000 + dice.bits() % 900_000_000_000_000_000;
        let seen = written <= moment.now && (regions.is_empty() || regions.contains(&region));
        seen.then(|| json!({
            "id": id, "video_description": format!("{text} #{}", text.replace(' ', "")), "create_time": written.timestamp(),
            "region_code": region, "share_count": views / 200, "view_count": views, "like_count": views / 12,
            "comment_count": views / 150, "music_id": id / 7, "hashtag_names": [text.replace(' ', ""), "fyp"],
            "username": format!("user{}", dice.below(90_000)), "voice_to_text": "", "playlist_id": 0,
        }))
    };
    (0..count).filter_map(made).collect()
}

fn page(videos: &[Value], body: &Body, fields: &[&str]) -> Value {
    let begin = body.cursor.unwrap_or(0).min(videos.len());
    let end = (begin + body.max_count.unwrap_or(20)).min(videos.len());
    let chosen = |video: &Value| -> Map<String, Value> {
        fields
            .iter()
            .map(|field| ((*field).to_owned(), video[*field].clone()))
            .collect()
    };
    let shown: Vec<_> = videos[begin..end].iter().map(chosen).collect();
    let parts = format!("{:?}{}{}", body.query, body.start_date, body.end_date);
    let search = body
        .search_id
        .clone()
        .unwrap_or_else(|| (secrets::number(&["search", &parts]) >> 1).to_string());
    json!({
        "data": {"videos": shown, "cursor": end, "has_more": end < videos.len(), "search_id": search},
        "error": {"code": "ok", "message": "", "log_id": secrets::opaque(&["log", &parts], 20)},
    })
}
