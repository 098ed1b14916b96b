//! Interest over time: `Week,Netflix: (United States),Hulu: (United States)` and a row per window.

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use events::payload::{Scale, TrendSource};
use events::{Region, Topic, TrendSignal};

use super::places::Place;
use super::value::value;
use super::{PREFACE, SOURCE, keyword};
use crate::table_file::cell::{self, Damage};
use crate::table_file::header::{Header, plain};
use crate::table_file::input::Head;
use crate::table_file::misread::Misread;
use crate::table_file::moment::midnight;
use crate::table_file::sheet::{Cells, Reading, record};
use crate::{FaultKind, Outgoing};

/// How long the windows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Month,
    Fixed(TimeDelta),
}

pub(crate) struct Interest {
    header: Header,
    /// Place in the row, keyword, and where.
    columns: Vec<(usize, String, Place)>,
    /// A column that says whether the window was over.
    partial: Option<usize>,
    step: Step,
    now: Option<DateTime<Utc>>,
}

impl Interest {
    /// Rows above the first window, and what the header says; `None` for a file of another kind.
    /// Windows that are not over by `now` are rejected.
    pub(crate) fn recognise(head: &Head, region: Option<&Region>, now: Option<DateTime<Utc>>) -> Option<(usize, Self)> {
        let place = (0..head.rows.len().min(PREFACE)).find(|place| is_header(&head.rows[*place..]))?;
        let names = &head.rows[place];
        let header = Header::new(names);
        let partial = header.place(&["ispartial"]);
        let keywords = header
            .names()
            .enumerate()
            .skip(1)
            .filter(|(place, _)| Some(*place) != partial);
        let columns = keywords.map(|(place, name)| {
            let (keyword, inside) = keyword(name);
            let whole = Place {
                region: region.cloned(),
                area: None,
            };
            (
                place,
                keyword.to_owned(),
                inside.map_or(whole, |inside| Place::of(inside, region)),
            )
        });
        let interest = Self {
            columns: columns.collect(),
            partial,
            step: step(names, &head.rows[place + 1..]),
            header,
            now,
        };
        Some((place + 1, interest))
    }
}

/// A header is followed by a window with values; without the form `keyword: (place)` its first word must be one of a
/// time, or its last `isPartial`, as scripts write it.
fn is_header(rows: &[Vec<String>]) -> bool {
    let [names, rest @ ..] = rows else { return false };
    if names.len() < 2 {
        return false;
    }
    let formed = names[1..].iter().any(|name| keyword(name).1.is_some());
    let timed = is_time_word(&names[0]);
    let scripted = names.last().is_some_and(|name| plain(name) == "ispartial");
    match rest.iter().find_map(|row| row.split_first()) {
        None => formed && timed,
        Some((window, values)) => {
            let count = values.len() + 1;
            let values = values.iter().take(names.len() - 1 - usize::from(scripted));
            let read = |text: &String| text.trim().is_empty() || value(text).is_ok();
            count == names.len()
                && window_start(window.trim()).is_some()
                && values.clone().all(read)
                && (formed || timed || scripted)
        }
    }
}

/// Not "Date", which begins many other tables.
fn is_time_word(name: &str) -> bool {
    const WORDS: [&str; 52] = [
        "day",
        "week",
        "month",
        "hour",
        "time",
        "dia",
        "semana",
        "mes",
        "mês",
        "hora",
        "tempo",
        "día",
        "tiempo",
        "jour",
        "semaine",
        "mois",
        "heure",
        "temps",
        "tag",
        "woche",
        "monat",
        "stunde",
        "zeit",
        "giorno",
        "settimana",
        "mese",
        "ora",
        "dag",
        "maand",
        "uur",
        "vecka",
        "månad",
        "uge",
        "måned",
        "dzień",
        "tydzień",
        "miesiąc",
        "gün",
        "hafta",
        "ay",
        "день",
        "неделя",
        "месяц",
        "час",
        "日",
        "週",
        "月",
        "時間",
        "天",
        "周",
        "일",
        "주",
    ];
    WORDS.contains(&plain(name).as_str())
}

fn step(names: &[String], rows: &[Vec<String>]) -> Step {
    let firsts: Vec<&str> = rows
        .iter()
        .filter_map(|row| row.first())
        .map(|text| text.trim())
        .collect();
    let starts: Vec<DateTime<Utc>> = firsts.iter().filter_map(|text| window_start(text)).collect();
    if firsts.first().is_some_and(|text| text.len() == 7) {
        return Step::Month;
    }
    let gaps = starts.windows(2).map(|pair| pair[1] - pair[0]);
    match gaps.filter(|gap| *gap > TimeDelta::zero()).min() {
        Some(gap) if gap >= TimeDelta::days(28) && starts.iter().all(|start| start.day() == 1) => Step::Month,
        Some(gap) => Step::Fixed(gap),
        None => single(
            &plain(names.first().map_or("", String::as_str)),
            firsts.first().map_or(10, |text| text.len()),
        ),
    }
}

/// The step of a file with one window: from its header's word, else from how its time is written.
fn single(word: &str, length: usize) -> Step {
    const WEEK: [&str; 10] = [
        "week",
        "semana",
        "semaine",
        "woche",
        "settimana",
        "vecka",
        "uge",
        "tydzień",
        "hafta",
        "週",
    ];
    match (WEEK.contains(&word), length > 10) {
        (true, _) => Step::Fixed(TimeDelta::days(7)),
        (_, true) => Step::Fixed(TimeDelta::hours(1)),
        _ => Step::Fixed(TimeDelta::days(1)),
    }
}

/// `2004-01`, `2004-01-04`, `2004-01-04T13`, `2004-01-04 13:30[:00]`, `2004-01-04 - 2004-01-10`.
fn window_start(text: &str) -> Option<DateTime<Utc>> {
    let day = |text: &str| text.parse::<NaiveDate>().ok().map(midnight);
    match text.len() {
        7 => day(&format!("{text}-01")),
        10 => day(text),
        13 if text.is_ascii() => {
            let time = format!("{}:00", text.replace(' ', "T"));
            NaiveDateTime::parse_from_str(&time, "%Y-%m-%dT%H:%M")
                .ok()
                .map(|time| time.and_utc())
        }
        _ => moment_or_range(text),
    }
    .filter(|start| (2004..2100).contains(&start.year()))
}

fn moment_or_range(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    let time = text.replacen(' ', "T", 1);
    let forms = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
    let time = forms
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(&time, form).ok());
    time.map(|time| time.and_utc())
        .or_else(|| range(text).map(|(first, _)| midnight(first)))
}

fn range(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let (first, last) = text.split_once(" - ")?;
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
}

impl Interest {
    fn window(&self, text: &str) -> Result<(DateTime<Utc>, DateTime<Utc>), Damage> {
        let wrong = || {
            let what = "is not a time of Google Trends: YYYY-MM, YYYY-MM-DD, or with hours";
            Damage::new(FaultKind::NotADate, text, what)
        };
        let start = window_start(text).ok_or_else(wrong)?;
        if let Some((_, last)) = range(text) {
            return Ok((start, midnight(last.succ_opt().ok_or_else(wrong)?)));
        }
        let end = match self.step {
            Step::Month => start.checked_add_months(Months::new(1)),
            Step::Fixed(step) => start.checked_add_signed(step),
        };
        Ok((start, end.ok_or_else(wrong)?))
    }
}

impl Interest {
    /// The value of a window that goes on is another tomorrow; the next export has it.
    fn finished_window(&self, text: &str) -> Result<(DateTime<Utc>, DateTime<Utc>), Damage> {
        let (start, end) = self.window(text)?;
        match self.now.is_some_and(|now| end > now) {
            true => {
                let end = end.format("%Y-%m-%d %H:%M");
                let what = format!("begins a window that goes on until {end} UTC: export it again when it is over");
                Err(Damage::new(FaultKind::NotOver, text, &what))
            }
            false => Ok((start, end)),
        }
    }
}

impl Reading for Interest {
    const SOURCE: &'static str = SOURCE;
    const TOPIC: Topic = Topic::TrendSignals;

    fn header(&self) -> &Header {
        &self.header
    }

    fn begins_row(&self, first: &str) -> bool {
        window_start(first).is_some()
    }

    fn read(&mut self, cells: &Cells<'_>) -> Result<Vec<Outgoing>, Misread> {
        let (start, end) = cells.required(Some(0), |text| self.finished_window(text))?;
        let partial = cells.optional(self.partial, cell::boolean)?.filter(|partial| *partial);
        let mut signals = Vec::with_capacity(self.columns.len());
        for (place, keyword, at) in &self.columns {
            let Some(value) = cells.optional(Some(*place), value)? else {
                continue;
            };
            let window = (end - start).num_seconds();
            let signal = TrendSignal {
                region: at.region.clone(),
                area: at.area.clone(),
                below_one: value.below_one.then_some(true),
                partial,
                ..TrendSignal::of(keyword, TrendSource::GoogleTrends, window, value.number, Scale::Index)
            };
            signals.push(record(SOURCE, end, signal, |_| Some(*place))?);
        }
        Ok(signals)
    }
}
