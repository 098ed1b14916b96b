//! What a source is. One file (and its folder) per source below.

use std::io;

use thiserror::Error;

use crate::Outgoing;

pub mod adsense;
pub mod analytics;
mod channel_tracker;
mod comment_export;
pub mod exchange_rates;
pub mod file;
pub mod google_trends;
pub mod reddit;
pub mod reporting;
pub mod simulate;
mod sponsorship;
pub mod stripe;
pub mod suggestions;
pub mod tiktok;
pub mod trending;
pub mod websub;
pub mod x;
pub mod youtube;
mod youtube_studio;

/// Hands out records until it has no more.
pub trait Source: Send {
    /// The next record; `None` at the end, and for ever after an error.
    ///
    /// # Errors
    /// The source broke in the middle; every record handed out before stays good.
    fn next(&mut self) -> Option<Result<Outgoing, SourceError>>;

    fn progress(&self) -> Progress;
}

/// How far a source has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub done: u64,
    /// How much there is; `None` where nobody knows, as on standard input.
    pub total: Option<u64>,
    pub unit: Unit,
}

/// What a progress counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes as stored: compressed ones for a compressed file.
    Bytes,
    Events,
}

#[derive(Debug, Error)]
pub enum SourceError {
    /// The input is only partly read.
    #[error("{name} could be read only up to line {line}: {}", describe(.cause))]
    CutShort {
        name: String,
        /// The line that was being read; every row that ends before it was handed out.
        line: u64,
        cause: io::Error,
    },
    /// A source made a payload that its own type refuses: our mistake, not the input's.
    #[error("a source made an event that cannot be: {0}")]
    Impossible(#[from] events::Invalid),
}

/// What the user can do about an input that stopped.
fn describe(cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::UnexpectedEof => "the compressed data ends there (truncated download or copy?)".to_owned(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => format!("the compressed data is damaged ({cause})"),
        _ => cause.to_string(),
    }
}
