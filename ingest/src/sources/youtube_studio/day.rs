//! Days as Studio writes them in its languages, and as spreadsheets rewrite them.

use chrono::{Datelike, NaiveDate};

use crate::FaultKind;
use crate::table_file::cell::Damage;

/// How three numbers are read when the year stands last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    DayFirst,
    MonthFirst,
}

const YEARS: std::ops::RangeInclusive<i32> = 2005..=2100;

impl Order {
    /// A first number above twelve, or a second one, tells; where none does, slashes mean that the month is first.
    pub(super) fn of<'a>(days: impl Iterator<Item = &'a str>) -> Self {
        let mut slashes = false;
        for text in days {
            let (numbers, words) = parts(text);
            if numbers.len() < 3 || !words.is_empty() || numbers[0] > 31 {
                continue;
            }
            match (numbers[0], numbers[1]) {
                (13.., _) => return Order::DayFirst,
                (_, 13..) => return Order::MonthFirst,
                _ => slashes |= text.contains('/'),
            }
        }
        if slashes { Order::MonthFirst } else { Order::DayFirst }
    }
}

/// `2021-10-04`, `04-10-2021`, `10/4/2021`, `Oct 4, 2021`, `4 oct. 2021`, `4. Okt. 2021`, `4 de out. de 2021`,
/// `2021年10月4日`.
pub(super) fn read(text: &str, order: Order) -> Option<NaiveDate> {
    if let Some(day) = text.get(..10).and_then(|start| start.parse::<NaiveDate>().ok()) {
        return valid(day);
    }
    let (numbers, words) = parts(text);
    let month = words.iter().find_map(|word| month(word));
    let (year, month, day) = match (numbers.as_slice(), month) {
        ([day, year, ..], Some(month)) if *day <= 31 => (*year, month, *day),
        ([year, day, ..], Some(month)) => (*year, month, *day),
        ([year, month, day, ..], None) if *year > 31 => (*year, *month, *day),
        ([day, month, year, ..], None) if order == Order::DayFirst => (*year, *month, *day),
        ([month, day, year, ..], None) => (*year, *month, *day),
        _ => return None,
    };
    let year = if year < 100 { year + 2000 } else { year };
    valid(NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?)
}

fn valid(day: NaiveDate) -> Option<NaiveDate> {
    YEARS.contains(&day.year()).then_some(day)
}

pub(super) fn required(text: &str, order: Order) -> Result<NaiveDate, Damage> {
    let what = "is not a day such as 2021-10-04, 04-10-2021 or Oct 4, 2021";
    read(text, order).ok_or_else(|| Damage::new(FaultKind::NotADate, text, what))
}

/// Its numbers and its words.
fn parts(text: &str) -> (Vec<u32>, Vec<String>) {
    let numbers = text
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|part| part.parse().ok());
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|part| !part.is_empty());
    // 年, 月, 日 and 년, 월, 일 only mark the numbers
    let words = words.filter(|word| !"年月日년월일".contains(word));
    (numbers.collect(), words.map(str::to_lowercase).collect())
}

/// English, Spanish, Portuguese, French, Italian, German, Dutch, Polish, Turkish, Russian; by their first letters.
fn month(word: &str) -> Option<u32> {
    const MONTHS: [&[&str]; 12] = [
        &["jan", "ene", "gen", "janv", "sty", "oca", "янв", "січ"],
        &["feb", "fev", "fév", "febr", "lut", "şub", "фев", "лют"],
        &["mar", "mär", "mrt", "mars", "maart", "мар", "бер"],
        &["apr", "abr", "avr", "kwi", "nis", "апр", "кві"],
        &["may", "mai", "mag", "mei", "maj", "maio", "мая", "май", "тра"],
        &["jun", "giu", "juin", "cze", "haz", "июн", "чер"],
        &["jul", "lug", "juil", "lip", "tem", "июл", "лип"],
        &["aug", "ago", "aoû", "aou", "sie", "ağu", "авг", "сер"],
        &["sep", "set", "wrz", "eyl", "сен", "вер"],
        &["oct", "okt", "out", "ott", "paź", "eki", "окт", "жов"],
        &["nov", "lis", "kas", "ноя", "лис"],
        &["dec", "dez", "dic", "déc", "gru", "ara", "дек", "гру"],
    ];
    let begins = |names: &&[&str]| names.iter().any(|name| word.starts_with(name));
    let found = MONTHS.iter().position(begins)?;
    u32::try_from(found + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, order: Order) {
        assert_eq!(read(text, order), NaiveDate::from_ymd_opt(2021, 10, 4), "{text}");
    }

    #[test]
    fn a_day_in_every_dress() {
        for text in [
            "2021-10-04",
            "2021-10-04 00:00:00",
            "Oct 4, 2021",
            "October 4, 2021",
            "4 Oct 2021",
            "4 oct. 2021",
            "4. Okt. 2021",
            "4 de out. de 2021",
            "4 окт. 2021 г.",
            "2021/10/04",
            "2021年10月4日",
            "2021. 10. 4.",
        ] {
            check(text, Order::MonthFirst);
        }
        check("04-10-2021", Order::DayFirst);
        check("04.10.21", Order::DayFirst);
        check("10/4/2021", Order::MonthFirst);
        for text in ["", "Total", "13", "2021-13-45", "99-99-9999", "0001-01-01"] {
            assert_eq!(read(text, Order::DayFirst), None, "{text}");
        }
    }

    #[test]
    fn the_order_shows_in_the_days() {
        assert_eq!(Order::of(["01-06-2025", "13-06-2025"].into_iter()), Order::DayFirst);
        assert_eq!(Order::of(["6/1/2025", "6/13/2025"].into_iter()), Order::MonthFirst);
        assert_eq!(Order::of(["1/6/2025"].into_iter()), Order::MonthFirst);
        assert_eq!(Order::of(["01-06-2025"].into_iter()), Order::DayFirst);
    }
}
