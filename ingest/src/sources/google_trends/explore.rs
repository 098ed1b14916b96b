//! Google Trends over HTTP, as its own page asks: `explore` tells which widgets there are, each with a token for its data.
//!
//! There is no official API for it: Google may refuse (429) or change it, and then the exports of the page are what is
//! left (`ytempire ingest file`). A run reads the days before the one it began on, all of them over.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::widget::{self, Asked};
use crate::pull::catalogue::Configured;
use crate::pull::{
    Auth, BadSetting, Call, Contract, Errand, Flag, Kind, Manual, Next, Page, Pull, Refusal, Target, Trouble,
    UNAUTHORIZED, base_url, words,
};

/// Google takes no more.
const LONGEST_WORDS: usize = 100;
/// With so many days Google gives a value a day.
const DAYS: std::ops::RangeInclusive<u64> = 8..=269;

/// `[sources.google-trends]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub base_url: String,
    /// Words, with a region before them where it matters: `cat videos`, `US:cat videos`.
    pub words: Vec<String>,
    /// Days before today that are looked at: the highest of them is 100.
    pub days: u64,
    pub every_minutes: u64,
    pub requests_per_second: f64,
    pub timeout_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: "https://trends.google.com/".to_owned(),
            words: Vec::new(),
            days: 90,
            every_minutes: 24 * 60,
            // Google refuses those who ask faster
            requests_per_second: 0.2,
            timeout_seconds: 30,
        }
    }
}

impl Configured for Settings {
    const MANUAL: Manual = Manual {
        name: "google-trends",
        about: "Google Trends: interest over time and by place, related queries",
        details: "Reads the words of [sources.google-trends], or those that flags name: interest of the last 90 days, day by \
            day (0 to 100, the highest day is 100), interest by country or by region of a country, and related queries. \
            Needs no key, and takes five requests per words. Google refuses who asks often: then exports of its page can \
            be read with `ytempire ingest file`.",
        example: "ytempire ingest google-trends --word 'US:stop motion'",
        flags: &[Flag {
            name: "word",
            setting: "words",
            value: "[REGION:]WORDS",
            help: "Words to look up",
        }],
        variables: &[("GOOGLE_TRENDS_BASE_URL", "base_url")],
    };

    fn open(self) -> Result<Box<dyn Pull>, BadSetting> {
        base_url(&self.base_url)?;
        if !DAYS.contains(&self.days) {
            let reason = format!("must be {} to {}, for a value a day", DAYS.start(), DAYS.end());
            return Err(BadSetting::new("days", reason));
        }
        let every = Duration::from_secs(self.every_minutes.max(1) * 60);
        let targets = words::targets("words", &self.words, LONGEST_WORDS, every)?;
        Ok(Box::new(Trends {
            settings: self,
            targets,
        }))
    }
}

struct Trends {
    settings: Settings,
    targets: Vec<Target>,
}

/// Where a run stands.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Step {
    /// Still to be read, the first one last; `None` before `explore`.
    widgets: Option<Vec<Widget>>,
    cookies: Option<String>,
    /// How often tokens were too old.
    #[serde(default)]
    expired: u32,
}

/// What `explore` says of a widget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Widget {
    kind: widget::Kind,
    request: Value,
    token: String,
}

#[async_trait]
impl Pull for Trends {
    fn contract(&self) -> Contract {
        Contract {
            base_url: self.settings.base_url.clone(),
            auth: Auth::None,
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

    /// The list of widgets, or the data of one.
    async fn page(&self, errand: &Errand<'_>) -> Result<Page, Trouble> {
        let mut step: Step = errand.step()?;
        let (region, asked) = words::parted(errand.target);
        let last = errand.observed_at.date_naive();
        let first = last.checked_sub_days(Days::new(self.settings.days)).unwrap_or(last);
        let Some(mut waiting) = step.widgets.take() else {
            let (widgets, cookies) = explore(errand, asked, region.as_ref(), (first, last)).await?;
            step = Step {
                widgets: Some(widgets),
                cookies,
                ..step
            };
            return Ok(Page::new(Vec::new(), Next::Page(cursor(&step))));
        };
        let Some(next) = waiting.pop() else {
            return Ok(Page::new(Vec::new(), Next::Done(None)));
        };
        let answer = match errand.ask(&next.call(step.cookies.clone())).await {
            Ok(answer) => answer,
            // a run that was interrupted for long has old tokens
            Err(trouble) if trouble.reason == UNAUTHORIZED && step.expired == 0 => {
                let again = Step {
                    expired: 1,
                    ..Step::default()
                };
                return Ok(Page::new(Vec::new(), Next::Page(cursor(&again))));
            }
            Err(trouble) => return Err(trouble),
        };
        let asked = Asked {
            words: asked.trim(),
            region: region.as_ref(),
            begin: midnight(first),
            end: midnight(last),
        };
        let records = next.kind.signals(&unguarded(&answer)?, asked);
        if waiting.is_empty() {
            return Ok(Page::new(records, Next::Done(None)));
        }
        step.widgets = Some(waiting);
        Ok(Page::new(records, Next::Page(cursor(&step))))
    }
}

/// Google refuses those who ask often in several ways; none of them is about us or our words.
fn sort(refusal: &Refusal) -> Trouble {
    let kind = match refusal.status {
        400 => Kind::Input,
        429 => Kind::Rate,
        _ => Kind::Dependency,
    };
    let what =
        "Google Trends refused, as it does now and then; exports of its page can be read with `ytempire ingest file`";
    refusal.trouble(kind, "", what)
}

fn cursor(step: &Step) -> Value {
    serde_json::to_value(step).unwrap_or_default()
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// The page's cookie, and what there is to read with it.
async fn explore(
    errand: &Errand<'_>,
    asked: &str,
    region: Option<&events::Region>,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<(Vec<Widget>, Option<String>), Trouble> {
    let geo = region.map(events::Region::as_str).unwrap_or_default();
    let page = Call::to("trends/explore").with("q", asked.trim()).with("geo", geo);
    // without the cookie Google may still answer
    let cookies = errand.ask_for_cookies(&page).await.unwrap_or_default();
    let item = json!({"keyword": asked.trim(), "geo": geo, "time": format!("{first} {last}")});
    let request = json!({"comparisonItem": [item], "category": 0, "property": ""});
    let call = localised(Call::to("trends/api/explore"))
        .with("req", request.to_string())
        .post_nothing()
        .with_cookies(cookies.clone());
    let answer = unguarded(&errand.ask(&call).await?)?;
    let mut widgets: Vec<Widget> = answer["widgets"]
        .as_array()
        .ok_or_else(|| Trouble::dependency("Google Trends told of no widgets"))?
        .iter()
        .filter_map(Widget::of)
        .collect();
    widgets.reverse();
    Ok((widgets, cookies))
}

/// In English and UTC, whoever asks.
fn localised(call: Call) -> Call {
    call.with("hl", "en-US").with("tz", "0")
}

impl Widget {
    /// Those of topics, and of kinds that nobody knows yet, are left alone.
    fn of(widget: &Value) -> Option<Self> {
        Some(Self {
            kind: widget::Kind::named(widget["id"].as_str()?)?,
            request: widget["request"].clone(),
            token: widget["token"].as_str()?.to_owned(),
        })
    }

    fn call(&self, cookies: Option<String>) -> Call {
        localised(Call::to(format!("trends/api/widgetdata/{}", self.kind.path())))
            .with("req", self.request.to_string())
            .with("token", self.token.as_str())
            .with_cookies(cookies)
    }
}

/// Google puts some characters before its JSON, so that no page can run it as a script.
fn unguarded(body: &[u8]) -> Result<Value, Trouble> {
    let begin = body.iter().position(|byte| *byte == b'{').unwrap_or(body.len());
    serde_json::from_slice(&body[begin..])
        .map_err(|error| Trouble::dependency(format!("Google Trends answered with no JSON ({error})")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guard_is_taken_off() {
        assert_eq!(unguarded(b")]}',\n{\"a\": 1}"), Ok(json!({"a": 1})));
        assert!(unguarded(b"<html>sorry</html>").is_err() && unguarded(b"").is_err());
    }

    #[test]
    fn widgets_that_nobody_knows_are_left_alone() {
        let widget = |id: &str| Widget::of(&json!({"id": id, "request": {"a": 1}, "token": "t"}));
        assert_eq!(widget("RELATED_TOPICS"), None);
        let call = widget("TIMESERIES").map(|widget| widget.call(None).name());
        assert_eq!(
            call.as_deref(),
            Some("trends/api/widgetdata/multiline?hl=en-US&tz=0&req={\"a\":1}&token=t")
        );
    }

    #[test]
    fn days_give_a_value_a_day() {
        let open = |days| {
            Settings {
                days,
                ..Settings::default()
            }
            .open()
            .is_ok()
        };
        assert!(open(90) && open(8) && !open(7) && !open(270));
    }
}
