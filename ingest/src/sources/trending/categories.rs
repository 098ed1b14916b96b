//! Names of video categories: `US_category_id.json`, an answer of the YouTube Data API's `videoCategories.list` as
//! it is published beside trending exports.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use events::{CategoryName, Event, Region};
use serde::Deserialize;

use super::refusal::OpenError;
use super::region::{self, RegionError};
use super::{SOURCE, unreadable};
use crate::table_file::UNDATED;
use crate::table_file::input::{Input, Meter};
use crate::{Outgoing, Progress, Source, SourceError};

/// Far above any real list (10 kB).
const SIZE_LIMIT: u64 = 4 << 20;

pub(super) const KIND: &str = "youtube#videoCategoryListResponse";

#[derive(Deserialize)]
struct Answer {
    kind: String,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    id: String,
    snippet: Snippet,
}

#[derive(Deserialize)]
struct Snippet {
    title: String,
    assignable: Option<bool>,
}

/// The names of one file. A list is refused as a whole or taken as a whole.
pub struct Categories {
    names: std::vec::IntoIter<Outgoing>,
    meter: Meter,
}

impl Categories {
    pub(super) fn read(
        name: String,
        mut input: Input,
        region: impl FnOnce() -> Result<Region, RegionError>,
    ) -> Result<Self, OpenError> {
        let mut text = Vec::new();
        let limited = input.text.by_ref().take(SIZE_LIMIT + 1).read_to_end(&mut text);
        limited.map_err(|cause| unreadable(&name, cause))?;
        let refuse = |reason| OpenError::NotCategories {
            name: name.clone(),
            reason,
        };
        if text.len() as u64 > SIZE_LIMIT {
            return Err(refuse(format!("it is larger than {SIZE_LIMIT} bytes")));
        }
        let answer: Answer = serde_json::from_slice(&text).map_err(|error| refuse(error.to_string()))?;
        if answer.kind != KIND {
            return Err(refuse(format!("its kind is {:?}, not {KIND:?}", answer.kind)));
        }
        let region = region()?;
        let events = answer
            .items
            .into_iter()
            .map(|item| event(&region, item).map_err(refuse));
        let names = events.collect::<Result<Vec<_>, _>>()?.into_iter();
        Ok(Self {
            names,
            meter: input.meter,
        })
    }
}

fn event(region: &Region, item: Item) -> Result<Outgoing, String> {
    let name = CategoryName {
        region: region.clone(),
        category_id: item
            .id
            .parse()
            .map_err(|_| format!("{:?} is not a category id", item.id))?,
        title: item.snippet.title,
        assignable: item.snippet.assignable,
    };
    let event = Event::new(SOURCE, UNDATED, name).map_err(|invalid| format!("category {}: {invalid}", item.id))?;
    Ok(event.into())
}

impl Source for Categories {
    fn next(&mut self) -> Option<Result<Outgoing, SourceError>> {
        self.names.next().map(Ok)
    }

    fn progress(&self) -> Progress {
        self.meter.progress()
    }
}

/// The category lists that lie in the folders of `exports` and are of their regions, sorted. `region` is the region
/// of the exports if the user named it.
pub fn category_files_beside(exports: &[PathBuf], region: Option<&Region>) -> Vec<PathBuf> {
    let exports = exports.iter().filter(|export| *export != Path::new("-"));
    let place = |export: &PathBuf| Some((folder_of(export), region.cloned().or_else(|| region_named(export))?));
    let places: BTreeSet<(PathBuf, Region)> = exports.filter_map(place).collect();
    let lists = places.iter().flat_map(|(folder, region)| {
        let of_region = move |file: &PathBuf| is_category_file(file) && region_named(file).as_ref() == Some(region);
        files_in(folder).filter(of_region)
    });
    let lists: BTreeSet<PathBuf> = lists.collect();
    lists.into_iter().collect()
}

fn folder_of(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

/// None where the folder cannot be listed, since these lists are a welcome addition only.
fn files_in(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path())
}

fn region_named(path: &Path) -> Option<Region> {
    region::from_name(path.file_name()?.to_str()?).ok()
}

fn is_category_file(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    name.ends_with("_category_id.json") || name.ends_with("_category_id.json.gz")
}
