//! YouTube trending exports (the "Trending YouTube Video Statistics" family of CSV files) and the category names that
//! come with them, as people really have them.
//!
//! A file is either refused before its first row ([`OpenError`]) or read to its end: every row becomes one event or
//! one rejected row, in file order. Files are streamed; memory does not grow with them. The same row read again, from
//! this file or another, compressed or not, is the same event: nothing of the file's name gets into it but the region.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::Path;

use events::Region;

use super::file::Kind;
use crate::table_file::binary;
use crate::table_file::input::{Head, Input, Meter, Text};
use crate::table_file::rows::{Broken, HeaderRow, RowReader, Shape};
use crate::{Outgoing, Progress, Source, SourceError};

mod categories;
mod columns;
mod date;
mod description;
mod rank;
mod refusal;
mod region;
mod snapshot;
mod tags;

pub use categories::{Categories, category_files_beside};
pub use columns::HeaderError;
pub use refusal::OpenError;
pub use region::RegionError;

use columns::Columns;
use snapshot::RowParser;

/// CloudEvents `source` of everything read here, whatever the file.
pub const SOURCE: &str = "/ingest/trending";

/// What a file does not say by itself.
#[derive(Debug, Clone)]
pub struct Options {
    /// The region of the chart; `None` takes it from each file's name.
    pub region: Option<Region>,
    /// The year of dates written `DD.MM`. Only exports of September and October 2017 have them, hence 2017.
    pub year: i32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            region: None,
            year: 2017,
        }
    }
}

/// Opens an export or a list of category names, plain or gzipped, and says which it is; `-` is standard input.
///
/// # Errors
/// The file cannot be read, is neither of the two, or its region is not known. Each message names the file.
pub fn open(path: &Path, options: &Options) -> Result<(Kind, Box<dyn Source>), OpenError> {
    let name = display_name(path);
    let input = Input::open(path).map_err(|cause| unreadable(&name, cause))?;
    open_input(path, name, input, options)
}

/// Like [`open`], of what is open already.
pub(crate) fn open_input(
    path: &Path,
    name: String,
    input: Input,
    options: &Options,
) -> Result<(Kind, Box<dyn Source>), OpenError> {
    let region = || region_of(path, options);
    Ok(match input.start.trim_ascii_start().first() {
        Some(b'{') => (
            Kind::YoutubeCategoryNames,
            Box::new(Categories::read(name, input, region)?),
        ),
        _ => (
            Kind::YoutubeTrending,
            Box::new(Trending::read(name, input, options.year, region)?),
        ),
    })
}

/// One export being read.
pub struct Trending {
    name: String,
    region: Region,
    rows: RowReader<Text>,
    parser: RowParser,
    meter: Meter,
    ended: bool,
}

impl Trending {
    /// Reads an export from anywhere. `name` is what messages call it, and where its region is looked for unless
    /// `options` give one; `total_bytes` is for progress only.
    ///
    /// # Errors
    /// It cannot be read, is no export, or its region is not known.
    pub fn from_reader(
        name: &str,
        input: impl Read + Send + 'static,
        total_bytes: Option<u64>,
        options: &Options,
    ) -> Result<Self, OpenError> {
        let input = Input::new(input, total_bytes).map_err(|cause| unreadable(name, cause))?;
        let region = || region_of(Path::new(name), options);
        Self::read(name.to_owned(), input, options.year, region)
    }

    pub fn region(&self) -> &Region {
        &self.region
    }

    fn read(
        name: String,
        input: Input,
        year: i32,
        region: impl FnOnce() -> Result<Region, RegionError>,
    ) -> Result<Self, OpenError> {
        if let Some(looks_like) = binary::looks_like(&input.start) {
            return Err(OpenError::NotText { name, looks_like });
        }
        let mut rows = RowReader::new(input.text);
        let columns = read_header(&name, &mut rows)?;
        let region = region()?;
        tracing::debug!(file = name, %region, columns = columns.width(), "trending export opened");
        Ok(Self {
            parser: RowParser::new(columns, region.clone(), year),
            meter: input.meter,
            ended: false,
            name,
            region,
            rows,
        })
    }
}

impl Source for Trending {
    fn next(&mut self) -> Option<Result<Outgoing, SourceError>> {
        if self.ended {
            return None;
        }
        match self.rows.next_row(&self.parser) {
            Ok(Some(row)) => return Some(Ok(self.parser.outgoing(&row))),
            Ok(None) => self.ended = true,
            Err(Broken { line, cause }) => {
                self.ended = true;
                let name = self.name.clone();
                return Some(Err(SourceError::CutShort { name, line, cause }));
            }
        }
        None
    }

    fn progress(&self) -> Progress {
        self.meter.progress()
    }
}

fn read_header(name: &str, rows: &mut RowReader<Text>) -> Result<Columns, OpenError> {
    let not_text = |looks_like| OpenError::NotText {
        name: name.to_owned(),
        looks_like,
    };
    let row = rows
        .next_row(&HeaderRow)
        .map_err(|broken| unreadable(name, broken.cause))?;
    let row = row.ok_or_else(|| OpenError::Empty { name: name.to_owned() })?;
    if matches!(row.shape, Shape::TooLong { .. }) {
        return Err(not_text("its first line is too long to be a header"));
    }
    let texts = row.texts().map_err(|_| not_text("its first line is not UTF-8"))?;
    if texts.iter().any(|text| text.contains('\0')) {
        return Err(not_text("binary data"));
    }
    Columns::new(texts.into_iter().map(str::to_owned)).map_err(|cause| OpenError::Header {
        name: name.to_owned(),
        cause,
    })
}

fn region_of(path: &Path, options: &Options) -> Result<Region, RegionError> {
    match &options.region {
        Some(region) => Ok(region.clone()),
        None if path == Path::new("-") => Err(RegionError::Nameless),
        None => region::from_name(&path.file_name().map(OsStr::to_string_lossy).unwrap_or_default()),
    }
}

pub(crate) fn display_name(path: &Path) -> String {
    match path == Path::new("-") {
        true => "standard input".to_owned(),
        false => path.display().to_string(),
    }
}

fn unreadable(name: &str, cause: io::Error) -> OpenError {
    let name = name.to_owned();
    OpenError::Unreadable { name, cause }
}

/// Whether the first row is the header of an export.
pub(crate) fn is_export(head: &Head) -> bool {
    let header = head.rows.first();
    header.is_some_and(|names| Columns::new(names.iter().cloned()).is_ok())
}

/// Whether it is a list of category names.
pub(crate) fn is_category_list(start: &[u8], head: &Head) -> bool {
    let mut texts = head.rows.iter().flatten();
    start.trim_ascii_start().first() == Some(&b'{') && texts.any(|text| text.contains(categories::KIND))
}
