//! Faults of rows, as every kind of table has them.

use super::cell::Damage;
use super::rows::{NotUtf8, ROW_LIMIT, Row, Shape};
use crate::{Fault, FaultKind, Outgoing};

/// Largest event a row may become, in bytes. Brokers take records of 1 MB; JSON needs up to six bytes for one.
const EVENT_LIMIT: usize = 900_000;

/// A fault whose line is not yet known.
#[derive(Debug)]
pub(crate) struct Misread {
    /// Index of the field; `None` when the whole row is at fault.
    pub(crate) place: Option<usize>,
    pub(crate) damage: Damage,
}

impl Misread {
    pub(crate) fn whole_row(kind: FaultKind, detail: String) -> Self {
        let damage = Damage { kind, detail };
        Self { place: None, damage }
    }

    pub(crate) fn not_utf8(error: &NotUtf8) -> Self {
        let (position, byte) = (error.valid_bytes + 1, error.byte);
        Self {
            place: Some(error.field),
            damage: Damage {
                kind: FaultKind::NotUtf8,
                detail: format!("byte {position} of the value is 0x{byte:02x}, which is not UTF-8 (another encoding?)"),
            },
        }
    }

    fn wrong_width(found: &str, expected: usize, more: &str) -> Self {
        Self::whole_row(
            FaultKind::WrongWidth,
            format!("the row has {found} fields where the header has {expected}{more}"),
        )
    }

    pub(crate) fn missing(place: Option<usize>) -> Self {
        let (kind, detail) = (FaultKind::Missing, "is empty".to_owned());
        let damage = Damage { kind, detail };
        Self { place, damage }
    }

    /// The event type refused the field at `place`.
    pub(crate) fn refused(place: Option<usize>, invalid: &events::Invalid) -> Self {
        let (kind, detail) = (FaultKind::Refused, invalid.reason.clone());
        let damage = Damage { kind, detail };
        Self { place, damage }
    }

    /// With its line and the name of its column.
    pub(crate) fn fault(self, line: u64, column: Option<&str>) -> Fault {
        Fault {
            line,
            column: column.map(crate::fault::clip),
            kind: self.damage.kind,
            detail: self.damage.detail,
        }
    }
}

/// Whether the row has the fields of its header, each whole. Exports are often cut in the text that ends their last
/// row: everything before it is whole, so the row counts. Not so when the value may be a number.
pub(crate) fn check_shape(row: &Row<'_>, expected: usize, ends_in_text: bool) -> Result<(), Misread> {
    let width = row.ends.len();
    match row.shape {
        Shape::TooLong { field } if field < expected => Err(Misread {
            place: Some(field),
            damage: Damage {
                kind: FaultKind::TooLong,
                detail: format!("the row is longer than {ROW_LIMIT} bytes; only its beginning is kept"),
            },
        }),
        Shape::TooLong { field } => Err(Misread::wrong_width(&format!("at least {field}"), expected, "")),
        Shape::Unclosed { field } => Err(Misread {
            place: Some(field.min(expected.saturating_sub(1))),
            damage: Damage {
                kind: FaultKind::CutOff,
                detail: "a quote is opened in this value and not closed before the next row begins".to_owned(),
            },
        }),
        _ if width != expected && row.shape == Shape::OpenQuote => Err(Misread::wrong_width(
            &width.to_string(),
            expected,
            "; the file ends inside quotes",
        )),
        _ if width != expected => Err(Misread::wrong_width(&width.to_string(), expected, "")),
        Shape::OpenQuote if !ends_in_text => Err(Misread {
            place: expected.checked_sub(1),
            damage: Damage {
                kind: FaultKind::CutOff,
                detail: "the file ends inside this value's quotes".to_owned(),
            },
        }),
        _ => Ok(()),
    }
}

/// The record, if a broker takes it.
pub(crate) fn fitting(outgoing: Outgoing) -> Result<Outgoing, Misread> {
    match outgoing.body.len() > EVENT_LIMIT {
        true => Err(Misread::whole_row(
            FaultKind::TooLong,
            format!("the row becomes an event of more than {EVENT_LIMIT} bytes"),
        )),
        false => Ok(outgoing),
    }
}
