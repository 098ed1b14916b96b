//! Stripe: charges, refunds, payouts, balance transactions, subscriptions, as records of a channel's revenue.
//!
//! Lists come newest first. A run reads what was created since the last one began, and some days before, as a payment
//! may change while it is pending. The record's time is when Stripe made the object, so that reading it again is the same
//! event. Money that went in as a charge is not counted again as a balance transaction: of that only the fee is kept.

pub mod parse;
mod settings;
pub mod webhook;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::pull::{Call, Contract, Errand, Next, Page, Pull, Target, Trouble};

pub use settings::Settings;

/// CloudEvents `source` of everything read here.
pub const SOURCE: &str = "/ingest/stripe";

/// As many objects as one call gives.
const BATCH: &str = "100";
/// How far a run looks back behind the one before.
const OVERLAP_SECONDS: i64 = 7 * 24 * 60 * 60;

pub struct Stripe {
    settings: Settings,
    targets: Vec<Target>,
}

/// Where a run stands.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Step {
    /// Objects created from then on, in seconds of the Unix epoch.
    since: Option<i64>,
    /// The last object read.
    after: Option<String>,
}

#[async_trait]
impl Pull for Stripe {
    fn contract(&self) -> Contract {
        self.settings.contract()
    }

    fn targets(&self) -> &[Target] {
        &self.targets
    }

    async fn page(&self, errand: &Errand<'_>) -> Result<Page, Trouble> {
        let mut step: Step = errand.step()?;
        let call = Call::to(format!("v1/{}", errand.target))
            .with("limit", BATCH)
            .with_any("created[gte]", step.since.map(|since| since.to_string()).as_deref())
            .with_any("starting_after", step.after.as_deref());
        // a subscription that has ended is one, too
        let call = if errand.target == "subscriptions" {
            call.with("status", "all")
        } else {
            call
        };
        let answer = errand.ask_json(&call).await?;
        let records = parse::records(&answer, &self.settings.channel, errand.observed_at);
        let last = parse::last(&answer);
        let cursor = |step: &Step| serde_json::to_value(step).unwrap_or_default();
        if answer.get("has_more").and_then(|more| more.as_bool()) == Some(true) && last.is_some() {
            step.after = last;
            return Ok(Page::new(records, Next::Page(cursor(&step))));
        }
        let next = Step {
            since: Some(errand.observed_at.timestamp() - OVERLAP_SECONDS),
            after: None,
        };
        Ok(Page::new(records, Next::Done(Some(cursor(&next)))))
    }
}
