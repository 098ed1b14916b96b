//! The little of the zip format that exports need: a directory at the end, members stored or deflated, none
//! encrypted. Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7 to 4.3.16. Nothing in it is trusted.

use std::io::{self, Read, Seek, SeekFrom};

use flate2::Crc;
use flate2::read::DeflateDecoder;

const END: &[u8] = b"PK\x05\x06";
const END_BYTES: usize = 22;
const ENTRY: &[u8] = b"PK\x01\x02";
const ENTRY_BYTES: usize = 46;
const LOCAL: &[u8] = b"PK\x03\x04";
const LOCAL_BYTES: usize = 30;
/// The end may be followed by a comment of 64 kB.
const COMMENT_LIMIT: u64 = 0xffff;

pub(super) struct Zip<R> {
    input: R,
    pub(super) entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    method: u16,
    encrypted: bool,
    crc: u32,
    packed_bytes: u64,
    place: u64,
}

impl Entry {
    /// Not a folder, nor what macOS adds.
    pub(super) fn is_data(&self) -> bool {
        !self.name.ends_with('/') && !self.name.starts_with("__MACOSX/")
    }
}

impl<R: Read + Seek> Zip<R> {
    pub(super) fn open(mut input: R) -> io::Result<Self> {
        let size = input.seek(SeekFrom::End(0))?;
        let tail_bytes = size.min(COMMENT_LIMIT + END_BYTES as u64);
        let tail = read_at(&mut input, size - tail_bytes, tail_bytes)?;
        let end = tail.windows(END_BYTES).rposition(|window| window.starts_with(END));
        let end = &tail[end.ok_or_else(|| damaged("its directory is missing: a truncated download?"))?..];
        let (bytes, place) = (number(end, 12, 4)?, number(end, 16, 4)?);
        if place.checked_add(bytes).is_none_or(|end| end > size) {
            return Err(damaged("its directory is cut off"));
        }
        let directory = read_at(&mut input, place, bytes)?;
        let entries = entries(&directory)?;
        Ok(Self { input, entries })
    }

    /// The member's bytes, at most `limit` of them.
    pub(super) fn read(&mut self, entry: &Entry, limit: u64) -> io::Result<Vec<u8>> {
        if entry.encrypted {
            return Err(damaged("it is encrypted"));
        }
        let local = read_at(&mut self.input, entry.place, LOCAL_BYTES as u64)?;
        if !local.starts_with(LOCAL) {
            return Err(damaged("a member is not where the directory says"));
        }
        let skipped = number(&local, 26, 2)? + number(&local, 28, 2)?;
        self.input
            .seek(SeekFrom::Start(entry.place + LOCAL_BYTES as u64 + skipped))?;
        let packed = self.input.by_ref().take(entry.packed_bytes);
        let mut bytes = Vec::new();
        match entry.method {
            0 => packed.take(limit + 1).read_to_end(&mut bytes)?,
            8 => DeflateDecoder::new(packed).take(limit + 1).read_to_end(&mut bytes)?,
            other => return Err(damaged(&format!("it is compressed by method {other}, not by deflate"))),
        };
        if bytes.len() as u64 > limit {
            return Err(damaged(&format!("it is larger than {limit} bytes")));
        }
        let mut crc = Crc::new();
        crc.update(&bytes);
        match crc.sum() == entry.crc {
            true => Ok(bytes),
            false => Err(damaged("its checksum does not agree")),
        }
    }
}

fn entries(mut directory: &[u8]) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    while directory.starts_with(ENTRY) {
        let length =
            |place| number(directory, place, 2).and_then(|number| usize::try_from(number).map_err(io::Error::other));
        let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
        let text = directory.get(ENTRY_BYTES..ENTRY_BYTES + name);
        let text = text.ok_or_else(|| damaged("its directory is cut off"))?;
        entries.push(Entry {
            name: String::from_utf8_lossy(text).into_owned(),
            method: number(directory, 10, 2)? as u16,
            encrypted: number(directory, 8, 2)? & 1 == 1,
            crc: number(directory, 16, 4)? as u32,
            packed_bytes: number(directory, 20, 4)?,
            place: number(directory, 42, 4)?,
        });
        directory = directory
            .get(ENTRY_BYTES + name + extra + comment..)
            .unwrap_or_default();
    }
    Ok(entries)
}

fn read_at(input: &mut (impl Read + Seek), place: u64, bytes: u64) -> io::Result<Vec<u8>> {
    input.seek(SeekFrom::Start(place))?;
    let mut read = Vec::new();
    input.take(bytes).read_to_end(&mut read)?;
    Ok(read)
}

/// A little-endian number of `width` bytes.
fn number(bytes: &[u8], place: usize, width: usize) -> io::Result<u64> {
    let digits = bytes
        .get(place..place + width)
        .ok_or_else(|| damaged("it is cut off"))?;
    Ok(digits
        .iter()
        .rev()
        .fold(0, |number, digit| number << 8 | u64::from(*digit)))
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}
