use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Days, NaiveDate, SecondsFormat, SubsecRound, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::bulk;
use super::kinds::{KINDS, Kind};
use crate::audience::readable_from;
use crate::google::{Call, Refusal, scope};
use crate::page::Page;
use crate::state::{Shared, lock};
use crate::{pacific, secrets};

/// Days before its creation that a job makes reports of.
const BACKFILL_DAYS: u64 = 30;
/// Reports are kept for so long.
const KEPT_DAYS: i64 = 60;
const SCOPES: [&str; 2] = [scope::ANALYTICS, scope::MONETARY];

/// By channel and id.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    jobs: BTreeMap<(u32, String), Job>,
    made: u64,
}

#[derive(Debug, Clone)]
struct Job {
    kind: &'static Kind,
    name: String,
    created: DateTime<Utc>,
}

type Answer = Result<Json<Value>, Refusal>;

fn not_found() -> Refusal {
    Refusal::of_status(StatusCode::NOT_FOUND)
}

fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn channel(call: &Call) -> Result<u32, Refusal> {
    call.owner(&SCOPES).map(|identity| identity.channel)
}

/// A page of a list under `name`, with `pageSize` and `pageToken`.
fn paged(call: &Call, name: &str, all: Vec<Value>, now: DateTime<Utc>) -> Answer {
    let size = match call.integer("pageSize")? {
        None | Some(0) => all.len().max(1),
        Some(size) => usize::try_from(size).map_err(|_| Refusal::invalid("pageSize", &size.to_string()))?,
    };
    let request = format!(
        "{name}?{}",
        call.query
            .fingerprint(&["pageToken", "pageSize", "access_token", "key"])
    );
    let page = match call.query.get("pageToken") {
        None => Page::first(now),
        Some(token) => Page::of(token, &request).ok_or_else(|| Refusal::invalid("pageToken", token))?,
    };
    let begin = page.offset.min(all.len());
    let end = (begin + size).min(all.len());
    let mut list = json!({});
    if end > begin {
        list[name] = json!(all[begin..end]);
    }
    if end < all.len() {
        list["nextPageToken"] = json!(page.at(end).token(&request));
    }
    Ok(Json(list))
}

pub(super) async fn report_types(State(state): State<Shared>, call: Result<Call, Refusal>) -> Answer {
    let call = call?;
    channel(&call)?;
    call.check_names(&[
        "pageSize",
        "pageToken",
        "includeSystemManaged",
        "onBehalfOfContentOwner",
    ])?;
    let kinds = KINDS
        .iter()
        .map(|kind| json!({"id": kind.id, "name": kind.name, "systemManaged": false}));
    paged(&call, "reportTypes", kinds.collect(), state.now())
}

impl Job {
    fn resource(&self, id: &str) -> Value {
        json!({"id": id, "reportTypeId": self.kind.id, "name": self.name, "createTime": rfc3339(self.created)})
    }
}

pub(super) async fn list(State(state): State<Shared>, call: Result<Call, Refusal>) -> Answer {
    let call = call?;
    let channel = channel(&call)?;
    call.check_names(&[
        "pageSize",
        "pageToken",
        "includeSystemManaged",
        "onBehalfOfContentOwner",
    ])?;
    let jobs = lock(&state.jobs);
    let mine = jobs.jobs.iter().filter(|((owner, _), _)| *owner == channel);
    let all = mine.map(|((_, id), job)| job.resource(id)).collect();
    paged(&call, "jobs", all, state.now())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewJob {
    report_type_id: Option<String>,
    name: Option<String>,
}

pub(super) async fn create(State(state): State<Shared>, call: Result<Call, Refusal>, body: Bytes) -> Answer {
    let channel = channel(&call?)?;
    let wanted: NewJob = serde_json::from_slice(&body).map_err(|error| {
        Refusal::bad_request(
            "global",
            "badRequest",
            format!("Invalid JSON payload received. {error}"),
        )
    })?;
    let kind = wanted.report_type_id.as_deref().unwrap_or_default();
    let kind = Kind::named(kind).ok_or_else(|| Refusal::invalid("report_type_id", kind))?;
    let name = wanted
        .name
        .filter(|name| !name.is_empty())
        .ok_or_else(|| Refusal::missing("name"))?;
    let mut jobs = lock(&state.jobs);
    if jobs
        .jobs
        .iter()
        .any(|((owner, _), job)| *owner == channel && job.kind.id == kind.id)
    {
        let message = format!("A job for report type {} exists already.", kind.id);
        return Err(Refusal::new(StatusCode::CONFLICT, "global", "alreadyExists", message));
    }
    jobs.made += 1;
    let parts = [
        state.config.seed.to_string(),
        channel.to_string(),
        kind.id.to_owned(),
        jobs.made.to_string(),
    ];
    let number = secrets::number(&parts.each_ref().map(String::as_str));
    let id = format!(
        "{:08x}-{:04x}-4000-8000-{:012x}",
        number >> 32,
        (number >> 16) & 0xffff,
        number & 0xffff_ffff_ffff
    );
    let created = state.now().trunc_subsecs(0);
    let job = Job { kind, name, created };
    let resource = job.resource(&id);
    jobs.jobs.insert((channel, id), job);
    Ok(Json(resource))
}

fn find(state: &Shared, channel: u32, id: &str) -> Result<Job, Refusal> {
    lock(&state.jobs)
        .jobs
        .get(&(channel, id.to_owned()))
        .cloned()
        .ok_or_else(not_found)
}

pub(super) async fn get(State(state): State<Shared>, Path(id): Path<String>, call: Result<Call, Refusal>) -> Answer {
    let channel = channel(&call?)?;
    find(&state, channel, &id).map(|job| Json(job.resource(&id)))
}

pub(super) async fn delete(State(state): State<Shared>, Path(id): Path<String>, call: Result<Call, Refusal>) -> Answer {
    let channel = channel(&call?)?;
    let removed = lock(&state.jobs).jobs.remove(&(channel, id));
    removed.map(|_| Json(json!({}))).ok_or_else(not_found)
}

/// When the report of a day is made: as soon as its data can be read, and not before the job.
fn made(job: &Job, day: NaiveDate) -> DateTime<Utc> {
    readable_from(day).max(job.created)
}

fn resource(state: &Shared, channel: u32, id: &str, job: &Job, day: NaiveDate) -> Value {
    let report = day.format("%Y%m%d").to_string();
    let owner = secrets::opaque(&["owner", &channel.to_string()], 22);
    json!({
        "id": report, "jobId": id, "startTime": rfc3339(pacific::begin(day)), "endTime": rfc3339(pacific::end(day)),
        "createTime": rfc3339(made(job, day)),
        "downloadUrl": format!("{}/v1/media/CHANNEL/{owner}/jobs/{id}/reports/{report}?alt=media", state.url()),
    })
}

/// The days of which a job has reports, newest first.
fn days(state: &Shared, job: &Job) -> Vec<NaiveDate> {
    let moment = state.moment();
    let first = pacific::day_of(job.created)
        .checked_sub_days(Days::new(BACKFILL_DAYS))
        .unwrap_or_default();
    let first = first.max(
        pacific::day_of(moment.census.config().start)
            .succ_opt()
            .unwrap_or_default(),
    );
    let there = |day: &NaiveDate| {
        let made = made(job, *day);
        made <= moment.now && (moment.now - made).num_days() < KEPT_DAYS
    };
    let mut days: Vec<_> = first
        .iter_days()
        .take_while(|day| *day <= moment.now.date_naive())
        .filter(there)
        .collect();
    days.reverse();
    days
}

pub(super) async fn reports(
    State(state): State<Shared>,
    Path(id): Path<String>,
    call: Result<Call, Refusal>,
) -> Answer {
    let call = call?;
    let channel = channel(&call)?;
    call.check_names(&[
        "createdAfter",
        "startTimeAtOrAfter",
        "startTimeBefore",
        "pageSize",
        "pageToken",
        "onBehalfOfContentOwner",
    ])?;
    let job = find(&state, channel, &id)?;
    let time = |name: &str| -> Result<Option<DateTime<Utc>>, Refusal> {
        call.query
            .get(name)
            .map(|text| text.parse().map_err(|_| Refusal::invalid(name, text)))
            .transpose()
    };
    let (created, from, before) = (
        time("createdAfter")?,
        time("startTimeAtOrAfter")?,
        time("startTimeBefore")?,
    );
    let wanted = |day: &NaiveDate| {
        let start = pacific::begin(*day);
        created.is_none_or(|created| made(&job, *day) > created)
            && from.is_none_or(|from| start >= from)
            && before.is_none_or(|before| start < before)
    };
    let days = days(&state, &job).into_iter().filter(wanted);
    let all = days.map(|day| resource(&state, channel, &id, &job, day)).collect();
    paged(&call, "reports", all, state.now())
}

fn day_of(state: &Shared, job: &Job, report: &str) -> Result<NaiveDate, Refusal> {
    let day = NaiveDate::parse_from_str(report, "%Y%m%d").map_err(|_| not_found())?;
    days(state, job).contains(&day).then_some(day).ok_or_else(not_found)
}

pub(super) async fn report(
    State(state): State<Shared>,
    Path((id, report)): Path<(String, String)>,
    call: Result<Call, Refusal>,
) -> Answer {
    let channel = channel(&call?)?;
    let job = find(&state, channel, &id)?;
    let day = day_of(&state, &job, &report)?;
    Ok(Json(resource(&state, channel, &id, &job, day)))
}

/// `CHANNEL/{owner}/jobs/{job}/reports/{report}`.
pub(super) async fn download(
    State(state): State<Shared>,
    Path(name): Path<String>,
    call: Result<Call, Refusal>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let channel = channel(&call?)?;
    let parts: Vec<&str> = name.split('/').collect();
    let ["CHANNEL", _, "jobs", id, "reports", report] = parts[..] else {
        return Err(not_found());
    };
    let job = find(&state, channel, id)?;
    let day = day_of(&state, &job, report)?;
    let file = bulk::csv(&state.moment(), channel, job.kind, day)
        .map_err(|_| Refusal::of_status(StatusCode::INTERNAL_SERVER_ERROR))?;
    Ok(ranged(file, &headers))
}

/// The file, or the part of it that `Range: bytes=FROM-[TO]` names.
fn ranged(file: Vec<u8>, headers: &HeaderMap) -> Response {
    let csv = (header::CONTENT_TYPE, "text/csv".to_owned());
    let range = headers
        .get(header::RANGE)
        .and_then(|range| range.to_str().ok()?.strip_prefix("bytes=")?.split_once('-'));
    let Some((from, to)) = range.and_then(|(from, to)| Some((from.parse::<usize>().ok()?, to))) else {
        return ([csv], file).into_response();
    };
    let last = to.parse().unwrap_or(usize::MAX).min(file.len().saturating_sub(1));
    if from > last {
        let total = (header::CONTENT_RANGE, format!("bytes */{}", file.len()));
        return (StatusCode::RANGE_NOT_SATISFIABLE, [total]).into_response();
    }
    let part = (header::CONTENT_RANGE, format!("bytes {from}-{last}/{}", file.len()));
    (StatusCode::PARTIAL_CONTENT, [csv, part], file[from..=last].to_vec()).into_response()
}
