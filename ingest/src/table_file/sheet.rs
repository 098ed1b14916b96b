//! A source made of a table whose rows somebody understands.

use std::collections::VecDeque;

use events::{Event, Payload, Topic};

use super::cell::Damage;
use super::header::Header;
use super::input::{Input, Meter, Text};
use super::misread::{Misread, check_shape, fitting};
use super::rows::{Broken, HeaderRow, Row, RowReader, RowStart, Shape};
use crate::{Outgoing, Progress, Source, SourceError};

/// Understands the rows of one file.
pub(crate) trait Reading: Send {
    /// CloudEvents `source` of what is read, whatever the file.
    const SOURCE: &'static str;
    /// Where rejected rows go.
    const TOPIC: Topic;

    fn header(&self) -> &Header;

    /// Whether a line whose fields are these begins a row.
    fn begins_row(&self, first: &str) -> bool;

    /// Whether these fields are no row at all: a section's title, a note below the table. May take note of it.
    fn passes_over(&mut self, _texts: &[&str]) -> bool {
        false
    }

    /// Whether the last column stays true when its end is missing.
    fn ends_in_text(&self) -> bool {
        false
    }

    /// Records of one row: one, or one for each column of values.
    fn read(&mut self, cells: &Cells<'_>) -> Result<Vec<Outgoing>, Misread>;
}

/// The fields of one row, as text.
pub(crate) struct Cells<'a> {
    texts: Vec<&'a str>,
}

impl<'a> Cells<'a> {
    /// The trimmed field; `None` where there is no such column or nothing in it.
    pub(crate) fn text(&self, place: Option<usize>) -> Option<&'a str> {
        let text = self.texts.get(place?)?.trim();
        (!text.is_empty()).then_some(text)
    }

    pub(crate) fn optional<T>(
        &self,
        place: Option<usize>,
        read: impl FnOnce(&str) -> Result<T, Damage>,
    ) -> Result<Option<T>, Misread> {
        let misread = |damage| Misread { place, damage };
        self.text(place).map(read).transpose().map_err(misread)
    }

    pub(crate) fn required<T>(
        &self,
        place: Option<usize>,
        read: impl FnOnce(&str) -> Result<T, Damage>,
    ) -> Result<T, Misread> {
        self.optional(place, read)?.ok_or_else(|| Misread::missing(place))
    }
}

/// The record of an event that its type may refuse; `place` tells where a refused field stands.
pub(crate) fn record<P: Payload>(
    source: &str,
    time: chrono::DateTime<chrono::Utc>,
    payload: P,
    place: impl Fn(&str) -> Option<usize>,
) -> Result<Outgoing, Misread> {
    let event = Event::new(source, time, payload);
    let event = event.map_err(|invalid| Misread::refused(place(invalid.field), &invalid))?;
    fitting(event.into())
}

/// A file being read.
pub(crate) struct Sheet<R> {
    name: String,
    rows: RowReader<Text>,
    meter: Meter,
    reading: R,
    /// Rows above the first one to read: header, and what stands above it.
    above: usize,
    waiting: VecDeque<Outgoing>,
    ended: bool,
}

impl<R: Reading> Sheet<R> {
    pub(crate) fn new(name: String, input: Input, above: usize, reading: R) -> Self {
        Self {
            name,
            rows: RowReader::new(input.text),
            meter: input.meter,
            reading,
            above,
            waiting: VecDeque::new(),
            ended: false,
        }
    }

    /// Reads one row more; false at the end.
    fn advance(&mut self) -> Result<bool, Broken> {
        while self.above > 0 {
            self.above -= 1;
            if self.rows.next_row(&HeaderRow)?.is_none() {
                return Ok(false);
            }
        }
        let start = Start(&self.reading);
        // the reader's borrow of the start ends with the call
        let Some(row) = self.rows.next_row(&start)? else {
            return Ok(false);
        };
        take(&mut self.reading, &row, &mut self.waiting);
        Ok(true)
    }
}

fn take<R: Reading>(reading: &mut R, row: &Row<'_>, waiting: &mut VecDeque<Outgoing>) {
    match outgoing(reading, row) {
        Ok(records) => waiting.extend(records),
        Err(misread) => {
            let column = misread.place.and_then(|place| reading.header().name(place));
            let fault = misread.fault(row.line, column);
            waiting.push_back(Outgoing::rejected(R::SOURCE, R::TOPIC, fault, row.raw.to_owned()));
        }
    }
}

fn outgoing<R: Reading>(reading: &mut R, row: &Row<'_>) -> Result<Vec<Outgoing>, Misread> {
    if row.shape == Shape::Whole
        && let Ok(texts) = row.texts()
        && (texts.iter().all(|text| text.trim().is_empty()) || reading.passes_over(&texts))
    {
        return Ok(Vec::new());
    }
    check_shape(row, reading.header().width(), reading.ends_in_text())?;
    let texts = row.texts().map_err(|error| Misread::not_utf8(&error))?;
    reading.read(&Cells { texts })
}

struct Start<'a, R>(&'a R);

impl<R: Reading> RowStart for Start<'_, R> {
    fn width(&self) -> usize {
        self.0.header().width()
    }

    fn begins_row(&self, fields: &[&[u8]]) -> bool {
        let first = fields.first().and_then(|field| std::str::from_utf8(field).ok());
        // a line of one field is more likely a part of a text
        fields.len() > 1 && first.is_some_and(|first| self.0.begins_row(first.trim()))
    }
}

impl<R: Reading> Source for Sheet<R> {
    fn next(&mut self) -> Option<Result<Outgoing, SourceError>> {
        while self.waiting.is_empty() && !self.ended {
            match self.advance() {
                Ok(more) => self.ended = !more,
                Err(Broken { line, cause }) => {
                    self.ended = true;
                    let name = self.name.clone();
                    return Some(Err(SourceError::CutShort { name, line, cause }));
                }
            }
        }
        self.waiting.pop_front().map(Ok)
    }

    fn progress(&self) -> Progress {
        self.meter.progress()
    }
}
