//! YouTube Reporting API v1: bulk reports, among them the only ones with impressions and click-through rates.
//!
//! A job makes a report of every day, and is made here where there is none. Reports are read in the order they were
//! made, so that a day that YouTube corrects is corrected here. Source: YouTube Reporting API, "Get bulk data reports".

pub mod column;
pub mod kind;
pub mod parse;
mod settings;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::pull::{Call, Contract, Errand, Item, Kind as Fault, Next, Page, Pull, Target, Trouble};

pub use settings::Settings;

/// CloudEvents `source` of everything read here.
pub const SOURCE: &str = "/ingest/reporting";

/// What a job that we make is called.
const JOB_NAME: &str = "ytempire";

pub struct Reporting {
    settings: Settings,
    targets: Vec<Target>,
}

/// Where a run stands.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Step {
    job: Option<String>,
    /// Reports made up to here have been read; as YouTube wrote it, to the microsecond.
    since: Option<String>,
    /// Reports that are still to be read in this run, the oldest last.
    #[serde(default)]
    waiting: Vec<Made>,
    /// Where the list that is being read goes on.
    page: Option<String>,
    /// Jobs were made or missed in this run so many times.
    #[serde(default)]
    attempts: u32,
}

/// A report that YouTube has made.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Made {
    url: String,
    created: String,
}

#[async_trait]
impl Pull for Reporting {
    fn contract(&self) -> Contract {
        self.settings.contract()
    }

    fn targets(&self) -> &[Target] {
        &self.targets
    }

    fn of_account(&self, account: &str) -> Vec<Target> {
        self.settings.targets_of(account)
    }

    fn reads_accounts(&self) -> bool {
        true
    }

    fn account<'t>(&self, target: &'t str) -> Option<&'t str> {
        target.split_once('/').map(|(channel, _)| channel)
    }

    /// One page of a list, or one report.
    async fn page(&self, errand: &Errand<'_>) -> Result<Page, Trouble> {
        let step: Step = errand.step()?;
        let (channel, name) = errand.target.split_once('/').unwrap_or((errand.target, ""));
        let kind = kind::named(name).ok_or_else(|| Trouble::input(format!("there is no report type {name:?}")))?;
        match (step.job.clone(), step.waiting.last().cloned()) {
            (None, _) => find_job(errand, kind, step).await,
            // what waits is read only when the list is whole
            (Some(_), Some(report)) if step.page.is_none() => read(errand, kind, channel, step, &report).await,
            (Some(job), _) => list(errand, &job, step).await,
        }
    }
}

fn on(step: Step) -> Page {
    Page::new(Vec::new(), Next::Page(cursor(&step)))
}

fn cursor(step: &Step) -> Value {
    serde_json::to_value(step).unwrap_or_default()
}

/// The run is over; of the step, what the next one goes on from remains.
fn done(step: Step, note: Option<&str>) -> Page {
    let rest = Step {
        job: step.job,
        since: step.since,
        ..Step::default()
    };
    let mut page = Page::new(Vec::new(), Next::Done(Some(cursor(&rest))));
    page.note = note.map(str::to_owned);
    page
}

async fn find_job(errand: &Errand<'_>, kind: &kind::Bulk, step: Step) -> Result<Page, Trouble> {
    let call = Call::to("v1/jobs").with_any("pageToken", step.page.as_deref());
    let answer = errand.ask_json(&call).await?;
    let jobs = Item(&answer).list("/jobs").iter();
    let job = jobs
        .filter(|job| job["reportTypeId"] == kind.id)
        .find_map(|job| job["id"].as_str());
    let more = answer["nextPageToken"].as_str();
    match (job, more) {
        (Some(job), _) => Ok(on(Step {
            job: Some(job.to_owned()),
            page: None,
            ..step
        })),
        (None, Some(more)) => Ok(on(Step {
            page: Some(more.to_owned()),
            ..step
        })),
        (None, None) if step.attempts > 1 => Err(Trouble::dependency(
            "YouTube has the job and does not list it: tried again at the next run",
        )),
        (None, None) => make_job(errand, kind, step).await,
    }
}

async fn make_job(errand: &Errand<'_>, kind: &kind::Bulk, step: Step) -> Result<Page, Trouble> {
    let call = Call::to("v1/jobs").post(json!({"reportTypeId": kind.id, "name": JOB_NAME}));
    let again = Step {
        attempts: step.attempts + 1,
        page: None,
        since: None,
        ..step
    };
    match errand.ask_json(&call).await {
        Ok(made) => {
            let job = made["id"].as_str().map(str::to_owned);
            let job = job.ok_or_else(|| Trouble::dependency("YouTube made a job without an id"))?;
            Ok(on(Step {
                job: Some(job),
                ..again
            }))
        }
        // made meanwhile, by a run that was killed before it could say so
        Err(trouble) if trouble.reason == "alreadyExists" => Ok(on(again)),
        Err(trouble) => Err(trouble),
    }
}

async fn list(errand: &Errand<'_>, job: &str, step: Step) -> Result<Page, Trouble> {
    let call = Call::to(format!("v1/jobs/{job}/reports"))
        .with_any("createdAfter", step.since.as_deref())
        .with_any("pageToken", step.page.as_deref());
    let answer = match errand.ask_json(&call).await {
        Ok(answer) => answer,
        // deleted, or ended with its report type: another one is looked for
        Err(trouble) if trouble.kind == Fault::Input && trouble.what.starts_with("HTTP 404") && step.attempts == 0 => {
            return Ok(on(Step {
                attempts: 1,
                ..Step::default()
            }));
        }
        Err(trouble) => return Err(trouble),
    };
    let mut reports = step.waiting.clone();
    for report in Item(&answer).list("/reports") {
        reports.push(made(report)?);
    }
    // the list is not in the order that we read in
    reports.sort_by_key(|made| std::cmp::Reverse(time(&made.created)));
    let next = Step {
        waiting: reports,
        page: answer["nextPageToken"].as_str().map(str::to_owned),
        ..step
    };
    let is_first = next.since.is_none();
    match next.waiting.is_empty() && next.page.is_none() {
        false => Ok(on(next)),
        true => Ok(done(next, is_first.then_some(NO_REPORTS))),
    }
}

const NO_REPORTS: &str = "YouTube has made no reports yet: a new job has its first ones within 48 hours";

fn made(report: &Value) -> Result<Made, Trouble> {
    let text = |name: &str| report[name].as_str().map(str::to_owned);
    match (text("downloadUrl"), text("createTime")) {
        (Some(url), Some(created)) if time(&created).is_some() => Ok(Made { url, created }),
        _ => Err(Trouble::dependency(
            "YouTube lists a report without an address or a time",
        )),
    }
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    text.parse().ok()
}

async fn read(
    errand: &Errand<'_>,
    kind: &kind::Bulk,
    channel: &str,
    mut step: Step,
    report: &Made,
) -> Result<Page, Trouble> {
    let body = match errand.ask(&Call::to(report.url.as_str())).await {
        Ok(body) => body,
        // what comes after it waits, too: the next run lists both again, unless the 60 days that it is kept are over
        Err(trouble) if trouble.what.starts_with("HTTP 404") => {
            let note = format!(
                "YouTube listed the report of {} and does not hand it out: asked for again",
                report.created
            );
            return Ok(done(step, Some(&note)));
        }
        Err(trouble) => return Err(trouble),
    };
    let about = parse::About {
        channel,
        kind,
        made: time(&report.created).unwrap_or(errand.observed_at),
    };
    let records = parse::rows(&body, about)?;
    step.waiting.pop();
    step.since = Some(report.created.clone());
    // several may have been made at once: all of them are read before the run ends
    let next = match step.waiting.is_empty() {
        true => done(step, None).next,
        false => Next::Page(cursor(&step)),
    };
    Ok(Page::new(records, next))
}
