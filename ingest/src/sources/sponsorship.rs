//! Sponsorships as a creator writes them down: `channel_id,date,sponsor,amount,currency,reference`.
//!
//! Event time is when the file was written, so that what it says of a reference counts against what an older one said, whatever
//! was changed: the amount, the day, or both back again.

use chrono::{DateTime, NaiveDate, Utc};
use events::payload::{RevenueKind, RevenueSource, RevenueStatus};
use events::{Currency, RevenueRecord, Topic};

use crate::table_file::cell::{self, Damage};
use crate::table_file::header::Header;
use crate::table_file::input::Head;
use crate::table_file::misread::Misread;
use crate::table_file::moment::midnight;
use crate::table_file::sheet::{Cells, Reading, record};
use crate::{FaultKind, Outgoing};

const SOURCE: &str = "/ingest/sponsorship";

pub(crate) struct Sponsorship {
    header: Header,
    channel: usize,
    day: usize,
    sponsor: Option<usize>,
    amount: usize,
    currency: usize,
    reference: usize,
    video: Option<usize>,
    status: Option<usize>,
    told_at: Option<DateTime<Utc>>,
}

impl Sponsorship {
    /// `None` for a file of another kind. `told_at` is when it was written; unknown, each row was told on its day.
    pub(crate) fn recognise(head: &Head, told_at: Option<DateTime<Utc>>) -> Option<Self> {
        let header = Header::new(head.rows.first()?);
        let at = |words: &[&str]| header.place(words);
        Some(Self {
            channel: at(&["channelid", "channel"])?,
            day: at(&["date", "day", "paidon", "paymentdate"])?,
            sponsor: at(&["sponsor", "sponsorname", "brand", "advertiser"]),
            amount: at(&["amount", "fee"])?,
            currency: at(&["currency"])?,
            reference: at(&["reference", "referenceid", "invoice", "invoicenumber", "invoiceid"])?,
            video: at(&["videoid", "video"]),
            status: at(&["status"]),
            told_at,
            header,
        })
    }
}

impl Reading for Sponsorship {
    const SOURCE: &'static str = SOURCE;
    const TOPIC: Topic = Topic::RevenueRecords;

    fn header(&self) -> &Header {
        &self.header
    }

    fn begins_row(&self, first: &str) -> bool {
        self.channel == 0 && cell::channel_id(first).is_ok()
    }

    fn read(&mut self, cells: &Cells<'_>) -> Result<Vec<Outgoing>, Misread> {
        let currency = cells.required(Some(self.currency), currency)?;
        let day = cells.required(Some(self.day), day)?;
        let amount_minor = cells.required(Some(self.amount), |text| minor(text, currency.minor_digits() as usize))?;
        let revenue = RevenueRecord {
            channel_id: cells.required(Some(self.channel), cell::channel_id)?,
            video_id: cells.optional(self.video, cell::video_id)?,
            source: RevenueSource::Sponsorship,
            reference_id: cells.required(Some(self.reference), |text| Ok(text.to_owned()))?,
            amount_minor,
            day,
            status: cells.optional(self.status, status)?.unwrap_or(RevenueStatus::Confirmed),
            kind: Some(if amount_minor < 0 {
                RevenueKind::Refund
            } else {
                RevenueKind::Earning
            }),
            usd_minor: (currency.as_str() == "USD").then_some(amount_minor),
            usd_rate: None,
            usd_rate_on: None,
            payer: cells.text(self.sponsor).map(str::to_owned),
            currency,
        };
        let place = |field: &str| match field {
            "amount_minor" => Some(self.amount),
            "reference_id" => Some(self.reference),
            "payer" => self.sponsor,
            _ => None,
        };
        Ok(vec![record(
            SOURCE,
            self.told_at.unwrap_or_else(|| midnight(day)),
            revenue,
            place,
        )?])
    }
}

fn currency(text: &str) -> Result<Currency, Damage> {
    Currency::new(text.to_uppercase()).map_err(|invalid| Damage {
        kind: FaultKind::Refused,
        detail: invalid.reason,
    })
}

fn day(text: &str) -> Result<NaiveDate, Damage> {
    let years = 2005..=2100;
    let read: Option<NaiveDate> = text.get(..10).and_then(|start| start.parse().ok());
    let read = read.filter(|day| years.contains(&chrono::Datelike::year(day)));
    read.ok_or_else(|| Damage::new(FaultKind::NotADate, text, "is not a day such as 2026-03-31"))
}

fn status(text: &str) -> Result<RevenueStatus, Damage> {
    match text.to_lowercase().as_str() {
        "confirmed" | "paid" | "received" => Ok(RevenueStatus::Confirmed),
        "estimated" | "pending" | "agreed" | "open" | "invoiced" => Ok(RevenueStatus::Estimated),
        _ => Err(Damage::new(
            FaultKind::Refused,
            text,
            "is neither confirmed (paid) nor estimated (pending)",
        )),
    }
}

/// `1500`, `1500.50`, `1,500.50`, `-20`, exactly: never by way of a float.
fn minor(text: &str, digits: usize) -> Result<i64, Damage> {
    let wrong = |what: &str| Damage::new(FaultKind::NotACount, text, what);
    let (sign, amount) = match text.strip_prefix('-') {
        Some(amount) => (-1, amount),
        None => (1, text),
    };
    let amount = amount.trim_start_matches(['$', '€', '£', '¥', '₹', ' ']);
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let mut groups = whole.split(',');
    let first_is_fine = groups.next().is_some_and(|first| !first.is_empty());
    if !first_is_fine || !groups.all(|group| group.len() == 3) {
        return Err(wrong("is not an amount such as 1500.50"));
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > digits {
        return Err(wrong(&format!(
            "has more than the {digits} decimal digits of its currency"
        )));
    }
    let all = format!("{}{fraction:0<digits$}", whole.replace(',', ""));
    if !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(cell::spreadsheet_damage(text).unwrap_or_else(|| wrong("is not an amount such as 1500.50")));
    }
    let minor: i64 = all.parse().map_err(|_| wrong("is more money than there is"))?;
    Ok(sign * minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        for (text, digits, expected) in [
            ("1500", 2, 150_000),
            ("1500.5", 2, 150_050),
            ("1,500.50", 2, 150_050),
            ("$0.07", 2, 7),
            ("-20", 2, -2_000),
            ("1500", 0, 1_500),
            ("1500.00", 0, 1_500),
            ("1.234", 3, 1_234),
        ] {
            assert_eq!(minor(text, digits), Ok(expected), "{text}");
        }
        for text in ["1.234", "1,50", "", "x", ".5", "1e5", "99999999999999999999"] {
            assert!(minor(text, 2).is_err(), "{text}");
        }
    }
}
