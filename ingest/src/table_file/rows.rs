//! Cuts text into CSV rows (RFC 4180 as spreadsheets and Python read it) in bounded memory.
//!
//! A row comes with its own bytes, its fields, and the physical line it starts on. A row that is longer than
//! [`ROW_LIMIT`] is read to its end but only its beginning is kept. A quote that is opened and never closed would take
//! in the rows behind it: a row that is not well formed ends where a line inside of it begins a row of its own. What
//! is well formed is never taken apart. Nothing here can fail but the input itself.

use std::io::{self, BufRead};

use csv_core::{ReadRecordResult, Reader};

use super::lines;
use super::unread::Unread;

/// Longest row that is read, in bytes, and the most that is kept of a longer one. YouTube's longest row is about
/// 25 kB (a description has at most 5,000 characters); a broker takes records of 1 MB.
pub(crate) const ROW_LIMIT: usize = 256 * 1024;

/// Most columns a row may have.
const COLUMN_LIMIT: usize = 1024;

/// One row.
pub(crate) struct Row<'a> {
    /// Physical line on which it starts; the file's first is 1.
    pub(crate) line: u64,
    /// The row as it stands in the file, without its line end, at most [`ROW_LIMIT`] bytes.
    pub(crate) raw: &'a [u8],
    /// Unquoted fields, one after the other.
    pub(crate) text: &'a [u8],
    /// Where each field ends in `text`.
    pub(crate) ends: &'a [usize],
    pub(crate) shape: Shape,
}

/// The input failed in the row that starts on `line`.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) line: u64,
    pub(crate) cause: io::Error,
}

/// A field whose bytes are no text.
pub(crate) struct NotUtf8 {
    pub(crate) field: usize,
    /// How many bytes of it are good.
    pub(crate) valid_bytes: usize,
    /// The first that is not.
    pub(crate) byte: u8,
}

impl<'a> Row<'a> {
    /// The fields as text.
    pub(crate) fn texts(&self) -> Result<Vec<&'a str>, NotUtf8> {
        let mut texts = Vec::with_capacity(self.ends.len());
        let mut start = 0;
        for (field, &end) in self.ends.iter().enumerate() {
            let bytes = &self.text[start..end];
            let text = std::str::from_utf8(bytes).map_err(|error| NotUtf8 {
                field,
                valid_bytes: error.valid_up_to(),
                byte: bytes.get(error.valid_up_to()).copied().unwrap_or_default(),
            });
            texts.push(text?);
            start = end;
        }
        Ok(texts)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Whole,
    /// The text ends inside quotes: the last field may be cut.
    OpenQuote,
    /// A quote is open where another row begins: the field with this index has no end, and none comes after it.
    Unclosed {
        field: usize,
    },
    /// The row broke the limit in the field with this index; fields are not to be used.
    TooLong {
        field: usize,
    },
}

/// How the beginning of a row is known.
pub(crate) trait RowStart {
    /// How many fields a row has.
    fn width(&self) -> usize;

    /// Whether the fields of a line are the beginning of a row: all of them, or those before one that is open at its end.
    fn begins_row(&self, fields: &[&[u8]]) -> bool;
}

/// A header has no rows inside.
pub(crate) struct HeaderRow;

impl RowStart for HeaderRow {
    fn width(&self) -> usize {
        0
    }

    fn begins_row(&self, _: &[&[u8]]) -> bool {
        false
    }
}

pub(crate) struct RowReader<R> {
    input: Unread<R>,
    parser: Reader,
    raw: Vec<u8>,
    text: Vec<u8>,
    ends: Vec<usize>,
    /// Line ends between rows; those inside rows are counted by the parser.
    lines_between: u64,
    /// The last line end was a carriage return; a line feed that follows belongs to it.
    after_return: bool,
}

impl<R: BufRead> RowReader<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            input: Unread::new(input),
            parser: Reader::new(),
            raw: Vec::new(),
            text: vec![0; ROW_LIMIT],
            ends: vec![0; COLUMN_LIMIT],
            lines_between: 0,
            after_return: false,
        }
    }

    /// The line the reader has come to, which is the next one after a lone carriage return.
    fn line(&self) -> u64 {
        self.parser.line() + self.lines_between + u64::from(self.after_return)
    }

    /// The next row; empty lines are no rows.
    ///
    /// # Errors
    /// The input's. The row it broke is lost, the rows before it were handed out.
    pub(crate) fn next_row(&mut self, start: &impl RowStart) -> Result<Option<Row<'_>>, Broken> {
        let more = self.skip_line_ends();
        let line = self.line();
        if !more.map_err(|cause| Broken { line, cause })? {
            return Ok(None);
        }
        let fields = self.read_fields(line, start);
        let (shape, text_len, ends_len) = fields.map_err(|cause| Broken { line, cause })?;
        if shape != Shape::OpenQuote {
            self.raw.pop_if(|byte| matches!(byte, b'\r' | b'\n'));
        }
        self.raw.truncate(ROW_LIMIT);
        Ok(Some(Row {
            line,
            raw: &self.raw,
            text: &self.text[..text_len],
            ends: &self.ends[..ends_len],
            shape,
        }))
    }

    /// Feeds the parser until it has a row. Once a limit is broken the buffers are used over and over.
    fn read_fields(&mut self, line: u64, start: &impl RowStart) -> io::Result<(Shape, usize, usize)> {
        self.raw.clear();
        let (mut shape, mut text_len, mut ends_len) = (Shape::Whole, 0, 0);
        loop {
            let input = fill(&mut self.input)?;
            let at_end = input.is_empty();
            let (text, ends) = (&mut self.text[text_len..], &mut self.ends[ends_len..]);
            let (result, read, written, ended) = self.parser.read_record(input, text, ends);
            let taken = &input[..read];
            self.after_return = taken.last() == Some(&b'\r');
            if shape == Shape::Whole {
                self.raw.extend_from_slice(taken);
            }
            self.input.consume(read);
            (text_len, ends_len) = (text_len + written, ends_len + ended);
            let complete = matches!(result, ReadRecordResult::Record | ReadRecordResult::End);
            if shape == Shape::Whole && (complete || result != ReadRecordResult::InputEmpty) {
                if !complete || self.raw.len() > 2 * ROW_LIMIT {
                    shape = Shape::TooLong { field: ends_len };
                } else if at_end && lines::ends_in_quotes(&self.raw) {
                    shape = Shape::OpenQuote;
                }
                let stray = lines::has_text_behind_quotes(&self.raw);
                let sound = shape == Shape::Whole && ends_len == start.width() && !stray;
                if !sound && let Some(unclosed) = self.end_before_next_row(line, start) {
                    return Ok((unclosed, 0, 0));
                }
                if stray && shape == Shape::Whole {
                    return Ok((
                        Shape::Unclosed {
                            field: lines::first_over_lines(&self.raw),
                        },
                        0,
                        0,
                    ));
                }
            }
            if complete {
                return Ok((shape, text_len, ends_len));
            }
            if result != ReadRecordResult::InputEmpty {
                (text_len, ends_len) = (0, 0);
            }
        }
    }

    /// Gives back what was read from the first line on that begins another row.
    fn end_before_next_row(&mut self, line: u64, start: &impl RowStart) -> Option<Shape> {
        let next = lines::starts_inside(&self.raw).find(|at| lines::begins(&self.raw[*at..], start))?;
        let field = lines::last_field(&self.raw[..next]);
        self.input.put_back(&self.raw[next..]);
        self.raw.truncate(next);
        self.parser.reset();
        self.parser.set_line(line + lines::count_ends(&self.raw));
        (self.lines_between, self.after_return) = (0, false);
        Some(Shape::Unclosed { field })
    }

    /// Moves to the first byte of the next row; false at the end of the input.
    fn skip_line_ends(&mut self) -> io::Result<bool> {
        loop {
            let input = fill(&mut self.input)?;
            let Some(&byte) = input.first() else {
                return Ok(false);
            };
            // a carriage return counts as a line when something other than a line feed follows
            if byte != b'\n' && self.after_return {
                self.lines_between += 1;
            }
            self.after_return = byte == b'\r';
            match byte {
                b'\n' => self.lines_between += 1,
                b'\r' => {}
                _ => return Ok(true),
            }
            self.input.consume(1);
        }
    }
}

/// `fill_buf` that goes on after a signal.
fn fill<R: BufRead>(input: &mut R) -> io::Result<&[u8]> {
    loop {
        match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
            Ok(_) => break,
        }
    }
    // the buffer is filled: this returns it without reading, and satisfies the borrow checker
    input.fill_buf()
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// Rows of the tests begin with a number and have another field.
    struct Numbered;

    impl RowStart for Numbered {
        fn width(&self) -> usize {
            2
        }

        fn begins_row(&self, fields: &[&[u8]]) -> bool {
            !fields[0].is_empty() && fields[0].iter().all(u8::is_ascii_digit)
        }
    }

    /// Line, fields and bytes of every row, read through a buffer of `buffer_bytes`.
    fn rows(text: &[u8], buffer_bytes: usize) -> Vec<(u64, Vec<String>, String)> {
        let mut reader = RowReader::new(BufReader::with_capacity(buffer_bytes, text));
        let mut rows = Vec::new();
        while let Some(row) = reader.next_row(&Numbered).expect("memory can be read") {
            let starts = [0].into_iter().chain(row.ends.iter().copied());
            let field = |(start, &end): (usize, &usize)| String::from_utf8_lossy(&row.text[start..end]).into_owned();
            let fields = starts.zip(row.ends).map(field).collect();
            rows.push((row.line, fields, String::from_utf8_lossy(row.raw).into_owned()));
        }
        rows
    }

    fn check(text: &str, expected: &[(u64, &[&str], &str)]) {
        let owned = |(line, fields, raw): &(u64, &[&str], &str)| {
            (
                *line,
                fields.iter().map(|field| (*field).to_owned()).collect(),
                (*raw).to_owned(),
            )
        };
        let expected: Vec<_> = expected.iter().map(owned).collect();
        for buffer_bytes in [1, 2, 3, 7, 4096] {
            assert_eq!(
                rows(text.as_bytes(), buffer_bytes),
                expected,
                "buffer of {buffer_bytes}"
            );
        }
    }

    #[test]
    fn every_kind_of_line_end_counts_one_line() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "", "c,d", "e,f"].join(end);
            check(
                &text,
                &[
                    (1, &["a", "b"], "a,b"),
                    (3, &["c", "d"], "c,d"),
                    (4, &["e", "f"], "e,f"),
                ],
            );
        }
    }

    #[test]
    fn a_quoted_field_may_span_lines() {
        let text = "a,\"x\n\r\n\"\"y\"\"\"\r\nb,c\r\n";
        check(
            text,
            &[
                (1, &["a", "x\n\r\n\"y\""], "a,\"x\n\r\n\"\"y\"\"\""),
                (4, &["b", "c"], "b,c"),
            ],
        );
    }

    #[test]
    fn a_row_over_the_limit_is_read_past_in_bounded_memory() {
        let long = "x".repeat(10 << 20);
        let text = format!("a,b\n1,\"{long}\"\n2,c\n");
        let mut reader = RowReader::new(BufReader::new(text.as_bytes()));
        reader.next_row(&Numbered).expect("read").expect("a header");
        let row = reader.next_row(&Numbered).expect("read").expect("a long row");
        assert_eq!(
            (row.line, row.shape, row.raw.len()),
            (2, Shape::TooLong { field: 1 }, ROW_LIMIT)
        );
        let row = reader.next_row(&Numbered).expect("read").expect("the row after it");
        assert_eq!((row.line, row.shape, row.raw), (3, Shape::Whole, &b"2,c"[..]));
        assert!(reader.raw.capacity() <= 4 * ROW_LIMIT && reader.text.capacity() <= 2 * ROW_LIMIT);
    }

    #[test]
    fn a_row_of_too_many_columns_is_read_past() {
        let text = format!("{}\nb\n", ",".repeat(5 * COLUMN_LIMIT));
        let mut reader = RowReader::new(text.as_bytes());
        let row = reader.next_row(&Numbered).expect("read").expect("a wide row");
        assert_eq!(row.shape, Shape::TooLong { field: COLUMN_LIMIT });
        assert_eq!(reader.next_row(&Numbered).expect("read").expect("the next").raw, b"b");
    }

    #[test]
    fn an_open_quote_at_the_end_is_noticed() {
        let shape = |text: &str| {
            let mut reader = RowReader::new(text.as_bytes());
            reader.next_row(&Numbered).expect("read").expect("a row").shape
        };
        assert_eq!(shape("a,\"b"), Shape::OpenQuote);
        assert_eq!(shape("a,\"b\"\"\n"), Shape::OpenQuote);
        assert_eq!(shape("a,\"b\""), Shape::Whole);
        assert_eq!(shape("a,b\""), Shape::Whole);
        assert_eq!(shape("a,\"b\"c\""), Shape::Whole);
    }

    #[test]
    fn an_open_quote_ends_where_the_next_row_begins() {
        for end in ["\n", "\r\n", "\r"] {
            let lines = ["1,\"a", "more", "2,\"b\"", "3,\"d", "4", "", "5,\"e\"", ""];
            let text = lines.join(end);
            for buffer_bytes in [1, 2, 5, 4096] {
                let mut reader = RowReader::new(BufReader::with_capacity(buffer_bytes, text.as_bytes()));
                let mut seen = Vec::new();
                while let Some(row) = reader.next_row(&Numbered).expect("memory can be read") {
                    seen.push((
                        row.line,
                        row.shape,
                        String::from_utf8_lossy(row.raw).trim_end().to_owned(),
                    ));
                }
                let unclosed = Shape::Unclosed { field: 1 };
                let expected = [
                    (1, unclosed, ["1,\"a", "more"].join(end)),
                    (3, Shape::Whole, "2,\"b\"".to_owned()),
                    (4, unclosed, ["3,\"d", "4"].join(end)),
                    (7, Shape::Whole, "5,\"e\"".to_owned()),
                ];
                assert_eq!(seen, expected, "{end:?}, buffer of {buffer_bytes}");
            }
        }
    }

    #[test]
    fn what_is_well_formed_is_not_taken_apart() {
        check(
            "1,\"a\n2,b\nc\"\n3,d\n",
            &[(1, &["1", "a\n2,b\nc"], "1,\"a\n2,b\nc\""), (4, &["3", "d"], "3,d")],
        );
    }

    #[test]
    fn an_open_quote_far_from_any_other_loses_no_row() {
        let rows: String = (2..50_000)
            .map(|n| format!("{n},some text that fills the line\n"))
            .collect();
        let text = format!("1,\"never closed\n{rows}");
        assert!(text.len() > 4 * ROW_LIMIT);
        let mut reader = RowReader::new(text.as_bytes());
        let first = reader.next_row(&Numbered).expect("read").expect("a row");
        assert_eq!(first.shape, Shape::Unclosed { field: 1 });
        let mut expected = 2;
        while let Some(row) = reader.next_row(&Numbered).expect("read") {
            assert_eq!((row.line, row.shape), (expected, Shape::Whole));
            expected += 1;
        }
        assert_eq!(expected, 50_000);
    }
}
