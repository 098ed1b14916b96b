use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use events::Region;
use ingest::Source;
use ingest::sources::file::Kind;
use ingest::sources::trending::{self, OpenError, Options};
use serde::Serialize;

use super::files::{self, File, Status};
use super::summary::{self, Counts};
use super::{Run, Start, Wait};
use crate::cli::TrendingOptions;
use crate::exit::{Done, wrong_use};
use crate::output;

#[derive(Debug, Serialize)]
struct Report {
    #[serde(flatten)]
    total: Counts,
    files: Vec<File>,
    /// Lists of category names; their rows are no part of the sums.
    category_files: Vec<File>,
}

impl Report {
    fn new(wait: Wait) -> Self {
        Self {
            total: Counts::none(wait == Wait::Yes),
            files: Vec::new(),
            category_files: Vec::new(),
        }
    }

    fn add(&mut self, file: File) {
        match file.kind == Some(Kind::YoutubeCategoryNames.as_str()) {
            true => self.category_files.push(file),
            false => self.files.push(file),
        }
    }

    fn all(&self) -> impl Iterator<Item = &File> {
        self.files.iter().chain(&self.category_files)
    }
}

type Opened = Result<(Kind, Box<dyn Source>), OpenError>;

pub async fn run(start: Start, options: TrendingOptions) -> Result<Done> {
    let region = options.region.as_ref().map(|region| region.to_ascii_uppercase());
    let region = region.map(Region::new).transpose().map_err(wrong_use)?;
    let paths = ingest::expand(&options.files).map_err(wrong_use)?;
    let reading = Options {
        region: region.clone(),
        year: options.year,
    };
    let (quiet, json) = (start.global.quiet, start.global.json);
    let open = |path: &Path| trending::open(path, &reading);
    let (turns, any_good) = files::look(&paths, open, Result::is_ok);
    let wait = Wait::unless(options.no_wait);
    let mut report = Report::new(wait);
    if !any_good {
        for turn in turns {
            let (path, opened) = turn.take(open);
            report.files.extend(opened.err().map(|error| refused(path, &error)));
        }
        if json {
            print(&report, json)?;
        }
        // nothing needs to be started for it
        bail!("nothing was ingested: no file is one that can be read");
    }

    let mut run = Run::open(start).await?;
    for turn in turns {
        let (path, opened) = turn.take(open);
        report.add(read(&mut run, path, opened, quiet).await?);
    }
    for path in beside(&paths, region.as_ref()) {
        // a list that nobody asked for is a help, never a hindrance
        if let opened @ Ok(_) = open(&path) {
            report.add(read(&mut run, path, opened, quiet).await?);
        }
    }
    run.settle(wait).await?;
    if wait == Wait::Yes {
        files::count(&run, report.files.iter_mut().chain(&mut report.category_files)).await?;
    }
    run.close().await?;
    for file in &report.files {
        report.total.add(&file.counts);
    }
    print(&report, json)?;
    let whole = report.all().all(|file| file.status == Status::Ingested);
    Ok(if whole { Done::Wholly } else { Done::Partly })
}

/// Category lists in the folders of the exports that were not named themselves.
fn beside(paths: &[PathBuf], region: Option<&Region>) -> Vec<PathBuf> {
    let mut lists = trending::category_files_beside(paths, region);
    lists.retain(|list| !paths.contains(list));
    lists
}

fn refused(path: PathBuf, error: &OpenError) -> File {
    let kind = matches!(error, OpenError::NotCategories { .. }).then_some(Kind::YoutubeCategoryNames);
    files::refused(path, kind.map(Kind::as_str), error.to_string())
}

async fn read(run: &mut Run, path: PathBuf, opened: Opened, quiet: bool) -> Result<File> {
    match opened {
        Ok((kind, source)) => files::read(run, path, Some(kind.as_str()), source, quiet).await,
        Err(error) => Ok(refused(path, &error)),
    }
}

fn print(report: &Report, json: bool) -> Result<()> {
    if json {
        return output::print_json(report);
    }
    let mut rows: Vec<_> = report.files.iter().map(|file| files::line(file, "")).collect();
    rows.push(summary::cells("in all", &report.total, ""));
    let names = "category names, not part of the sum";
    rows.extend(report.category_files.iter().map(|file| files::line(file, names)));
    summary::print_table(rows)?;
    summary::print_reasons(&report.total)
}
