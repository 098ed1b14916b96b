//! Reads single cells: ids, counters, booleans, texts. What cannot be read is told with what probably happened.

use events::{ChannelId, Invalid, VideoId};

use crate::FaultKind;
use crate::fault::excerpt;

/// What is wrong with a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Damage {
    pub(crate) kind: FaultKind,
    pub(crate) detail: String,
}

impl Damage {
    pub(crate) fn new(kind: FaultKind, text: &str, what: &str) -> Self {
        Self {
            kind,
            detail: format!("{} {what}", excerpt(text)),
        }
    }
}

pub(crate) fn video_id(text: &str) -> Result<VideoId, Damage> {
    VideoId::new(text).map_err(|invalid| not_an_id(text, invalid))
}

pub(crate) fn channel_id(text: &str) -> Result<ChannelId, Damage> {
    ChannelId::new(text).map_err(|invalid| not_an_id(text, invalid))
}

fn not_an_id(text: &str, invalid: Invalid) -> Damage {
    spreadsheet_damage(text).unwrap_or(Damage {
        kind: FaultKind::NotAnId,
        detail: invalid.reason,
    })
}

/// A whole number that is not negative: `1234`, or `1234.0` as pandas writes a column that has gaps.
pub(crate) fn count(text: &str) -> Result<i64, Damage> {
    let digits = match text.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() && fraction.bytes().all(|byte| byte == b'0') => whole,
        _ => text,
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(not_a_count(text));
    }
    let too_large = |_| Damage::new(FaultKind::NotACount, text, "is larger than any counter");
    digits.parse().map_err(too_large)
}

pub(crate) fn category_id(text: &str) -> Result<i32, Damage> {
    let too_large = |_| Damage::new(FaultKind::NotACount, text, "is larger than any category id");
    count(text)?.try_into().map_err(too_large)
}

fn not_a_count(text: &str) -> Damage {
    if let Some(damage) = spreadsheet_damage(text) {
        return damage;
    }
    let has_digits = text.bytes().any(|byte| byte.is_ascii_digit());
    let only = |allowed: &str| has_digits && text.chars().all(|c| c.is_ascii_digit() || allowed.contains(c));
    let what = match text {
        _ if text.starts_with('-') && only("-") => "is negative",
        _ if only(",") || only(" ") || only("'") => {
            "is written with separators: export it again with the column's number format off"
        }
        _ if only(".") => "is not a whole number",
        _ => "is not a number",
    };
    Damage::new(FaultKind::NotACount, text, what)
}

/// Spreadsheets take ids that start with `-`, `=` or `+` for formulas, and ids like `123E10` for numbers.
pub(crate) fn spreadsheet_damage(text: &str) -> Option<Damage> {
    const ERRORS: [&str; 9] = [
        "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#N/A", "#NUM!", "#NULL!", "#ERROR!", "#SPILL!",
    ];
    if ERRORS.iter().any(|error| text.eq_ignore_ascii_case(error)) {
        let what = "is a spreadsheet's error value: it took the original for a formula, which is lost";
        return Some(Damage::new(FaultKind::SpreadsheetError, text, what));
    }
    if text.len() >= 2 && text.bytes().all(|byte| byte == b'#') {
        let what = "is what a spreadsheet shows when a column is too narrow: the value is lost";
        return Some(Damage::new(FaultKind::SpreadsheetError, text, what));
    }
    if is_scientific(text) {
        let what = "is a spreadsheet's rounded form of a number: its digits are lost";
        return Some(Damage::new(FaultKind::SpreadsheetRounding, text, what));
    }
    None
}

/// `1.23E+11`, `1,23E+11`, `-2e5`.
fn is_scientific(text: &str) -> bool {
    let Some((number, power)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let number = number.strip_prefix('-').unwrap_or(number);
    let power = power.strip_prefix(['+', '-']).unwrap_or(power);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts = number.split_once(['.', ',']);
    digits(power) && parts.map_or(digits(number), |(whole, fraction)| digits(whole) && digits(fraction))
}

pub(crate) fn boolean(text: &str) -> Result<bool, Damage> {
    match text {
        "1" => Ok(true),
        "0" => Ok(false),
        _ if text.eq_ignore_ascii_case("true") => Ok(true),
        _ if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(spreadsheet_damage(text)
            .unwrap_or_else(|| Damage::new(FaultKind::NotABoolean, text, "is neither true nor false"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind<T: std::fmt::Debug>(read: Result<T, Damage>) -> FaultKind {
        read.expect_err("accepted").kind
    }

    #[test]
    fn counters_are_exact() {
        assert_eq!(count("0"), Ok(0));
        assert_eq!(count("9223372036854775807"), Ok(i64::MAX));
        assert_eq!(count("1234.0"), Ok(1234));
        assert_eq!(count("1234.00"), Ok(1234));
        for text in [
            "9223372036854775808",
            "12,345",
            "1 234",
            "-1",
            "1.5",
            "1.",
            ".0",
            "+1",
            "many",
            "٣",
            "0x1F",
        ] {
            assert_eq!(kind(count(text)), FaultKind::NotACount, "{text}");
        }
    }

    #[test]
    fn spreadsheet_damage_is_told_apart() {
        for text in ["#NAME?", "#REF!", "#VALUE!", "#N/A", "#######"] {
            assert_eq!(kind(count(text)), FaultKind::SpreadsheetError, "{text}");
            assert_eq!(kind(video_id(text)), FaultKind::SpreadsheetError, "{text}");
        }
        for text in ["1.23E+11", "1,23E+11", "2e5", "-1.5E-7"] {
            assert_eq!(kind(count(text)), FaultKind::SpreadsheetRounding, "{text}");
            assert_eq!(kind(video_id(text)), FaultKind::SpreadsheetRounding, "{text}");
        }
        assert_eq!(kind(video_id("short")), FaultKind::NotAnId);
        // well-formed ids that look like numbers are ids
        assert!(video_id("12345678E10").is_ok());
    }

    #[test]
    fn booleans_of_every_generation() {
        assert_eq!(boolean("True"), Ok(true));
        assert_eq!(boolean("FALSE"), Ok(false));
        assert_eq!(kind(boolean("maybe")), FaultKind::NotABoolean);
    }
}
