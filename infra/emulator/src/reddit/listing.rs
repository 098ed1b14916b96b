use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::access::answer;
use super::post::{Post, find, since};
use super::thing::{listing, t1s, t3, t5};
use crate::moment::Moment;
use crate::query::Query;
use crate::state::Shared;

/// Listings end here.
const MOST: usize = 1000;

pub(super) async fn front(State(state): State<Shared>, headers: HeaderMap, uri: Uri) -> Response {
    let order = uri.path().trim_start_matches('/');
    answer(&state, &headers, |_| {
        page(&state.moment(), "all", order, &Query::of(&uri))
    })
}

pub(super) async fn of_subreddit(
    State(state): State<Shared>,
    Path(sub): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let order = uri.path().rsplit('/').next().unwrap_or_default();
    answer(&state, &headers, |_| {
        page(&state.moment(), &sub, order, &Query::of(&uri))
    })
}

pub(super) async fn hot(
    State(state): State<Shared>,
    Path(sub): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    answer(&state, &headers, |_| {
        page(&state.moment(), &sub, "hot", &Query::of(&uri))
    })
}

pub(super) async fn search(
    State(state): State<Shared>,
    Path(sub): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    answer(&state, &headers, |_| found(&state.moment(), &sub, &Query::of(&uri)))
}

pub(super) async fn search_everywhere(State(state): State<Shared>, headers: HeaderMap, uri: Uri) -> Response {
    answer(&state, &headers, |_| found(&state.moment(), "all", &Query::of(&uri)))
}

pub(super) async fn comments(State(state): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    answer(&state, &headers, |_| talk(&state.moment(), &id))
}

/// Comments under any post of a subreddit, the newest first.
pub(super) async fn newest_comments(
    State(state): State<Shared>,
    Path(sub): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    answer(&state, &headers, |_| {
        let (moment, query) = (state.moment(), Query::of(&uri));
        let keywords = keywords(&moment, &sub)?;
        let mut all: Vec<Value> = since(&moment, &keywords, begin_of(&moment, "week")?)
            .iter()
            .flat_map(|post| t1s(&moment, post))
            .collect();
        let written = |one: &Value| one["data"]["created_utc"].as_f64().unwrap_or_default();
        all.sort_by(|a, b| {
            written(b)
                .total_cmp(&written(a))
                .then_with(|| name_of(b).cmp(name_of(a)))
        });
        all.truncate(MOST);
        cut_by(all, &query, name_of)
    })
}

fn name_of(thing: &Value) -> &str {
    thing["data"]["name"].as_str().unwrap_or_default()
}

/// As [`cut`], of things that have been made already.
fn cut_by(all: Vec<Value>, query: &Query, name: fn(&Value) -> &str) -> Result<Value, StatusCode> {
    let limit = query.get("limit").map_or(Ok(25), str::parse::<usize>);
    let limit = limit.map_err(|_| StatusCode::BAD_REQUEST)?.clamp(1, 100);
    let begin = match query.get("after") {
        None => 0,
        Some(after) => all
            .iter()
            .position(|one| name(one) == after)
            .map_or(all.len(), |place| place + 1),
    };
    let end = (begin + limit).min(all.len());
    let after = all[begin..end]
        .last()
        .filter(|_| end < all.len())
        .map(|last| name(last).to_owned());
    Ok(listing(all[begin..end].to_vec(), None, after))
}

pub(super) async fn comments_in(
    State(state): State<Shared>,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    answer(&state, &headers, |_| talk(&state.moment(), &id))
}

pub(super) async fn comments_under(
    State(state): State<Shared>,
    Path((_, id, _)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    answer(&state, &headers, |_| talk(&state.moment(), &id))
}

pub(super) async fn about(State(state): State<Shared>, Path(sub): Path<String>, headers: HeaderMap) -> Response {
    answer(&state, &headers, |_| {
        let moment = state.moment();
        keywords(&moment, &sub)?;
        Ok(t5(&moment, &sub.to_lowercase()))
    })
}

pub(super) async fn info(State(state): State<Shared>, headers: HeaderMap, uri: Uri) -> Response {
    answer(&state, &headers, |_| {
        let (moment, query) = (state.moment(), Query::of(&uri));
        let posts = query
            .list("id")
            .into_iter()
            .filter_map(|name| find(&moment, name.strip_prefix("t3_")?));
        Ok(listing(posts.map(|post| t3(&post)).collect(), None, None))
    })
}

pub(super) async fn me(State(state): State<Shared>, headers: HeaderMap) -> Response {
    answer(&state, &headers, |user| match user {
        "" => Err(StatusCode::FORBIDDEN),
        user => Ok(json!({
            "id": crate::secrets::alphanumeric(&["redditor", user], 7).to_lowercase(), "name": user, "created_utc": 1.4e9,
            "link_karma": 10, "comment_karma": 100, "is_gold": false, "has_verified_email": true, "over_18": false,
        })),
    })
}

/// The keywords of a subreddit: those of a niche, of some joined by `+`, or all.
fn keywords(moment: &Moment<'_>, sub: &str) -> Result<Vec<usize>, StatusCode> {
    let census = &moment.census;
    if ["all", "popular"].contains(&sub) {
        return Ok((0..census.keyword_count()).collect());
    }
    let mut numbers = Vec::new();
    for name in sub.split('+') {
        let niche = census.niches().find(|(niche, _)| niche.eq_ignore_ascii_case(name));
        let (_, words) = niche.ok_or(StatusCode::NOT_FOUND)?;
        numbers.extend(words.iter().filter_map(|word| census.keyword_number(word)));
    }
    Ok(numbers)
}

fn begin_of(moment: &Moment<'_>, span: &str) -> Result<DateTime<Utc>, StatusCode> {
    let back = |hours: i64| Ok(moment.now - TimeDelta::hours(hours));
    match span {
        "hour" => back(1),
        "day" => back(24),
        "week" => back(7 * 24),
        "month" => back(30 * 24),
        "year" => back(365 * 24),
        "all" => Ok(moment.census.config().start),
        _ => Err(StatusCode::BAD_REQUEST),
    }
}

fn page(moment: &Moment<'_>, sub: &str, order: &str, query: &Query) -> Result<Value, StatusCode> {
    let keywords = keywords(moment, sub)?;
    let span = match order {
        "top" => query.get("t").unwrap_or("day"),
        "rising" => "day",
        _ => "month",
    };
    let mut posts = since(moment, &keywords, begin_of(moment, span)?);
    if order == "rising" {
        posts.retain(|post| moment.now - post.written < TimeDelta::hours(8));
    }
    arrange(&mut posts, order);
    cut(posts, query)
}

fn arrange(posts: &mut [Post], order: &str) {
    match order {
        "new" => posts.sort_by_key(|post| std::cmp::Reverse((post.written, post.id()))),
        "top" => posts.sort_by_key(|post| std::cmp::Reverse((post.score, post.id()))),
        "comments" => posts.sort_by_key(|post| std::cmp::Reverse((post.comments, post.id()))),
        _ => posts.sort_by(|a, b| b.hotness().total_cmp(&a.hotness()).then_with(|| b.id().cmp(&a.id()))),
    }
}

fn found(moment: &Moment<'_>, sub: &str, query: &Query) -> Result<Value, StatusCode> {
    let restricted = matches!(query.get("restrict_sr"), Some("1" | "on" | "true" | "True"));
    let keywords = keywords(moment, if restricted { sub } else { "all" })?;
    let text = query.get("q").unwrap_or_default().to_lowercase();
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mut posts = since(moment, &keywords, begin_of(moment, query.get("t").unwrap_or("all"))?);
    posts.retain(|post| {
        let title = post.title.to_lowercase();
        !words.is_empty() && words.iter().all(|word| title.contains(word))
    });
    arrange(&mut posts, query.get("sort").unwrap_or("relevance"));
    cut(posts, query)
}

/// The page that `limit`, `after` and `before` name. A name that is not there any more is the end.
fn cut(mut posts: Vec<Post>, query: &Query) -> Result<Value, StatusCode> {
    posts.truncate(MOST);
    let limit = query
        .get("limit")
        .map_or(Ok(25), str::parse::<usize>)
        .map_err(|_| StatusCode::BAD_REQUEST)?;
    let limit = limit.clamp(1, 100);
    let place = |name: &str| {
        posts
            .iter()
            .position(|post| Some(post.id().as_str()) == name.strip_prefix("t3_"))
    };
    let range = match (query.get("after"), query.get("before")) {
        (Some(after), _) => place(after).map_or(0..0, |place| place + 1..(place + 1 + limit).min(posts.len())),
        (None, Some(before)) => place(before).map_or(0..0, |place| place.saturating_sub(limit)..place),
        (None, None) => 0..limit.min(posts.len()),
    };
    let name = |post: &Post| format!("t3_{}", post.id());
    let shown = &posts[range.clone()];
    let after = shown.last().filter(|_| range.end < posts.len()).map(name);
    let before = shown.first().filter(|_| range.start > 0).map(name);
    Ok(listing(shown.iter().map(t3).collect(), before, after))
}

fn talk(moment: &Moment<'_>, id: &str) -> Result<Value, StatusCode> {
    let post = find(moment, id).ok_or(StatusCode::NOT_FOUND)?;
    Ok(json!([
        listing(vec![t3(&post)], None, None),
        listing(t1s(moment, &post), None, None)
    ]))
}
