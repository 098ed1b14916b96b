//! One value of an export.

use crate::FaultKind;
use crate::table_file::cell::{Damage, spreadsheet_damage};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Value {
    pub(super) number: f64,
    /// It was `<1`.
    pub(super) below_one: bool,
    /// It had a percent sign.
    pub(super) percent: bool,
}

/// `57`, `<1`, `34%`, `<1%`.
pub(super) fn value(text: &str) -> Result<Value, Damage> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (number, percent) = match compact.strip_suffix(['%', '٪']) {
        Some(number) => (number, true),
        None => (compact.as_str(), false),
    };
    if matches!(number, "<1" | "&lt;1") {
        return Ok(Value {
            number: 0.5,
            below_one: true,
            percent,
        });
    }
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let wrong = || {
        Damage::new(
            FaultKind::NotACount,
            text,
            "is no value of Google Trends: 0 to 100, or <1",
        )
    };
    match number.parse::<f64>() {
        Ok(number) if is_number && (0.0..=100.0).contains(&number) => Ok(Value {
            number,
            below_one: false,
            percent,
        }),
        _ => Err(spreadsheet_damage(text).unwrap_or_else(wrong)),
    }
}

/// The growth of a related query: `+350%`, `+4,950%`, `350`. A word in its place stands for more than fifty-fold.
pub(super) fn growth(text: &str) -> Result<f64, Damage> {
    const BREAKOUT: f64 = 5000.0;
    let has_digit = text.chars().any(|c| c.is_ascii_digit());
    if !has_digit && text.chars().any(char::is_alphabetic) && !text.starts_with('#') {
        return Ok(BREAKOUT);
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let rest = |c: char| c.is_ascii_digit() || c.is_whitespace() || "+%٪.,'’".contains(c);
    let wrong = || {
        Damage::new(
            FaultKind::NotACount,
            text,
            "is no growth of Google Trends, such as +350% or Breakout",
        )
    };
    match digits.parse::<f64>() {
        Ok(number) if text.chars().all(rest) => Ok(number),
        _ => Err(spreadsheet_damage(text).unwrap_or_else(wrong)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_zero_to_a_hundred() {
        assert_eq!(value("57").map(|value| value.number), Ok(57.0));
        assert!(value(" < 1").is_ok_and(|value| value.below_one && !value.percent));
        assert!(value("34 %").is_ok_and(|value| value.percent));
        for text in ["101", "-1", "many", "", "1e1", "inf", "#REF!"] {
            assert!(value(text).is_err(), "{text}");
        }
    }

    #[test]
    fn growth_may_be_a_word() {
        assert_eq!(growth("+350%"), Ok(350.0));
        assert_eq!(growth("+4,950%"), Ok(4950.0));
        assert_eq!(growth("Breakout"), Ok(5000.0));
        assert_eq!(growth("Aumento repentino"), Ok(5000.0));
        assert!(growth("#NAME?").is_err());
        assert!(growth("-").is_err());
    }
}
