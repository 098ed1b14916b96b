//! Reddit: what is posted in subreddits and found by a search, by the OAuth application flow.
//!
//! A post is a signal: its title is the keyword, its score the value, its age the window. A search is one signal more:
//! how many posts of the last day it found. Listings move while they are paged, so a post may be met twice; it is the
//! same event then.

pub mod parse;
mod settings;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::pull::{Call, Contract, Errand, Next, Page, Pull, Target, Trouble};

pub use settings::Settings;

/// CloudEvents `source` of everything read here.
pub const SOURCE: &str = "/ingest/reddit";

/// As many posts as one call gives.
const BATCH: &str = "100";

pub struct Reddit {
    settings: Settings,
    targets: Vec<Target>,
}

/// Where a run stands.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Step {
    after: Option<String>,
    pages: u32,
    /// Posts of the last day so far, for a search.
    recent: u64,
}

#[async_trait]
impl Pull for Reddit {
    fn contract(&self) -> Contract {
        self.settings.contract()
    }

    fn targets(&self) -> &[Target] {
        &self.targets
    }

    async fn page(&self, errand: &Errand<'_>) -> Result<Page, Trouble> {
        let mut step: Step = errand.step()?;
        let aim = Aim::named(errand.target)?;
        let call = aim
            .call()
            .with("raw_json", "1")
            .with("limit", BATCH)
            .with_any("after", step.after.as_deref());
        let answer = errand.ask_json(&call).await?;
        let posts = parse::posts(&answer, aim.listing(), errand.observed_at);
        let mut records = posts.records;
        step.recent += posts.recent;
        step.pages += 1;
        step.after = posts.after;
        if step.after.is_some() && step.pages < self.settings.pages {
            let cursor = serde_json::to_value(&step).unwrap_or_default();
            return Ok(Page::new(records, Next::Page(cursor)));
        }
        if let Aim::Search { query, .. } = &aim {
            records.push(parse::found(query, step.recent, errand.observed_at));
        }
        Ok(Page::new(records, Next::Done(None)))
    }
}

/// What a target's name means: `hot:askreddit`, `search:cats`, `search:askreddit:cats`, `comments:askreddit`.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Aim {
    Listing { order: String, subreddit: String },
    Search { subreddit: Option<String>, query: String },
}

impl Aim {
    fn named(name: &str) -> Result<Self, Trouble> {
        let wrong = || Trouble::input(format!("{name:?} is neither ORDER:SUBREDDIT nor search:WORDS"));
        let is_name = |text: &str| {
            (2..=24).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        match name.split_once(':') {
            Some(("hot" | "new" | "top" | "rising" | "comments", subreddit)) if !is_name(subreddit) => Err(wrong()),
            Some((order @ ("hot" | "new" | "top" | "rising" | "comments"), subreddit)) => Ok(Aim::Listing {
                order: order.to_owned(),
                subreddit: subreddit.to_owned(),
            }),
            Some(("search", query)) if !query.trim().is_empty() => Ok(match query.split_once(':') {
                Some((subreddit, words)) if is_name(subreddit) && !words.trim().is_empty() => Aim::Search {
                    subreddit: Some(subreddit.to_owned()),
                    query: words.to_owned(),
                },
                _ => Aim::Search {
                    subreddit: None,
                    query: query.to_owned(),
                },
            }),
            _ => Err(wrong()),
        }
    }

    fn call(&self) -> Call {
        match self {
            Aim::Listing { order, subreddit } => {
                let call = Call::to(format!("r/{subreddit}/{order}"));
                if order == "top" { call.with("t", "day") } else { call }
            }
            Aim::Search { subreddit, query } => match subreddit {
                Some(subreddit) => Call::to(format!("r/{subreddit}/search")).with("restrict_sr", "1"),
                None => Call::to("search"),
            }
            .with("q", query)
            .with("sort", "new")
            .with("t", "day"),
        }
    }

    fn listing(&self) -> parse::Listing<'_> {
        match self {
            Aim::Listing { order, .. } if order == "top" => parse::Listing::Top,
            Aim::Listing { order, .. } if order == "rising" => parse::Listing::Rising,
            Aim::Listing { .. } => parse::Listing::Other,
            Aim::Search { query, .. } => parse::Listing::Search(query),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_become_calls() {
        let name = |target| Aim::named(target).map(|aim| aim.call().name());
        assert_eq!(name("hot:askreddit").as_deref(), Ok("r/askreddit/hot"));
        assert_eq!(name("top:askreddit").as_deref(), Ok("r/askreddit/top?t=day"));
        assert_eq!(name("search:a b").as_deref(), Ok("search?q=a b&sort=new&t=day"));
        assert_eq!(
            name("search:rust:a").as_deref(),
            Ok("r/rust/search?restrict_sr=1&q=a&sort=new&t=day")
        );
        for wrong in ["hot:", "hot:../x", "best:askreddit", "search:", "x"] {
            assert!(Aim::named(wrong).is_err(), "{wrong}");
        }
    }
}
