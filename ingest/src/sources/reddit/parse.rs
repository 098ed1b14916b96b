//! Reddit's listings: `{"data": {"children": [{"kind": "t3", "data": {…}}], "after": …}}`.

use chrono::{DateTime, Utc};
use events::payload::{Relation, Scale, TrendSource};
use events::{Event, Rejection, Topic, TrendSignal};
use serde_json::Value;

use super::SOURCE;
use crate::Outgoing;
use crate::pull::{BadItem, Item};

/// Where posts were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing<'a> {
    Top,
    Rising,
    Other,
    Search(&'a str),
}

/// A page.
#[derive(Debug, Default)]
pub struct Posts {
    pub records: Vec<Outgoing>,
    pub after: Option<String>,
    /// Posts written in the 24 hours before the observation.
    pub recent: u64,
}

const DAY_SECONDS: i64 = 24 * 60 * 60;

pub fn posts(answer: &Value, listing: Listing<'_>, observed_at: DateTime<Utc>) -> Posts {
    let mut posts = Posts {
        after: answer.pointer("/data/after").and_then(Value::as_str).map(str::to_owned),
        ..Posts::default()
    };
    for child in Item(answer).list("/data/children") {
        let signal = signal(Item(child), listing, observed_at);
        posts.recent += u64::from(signal.as_ref().is_ok_and(|signal| signal.window_seconds <= DAY_SECONDS));
        posts.records.push(record(signal, observed_at, child));
    }
    posts
}

/// How many posts of the last day a search found, as far as it was read.
pub fn found(query: &str, count: u64, observed_at: DateTime<Utc>) -> Outgoing {
    let signal = TrendSignal::of(query, TrendSource::Reddit, DAY_SECONDS, count as f64, Scale::Count);
    record(Ok(signal), observed_at, &Value::String(query.to_owned()))
}

fn record(signal: Result<TrendSignal, BadItem>, observed_at: DateTime<Utc>, found: &Value) -> Outgoing {
    let event = signal.and_then(|signal| Ok(Event::new(SOURCE, observed_at, signal)?));
    match event {
        Ok(event) => event.into(),
        Err(bad) => {
            let raw = found.to_string().into_bytes();
            Rejection::new(SOURCE, Topic::TrendSignals, format!("post, {bad}"), raw).into()
        }
    }
}

/// A post by its title; a comment by the title of the post it is under.
fn signal(child: Item<'_>, listing: Listing<'_>, observed_at: DateTime<Utc>) -> Result<TrendSignal, BadItem> {
    let title = match child.text("/data/title")? {
        Some(title) => title,
        None => child.required("/data/link_title")?,
    };
    let score = child
        .count("/data/score")?
        .ok_or_else(|| BadItem::new("/data/score", "is missing"))?;
    let written = child.epoch("/data/created_utc")?;
    let written = written.ok_or_else(|| BadItem::new("/data/created_utc", "is missing"))?;
    let age_seconds = (observed_at - written).num_seconds().max(1);
    // votes against can outnumber votes for; a signal has no less than none
    let value = score.max(0) as f64;
    let mut signal = TrendSignal::of(title, TrendSource::Reddit, age_seconds, value, Scale::Count);
    signal.related_to = match listing {
        Listing::Search(query) => Some(query.to_owned()),
        _ => child.text("/data/subreddit")?.map(|name| format!("r/{name}")),
    };
    signal.relation = match listing {
        Listing::Top => Some(Relation::Top),
        Listing::Rising => Some(Relation::Rising),
        Listing::Other | Listing::Search(_) => None,
    };
    Ok(signal)
}
