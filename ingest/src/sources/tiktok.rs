//! TikTok's Research API: how many videos of a day hold some words.
//!
//! TikTok takes up to 48 hours to list a video, so a day is read once it has been over for so long, and its count stays.
//! A day with more videos than the pages that are read is not counted at all: part of a count is none. Source: TikTok
//! for Developers, Research API, "Query Videos".

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use events::payload::{Scale, TrendSource};
use events::{Event, Rejection, Topic, TrendSignal};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Outgoing;
use crate::pull::catalogue::Configured;
use crate::pull::{
    Auth, BadSetting, Call, Contract, Errand, Flag, Grant, Item, Kind, Manual, Next, Page, Pull, Refusal, Secret,
    Target, Trouble, base_url, words,
};

/// CloudEvents `source` of everything read here.
pub const SOURCE: &str = "/ingest/tiktok";

const DAY_SECONDS: i64 = 86_400;
/// Days that TikTok still lists videos of.
const UNSETTLED_DAYS: u64 = 2;
/// As many as one call gives.
const BATCH: u64 = 100;
const LONGEST_WORDS: usize = 200;

/// `[sources.tiktok]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub base_url: String,
    pub token_url: String,
    pub client_key: String,
    pub client_secret: Secret,
    /// Words or a `#hashtag`, with a region before them where it matters: `US:stop motion`, `#claymation`.
    pub words: Vec<String>,
    /// Days read the first time.
    pub history_days: u64,
    /// Pages of 100 videos that a day may have.
    pub pages: u64,
    pub every_minutes: u64,
    pub requests_per_second: f64,
    pub timeout_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: "https://open.tiktokapis.com/".to_owned(),
            token_url: "https://open.tiktokapis.com/v2/oauth/token/".to_owned(),
            client_key: String::new(),
            client_secret: Secret::default(),
            words: Vec::new(),
            history_days: 7,
            pages: 20,
            every_minutes: 24 * 60,
            requests_per_second: 1.0,
            timeout_seconds: 60,
        }
    }
}

impl Configured for Settings {
    const MANUAL: Manual = Manual {
        name: "tiktok",
        about: "TikTok Research API: how many videos of a day hold some words",
        details: "Reads the words of [sources.tiktok], or those that flags name, day by day: the last week the first time, \
            then the days since. A day is read when it has been over for 48 hours, as TikTok lists videos so late. A day \
            takes a request per 100 videos (1,000 requests a day are allowed); one with more than `pages` of them is left \
            out, and `ytempire ingest status` says so. Needs a research client (TIKTOK_CLIENT_KEY, TIKTOK_CLIENT_SECRET).",
        example: "ytempire ingest tiktok --word 'US:stop motion' --word '#claymation'",
        flags: &[Flag {
            name: "word",
            setting: "words",
            value: "[REGION:]WORDS",
            help: "Words, or a #hashtag",
        }],
        variables: &[
            ("TIKTOK_CLIENT_KEY", "client_key"),
            ("TIKTOK_CLIENT_SECRET", "client_secret"),
            ("TIKTOK_BASE_URL", "base_url"),
            ("TIKTOK_TOKEN_URL", "token_url"),
        ],
    };

    fn open(self) -> Result<Box<dyn Pull>, BadSetting> {
        base_url(&self.base_url)?;
        let every = Duration::from_secs(self.every_minutes.max(1) * 60);
        let targets = words::targets("words", &self.words, LONGEST_WORDS, every)?;
        if !targets.is_empty() && self.pages == 0 {
            return Err(BadSetting::new("pages", "must be at least 1"));
        }
        Ok(Box::new(Tiktok {
            settings: self,
            targets,
        }))
    }
}

struct Tiktok {
    settings: Settings,
    targets: Vec<Target>,
}

/// Where a run stands.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Step {
    /// The next day to read.
    day: Option<NaiveDate>,
    /// Within the day.
    page: Option<Place>,
    /// Videos of the day so far.
    found: u64,
    pages: u64,
    /// Days of this run that had too many videos.
    #[serde(default)]
    left_out: Vec<NaiveDate>,
}

/// Where TikTok goes on with a search.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Place {
    cursor: i64,
    search: String,
}

#[async_trait]
impl Pull for Tiktok {
    fn contract(&self) -> Contract {
        let settings = &self.settings;
        let grant = Grant::new(
            settings.token_url.clone(),
            settings.client_key.clone(),
            settings.client_secret.clone(),
            None,
        );
        Contract {
            base_url: settings.base_url.clone(),
            auth: Auth::Granted(Box::new(grant.with_client_in_form("client_key"))),
            sort,
            requests_per_second: settings.requests_per_second,
            timeout: Duration::from_secs(settings.timeout_seconds.max(1)),
            project: None,
            headers: Vec::new(),
        }
    }

    fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// One page of one day.
    async fn page(&self, errand: &Errand<'_>) -> Result<Page, Trouble> {
        let step: Step = errand.step()?;
        let today = errand.observed_at.date_naive();
        let first = before(today, self.settings.history_days + UNSETTLED_DAYS);
        let day = step.day.unwrap_or(first);
        if day >= before(today, UNSETTLED_DAYS) {
            return Ok(done(step));
        }
        let answer = errand.ask_json(&call(errand.target, day, step.page.as_ref())).await?;
        let part = part(&answer)?;
        let found = step.found + part.videos;
        if part.next.is_some() && step.pages + 1 < self.settings.pages {
            return Ok(Page::new(
                Vec::new(),
                Next::Page(cursor(&Step {
                    page: part.next,
                    found,
                    pages: step.pages + 1,
                    ..step
                })),
            ));
        }
        let mut next = Step {
            day: day.succ_opt(),
            left_out: step.left_out,
            ..Step::default()
        };
        let mut records = Vec::new();
        match part.next {
            Some(_) => next.left_out.push(day),
            None => records.push(count(errand.target, day, found)),
        }
        Ok(Page::new(records, Next::Page(cursor(&next))))
    }
}

fn cursor(step: &Step) -> Value {
    serde_json::to_value(step).unwrap_or_default()
}

fn done(step: Step) -> Page {
    let rest = Step {
        day: step.day,
        ..Step::default()
    };
    let mut page = Page::new(Vec::new(), Next::Done(Some(cursor(&rest))));
    if !step.left_out.is_empty() {
        let days: Vec<_> = step.left_out.iter().map(NaiveDate::to_string).collect();
        page.note = Some(format!(
            "not counted, as there are more videos than `pages` allows: {}",
            days.join(", ")
        ));
    }
    page
}

fn before(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(day)
}

fn call(target: &str, day: NaiveDate, place: Option<&Place>) -> Call {
    let (region, asked) = words::parted(target);
    let about = match asked.trim().strip_prefix('#') {
        Some(hashtag) => ("hashtag_name", hashtag),
        None => ("keyword", asked.trim()),
    };
    let mut clauses = vec![json!({"operation": "EQ", "field_name": about.0, "field_values": [about.1]})];
    if let Some(region) = region {
        clauses.push(json!({"operation": "IN", "field_name": "region_code", "field_values": [region]}));
    }
    let date = day.format("%Y%m%d").to_string();
    let mut body = json!({"query": {"and": clauses}, "start_date": date, "end_date": date, "max_count": BATCH});
    if let Some(place) = place {
        body["cursor"] = place.cursor.into();
        body["search_id"] = place.search.as_str().into();
    }
    Call::to("v2/research/video/query/").with("fields", "id").post(body)
}

/// What one page holds of a day.
struct Part {
    videos: u64,
    next: Option<Place>,
}

/// From `{"data": {"videos", "cursor", "has_more", "search_id"}, "error": {"code"}}`.
fn part(answer: &Value) -> Result<Part, Trouble> {
    let item = Item(answer);
    let code = answer["error"]["code"].as_str().unwrap_or("no code");
    if code != "ok" {
        let refusal = Refusal {
            status: 200,
            body: answer.clone(),
            after: None,
        };
        return Err(sort(&refusal));
    }
    let strange = |bad: crate::pull::BadItem| Trouble::dependency(format!("the answer can't be read: {bad}"));
    if !answer["data"]["videos"].is_array() {
        return Err(Trouble::dependency("the answer has no list of videos"));
    }
    let more = item.flag("/data/has_more").map_err(strange)?.unwrap_or_default();
    let place = match more {
        false => None,
        true => Some(Place {
            cursor: item.count("/data/cursor").map_err(strange)?.unwrap_or_default(),
            search: item
                .text("/data/search_id")
                .map_err(strange)?
                .unwrap_or_default()
                .to_owned(),
        }),
    };
    Ok(Part {
        videos: item.list("/data/videos").len() as u64,
        next: place,
    })
}

/// The day's count, at the day's end.
fn count(target: &str, day: NaiveDate, found: u64) -> Outgoing {
    let (region, asked) = words::parted(target);
    let signal = TrendSignal {
        region,
        ..TrendSignal::of(
            asked.trim(),
            TrendSource::Tiktok,
            DAY_SECONDS,
            found as f64,
            Scale::Count,
        )
    };
    let made = Event::new(SOURCE, end(day), signal);
    made.map_or_else(
        |invalid| {
            let raw = json!({"target": target, "day": day, "found": found})
                .to_string()
                .into_bytes();
            Rejection::new(SOURCE, Topic::TrendSignals, format!("count, {invalid}"), raw).into()
        },
        Into::into,
    )
}

fn end(day: NaiveDate) -> DateTime<Utc> {
    day.succ_opt().unwrap_or(day).and_time(NaiveTime::MIN).and_utc()
}

/// TikTok says what is wrong in `error.code` and `error.message`.
fn sort(refusal: &Refusal) -> Trouble {
    let text = |pointer: &str| refusal.body.pointer(pointer).and_then(Value::as_str);
    let code = text("/error/code").unwrap_or_default();
    let kind = match code {
        "access_token_invalid" | "scope_not_authorized" | "scope_permission_missed" => Kind::Credential,
        "rate_limit_exceeded" => Kind::Rate,
        "internal_error" | "timeout" => Kind::Dependency,
        _ => refusal.kind(),
    };
    refusal.trouble(kind, code, text("/error/message").unwrap_or("no explanation was given"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_hashtags_and_regions_become_clauses() {
        let day = "2026-11-20".parse().expect("a day");
        let body = |target: &str| match call(target, day, None).body {
            Some(crate::pull::Body::Json(body)) => body,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            body("US:stop motion"),
            json!({"query": {"and": [
                {"operation": "EQ", "field_name": "keyword", "field_values": ["stop motion"]},
                {"operation": "IN", "field_name": "region_code", "field_values": ["US"]}]},
                "start_date": "20261120", "end_date": "20261120", "max_count": 100})
        );
        let clause = &body("#claymation")["query"]["and"][0];
        assert_eq!(
            (&clause["field_name"], &clause["field_values"][0]),
            (&json!("hashtag_name"), &json!("claymation"))
        );
    }

    #[test]
    fn a_page_says_where_the_next_one_is() {
        let answer = json!({"data": {"videos": [{}, {}], "cursor": 100, "has_more": true, "search_id": "7"},
            "error": {"code": "ok"}});
        let read = part(&answer).expect("a part");
        assert_eq!(
            (read.videos, read.next.map(|place| (place.cursor, place.search))),
            (2, Some((100, "7".to_owned())))
        );
        for wrong in [
            json!({}),
            json!({"error": {"code": "ok"}}),
            json!({"data": {"videos": [], "has_more": "yes"}, "error": {"code": "ok"}}),
        ] {
            assert!(part(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn refusals_are_sorted_by_tiktoks_code() {
        let kind = |status, code: &str| {
            let body = json!({"error": {"code": code, "message": "m"}});
            sort(&Refusal {
                status,
                body,
                after: None,
            })
            .kind
        };
        assert_eq!(kind(429, "rate_limit_exceeded"), Kind::Rate);
        assert_eq!(kind(401, "access_token_invalid"), Kind::Credential);
        assert_eq!(kind(400, "invalid_params"), Kind::Input);
        assert_eq!(kind(500, "internal_error"), Kind::Dependency);
    }

    #[test]
    fn a_count_is_a_signal_at_the_end_of_its_day() {
        let record = count("US:cats", "2026-11-20".parse().expect("a day"), 7);
        let body: Value = serde_json::from_slice(&record.body).expect("json");
        assert_eq!(
            body,
            json!({"keyword": "cats", "source": "tiktok", "region": "US", "window_seconds": 86400, "value": 7.0, "scale": "count"})
        );
        assert_eq!(record.envelope.time, "2026-11-21T00:00:00Z".parse().ok());
    }
}
