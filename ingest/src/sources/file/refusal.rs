//! Why a file is refused as a whole, before any of its rows is read.

use std::io;

use thiserror::Error;

use super::Kind;
use crate::sources::trending;

/// Every message names the file.
#[derive(Debug, Error)]
pub enum OpenError {
    #[error("cannot read {name}: {cause}")]
    Unreadable { name: String, cause: io::Error },
    #[error("{name} is empty")]
    Empty { name: String },
    #[error("{name} is not text ({looks_like})")]
    NotText { name: String, looks_like: &'static str },
    #[error(
        "{name} is none of the files that are known: it begins with {found}. Known are: {}; --as KIND says which",
        kinds()
    )]
    Unknown { name: String, found: String },
    #[error("{name} is no {kind}: it begins with {found}")]
    NotA { name: String, kind: Kind, found: String },
    #[error("{name} cannot be unpacked: {reason}")]
    Archive { name: String, reason: String },
    #[error(transparent)]
    Trending(#[from] trending::OpenError),
}

fn kinds() -> String {
    Kind::ALL.map(Kind::as_str).join(", ")
}
