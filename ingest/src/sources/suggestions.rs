//! YouTube's search suggestions: what people type after some words, most likely first.
//!
//! The endpoint gives an order and no numbers, so a suggestion's value is its place as an index: 100 for the first, and
//! evenly less for those after it.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use events::payload::{Relation, Scale, TrendSource};
use events::{Event, Region, Rejection, Topic, TrendSignal};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Outgoing;
use crate::pull::catalogue::Configured;
use crate::pull::{
    Auth, BadSetting, Call, Contract, Errand, Flag, Manual, Next, Page, Pull, Refusal, Target, Trouble, base_url, words,
};

/// CloudEvents `source` of everything read here.
pub const SOURCE: &str = "/ingest/suggestions";

/// Nobody types more.
const LONGEST: usize = 200;

/// `[sources.suggestions]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub base_url: String,
    /// Words to complete, with a region before them where it matters: `cat videos`, `US:cat videos`.
    pub words: Vec<String>,
    pub every_minutes: u64,
    pub requests_per_second: f64,
    pub timeout_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: "https://suggestqueries.google.com/".to_owned(),
            words: Vec::new(),
            every_minutes: 24 * 60,
            requests_per_second: 1.0,
            timeout_seconds: 15,
        }
    }
}

impl Configured for Settings {
    const MANUAL: Manual = Manual {
        name: "suggestions",
        about: "YouTube search suggestions: how people go on after some words",
        details: "Reads what is configured in [sources.suggestions], or what the flags name. Needs no key. The value of \
            a suggestion is its place: 100 for the first, evenly less after it.",
        example: "ytempire ingest suggestions --word 'US:how to edit'",
        flags: &[Flag {
            name: "word",
            setting: "words",
            value: "[REGION:]WORDS",
            help: "Words to complete",
        }],
        variables: &[("SUGGESTIONS_BASE_URL", "base_url")],
    };

    fn open(self) -> Result<Box<dyn Pull>, BadSetting> {
        base_url(&self.base_url)?;
        let every = Duration::from_secs(self.every_minutes.max(1) * 60);
        let targets = words::targets("words", &self.words, LONGEST, every)?;
        Ok(Box::new(Suggestions {
            settings: self,
            targets,
        }))
    }
}

struct Suggestions {
    settings: Settings,
    targets: Vec<Target>,
}

#[async_trait]
impl Pull for Suggestions {
    fn contract(&self) -> Contract {
        Contract {
            base_url: self.settings.base_url.clone(),
            auth: Auth::None,
            sort: |refusal: &Refusal| refusal.trouble(refusal.kind(), "", "no suggestions"),
            requests_per_second: self.settings.requests_per_second,
            timeout: Duration::from_secs(self.settings.timeout_seconds.max(1)),
            project: None,
            headers: Vec::new(),
        }
    }

    fn targets(&self) -> &[Target] {
        &self.targets
    }

    async fn page(&self, errand: &Errand<'_>) -> Result<Page, Trouble> {
        let (region, asked) = words::parted(errand.target);
        let call = Call::to("complete/search")
            .with("client", "firefox")
            .with("ds", "yt")
            .with("q", asked)
            .with_any("gl", region.as_ref().map(Region::as_str));
        let answer = errand.ask_json(&call).await?;
        Ok(Page::new(
            signals(&answer, asked, region.as_ref(), errand.observed_at),
            Next::Done(None),
        ))
    }
}

/// From `["cat", ["cat videos", "cats", …]]`.
pub fn signals(answer: &Value, words: &str, region: Option<&Region>, observed_at: DateTime<Utc>) -> Vec<Outgoing> {
    let Some(suggestions) = answer.get(1).and_then(Value::as_array) else {
        let raw = answer.to_string().into_bytes();
        return vec![Rejection::new(SOURCE, Topic::TrendSignals, "suggestions: is no list".to_owned(), raw).into()];
    };
    let count = suggestions.len() as f64;
    let signal = |(place, suggestion): (usize, &Value)| {
        let keyword = suggestion.as_str().unwrap_or_default();
        let value = 100.0 * (count - place as f64) / count;
        let mut signal = TrendSignal::of(keyword, TrendSource::YoutubeSearch, 0, value, Scale::Index);
        signal.region = region.cloned();
        signal.related_to = Some(words.to_owned());
        signal.relation = Some(Relation::Top);
        match Event::new(SOURCE, observed_at, signal) {
            Ok(event) => event.into(),
            Err(invalid) => {
                let raw = suggestion.to_string().into_bytes();
                Rejection::new(SOURCE, Topic::TrendSignals, format!("suggestion, {invalid}"), raw).into()
            }
        }
    };
    suggestions.iter().enumerate().map(signal).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_become_an_index() {
        let answer = serde_json::json!(["cat", ["cat videos", "cats", "", "cat food"]]);
        let records = signals(&answer, "cat", None, DateTime::UNIX_EPOCH);
        let values = records
            .iter()
            .map(|record| serde_json::from_slice::<Value>(&record.body).ok()?["value"].as_f64());
        assert_eq!(values.collect::<Vec<_>>(), [Some(100.0), Some(75.0), None, Some(25.0)]);
        assert!(records[2].is_rejected());
        assert!(signals(&Value::Null, "cat", None, DateTime::UNIX_EPOCH)[0].is_rejected());
    }
}
