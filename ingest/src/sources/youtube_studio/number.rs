//! Numbers as Studio, and the spreadsheets that its exports went through, write them.

use crate::FaultKind;
use crate::table_file::cell::{Damage, spreadsheet_damage};

/// What stands where there is no value.
pub(super) fn is_nothing(text: &str) -> bool {
    matches!(text, "-" | "–" | "—" | "−" | "N/A" | "n/a" | "NaN" | "nan")
}

/// `1234`, `1,234`, `1 234`, `1234.0`, `-3`.
pub(super) fn whole(text: &str) -> Result<i64, Damage> {
    let wrong =
        || spreadsheet_damage(text).unwrap_or_else(|| Damage::new(FaultKind::NotACount, text, "is not a whole number"));
    let plain = plain(text).ok_or_else(wrong)?;
    let (digits, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    match fraction.bytes().all(|byte| byte == b'0') {
        true => digits.parse().map_err(|_| wrong()),
        false => Err(wrong()),
    }
}

/// `243.645`, `2,319.0307`, `1.68%`, `0,5` where the comma can be nothing but a decimal one.
pub(super) fn decimal(text: &str) -> Result<f64, Damage> {
    let wrong =
        || spreadsheet_damage(text).unwrap_or_else(|| Damage::new(FaultKind::NotACount, text, "is not a number"));
    let plain = plain(text.trim_end_matches('%')).ok_or_else(wrong)?;
    let number: f64 = plain.parse().map_err(|_| wrong())?;
    if number.is_finite() { Ok(number) } else { Err(wrong()) }
}

/// An amount in millionths, with or without a sign of its currency.
pub(super) fn micros(text: &str) -> Result<i64, Damage> {
    let amount = text.trim_matches(|c: char| c.is_whitespace() || "$€£¥₹".contains(c));
    let micros = decimal(amount)? * 1e6;
    match micros.abs() < 9e15 {
        true => Ok(micros.round() as i64),
        false => Err(Damage::new(FaultKind::NotACount, text, "is more money than there is")),
    }
}

/// `0:09:02`, `9:02`, `542`.
pub(super) fn seconds(text: &str) -> Result<f64, Damage> {
    if !text.contains(':') {
        return decimal(text);
    }
    let wrong = || Damage::new(FaultKind::NotACount, text, "is not a duration such as 0:09:02");
    let mut seconds = 0.0;
    let parts: Vec<&str> = text.split(':').collect();
    if parts.len() > 3 {
        return Err(wrong());
    }
    for part in parts {
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let part: f64 = part.parse().map_err(|_| wrong())?;
        if !is_number {
            return Err(wrong());
        }
        seconds = seconds * 60.0 + part;
    }
    Ok(seconds)
}

pub(super) fn whole_seconds(text: &str) -> Result<i64, Damage> {
    let seconds = seconds(text)?;
    match (0.0..1e12).contains(&seconds) {
        true => Ok(seconds.round() as i64),
        false => Err(Damage::new(FaultKind::NotACount, text, "is not a duration")),
    }
}

/// Digits with a point as Rust reads them; `None` for what is no number.
fn plain(text: &str) -> Option<String> {
    let text: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '’'))
        .map(|c| if c == '−' { '-' } else { c })
        .collect();
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(&text);
    let is_number = unsigned
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
    if !is_number || !unsigned.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (commas, points) = (text.matches(',').count(), text.matches('.').count());
    match (commas, points) {
        (0, 0 | 1) => Some(text),
        // the separator that comes last is the decimal one
        (_, 1) if text.rfind('.') > text.rfind(',') && is_grouped(unsigned.split('.').next()?, ',') => {
            Some(text.replace(',', ""))
        }
        (1, _) if points > 0 && is_grouped(unsigned.split(',').next()?, '.') => {
            Some(text.replace('.', "").replace(',', "."))
        }
        (_, 0) if is_grouped(unsigned, ',') => Some(text.replace(',', "")),
        (1, 0) => Some(text.replace(',', ".")),
        (0, _) if is_grouped(unsigned, '.') => Some(text.replace('.', "")),
        _ => None,
    }
}

/// `1,234,567`, and `12,34,567` as India has it.
fn is_grouped(text: &str, separator: char) -> bool {
    let mut groups = text.split(separator);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let last_is_three = rest.last().is_none_or(|last| last.len() == 3);
    (1..=3).contains(&first.len()) && last_is_three && rest.iter().all(|group| matches!(group.len(), 2 | 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_every_dress() {
        for text in ["1234", "1,234", "1 234", "1\u{a0}234", "1'234", "1234.0", "1234.00"] {
            assert_eq!(whole(text), Ok(1234), "{text}");
        }
        assert_eq!(whole("-3"), Ok(-3));
        assert_eq!(whole("12,34,567"), Ok(1_234_567));
        assert_eq!(decimal("2,319.0307"), Ok(2319.0307));
        assert_eq!(decimal("2.319,0307"), Ok(2319.0307));
        assert_eq!(decimal("1.68%"), Ok(1.68));
        assert_eq!(decimal("0,5"), Ok(0.5));
        assert_eq!(micros("$12.345"), Ok(12_345_000));
        for text in ["many", "", "1.5.7", "1,5,7", "#REF!", "1e5", "inf", "--1"] {
            assert!(whole(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_are_seconds() {
        assert_eq!(seconds("0:09:02"), Ok(542.0));
        assert_eq!(seconds("9:02"), Ok(542.0));
        assert_eq!(seconds("542"), Ok(542.0));
        assert_eq!(whole_seconds("1:00:00"), Ok(3600));
        for text in ["1:2:3:4", "a:b", ":", "1:"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
