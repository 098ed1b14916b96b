//! X API v2: `GET /2/tweets/counts/recent`, of the last seven days, by minute, hour or day.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use events::payload::TrendSource;
use serde_json::{Value, json};

use crate::google::authorised;
use crate::moment::Moment;
use crate::query::Query;
use crate::state::Shared;

const PARAMETERS: [&str; 9] = [
    "query",
    "granularity",
    "start_time",
    "end_time",
    "since_id",
    "until_id",
    "next_token",
    "pagination_token",
    "search_count.fields",
];

pub(crate) async fn counts(State(state): State<Shared>, headers: HeaderMap, uri: Uri) -> Response {
    let token = authorised(&headers, "bearer").unwrap_or_default();
    if token.is_empty() || token.starts_with("invalid") {
        let body = json!({"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"});
        return (StatusCode::UNAUTHORIZED, Json(body)).into_response();
    }
    match count(&state.moment(), &Query::of(&uri)) {
        Ok(body) => Json(body).into_response(),
        Err((parameter, given, message)) => {
            let error = json!({"parameters": {parameter: [given]}, "message": message});
            let body = json!({
                "errors": [error], "title": "Invalid Request", "type": "https://api.twitter.com/2/problems/invalid-request",
                "detail": "One or more parameters to your request was invalid.",
            });
            (StatusCode::BAD_REQUEST, Json(body)).into_response()
        }
    }
}

type Wrong = (String, String, String);

fn count(moment: &Moment<'_>, query: &Query) -> Result<Value, Wrong> {
    let wrong = |name: &str, message: &str| {
        (
            name.to_owned(),
            query.get(name).unwrap_or_default().to_owned(),
            message.to_owned(),
        )
    };
    if let Some(name) = query.names().find(|name| !PARAMETERS.contains(name)) {
        return Err(wrong(
            name,
            &format!("The query parameter [{name}] is not one of [{}]", PARAMETERS.join(",")),
        ));
    }
    let text = query
        .get("query")
        .ok_or_else(|| wrong("query", "The `query` query parameter can not be empty"))?;
    let step = match query.get("granularity").unwrap_or("hour") {
        "minute" => 60,
        "hour" => 3600,
        "day" => 86_400,
        _ => return Err(wrong("granularity", "must be one of [minute,hour,day]")),
    };
    let time = |name: &str, default: DateTime<Utc>| match query.get(name) {
        None => Ok(default),
        Some(text) => text
            .parse()
            .map_err(|_| wrong(name, "must be a valid RFC 3339 date-time")),
    };
    let earliest = moment.now - TimeDelta::days(7);
    let begin: DateTime<Utc> = time("start_time", earliest)?;
    let end: DateTime<Utc> = time("end_time", moment.now - TimeDelta::seconds(10))?;
    if begin < earliest - TimeDelta::seconds(60) {
        return Err(wrong(
            "start_time",
            "Invalid 'start_time'. 'start_time' must be on or after 7 days ago",
        ));
    }
    if end > moment.now || begin >= end {
        return Err(wrong(
            "end_time",
            "Invalid 'end_time'. It must be after 'start_time' and not in the future",
        ));
    }
    let number = keyword(moment, text);
    let (mut data, mut total, mut from) = (Vec::new(), 0, begin);
    while from < end {
        let boundary = from.timestamp().div_euclid(step) * step + step;
        let until = DateTime::from_timestamp(boundary, 0).unwrap_or(end).min(end);
        let window = (until - from).num_seconds().max(1);
        let signal = number.and_then(|number| moment.census.signal(TrendSource::X, None, number, until, window));
        let count = signal.map_or(0, |signal| signal.value as i64);
        total += count;
        let stamp = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Millis, true);
        data.push(json!({"start": stamp(from), "end": stamp(until), "tweet_count": count}));
        from = until;
    }
    Ok(json!({"data": data, "meta": {"total_tweet_count": total}}))
}

/// The keyword that a query is about, whatever operators come with it.
fn keyword(moment: &Moment<'_>, text: &str) -> Option<usize> {
    let words: Vec<&str> = text.split_whitespace().filter(|word| !word.contains(':')).collect();
    let plain = words.join(" ").replace(['"', '(', ')', '#'], "");
    moment.census.keyword_number(plain.trim())
}
