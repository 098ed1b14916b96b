//! AdSense Management API v2: what an account earned, day by day.
//!
//! One report of the last days is read at a time. Earnings are estimates until their month is over and settled; a later
//! record of a day replaces the earlier one.

pub mod parse;
mod settings;

use async_trait::async_trait;
use chrono::{Datelike, Days, NaiveDate};
use serde_json::json;

use crate::pull::{Call, Contract, Errand, Next, Page, Pull, Target, Trouble, quota_day};

pub use settings::Settings;

/// CloudEvents `source` of everything read here.
pub const SOURCE: &str = "/ingest/adsense";

/// Days read again behind the newest: the whole of a month that may still be settled.
const AGAIN_DAYS: u64 = 62;

pub struct Adsense {
    settings: Settings,
    targets: Vec<Target>,
}

#[async_trait]
impl Pull for Adsense {
    fn contract(&self) -> Contract {
        self.settings.contract()
    }

    fn targets(&self) -> &[Target] {
        &self.targets
    }

    async fn page(&self, errand: &Errand<'_>) -> Result<Page, Trouble> {
        let today = quota_day(errand.observed_at);
        let days = match errand.cursor {
            None => self.settings.history_days,
            Some(_) => AGAIN_DAYS,
        };
        let first = today.checked_sub_days(Days::new(days)).unwrap_or(today);
        let call = Call::to(format!("v2/accounts/{}/reports:generate", errand.target))
            .with("dateRange", "CUSTOM")
            .with("dimensions", "DATE")
            .with("metrics", "ESTIMATED_EARNINGS")
            .with("orderBy", "+DATE")
            .with("reportingTimeZone", "ACCOUNT_TIME_ZONE");
        let call = dated(dated(call, FIRST, first), LAST, today);
        let answer = errand.ask_json(&call).await?;
        let records = parse::records(&answer, errand.target, &self.settings.channel, today);
        Ok(Page::new(records, Next::Done(Some(json!({"read_to": today})))))
    }
}

const FIRST: [&str; 3] = ["startDate.year", "startDate.month", "startDate.day"];
const LAST: [&str; 3] = ["endDate.year", "endDate.month", "endDate.day"];

fn dated(call: Call, names: [&'static str; 3], day: NaiveDate) -> Call {
    call.with(names[0], day.year().to_string())
        .with(names[1], day.month().to_string())
        .with(names[2], day.day().to_string())
}
