//! The European Central Bank's euro reference rates, of which conversions to US dollars are made.
//!
//! Rates are published on working days at about 16:00 CET, and are of that day. Money is not converted here: an event must
//! not depend on which rates had come when it was read. `silver.revenue_records` converts, and says at which rate. Source:
//! ECB, "Euro foreign exchange reference rates".

use std::time::Duration;

use async_trait::async_trait;
use chrono::{Days, NaiveDate, NaiveTime};
use events::payload::RatePublisher;
use events::{Currency, Event, ExchangeRate, Invalid, Rejection, Topic};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event as Xml};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Outgoing;
use crate::pull::catalogue::Configured;
use crate::pull::{
    Auth, BadSetting, Call, Contract, Errand, Flag, Manual, Next, Page, Pull, Refusal, Target, Trouble, base_url,
};

/// CloudEvents `source` of everything read here.
pub const SOURCE: &str = "/ingest/exchange-rates";

/// Of the shorter one of the bank's two files, in days.
const SHORT_DAYS: u64 = 90;
const ALL: &str = "all";

/// `[sources.exchange-rates]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub base_url: String,
    /// Currencies to be converted, or `all`. US dollars are always read.
    pub currencies: Vec<String>,
    /// Days read the first time; more than 90 takes the file of all days since 1999.
    pub history_days: u64,
    pub every_minutes: u64,
    pub requests_per_second: f64,
    pub timeout_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: "https://www.ecb.europa.eu/".to_owned(),
            currencies: Vec::new(),
            history_days: SHORT_DAYS,
            every_minutes: 6 * 60,
            requests_per_second: 1.0,
            timeout_seconds: 60,
        }
    }
}

impl Configured for Settings {
    const MANUAL: Manual = Manual {
        name: "exchange-rates",
        about: "European Central Bank: euro reference rates, for conversion to US dollars",
        details: "Reads the currencies of [sources.exchange-rates], or those that flags name (`all` for all of them), of the last \
            90 days the first time, then of the days since. silver.revenue_records converts with them: usd_minor, usd_rate, \
            and usd_rate_on, the day of the rate. Needs no key.",
        example: "ytempire ingest exchange-rates --currency all",
        flags: &[Flag {
            name: "currency",
            setting: "currencies",
            value: "CODE|all",
            help: "A currency to be converted",
        }],
        variables: &[("ECB_BASE_URL", "base_url")],
    };

    fn open(self) -> Result<Box<dyn Pull>, BadSetting> {
        base_url(&self.base_url)?;
        for code in self.currencies.iter().filter(|code| *code != ALL) {
            Currency::new(code.as_str()).map_err(|invalid| BadSetting::new("currencies", invalid.reason))?;
        }
        let target = Target {
            name: "ecb".to_owned(),
            every: Duration::from_secs(self.every_minutes.max(1) * 60),
        };
        let is_configured = !self.currencies.is_empty();
        Ok(Box::new(ExchangeRates {
            settings: self,
            targets: is_configured.then_some(target).into_iter().collect(),
        }))
    }
}

struct ExchangeRates {
    settings: Settings,
    targets: Vec<Target>,
}

/// Where a run stands.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Step {
    /// The last day that was read, and what was asked for then.
    last: Option<NaiveDate>,
    currencies: Vec<String>,
    history_days: u64,
}

#[async_trait]
impl Pull for ExchangeRates {
    fn contract(&self) -> Contract {
        Contract {
            base_url: self.settings.base_url.clone(),
            auth: Auth::None,
            sort: |refusal: &Refusal| refusal.trouble(refusal.kind(), "", "no exchange rates"),
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
        let step: Step = errand.step()?;
        let today = errand.observed_at.date_naive();
        let before = |days| today.checked_sub_days(Days::new(days)).unwrap_or(today);
        // who asks for other currencies or a longer history begins anew
        let is_same = step.currencies == self.settings.currencies && step.history_days >= self.settings.history_days;
        let last = step.last.filter(|_| is_same);
        let after = last.unwrap_or_else(|| before(self.settings.history_days));
        let file = match after < before(SHORT_DAYS) {
            true => "eurofxref-hist.xml",
            false => "eurofxref-hist-90d.xml",
        };
        let body = errand.ask(&Call::to(format!("stats/eurofxref/{file}"))).await?;
        let mut days = days(&body)?;
        let is_wanted = |code: &str| {
            let chosen = &self.settings.currencies;
            code == "USD" || chosen.iter().any(|one| one == ALL || one == code)
        };
        days.retain(|day| day.day > after);
        days.iter_mut()
            .for_each(|day| day.rates.retain(|(code, _)| is_wanted(code)));
        let newest = days.iter().map(|day| day.day).max().or(last);
        let next = Step {
            last: newest,
            currencies: self.settings.currencies.clone(),
            history_days: self.settings.history_days,
        };
        let cursor: Value = serde_json::to_value(next).unwrap_or_default();
        Ok(Page::new(records(&days), Next::Done(Some(cursor))))
    }
}

/// A day's rates: currency and units for one euro, as text.
#[derive(Debug, PartialEq, Eq)]
pub struct Day {
    pub day: NaiveDate,
    pub rates: Vec<(String, String)>,
}

/// From `<Cube><Cube time="2026-11-25"><Cube currency="USD" rate="1.0946"/>…`.
///
/// # Errors
/// It is no such file: the bank's trouble, tried again.
pub fn days(body: &[u8]) -> Result<Vec<Day>, Trouble> {
    let mut reader = Reader::from_reader(body);
    let (mut days, mut is_whole): (Vec<Day>, bool) = (Vec::new(), false);
    loop {
        let element = match reader.read_event() {
            Ok(Xml::Start(element) | Xml::Empty(element)) => element,
            Ok(Xml::End(end)) => {
                is_whole |= end.local_name().as_ref() == b"Envelope";
                continue;
            }
            Ok(Xml::Eof) => break,
            Ok(_) => continue,
            Err(error) => {
                return Err(Trouble::dependency(format!(
                    "the file of rates is no XML ({error}): cut off?"
                )));
            }
        };
        if element.local_name().as_ref() != b"Cube" {
            continue;
        }
        match (
            attribute(&element, "time"),
            attribute(&element, "currency"),
            attribute(&element, "rate"),
        ) {
            (Some(time), ..) => {
                let day = time.parse().map_err(|_| {
                    let shown = crate::fault::excerpt(&time);
                    Trouble::dependency(format!("the file of rates has a day {shown}, which is none"))
                })?;
                days.push(Day { day, rates: Vec::new() });
            }
            (None, Some(currency), Some(rate)) => match days.last_mut() {
                Some(day) => day.rates.push((currency, rate)),
                None => return Err(Trouble::dependency("the file of rates has a rate without a day")),
            },
            _ => {}
        }
    }
    match is_whole && !days.is_empty() {
        true => Ok(days),
        false => Err(Trouble::dependency("the file of rates ends early, or holds none")),
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.try_get_attribute(name).ok()??;
    Some(String::from_utf8_lossy(&found.value).into_owned())
}

/// A record for every rate, the oldest first.
pub fn records(days: &[Day]) -> Vec<Outgoing> {
    let mut sorted: Vec<&Day> = days.iter().collect();
    sorted.sort_by_key(|day| day.day);
    let of_day = |day: &'_ Day| -> Vec<Outgoing> {
        let record = |(code, rate): &(String, String)| {
            let event = event(day.day, code, rate);
            event.map_or_else(
                |invalid| {
                    let raw = format!("{} {code} {rate}", day.day).into_bytes();
                    Rejection::new(SOURCE, Topic::ExchangeRates, format!("rate, {invalid}"), raw).into()
                },
                Into::into,
            )
        };
        day.rates.iter().map(record).collect()
    };
    sorted.into_iter().flat_map(of_day).collect()
}

fn event(day: NaiveDate, code: &str, rate: &str) -> Result<Event<ExchangeRate>, Invalid> {
    let rate = ExchangeRate {
        publisher: RatePublisher::Ecb,
        base: Currency::new("EUR")?,
        currency: Currency::new(code)?,
        rate: rate.parse().map_err(|_| Invalid::new("rate", "is no number"))?,
        day,
    };
    Event::new(SOURCE, day.and_time(NaiveTime::MIN).and_utc(), rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
        <gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
        <gesmes:subject>Reference rates</gesmes:subject><gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
        <Cube><Cube time="2026-11-25"><Cube currency="USD" rate="1.0946"/><Cube currency="JPY" rate="161.2"/></Cube>
        <Cube time='2026-11-24'><Cube currency='USD' rate='1.1'/><Cube currency='usd' rate='1'/><Cube currency='CHF' rate='N/A'/></Cube></Cube>
        </gesmes:Envelope>"#;

    #[test]
    fn a_rate_is_an_event_of_its_day() {
        let records = records(&days(FILE.as_bytes()).expect("days"));
        assert_eq!(records.len(), 5);
        let body: Value = serde_json::from_slice(&records[4].body).expect("json");
        assert_eq!(
            body,
            serde_json::json!({"publisher": "ecb", "base": "EUR", "currency": "JPY", "rate": 161.2, "day": "2026-11-25"})
        );
        assert_eq!(records[0].envelope.time, "2026-11-24T00:00:00Z".parse().ok());
        assert_eq!(records.iter().filter(|record| record.is_rejected()).count(), 2);
    }

    #[test]
    fn a_file_that_ends_early_is_none() {
        let whole = FILE.len();
        for end in [0, 20, 200, 500, whole - 5] {
            assert!(days(&FILE.as_bytes()[..end]).is_err(), "{end}");
        }
        for wrong in [
            "<html>sorry</html>",
            "<Envelope><Cube currency='USD' rate='1'/></Envelope>",
            "<Envelope><Cube time='soon'/></Envelope>",
            "<Envelope></Envelope>",
        ] {
            assert!(days(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn currencies_have_a_form() {
        let open = |code: &str| {
            let settings = Settings {
                currencies: vec![code.to_owned()],
                ..Settings::default()
            };
            settings.open().map(|pull| pull.targets().len())
        };
        assert_eq!((open("JPY"), open("all")), (Ok(1), Ok(1)));
        assert!(open("yen").is_err());
    }
}
