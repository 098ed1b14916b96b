//! The European Central Bank's files of euro reference rates: a walk that is drawn from the seed, on the days on which the
//! bank publishes (Monday to Friday, but for TARGET's holidays), from 15:00 UTC of the day on.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Weekday};
use ingest::sources::simulate::{Dice, Subject};

use crate::moment::Moment;
use crate::state::Shared;

/// What a euro was worth when the walk began, and how many digits the bank gives.
const CURRENCIES: [(&str, f64, usize); 30] = [
    ("USD", 1.09, 4),
    ("JPY", 161.0, 2),
    ("BGN", 1.9558, 4),
    ("CZK", 24.9, 3),
    ("DKK", 7.459, 4),
    ("GBP", 0.846, 5),
    ("HUF", 396.0, 2),
    ("PLN", 4.31, 4),
    ("RON", 4.97, 4),
    ("SEK", 11.4, 4),
    ("CHF", 0.953, 4),
    ("ISK", 149.5, 1),
    ("NOK", 11.7, 4),
    ("TRY", 36.5, 4),
    ("AUD", 1.65, 4),
    ("BRL", 6.05, 4),
    ("CAD", 1.49, 4),
    ("CNY", 7.8, 4),
    ("HKD", 8.5, 4),
    ("IDR", 17150.0, 2),
    ("ILS", 4.05, 4),
    ("INR", 91.6, 4),
    ("KRW", 1490.0, 2),
    ("MXN", 20.7, 4),
    ("MYR", 4.78, 4),
    ("NZD", 1.8, 4),
    ("PHP", 62.7, 3),
    ("SGD", 1.45, 4),
    ("THB", 37.0, 3),
    ("ZAR", 19.5, 4),
];

/// Days that the shorter file goes back.
const SHORT_DAYS: u64 = 90;
const PUBLISHED_AT_HOUR: i64 = 15;

pub(crate) async fn daily(State(state): State<Shared>) -> Response {
    let moment = state.moment();
    let mut days = published(&moment, 14);
    days.truncate(1);
    xml(&moment, &days)
}

pub(crate) async fn short(State(state): State<Shared>) -> Response {
    let moment = state.moment();
    let days = published(&moment, SHORT_DAYS);
    xml(&moment, &days)
}

/// Two years are enough of a history for a world that is younger.
pub(crate) async fn long(State(state): State<Shared>) -> Response {
    let moment = state.moment();
    let days = published(&moment, 730);
    xml(&moment, &days)
}

/// The days that have rates by now, newest first.
fn published(moment: &Moment<'_>, back: u64) -> Vec<NaiveDate> {
    let today = (moment.now - TimeDelta::hours(PUBLISHED_AT_HOUR)).date_naive();
    let first = today.checked_sub_days(Days::new(back)).unwrap_or(today);
    let days = first.iter_days().take_while(|day| *day <= today);
    let mut days: Vec<_> = days.filter(|day| is_working_day(*day)).collect();
    days.reverse();
    days
}

fn is_working_day(day: NaiveDate) -> bool {
    let is_fixed_holiday = matches!((day.month(), day.day()), (1, 1) | (5, 1) | (12, 25 | 26));
    let from_easter = (day - easter(day.year())).num_days();
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !is_fixed_holiday && ![-2, 1].contains(&from_easter)
}

/// Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher).
fn easter(year: i32) -> NaiveDate {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e, g) = (b / 4, b % 4, (8 * b + 13) / 25);
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let number = h + l - 7 * m + 114;
    let day = NaiveDate::from_ymd_opt(year, (number / 31) as u32, (number % 31 + 1) as u32);
    day.unwrap_or_default()
}

/// A rate moves by a slow wave and a little every day.
fn rate(seed: u64, place: usize, day: NaiveDate) -> f64 {
    let (_, base, _) = CURRENCIES[place];
    let time = day.and_time(NaiveTime::MIN).and_utc().timestamp();
    let mut dice = Dice::new(seed, Subject::Post, (1 << 48) | place as u64, time);
    let wave = libm::sin(time as f64 / 86_400.0 / 40.0 + place as f64);
    base * (1.0 + 0.03 * wave + dice.between(-0.004, 0.004))
}

fn xml(moment: &Moment<'_>, days: &[NaiveDate]) -> Response {
    let mut body = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gesmes:Envelope xmlns:gesmes=\"http://www.gesmes.org/xml/2002-08-01\" \
         xmlns=\"http://www.ecb.int/vocabulary/2002-08-01/eurofxref\">\n\t<gesmes:subject>Reference rates</gesmes:subject>\n\t\
         <gesmes:Sender>\n\t\t<gesmes:name>European Central Bank</gesmes:name>\n\t</gesmes:Sender>\n\t<Cube>\n",
    );
    for day in days {
        body.push_str(&format!("\t\t<Cube time='{day}'>\n"));
        for (place, (code, _, digits)) in CURRENCIES.iter().enumerate() {
            let rate = rate(moment.census.seed(), place, *day);
            body.push_str(&format!("\t\t\t<Cube currency='{code}' rate='{rate:.digits$}'/>\n"));
        }
        body.push_str("\t\t</Cube>\n");
    }
    body.push_str("\t</Cube>\n</gesmes:Envelope>\n");
    ([(header::CONTENT_TYPE, "text/xml")], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bank_rests_on_holidays() {
        let is_working = |text: &str| is_working_day(text.parse().expect("a day"));
        for holiday in [
            "2026-04-03",
            "2026-04-06",
            "2026-05-01",
            "2026-12-25",
            "2026-11-22",
            "2025-04-18",
        ] {
            assert!(!is_working(holiday), "{holiday}");
        }
        for day in ["2026-04-02", "2026-04-07", "2026-11-25", "2026-12-24"] {
            assert!(is_working(day), "{day}");
        }
    }
}
