//! Members of a zip archive: what YouTube Studio downloads is one, with `Table data.csv`, `Chart data.csv` and
//! `Totals.csv`. Members are unpacked in memory, each up to a limit far above any real one.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::{OpenError, Opened, Options, recognise};
use crate::table_file::input::Input;

const MEMBER_LIMIT: u64 = 64 << 20;
const MEMBERS: usize = 1_000;

/// By its first bytes; an Excel workbook is an archive too, but no one's.
pub(super) fn is_one(path: &Path) -> bool {
    let workbook = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"));
    let mut start = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    !workbook && read.is_ok() && start == *b"PK\x03\x04"
}

pub(super) fn open(path: &Path, options: &Options) -> Vec<Opened> {
    match members(path) {
        Ok(members) => members.into_iter().map(|member| member.open(options)).collect(),
        Err(reason) => vec![refused(path, path, reason)],
    }
}

fn refused(path: &Path, named: &Path, reason: String) -> Opened {
    Opened {
        path: path.to_owned(),
        kind: None,
        source: Err(OpenError::Archive {
            name: named.display().to_string(),
            reason,
        }),
    }
}

struct Member {
    path: PathBuf,
    bytes: Result<Vec<u8>, String>,
}

impl Member {
    fn open(self, options: &Options) -> Opened {
        let bytes = match self.bytes {
            Ok(bytes) => bytes,
            Err(reason) => return refused(&self.path, &self.path, reason),
        };
        let size = bytes.len() as u64;
        let (kind, source) = match Input::new(Cursor::new(bytes), Some(size)) {
            Ok(input) => recognise(&self.path, input, options),
            Err(error) => return refused(&self.path, &self.path, error.to_string()),
        };
        Opened {
            path: self.path,
            kind,
            source,
        }
    }
}

fn members(path: &Path) -> Result<Vec<Member>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut archive = ZipArchive::new(file).map_err(|error| error.to_string())?;
    if archive.len() > MEMBERS {
        return Err(format!("it has {} members, more than {MEMBERS}", archive.len()));
    }
    let mut members = Vec::new();
    for place in 0..archive.len() {
        let mut member = archive.by_index(place).map_err(|error| error.to_string())?;
        let name = member.name().to_owned();
        // what macOS adds is nobody's data
        if member.is_dir() || name.starts_with("__MACOSX/") {
            continue;
        }
        let mut bytes = Vec::new();
        let read = member.by_ref().take(MEMBER_LIMIT + 1).read_to_end(&mut bytes);
        let bytes = match read {
            Ok(_) if bytes.len() as u64 > MEMBER_LIMIT => Err(format!("it is larger than {MEMBER_LIMIT} bytes")),
            Ok(_) => Ok(bytes),
            Err(error) => Err(error.to_string()),
        };
        members.push(Member {
            path: path.join(name),
            bytes,
        });
    }
    Ok(members)
}
