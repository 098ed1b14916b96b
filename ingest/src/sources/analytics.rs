//! YouTube Analytics API v2: what a channel's owner sees of it, report by report and day by day.
//!
//! Figures are 48 to 72 hours late and the last days are clipped, so each row carries whether its day is final, and days
//! that were not are read again. A channel outside the partner programme is refused its revenue: that is how things
//! stand, and no failure. Views are counted anew from 2026-08-27 on; engaged views are read beside them.

pub mod parse;
pub mod report;
mod settings;

use async_trait::async_trait;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::pull::{Call, Contract, Errand, Next, Page, Pull, Target, Trouble, quota_day};

pub use settings::Settings;

/// CloudEvents `source` of everything read here.
pub const SOURCE: &str = "/ingest/analytics";

/// A day is final when it has been over for 72 hours: then today is at least four days later.
const FINAL_AFTER_DAYS: u64 = 4;

pub struct Analytics {
    settings: Settings,
    targets: Vec<Target>,
}

/// Where a run stands.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Step {
    /// The next day to read; `None` before the first run.
    day: Option<NaiveDate>,
}

#[async_trait]
impl Pull for Analytics {
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

    /// One day of one report.
    async fn page(&self, errand: &Errand<'_>) -> Result<Page, Trouble> {
        let step: Step = errand.step()?;
        let (channel, name) = errand.target.split_once('/').unwrap_or((errand.target, ""));
        let report = report::named(name).ok_or_else(|| Trouble::input(format!("there is no report {name:?}")))?;
        let today = quota_day(errand.observed_at);
        let last_final = before(today, FINAL_AFTER_DAYS);
        let first = before(today, self.settings.history_days);
        let day = step.day.unwrap_or(first);
        if day >= today {
            return Ok(Page::new(Vec::new(), Next::Done(Some(cursor(after(last_final))))));
        }
        let answer = match errand.ask_json(&call(channel, report, day)).await {
            Ok(answer) => answer,
            Err(trouble) if report.name == "revenue" && trouble.reason == "forbidden" => {
                let mut page = Page::new(Vec::new(), Next::Done(step.day.map(cursor)));
                page.note =
                    Some("the channel is not in the partner programme: YouTube has no revenue of it".to_owned());
                return Ok(page);
            }
            Err(trouble) => return Err(trouble),
        };
        let about = parse::About {
            channel,
            report,
            day,
            is_final: day <= last_final,
        };
        let records = parse::rows(&answer, about);
        Ok(Page::new(records, Next::Page(cursor(after(day)))))
    }
}

fn call(channel: &str, report: &report::Wanted, day: NaiveDate) -> Call {
    let ids = match channel {
        "MINE" => "channel==MINE".to_owned(),
        id => format!("channel=={id}"),
    };
    let call = Call::to("v2/reports")
        .with("ids", ids)
        .with("startDate", day.to_string())
        .with("endDate", day.to_string())
        .with("metrics", report.metrics)
        .with("dimensions", report.dimensions);
    match report.dimensions {
        // of videos no more than the first 200 are handed out, and only in order
        "video" => call.with("sort", "-views").with("maxResults", "200"),
        _ => call,
    }
}

fn cursor(day: NaiveDate) -> Value {
    serde_json::to_value(Step { day: Some(day) }).unwrap_or_default()
}

fn before(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(day)
}

fn after(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}
