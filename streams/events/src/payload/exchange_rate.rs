use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{date, quantity};
use crate::{Currency, Invalid, Payload, Topic};

/// What one unit of `base` was worth on a day. The event's `ce_time` is the midnight (UTC) that begins the day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExchangeRate {
    pub publisher: RatePublisher,
    pub base: Currency,
    pub currency: Currency,
    /// Units of `currency` for one unit of `base`.
    pub rate: f64,
    pub day: NaiveDate,
}

/// Who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RatePublisher {
    /// The European Central Bank: euro foreign exchange reference rates.
    Ecb,
}

impl Payload for ExchangeRate {
    const TOPIC: Topic = Topic::ExchangeRates;
    const KIND: &'static str = "com.ytempire.finance.exchange-rate.v1";

    fn key(&self) -> String {
        self.currency.to_string()
    }

    fn natural_key(&self) -> Vec<&str> {
        vec![self.base.as_str(), self.currency.as_str()]
    }

    fn check(&self) -> Result<(), Invalid> {
        quantity("rate", Some(self.rate))?;
        date("day", Some(self.day))?;
        if self.currency == self.base {
            return Err(Invalid::new("currency", "is the base itself"));
        }
        match (1e-9..=1e9).contains(&self.rate) {
            true => Ok(()),
            false => Err(Invalid::new(
                "rate",
                format!("{} is not between 1e-9 and 1e9", self.rate),
            )),
        }
    }
}
