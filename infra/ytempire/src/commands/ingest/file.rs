//! `ytempire ingest file`: files that people have already, each read as what it is.

use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use batch::Session;
use events::{ChannelId, Region};
use ingest::Source;
use ingest::sources::file::{self, Kind, Opened, Options};
use serde::Serialize;

use super::summary::{self, Counts};
use super::{Run, Start, Wait, progress::Seen};
use crate::cli::FileOptions;
use crate::exit::{Done, wrong_use};
use crate::output;

/// What became of one file, or of one member of an archive.
#[derive(Debug, Serialize)]
struct File {
    path: PathBuf,
    /// Null when nobody knows what it is.
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
}

pub async fn run(start: Start, options: FileOptions) -> Result<Done> {
    let reading = reading(&options)?;
    let paths = ingest::expand_folders(&options.paths).map_err(wrong_use)?;
    let (quiet, json) = (start.global.quiet, start.global.json);
    let opened: Vec<Opened> = paths.iter().flat_map(|path| file::open(path, &reading)).collect();
    let wait = Wait::unless(options.no_wait);
    let mut report = Report {
        total: Counts::none(wait == Wait::Yes),
        files: Vec::new(),
    };
    if opened.iter().all(|opened| opened.source.is_err()) {
        for one in opened {
            if let Err(error) = one.source {
                report.files.push(refused(one.path, one.kind, error.to_string()));
            }
        }
        if json {
            print(&report, json)?;
        }
        bail!("nothing was ingested: no file is one that can be read");
    }
    let mut run = Run::open(start).await?;
    for one in opened {
        let file = match one.source {
            Ok(source) => read(&mut run, one.path, one.kind, source, quiet).await?,
            Err(error) => refused(one.path, one.kind, error.to_string()),
        };
        report.files.push(file);
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
    let whole = report.files.iter().all(|file| file.status == Status::Ingested);
    Ok(if whole { Done::Wholly } else { Done::Partly })
}

fn reading(options: &FileOptions) -> Result<Options> {
    Ok(Options {
        kind: options.kind.as_deref().map(kind).transpose()?,
        region: options.region.clone().map(Region::new).transpose().map_err(wrong_use)?,
        channel: options
            .channel
            .clone()
            .map(ChannelId::new)
            .transpose()
            .map_err(wrong_use)?,
        period: options.period,
    })
}

fn kind(name: &str) -> Result<Kind> {
    let known = || Kind::ALL.map(Kind::as_str).join(", ");
    Kind::from_name(name).ok_or_else(|| wrong_use(anyhow!("{name:?} is no kind of file; there are: {}", known())))
}

fn refused(path: PathBuf, kind: Option<Kind>, error: String) -> File {
    eprintln!("refused: {error}");
    let mut counts = Counts::default();
    counts.accept(0);
    File {
        path,
        kind: kind.map(Kind::as_str),
        status: Status::Refused,
        counts,
        error: Some(error),
        mark: None,
    }
}

async fn read(run: &mut Run, path: PathBuf, kind: Option<Kind>, source: Box<dyn Source>, quiet: bool) -> Result<File> {
    if let Some(kind) = kind.filter(|_| !quiet) {
        eprintln!("{}: {kind}", path.display());
    }
    let mut seen = Seen::new(&path, quiet);
    let mark = run.sending.places().len();
    let read = run.sending.send(source, &mut seen).await?;
    seen.finish();
    if let Some(error) = &read.broken {
        eprintln!("partly read: {error}");
    }
    let status = match read.broken {
        Some(_) => Status::Partly,
        None => Status::Ingested,
    };
    Ok(File {
        path,
        kind: kind.map(Kind::as_str),
        status,
        counts: Counts {
            read: read.records,
            rejected: read.rejected,
            reasons: seen.reasons,
            ..Counts::default()
        },
        error: read.broken.map(|error| error.to_string()),
        mark: Some(mark),
    })
}

async fn count(run: &Run, report: &mut Report) -> Result<()> {
    let session = Session::open(&run.platform.lake).await?;
    let accepted = summary::accepted_at(&session, run.sending.places()).await?;
    for file in &mut report.files {
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
        let note = file.error.as_deref().or(file.kind).unwrap_or_default();
        summary::cells(&file.path.display().to_string(), &file.counts, note)
    };
    let mut rows: Vec<_> = report.files.iter().map(line).collect();
    rows.push(summary::cells("in all", &report.total, ""));
    summary::print_table(rows)?;
    for (reason, count) in &report.total.reasons {
        output::print(&format!("{count} rejected: {reason}\n"))?;
    }
    Ok(())
}
