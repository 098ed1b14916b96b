use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{bounded, date, name, no_nul, quantity};
use crate::{ChannelId, Currency, Invalid, Payload, Topic, VideoId};

/// Money earned by a channel on a day. `channel_id`, `source` and `reference_id` name it: a later record of the same name
/// replaces the earlier one, it is never added to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevenueRecord {
    pub channel_id: ChannelId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video_id: Option<VideoId>,
    pub source: RevenueSource,
    /// The payer's own name for it.
    pub reference_id: String,
    /// Amount in the currency's minor unit (cents for USD); negative for a refund.
    pub amount_minor: i64,
    pub currency: Currency,
    /// The day it was earned on, in the payer's reporting time zone.
    pub day: NaiveDate,
    pub status: RevenueStatus,
    /// What moved the money; absent in records of the time before it was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<RevenueKind>,
    /// The amount in US cents, at `usd_rate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usd_minor: Option<i64>,
    /// US dollars for one unit of the currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usd_rate: Option<f64>,
    /// The day of the rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usd_rate_on: Option<NaiveDate>,
    /// Who or what it is from, in words: a sponsor, a product, a description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<String>,
}

/// What moved the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RevenueKind {
    /// Earned: advertising, a sponsor's fee.
    Earning,
    Charge,
    Refund,
    Dispute,
    /// What the payer keeps.
    Fee,
    /// Sent to the bank; the money was earned before.
    Payout,
    Subscription,
    Adjustment,
}

/// Who pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RevenueSource {
    Adsense,
    Stripe,
    Sponsorship,
}

impl RevenueSource {
    pub const fn as_str(self) -> &'static str {
        match self {
            RevenueSource::Adsense => "adsense",
            RevenueSource::Stripe => "stripe",
            RevenueSource::Sponsorship => "sponsorship",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RevenueStatus {
    Estimated,
    Confirmed,
}

impl Payload for RevenueRecord {
    const TOPIC: Topic = Topic::RevenueRecords;
    const KIND: &'static str = "com.ytempire.revenue.record.v1";

    fn key(&self) -> String {
        self.channel_id.to_string()
    }

    fn natural_key(&self) -> Vec<&str> {
        vec![self.source.as_str(), &self.reference_id]
    }

    fn check(&self) -> Result<(), Invalid> {
        bounded("amount_minor", self.amount_minor)?;
        bounded("usd_minor", self.usd_minor.unwrap_or_default())?;
        quantity("usd_rate", self.usd_rate)?;
        no_nul("payer", self.payer.as_deref().unwrap_or_default())?;
        date("day", Some(self.day))?;
        date("usd_rate_on", self.usd_rate_on)?;
        name("reference_id", &self.reference_id)
    }
}
