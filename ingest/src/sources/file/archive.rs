//! Members of a zip archive: what YouTube Studio downloads is one, with `Table data.csv`, `Chart data.csv` and
//! `Totals.csv`. Members are unpacked in memory, each up to a limit far above any real one.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use super::zip::{Entry, Zip};
use super::{OpenError, Opened, Options, recognise};
use crate::table_file::input::{Input, written};

const MEMBER_LIMIT: u64 = 64 << 20;
const MEMBERS: usize = 1_000;

/// By its first bytes; an Excel workbook is an archive too, but no one's.
pub(super) fn is_one(path: &Path) -> bool {
    let workbook = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"));
    let mut start = [0; 4];
    let is_file = path.is_file();
    let mut read = || File::open(path).and_then(|mut file| file.read_exact(&mut start));
    is_file && !workbook && read().is_ok() && start == *b"PK\x03\x04"
}

pub(super) fn open(path: &Path, options: &Options) -> Vec<Opened> {
    let mut zip = match File::open(path).and_then(Zip::open) {
        Ok(zip) => zip,
        Err(error) => return vec![refused(path.to_owned(), error.to_string())],
    };
    let entries: Vec<Entry> = zip.entries.iter().filter(|entry| entry.is_data()).cloned().collect();
    match entries.len() {
        0 => vec![refused(path.to_owned(), "it has no members".to_owned())],
        1..=MEMBERS => entries
            .iter()
            .map(|entry| member(path, &mut zip, entry, options))
            .collect(),
        count => vec![refused(
            path.to_owned(),
            format!("it has {count} members, more than {MEMBERS}"),
        )],
    }
}

fn refused(path: PathBuf, reason: String) -> Opened {
    let name = path.display().to_string();
    Opened {
        path,
        kind: None,
        source: Err(OpenError::Archive { name, reason }),
    }
}

fn member(archive: &Path, zip: &mut Zip<File>, entry: &Entry, options: &Options) -> Opened {
    let path = archive.join(&entry.name);
    let bytes = match zip.read(entry, MEMBER_LIMIT) {
        Ok(bytes) => bytes,
        Err(error) => return refused(path, error.to_string()),
    };
    let size = bytes.len() as u64;
    let (kind, source) = match Input::new(Cursor::new(bytes), Some(size)) {
        Ok(input) => {
            let written = std::fs::metadata(archive).ok().and_then(|about| written(&about));
            recognise(&path, Input { written, ..input }, options)
        }
        Err(error) => return refused(path, error.to_string()),
    };
    Opened { path, kind, source }
}
