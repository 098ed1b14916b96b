//! Why a row was rejected: where it stands, what is wrong with it, and what probably happened to it.
//!
//! The text of a fault is part of the rejected row's identity, so it never names the file: the same row under
//! another path is the same row.

use std::fmt;

/// Longest part of a damaged value that a reason shows, in characters.
const EXCERPT: usize = 40;

/// What is wrong with one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Physical line on which the row starts; the header is line 1.
    pub line: u64,
    /// The column as the header calls it; `None` when the whole row is at fault.
    pub column: Option<String>,
    pub kind: FaultKind,
    /// The value, what it should have been, and what probably happened.
    pub detail: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.detail)
    }
}

/// Kinds of fault, for counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// A spreadsheet put `#NAME?` or its like in the value's place.
    SpreadsheetError,
    /// A spreadsheet rounded the value to something like `1.23E+11`.
    SpreadsheetRounding,
    /// The row has more or fewer fields than the header.
    WrongWidth,
    /// The file ends inside a value.
    CutOff,
    TooLong,
    NotUtf8,
    Missing,
    NotAnId,
    NotACount,
    NotADate,
    NotABoolean,
    /// Of a window that goes on, whose value will be another.
    NotOver,
    /// The event type refused the value.
    Refused,
}

impl FaultKind {
    /// A few words for a summary.
    pub const fn label(self) -> &'static str {
        match self {
            FaultKind::SpreadsheetError => "spreadsheet error value",
            FaultKind::SpreadsheetRounding => "number rounded by a spreadsheet",
            FaultKind::WrongWidth => "wrong number of columns",
            FaultKind::CutOff => "cut off",
            FaultKind::TooLong => "too long",
            FaultKind::NotUtf8 => "not UTF-8",
            FaultKind::Missing => "required value missing",
            FaultKind::NotAnId => "not a YouTube id",
            FaultKind::NotACount => "not a whole number",
            FaultKind::NotADate => "not a date",
            FaultKind::NotABoolean => "neither true nor false",
            FaultKind::NotOver => "window not over",
            FaultKind::Refused => "value not allowed",
        }
    }
}

/// The text as a message may show it: quoted, control characters escaped, clipped.
pub(crate) fn excerpt(text: &str) -> String {
    let mut short: String = text.chars().take(EXCERPT).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("{short:?}")
}

/// The text as a message may show it when it is a name: like [`excerpt`], without quotes.
pub(crate) fn clip(text: &str) -> String {
    excerpt(text).trim_matches('"').to_owned()
}

/// The text on one line, control characters escaped, at most `longest` characters.
pub(crate) fn clip_to(text: &str, longest: usize) -> String {
    let text = text.trim();
    let mut short: String = text.chars().take(longest).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_line_and_column() {
        let fault = Fault {
            line: 17,
            column: Some("views".into()),
            kind: FaultKind::NotACount,
            detail: "\"many\" is not a whole number".into(),
        };
        assert_eq!(
            fault.to_string(),
            "line 17, column views: \"many\" is not a whole number"
        );
    }

    #[test]
    fn a_long_value_is_clipped() {
        assert_eq!(excerpt(&"é".repeat(50)).chars().count(), EXCERPT + 3);
        assert_eq!(excerpt("a\nb"), "\"a\\nb\"");
    }
}
