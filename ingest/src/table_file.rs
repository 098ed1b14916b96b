//! Tables as files: CSV in UTF-8, plain or gzipped, as spreadsheets, scripts and services write it.
//!
//! [`input`] unpacks, [`rows`] cuts into rows in bounded memory, [`cell`] and [`moment`] read single values, and
//! [`sheet`] makes a source of a file whose rows a [`sheet::Reading`] understands.

pub(crate) mod binary;
pub(crate) mod cell;
pub(crate) mod header;
pub(crate) mod input;
mod lines;
pub(crate) mod misread;
pub(crate) mod moment;
pub(crate) mod rows;
pub(crate) mod sheet;
mod unread;

pub(crate) use moment::UNDATED;
