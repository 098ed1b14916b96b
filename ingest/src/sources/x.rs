//! X API v2, recent counts: how many posts of the last seven days hold some words, hour by hour.
//!
//! Only hours that are over are asked for, so a count is read once and never partial. Source: X API v2,
//! `GET /2/tweets/counts/recent`.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use events::payload::{Scale, TrendSource};
use events::{Event, Rejection, Topic, TrendSignal};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Outgoing;
use crate::pull::catalogue::Configured;
use crate::pull::{
    Auth, BadItem, BadSetting, Call, Contract, Errand, Flag, Item, Manual, Next, Page, Pull, Refusal, Secret, Target,
    Trouble, base_url,
};

/// CloudEvents `source` of everything read here.
pub const SOURCE: &str = "/ingest/x";

const HOUR_SECONDS: i64 = 3600;
/// X refuses to count what is not ten seconds old.
const SETTLED: TimeDelta = TimeDelta::seconds(30);
/// The endpoint goes back seven days; a run that is resumed keeps its observation time, so some hours are left in hand.
const REACH: TimeDelta = TimeDelta::hours(7 * 24 - 4);
/// The longest query that every access level takes.
const LONGEST_QUERY: usize = 512;

/// `[sources.x]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub base_url: String,
    pub bearer_token: Secret,
    /// Queries in X's own language: `claymation`, `"stop motion" lang:en`.
    pub queries: Vec<String>,
    pub every_minutes: u64,
    pub requests_per_second: f64,
    pub timeout_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: "https://api.x.com/".to_owned(),
            bearer_token: Secret::default(),
            queries: Vec::new(),
            every_minutes: 60,
            // 300 in 15 minutes are allowed
            requests_per_second: 0.3,
            timeout_seconds: 30,
        }
    }
}

impl Configured for Settings {
    const MANUAL: Manual = Manual {
        name: "x",
        about: "X API v2: how many recent posts hold some words, hour by hour",
        details: "Reads the queries of [sources.x], or those that flags name: the last seven days the first time, then the \
            hours since. Hours that are not over are left for the next run. Needs an app's bearer token \
            (X_BEARER_TOKEN).",
        example: "ytempire ingest x --query '\"stop motion\" lang:en'",
        flags: &[Flag {
            name: "query",
            setting: "queries",
            value: "QUERY",
            help: "Words, in X's query language",
        }],
        variables: &[("X_BEARER_TOKEN", "bearer_token"), ("X_BASE_URL", "base_url")],
    };

    fn open(self) -> Result<Box<dyn Pull>, BadSetting> {
        base_url(&self.base_url)?;
        let every = Duration::from_secs(self.every_minutes.max(1) * 60);
        let mut targets = Vec::new();
        for query in &self.queries {
            match query.trim().chars().count() {
                1..=LONGEST_QUERY => targets.push(Target {
                    name: query.clone(),
                    every,
                }),
                0 => return Err(BadSetting::new("queries", "there is an empty one")),
                _ => {
                    return Err(BadSetting::new(
                        "queries",
                        "one is longer than the 512 characters that X takes",
                    ));
                }
            }
        }
        Ok(Box::new(X {
            settings: self,
            targets,
        }))
    }
}

struct X {
    settings: Settings,
    targets: Vec<Target>,
}

/// Where a run stands.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Step {
    /// Hours up to here have been read.
    since: Option<DateTime<Utc>>,
    /// Within the hours that are read now.
    page: Option<String>,
    /// Where those hours end.
    #[serde(default)]
    end: Option<DateTime<Utc>>,
}

#[async_trait]
impl Pull for X {
    fn contract(&self) -> Contract {
        Contract {
            base_url: self.settings.base_url.clone(),
            auth: Auth::Bearer(self.settings.bearer_token.clone()),
            sort,
            requests_per_second: self.settings.requests_per_second,
            timeout: Duration::from_secs(self.settings.timeout_seconds.max(1)),
            project: None,
            headers: Vec::new(),
        }
    }

    fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// One page of one query's hours.
    async fn page(&self, errand: &Errand<'_>) -> Result<Page, Trouble> {
        let step: Step = errand.step()?;
        // within an hour's pages the hours stay the same
        let end = match (&step.page, step.end) {
            (Some(_), Some(end)) => end,
            _ => full_hour(errand.observed_at - SETTLED),
        };
        let first = full_hour(errand.observed_at - REACH);
        let since = step.since.map_or(first, |since| since.max(first));
        if since >= end {
            return Ok(Page::new(Vec::new(), Next::Done(Some(cursor(since, None)))));
        }
        let call = Call::to("2/tweets/counts/recent")
            .with("query", errand.target)
            .with("granularity", "hour")
            .with("start_time", stamp(since))
            .with("end_time", stamp(end))
            .with_any("next_token", step.page.as_deref());
        let answer = errand.ask_json(&call).await?;
        let records = counts(&answer, errand.target);
        let next = match answer.pointer("/meta/next_token").and_then(Value::as_str) {
            Some(page) => Next::Page(cursor(since, Some((page.to_owned(), end)))),
            None => Next::Done(Some(cursor(end, None))),
        };
        Ok(Page::new(records, next))
    }
}

fn cursor(since: DateTime<Utc>, page: Option<(String, DateTime<Utc>)>) -> Value {
    let (page, end) = page.unzip();
    let step = Step {
        since: Some(since),
        page,
        end,
    };
    serde_json::to_value(step).unwrap_or_default()
}

fn full_hour(at: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = at.timestamp().div_euclid(HOUR_SECONDS) * HOUR_SECONDS;
    DateTime::from_timestamp(seconds, 0).unwrap_or(at)
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// X says what is wrong in `errors[0].message`, or in `title` and `detail`.
fn sort(refusal: &Refusal) -> Trouble {
    let text = |pointer: &str| refusal.body.pointer(pointer).and_then(Value::as_str);
    let message = text("/errors/0/message").or_else(|| text("/detail"));
    refusal.trouble(
        refusal.kind(),
        text("/title").unwrap_or_default(),
        message.unwrap_or("no explanation was given"),
    )
}

/// From `{"data": [{"start", "end", "tweet_count"}, …]}`: a signal for each hour, at its end.
pub fn counts(answer: &Value, query: &str) -> Vec<Outgoing> {
    let signal = |item: &Value| {
        let event = count(Item(item), query).and_then(|(time, signal)| Ok(Event::new(SOURCE, time, signal)?));
        match event {
            Ok(event) => event.into(),
            Err(bad) => {
                let raw = item.to_string().into_bytes();
                Rejection::new(SOURCE, Topic::TrendSignals, format!("count, {bad}"), raw).into()
            }
        }
    };
    Item(answer).list("/data").iter().map(signal).collect()
}

fn count(item: Item<'_>, query: &str) -> Result<(DateTime<Utc>, TrendSignal), BadItem> {
    let time = |pointer: &'static str| -> Result<DateTime<Utc>, BadItem> {
        let text = item.text(pointer)?.ok_or_else(|| BadItem::new(pointer, "is missing"))?;
        text.parse().map_err(|_| BadItem::new(pointer, "is no time"))
    };
    let (start, end) = (time("/start")?, time("/end")?);
    let posts = item.count("/tweet_count")?;
    let posts = posts.ok_or_else(|| BadItem::new("/tweet_count", "is missing"))?;
    let window_seconds = (end - start).num_seconds();
    if window_seconds <= 0 {
        return Err(BadItem::new("/end", "is not after the start"));
    }
    Ok((
        end,
        TrendSignal::of(query, TrendSource::X, window_seconds, posts as f64, Scale::Count),
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_count_is_a_signal_at_the_end_of_its_hour() {
        let answer = json!({"data": [
            {"start": "2026-11-25T10:00:00.000Z", "end": "2026-11-25T11:00:00.000Z", "tweet_count": 12},
            {"start": "2026-11-25T11:00:00.000Z", "end": "2026-11-25T11:00:00.000Z", "tweet_count": 1},
            {"start": "2026-11-25T11:00:00.000Z", "end": "soon", "tweet_count": 1},
            {"start": "2026-11-25T11:00:00.000Z", "end": "2026-11-25T12:00:00.000Z"},
        ]});
        let records = counts(&answer, "cats lang:en");
        assert_eq!(records.iter().filter(|record| record.is_rejected()).count(), 3);
        let body: Value = serde_json::from_slice(&records[0].body).expect("json");
        assert_eq!(body["value"], 12.0);
        assert_eq!(
            (&body["keyword"], &body["window_seconds"]),
            (&json!("cats lang:en"), &json!(3600))
        );
        assert_eq!(
            records[0].envelope.time.map(stamp).as_deref(),
            Some("2026-11-25T11:00:00Z")
        );
        assert!(counts(&Value::Null, "cats").is_empty());
    }

    #[test]
    fn queries_have_a_length() {
        let open = |query: String| {
            let settings = Settings {
                queries: vec![query],
                ..Settings::default()
            };
            settings.open().map(|pull| pull.targets().len())
        };
        assert_eq!(open("cats".to_owned()), Ok(1));
        assert!(open(" ".to_owned()).is_err() && open("a".repeat(513)).is_err());
    }

    #[test]
    fn a_refusal_is_told_in_xs_words() {
        let body = json!({"errors": [{"message": "Invalid 'start_time'"}], "title": "Invalid Request", "detail": "d"});
        let refusal = Refusal {
            status: 400,
            body,
            after: None,
        };
        let trouble = sort(&refusal);
        assert!(
            trouble.what.contains("Invalid Request: Invalid 'start_time'"),
            "{trouble}"
        );
    }
}
