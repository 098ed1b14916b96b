//! Interest by place (`geoMap.csv`): `Region,Netflix: (6/5/16 - 6/5/21)` and a row per place. With one keyword the
//! values are an index, with several each is its share in percent.

use chrono::{DateTime, NaiveDate, Utc};
use events::payload::{Scale, TrendSource};
use events::{Region, Topic, TrendSignal};

use super::places::{Place, country};
use super::value::value;
use super::{PREFACE, SOURCE, keyword};
use crate::Outgoing;
use crate::sources::file::Period;
use crate::table_file::header::{Header, plain};
use crate::table_file::input::Head;
use crate::table_file::misread::Misread;
use crate::table_file::sheet::{Cells, Reading, record};

pub(crate) struct Regions {
    header: Header,
    columns: Vec<Column>,
    within: Option<Region>,
    /// Whether the places are countries.
    of_the_world: bool,
}

struct Column {
    place: usize,
    keyword: String,
    end: DateTime<Utc>,
    window_seconds: i64,
}

impl Regions {
    /// Rows above the first place, and what the header says; `None` for a file of another kind. `period` is for
    /// files that don't say theirs.
    pub(crate) fn recognise(head: &Head, within: Option<&Region>, period: Option<Period>) -> Option<(usize, Self)> {
        let place = (0..head.rows.len().min(PREFACE)).find(|place| is_header(&head.rows[*place..]))?;
        let header = Header::new(&head.rows[place]);
        let inside: Vec<_> = header.names().skip(1).filter_map(|name| keyword(name).1).collect();
        let order = order(&inside, is_english(&head.rows[..=place]));
        let columns = header.names().enumerate().skip(1).map(|(place, name)| {
            let (keyword, inside) = keyword(name);
            let period = inside.and_then(|inside| dates(inside, order)).or(period);
            Column {
                place,
                keyword: keyword.to_owned(),
                end: Period::end(period),
                window_seconds: Period::seconds(period),
            }
        });
        let places: Vec<&str> = head.rows[place + 1..]
            .iter()
            .filter_map(|row| row.first())
            .map(|name| name.trim())
            .filter(|name| !name.is_empty())
            .collect();
        let regions = Self {
            columns: columns.collect(),
            within: within.cloned(),
            of_the_world: within.is_none() && !places.is_empty() && are_countries(&places),
            header,
        };
        Some((place + 1, regions))
    }
}

/// Nearly all of them, as some go by names of Google's own.
fn are_countries(places: &[&str]) -> bool {
    let known = places.iter().filter(|name| country(name).is_some()).count();
    known * 10 >= places.len() * 8
}

fn is_header(rows: &[Vec<String>]) -> bool {
    const PLACES: [&str; 16] = [
        "region",
        "country",
        "city",
        "metro",
        "subregion",
        "dma",
        "região",
        "país",
        "cidade",
        "región",
        "ciudad",
        "région",
        "pays",
        "land",
        "stadt",
        "地域",
    ];
    let [names, rest @ ..] = rows else { return false };
    let dated = |name: &String| {
        let inside = keyword(name).1;
        inside.is_some_and(|inside| inside.chars().any(|c| c.is_ascii_digit()))
    };
    let named = names.first().is_some_and(|name| PLACES.contains(&plain(name).as_str()));
    let formed = names.len() > 1 && names[1..].iter().all(dated);
    let values = |row: &Vec<String>| {
        let read = |text: &String| text.trim().is_empty() || value(text).is_ok();
        row.len() == names.len() && row.len() > 1 && row[1..].iter().all(read)
    };
    match rest.first() {
        None => formed,
        Some(row) => values(row) && (formed || (named && rest.iter().all(values))),
    }
}

fn is_english(above: &[Vec<String>]) -> bool {
    let words = ["category", "region", "country", "city", "metro", "subregion", "dma"];
    let firsts = above.iter().filter_map(|row| row.first());
    firsts
        .map(|text| plain(text))
        .any(|text| words.iter().any(|word| text.starts_with(word)))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    DayFirst,
    MonthFirst,
}

/// A number above twelve tells; where none does, English has the month first.
fn order(inside: &[&str], english: bool) -> Order {
    let numbers: Vec<[u32; 6]> = inside.iter().filter_map(|text| six(text)).collect();
    let above = |places: [usize; 2]| {
        numbers
            .iter()
            .any(|six| places.iter().any(|place| (13..=31).contains(&six[*place])))
    };
    match (above([0, 3]), above([1, 4])) {
        (true, _) => Order::DayFirst,
        (_, true) => Order::MonthFirst,
        _ if english => Order::MonthFirst,
        _ => Order::DayFirst,
    }
}

/// The numbers of two dates.
fn six(text: &str) -> Option<[u32; 6]> {
    let numbers = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty());
    let numbers: Option<Vec<u32>> = numbers.map(|part| part.parse().ok()).collect();
    numbers?.try_into().ok()
}

/// `01/01/2004 – 30/06/2023`, `6/5/16 - 6/5/21`, `01.01.04 – 30.06.23`, `2004/01/01 - 2023/06/30`.
fn dates(text: &str, order: Order) -> Option<Period> {
    let six = six(text)?;
    let date = |a: u32, b: u32, c: u32| {
        let (year, month, day) = match order {
            _ if a > 31 => (a, b, c),
            Order::DayFirst => (c, b, a),
            Order::MonthFirst => (c, a, b),
        };
        let year = if year < 100 { year + 2000 } else { year };
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
    };
    Period::new(date(six[0], six[1], six[2])?, date(six[3], six[4], six[5])?)
}

impl Reading for Regions {
    const SOURCE: &'static str = SOURCE;
    const TOPIC: Topic = Topic::TrendSignals;

    fn header(&self) -> &Header {
        &self.header
    }

    fn begins_row(&self, _: &str) -> bool {
        false
    }

    fn read(&mut self, cells: &Cells<'_>) -> Result<Vec<Outgoing>, Misread> {
        let name = cells.required(Some(0), |text| Ok(text.to_owned()))?;
        let at = match self.of_the_world {
            true => Place::of(&name, None),
            false => Place::part(&name, self.within.as_ref()),
        };
        let mut signals = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let Some(value) = cells.optional(Some(column.place), value)? else {
                continue;
            };
            let scale = if value.percent { Scale::Share } else { Scale::Index };
            let keyword = column.keyword.as_str();
            let signal = TrendSignal {
                region: at.region.clone(),
                area: at.area.clone(),
                below_one: value.below_one.then_some(true),
                ..TrendSignal::of(
                    keyword,
                    TrendSource::GoogleTrends,
                    column.window_seconds,
                    value.number,
                    scale,
                )
            };
            signals.push(record(SOURCE, column.end, signal, |_| Some(column.place))?);
        }
        Ok(signals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, order: Order, from: &str, to: &str) {
        let period = dates(text, order).expect("a period");
        assert_eq!(
            (period.from.to_string(), period.to.to_string()),
            (from.into(), to.into()),
            "{text}"
        );
    }

    #[test]
    fn the_order_of_a_date_is_found_out() {
        assert_eq!(order(&["01/01/2004 – 30/06/2023"], false), Order::DayFirst);
        assert_eq!(order(&["6/5/16 - 6/25/21"], false), Order::MonthFirst);
        assert_eq!(order(&["6/5/16 - 6/5/21"], true), Order::MonthFirst);
        check("01/01/2004 – 30/06/2023", Order::DayFirst, "2004-01-01", "2023-06-30");
        check("6/5/16 - 6/5/21", Order::MonthFirst, "2016-06-05", "2021-06-05");
        check("2004/01/01 - 2023/06/30", Order::DayFirst, "2004-01-01", "2023-06-30");
        assert_eq!(dates("2004 - present", Order::DayFirst), None);
    }
}
