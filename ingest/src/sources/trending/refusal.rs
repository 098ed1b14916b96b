//! Why an input is refused as a whole, before any of its rows is read.

use std::io;

use thiserror::Error;

use super::columns::HeaderError;
use super::region::RegionError;

/// Every message names the file.
#[derive(Debug, Error)]
pub enum OpenError {
    #[error("cannot read {name}: {cause}")]
    Unreadable { name: String, cause: io::Error },
    #[error("{name} is empty: not a YouTube trending export")]
    Empty { name: String },
    #[error("{name} is not text ({looks_like}): not a YouTube trending export")]
    NotText { name: String, looks_like: &'static str },
    #[error("{name} is not a YouTube trending export: {cause}")]
    Header { name: String, cause: HeaderError },
    #[error("{name} is not a list of YouTube's video categories: {reason}")]
    NotCategories { name: String, reason: String },
    #[error(transparent)]
    Region(#[from] RegionError),
}

/// What data that starts so is likely to be; `None` for what may be text in UTF-8.
pub(super) fn looks_like(start: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 9] = [
        (
            b"PK\x03\x04",
            "a zip archive or an Excel workbook: unpack it, or save it as CSV",
        ),
        (b"\xff\xfe", "UTF-16: save it as CSV in UTF-8"),
        (b"\xfe\xff", "UTF-16: save it as CSV in UTF-8"),
        (
            b"\x28\xb5\x2f\xfd",
            "zstd-compressed: unpack it, or compress it with gzip",
        ),
        (b"BZh", "bzip2-compressed: unpack it, or compress it with gzip"),
        (b"\xfd7zXZ", "xz-compressed: unpack it, or compress it with gzip"),
        (b"PAR1", "a Parquet file"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook: save it as CSV"),
        (b"SQLite", "a SQLite database"),
    ];
    let kind = KINDS.iter().find(|(magic, _)| start.starts_with(magic));
    kind.map(|(_, what)| *what)
        .or(start.contains(&0).then_some("binary data"))
}
