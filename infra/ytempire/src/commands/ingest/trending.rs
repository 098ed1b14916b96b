use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use batch::Session;
use events::Region;
use ingest::Source;
use ingest::sources::trending::{self, Options};
use serde::Serialize;

use super::summary::{self, Counts};
use super::{Run, Start, Wait, progress::Seen};
use crate::cli::TrendingOptions;
use crate::exit::{Done, wrong_use};
use crate::output;

/// What became of one file.
#[derive(Debug, Serialize)]
struct File {
    path: PathBuf,
    kind: Option<&'static str>,
    status: Status,
    #[serde(flatten)]
    counts: Counts,
    /// Why it was refused, or ended before its end.
    error: Option<String>,
    #[serde(skip)]
    mark: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ingested,
    /// Read up to a point, then broken.
    Partly,
    Refused,
}

#[derive(Debug, Serialize)]
struct Report {
    #[serde(flatten)]
    total: Counts,
    files: Vec<File>,
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
}

const EXPORT: &str = "youtube-trending";
const CATEGORIES: &str = "youtube-categories";

pub async fn run(start: Start, options: TrendingOptions) -> Result<Done> {
    let region = options.region.clone().map(Region::new).transpose().map_err(wrong_use)?;
    let files = ingest::expand(&options.files).map_err(wrong_use)?;
    let reading = Options {
        region: region.clone(),
        year: options.year,
    };
    let (quiet, json) = (start.global.quiet, start.global.json);
    let opened: Vec<Opened> = files
        .iter()
        .map(|path| (path.clone(), trending::open(path, &reading)))
        .collect();
    if opened.iter().all(|(_, source)| source.is_err()) {
        return refuse_all(opened, json);
    }
    let beside = trending::category_files_beside(&files, region.as_ref());
    let wait = Wait::unless(options.no_wait);

    let mut run = Run::open(start).await?;
    let mut report = Report::new(wait);
    for (path, source) in opened {
        let is_categories = is_category_file(&path);
        let file = match source {
            Ok(source) => read(&mut run, path, source, quiet).await?,
            Err(error) => refused(path, error.to_string()),
        };
        match is_categories {
            true => report.category_files.push(file),
            false => report.files.push(file),
        }
    }
    for path in beside.into_iter().filter(|path| !files.contains(path)) {
        // a list that nobody asked for is a help, never a hindrance
        if let Ok(source) = trending::open(&path, &reading) {
            report.category_files.push(read(&mut run, path, source, quiet).await?);
        }
    }
    run.settle(wait).await?;
    if wait == Wait::Yes {
        count(&run, &mut report).await?;
    }
    run.close().await?;
    for file in &report.files {
        report.total.add(&file.counts);
    }
    print(&report, json)?;
    let whole = report
        .files
        .iter()
        .chain(&report.category_files)
        .all(|file| file.status == Status::Ingested);
    Ok(if whole { Done::Wholly } else { Done::Partly })
}

fn is_category_file(path: &Path) -> bool {
    path.to_string_lossy().contains("category_id.json")
}

/// A file, opened or refused.
type Opened = (PathBuf, Result<Box<dyn Source>, trending::OpenError>);

/// Nothing needs to be started for it.
fn refuse_all(opened: Vec<Opened>, json: bool) -> Result<Done> {
    let mut report = Report::new(Wait::Yes);
    for (path, source) in opened {
        if let Err(error) = source {
            report.files.push(refused(path, error.to_string()));
        }
    }
    if json {
        print(&report, json)?;
    }
    bail!("nothing was ingested: no file is one that can be read")
}

fn refused(path: PathBuf, error: String) -> File {
    eprintln!("refused: {error}");
    let mut counts = Counts::default();
    counts.accept(0);
    File {
        path,
        kind: None,
        status: Status::Refused,
        counts,
        error: Some(error),
        mark: None,
    }
}

async fn read(run: &mut Run, path: PathBuf, source: Box<dyn Source>, quiet: bool) -> Result<File> {
    let mut seen = Seen::new(&path, quiet);
    let mark = run.sending.places().len();
    let read = run.sending.send(source, &mut seen).await?;
    seen.finish();
    if let Some(error) = &read.broken {
        eprintln!("partly read: {error}");
    }
    Ok(File {
        kind: Some(if is_category_file(&path) { CATEGORIES } else { EXPORT }),
        path,
        status: if read.broken.is_some() || read.stopped {
            Status::Partly
        } else {
            Status::Ingested
        },
        counts: Counts {
            read: read.records,
            rejected: read.rejected,
            reasons: seen.reasons,
            ..Counts::default()
        },
        error: match read.stopped {
            true => Some("stopped by the user before its end".to_owned()),
            false => read.broken.map(|error| error.to_string()),
        },
        mark: Some(mark),
    })
}

async fn count(run: &Run, report: &mut Report) -> Result<()> {
    let session = Session::open(&run.platform.lake).await?;
    let accepted = summary::accepted_at(&session, run.sending.places()).await?;
    for file in report.files.iter_mut().chain(&mut report.category_files) {
        if let Some(mark) = file.mark {
            file.counts.accept(accepted[mark]);
        }
    }
    Ok(())
}

fn print(report: &Report, json: bool) -> Result<()> {
    if json {
        return output::print_json(report);
    }
    let line = |file: &File| {
        let note = file.error.clone().unwrap_or_default();
        summary::cells(&file.path.display().to_string(), &file.counts, &note)
    };
    let mut rows: Vec<_> = report.files.iter().map(line).collect();
    rows.push(summary::cells("in all", &report.total, ""));
    let with_note = |file: &File| {
        let mut cells = line(file);
        cells[5] = file
            .error
            .clone()
            .unwrap_or_else(|| "category names, not part of the sum".to_owned());
        cells
    };
    rows.extend(report.category_files.iter().map(with_note));
    summary::print_table(rows)?;
    for (reason, count) in &report.total.reasons {
        output::print(&format!("{count} rejected: {reason}\n"))?;
    }
    Ok(())
}
