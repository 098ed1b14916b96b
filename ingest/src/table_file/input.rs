//! Opens what a user names (a file, a gzipped file, standard input, any reader) as plain text bytes.

use std::fs::{File, Metadata};
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use flate2::bufread::MultiGzDecoder;

use super::rows::{HeaderRow, RowReader, Shape};
use crate::{Progress, Unit};

const BUFFER_BYTES: usize = 64 * 1024;
const GZIP: &[u8] = &[0x1f, 0x8b];
const UTF8_MARK: &[u8] = &[0xef, 0xbb, 0xbf];
/// How many bytes are looked at before reading, to know what the input is.
const START_BYTES: u64 = 8;

/// Unpacked bytes, without a byte order mark.
pub(crate) type Text = BufReader<Box<dyn Read + Send>>;

pub(crate) struct Input {
    pub(crate) text: Text,
    /// The first bytes of the text, for telling what it is.
    pub(crate) start: Vec<u8>,
    pub(crate) meter: Meter,
    /// When it was written, where that is known.
    pub(crate) written: Option<DateTime<Utc>>,
}

/// Counts the bytes taken from the input as it is stored.
#[derive(Clone)]
pub(crate) struct Meter {
    read: Arc<AtomicU64>,
    total: Option<u64>,
}

impl Meter {
    pub(crate) fn progress(&self) -> Progress {
        Progress {
            done: self.read.load(Ordering::Relaxed),
            total: self.total,
            unit: Unit::Bytes,
        }
    }
}

impl Input {
    /// `-` is standard input.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        if path == Path::new("-") {
            return Self::new(io::stdin(), None);
        }
        let file = File::open(path)?;
        let about = file.metadata()?;
        if about.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let input = Self::new(file, about.is_file().then_some(about.len()))?;
        Ok(Self {
            written: written(&about),
            ..input
        })
    }

    /// Unpacks `input` if it starts like gzip; several gzip members in a row are one text.
    pub(crate) fn new(input: impl Read + Send + 'static, total: Option<u64>) -> io::Result<Self> {
        let read = Arc::new(AtomicU64::new(0));
        let metered = Metered {
            input,
            read: Arc::clone(&read),
        };
        let (start, stored) = peek(metered)?;
        let (mut start, text): (_, Box<dyn Read + Send>) = match start.starts_with(GZIP) {
            true => {
                let (start, text) = peek(MultiGzDecoder::new(BufReader::with_capacity(BUFFER_BYTES, stored)))?;
                (start, Box::new(text))
            }
            false => (start, Box::new(stored)),
        };
        let mut text = BufReader::with_capacity(BUFFER_BYTES, text);
        if start.starts_with(UTF8_MARK) {
            text.read_exact(&mut [0; UTF8_MARK.len()])?;
            start.drain(..UTF8_MARK.len());
        }
        let meter = Meter { read, total };
        Ok(Self {
            text,
            start,
            meter,
            written: None,
        })
    }
}

/// Most bytes of an input that are looked at to know what it is.
const HEAD_BYTES: u64 = 64 * 1024;

/// The first rows of an input.
pub(crate) struct Head {
    /// Rows that are whole, with their fields as text; bytes that are none are shown as such.
    pub(crate) rows: Vec<Vec<String>>,
}

impl Head {
    fn of(bytes: &[u8], is_all: bool) -> Self {
        let mut reader = RowReader::new(bytes);
        let mut rows = Vec::new();
        // memory is read without faults
        while let Ok(Some(row)) = reader.next_row(&HeaderRow) {
            if matches!(row.shape, Shape::TooLong { .. }) {
                let start = &row.raw[..row.raw.len().min(100)];
                rows.push(vec![String::from_utf8_lossy(start).into_owned()]);
                continue;
            }
            let mut start = 0;
            let field = |end: &usize| {
                let bytes = &row.text[start..*end];
                start = *end;
                String::from_utf8_lossy(bytes).into_owned()
            };
            rows.push(row.ends.iter().map(field).collect());
        }
        if !is_all {
            rows.pop();
        }
        Self { rows }
    }
}

impl Input {
    /// The first rows, which will be read again. A fault that comes this early will come again, too.
    pub(crate) fn head(self) -> (Head, Self) {
        let mut text = self.text;
        let mut bytes = Vec::new();
        let read = text.by_ref().take(HEAD_BYTES).read_to_end(&mut bytes);
        let is_all = matches!(read, Ok(count) if (count as u64) < HEAD_BYTES);
        let head = Head::of(&bytes, is_all);
        let failed = Failing(read.err());
        let again: Box<dyn Read + Send> = Box::new(Cursor::new(bytes).chain(failed).chain(text));
        let input = Self {
            text: BufReader::with_capacity(BUFFER_BYTES, again),
            ..self
        };
        (head, input)
    }
}

/// Fails once, if there is a fault.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        match self.0.take() {
            Some(error) => Err(error),
            None => Ok(0),
        }
    }
}

/// A reader whose first bytes were read and put back.
type Unread<R> = io::Chain<Cursor<Vec<u8>>, R>;

/// The first bytes, and the reader as it was before they were read.
fn peek<R: Read>(mut input: R) -> io::Result<(Vec<u8>, Unread<R>)> {
    let mut start = Vec::new();
    input.by_ref().take(START_BYTES).read_to_end(&mut start)?;
    Ok((start.clone(), Cursor::new(start).chain(input)))
}

/// When the file was changed last; a pipe's time is no one's.
pub(crate) fn written(about: &Metadata) -> Option<DateTime<Utc>> {
    about
        .is_file()
        .then(|| about.modified().ok())
        .flatten()
        .map(DateTime::from)
}

struct Metered<R> {
    input: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).expect("written");
        encoder.finish().expect("finished")
    }

    fn check(stored: Vec<u8>, text: &str) {
        let stored_bytes = stored.len() as u64;
        let mut input = Input::new(Cursor::new(stored), Some(stored_bytes)).expect("opened");
        let mut read = String::new();
        input.text.read_to_string(&mut read).expect("read");
        assert_eq!(read, text);
        assert_eq!(input.meter.progress().done, stored_bytes);
    }

    #[test]
    fn plain_and_gzipped_text_read_alike() {
        check(b"some text".to_vec(), "some text");
        check(gzip(b"some text"), "some text");
        check(b"".to_vec(), "");
        check(b"x".to_vec(), "x");
    }

    #[test]
    fn gzip_members_in_a_row_are_one_text() {
        check([gzip(b"one,"), gzip(b"two")].concat(), "one,two");
    }

    #[test]
    fn a_byte_order_mark_is_dropped() {
        check(b"\xef\xbb\xbfa,b".to_vec(), "a,b");
        check(gzip(b"\xef\xbb\xbfa,b"), "a,b");
        check(b"\xef\xbb\xbf".to_vec(), "");
    }
}
