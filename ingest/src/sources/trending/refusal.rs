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
