//! Looks at the lines inside of one row's bytes.

use csv_core::{ReadRecordResult, Reader};

use super::rows::RowStart;

/// Most fields of a line that are looked at, to know whether it begins a row.
const FIELDS: usize = 64;

/// Where lines begin inside of a row, its first line excepted. `\n`, `\r\n` and a lone `\r` end a line.
pub(crate) fn starts_inside(raw: &[u8]) -> impl Iterator<Item = usize> {
    let ends_here = move |at: usize| match raw[at] {
        b'\n' => true,
        b'\r' => raw.get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    (0..raw.len().saturating_sub(1))
        .filter(move |at| ends_here(*at))
        .map(|at| at + 1)
}

/// How many lines end in it.
pub(crate) fn count_ends(raw: &[u8]) -> u64 {
    let inside = starts_inside(raw).count() as u64;
    inside + u64::from(raw.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')))
}

/// Whether the line at the start of `raw`, read by itself, begins a row: it has all the fields of one, or quotes that
/// are not as they should be, and the fields are those that begin one.
pub(crate) fn begins(raw: &[u8], start: &impl RowStart) -> bool {
    let end = raw.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    let line = &raw[..end.unwrap_or(raw.len())];
    let (mut text, mut ends) = (vec![0; line.len() + 1], [0; FIELDS]);
    let mut parser = Reader::new();
    let (_, _, written, ended) = parser.read_record(line, &mut text, &mut ends);
    // no more input ends the last field
    let (_, _, _, more) = parser.read_record(&[], &mut text[written..], &mut ends[ended..]);
    let ended = ended + more;
    let quotes = walk(line);
    // fields from a damaged one on tell nothing
    let known = match quotes.state {
        Quotes::Inside => ended.saturating_sub(1),
        _ if ended == start.width().min(FIELDS) => ended,
        _ if quotes.stray => line.split(|byte| *byte == b'"').next().map_or(0, commas),
        _ => return false,
    };
    let starts = std::iter::once(0).chain(ends);
    let fields: Vec<&[u8]> = starts
        .zip(ends)
        .take(known)
        .map(|(start, end)| &text[start..end])
        .collect();
    start.begins_row(&fields)
}

/// Index of the field that a row cut at its end was in.
pub(crate) fn last_field(raw: &[u8]) -> usize {
    let (mut text, mut ends) = (vec![0; raw.len() + 1], vec![0; raw.len() + 1]);
    let mut parser = Reader::new();
    let (mut result, mut read, _, mut ended) = parser.read_record(raw, &mut text, &mut ends);
    while result == ReadRecordResult::InputEmpty && read < raw.len() {
        let (again, more, _, fields) = parser.read_record(&raw[read..], &mut text, &mut ends);
        (result, read, ended) = (again, read + more, ended + fields);
    }
    ended
}

/// Index of the field whose quotes hold the first line end.
pub(crate) fn first_over_lines(raw: &[u8]) -> usize {
    let end = starts_inside(raw).next().unwrap_or(raw.len());
    last_field(&raw[..end])
}

/// Whether a row without a line end stops inside a quoted field.
pub(crate) fn ends_in_quotes(raw: &[u8]) -> bool {
    matches!(walk(raw).state, Quotes::Inside)
}

/// Whether text follows the closing quote of a field that goes over lines, as it does where a quote that was never
/// closed meets the next one.
pub(crate) fn has_text_behind_quotes(raw: &[u8]) -> bool {
    walk(raw).stray_over_lines
}

fn commas(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b',').count()
}

/// What was seen of the quotes of a row.
struct Seen {
    /// Where they stand at its end.
    state: Quotes,
    /// Text followed a closing quote.
    stray: bool,
    /// Text followed quotes that held a line end.
    stray_over_lines: bool,
}

#[derive(Clone, Copy)]
enum Quotes {
    FieldStart,
    Outside,
    Inside,
    /// Behind a quote inside of quotes: the end of them, or half of an escaped one.
    Behind,
}

fn walk(raw: &[u8]) -> Seen {
    let (mut state, mut lines) = (Quotes::FieldStart, false);
    let (mut stray, mut stray_over_lines) = (false, false);
    for byte in raw {
        state = match (state, byte) {
            (Quotes::FieldStart, b'"') => {
                lines = false;
                Quotes::Inside
            }
            (Quotes::Behind, b'"') => Quotes::Inside,
            (Quotes::Inside, b'"') => Quotes::Behind,
            (Quotes::Inside, _) => {
                lines |= matches!(byte, b'\n' | b'\r');
                Quotes::Inside
            }
            (_, b',') => Quotes::FieldStart,
            (Quotes::Behind, byte) => {
                let text = !matches!(byte, b'\n' | b'\r');
                stray |= text;
                stray_over_lines |= text && lines;
                Quotes::Outside
            }
            _ => Quotes::Outside,
        };
    }
    Seen {
        state,
        stray,
        stray_over_lines,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_inside_of_a_row_are_found() {
        let starts: Vec<usize> = starts_inside(b"a\nb\r\nc\rd\n").collect();
        assert_eq!(starts, [2, 5, 7]);
        assert_eq!(count_ends(b"a\nb\r\nc\rd\n"), 4);
        assert_eq!(count_ends(b"a"), 0);
    }

    #[test]
    fn the_field_that_was_cut_is_named() {
        assert_eq!(last_field(b"1,2,\"abc\n"), 2);
        assert_eq!(last_field(b"\"abc\n"), 0);
    }
}
