//! `ytempire ingest file`: files that people have already, each read as what it is.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use chrono::{DateTime, Utc};
use events::{ChannelId, Region};
use ingest::sources::file::{self, Kind, OpenError, Opened, Options};
use serde::Serialize;

use super::files::{self, File, Status};
use super::summary::{self, Counts};
use super::{Run, Start, Wait};
use crate::cli::FileOptions;
use crate::exit::{Done, wrong_use};
use crate::output;

#[derive(Debug, Serialize)]
struct Report {
    #[serde(flatten)]
    total: Counts,
    files: Vec<File>,
}

pub async fn run(start: Start, options: FileOptions) -> Result<Done> {
    let reading = reading(&options, start.clock.now())?;
    let paths = ingest::expand_folders(&options.paths).map_err(wrong_use)?;
    let (quiet, json) = (start.global.quiet, start.global.json);
    let open = |path: &Path| file::open(path, &reading);
    let is_good = |members: &Vec<Opened>| members.iter().any(|member| member.source.is_ok());
    let (turns, any_good) = files::look(&paths, open, is_good);
    let wait = Wait::unless(options.no_wait);
    let mut report = Report {
        total: Counts::none(wait == Wait::Yes),
        files: Vec::new(),
    };
    if !any_good {
        for member in turns.into_iter().flat_map(|turn| turn.take(open).1) {
            report.files.extend(
                member
                    .source
                    .err()
                    .map(|error| refused(member.path, member.kind, &error)),
            );
        }
        if json {
            print(&report, json)?;
        }
        bail!("nothing was ingested: no file is one that can be read");
    }
    let mut run = Run::open(start).await?;
    for turn in turns {
        for member in turn.take(open).1 {
            let mut file = read(&mut run, member, quiet).await?;
            file.note = note(&file, options.channel.is_some());
            report.files.push(file);
        }
    }
    run.settle(wait).await?;
    if wait == Wait::Yes {
        files::count(&run, &mut report.files).await?;
    }
    run.close().await?;
    for file in &report.files {
        report.total.add(&file.counts);
    }
    if let Some(note) = report.files.iter().find_map(|file| file.note).filter(|_| !quiet) {
        eprintln!("note: {note}");
    }
    print(&report, json)?;
    let whole = report.files.iter().all(|file| file.status == Status::Ingested);
    Ok(if whole { Done::Wholly } else { Done::Partly })
}

fn reading(options: &FileOptions, now: DateTime<Utc>) -> Result<Options> {
    Ok(Options {
        kind: options.kind.as_deref().map(kind).transpose()?,
        region: options
            .region
            .as_ref()
            .map(|region| region.to_ascii_uppercase())
            .map(Region::new)
            .transpose()
            .map_err(wrong_use)?,
        channel: options
            .channel
            .clone()
            .map(ChannelId::new)
            .transpose()
            .map_err(wrong_use)?,
        period: options.period,
        now: Some(now),
    })
}

/// Exports of YouTube Studio don't name their channel.
fn note(file: &File, has_channel: bool) -> Option<&'static str> {
    let is_of_studio = file.kind.is_some_and(|kind| kind.starts_with("youtube-studio"));
    (is_of_studio && !has_channel).then_some(NO_CHANNEL)
}

const NO_CHANNEL: &str = "whose channel it is of is not known: with exports of several channels give --channel UC… for each, or equal \
    rows of theirs count as one";

fn kind(name: &str) -> Result<Kind> {
    let known = || Kind::ALL.map(Kind::as_str).join(", ");
    Kind::from_name(name).ok_or_else(|| wrong_use(anyhow!("{name:?} is no kind of file; there are: {}", known())))
}

fn refused(path: PathBuf, kind: Option<Kind>, error: &OpenError) -> File {
    files::refused(path, kind.map(Kind::as_str), error.to_string())
}

async fn read(run: &mut Run, member: Opened, quiet: bool) -> Result<File> {
    let Opened { path, kind, source } = member;
    match source {
        Err(error) => Ok(refused(path, kind, &error)),
        Ok(source) => {
            if let Some(kind) = kind.filter(|_| !quiet) {
                eprintln!("{}: {kind}", path.display());
            }
            files::read(run, path, kind.map(Kind::as_str), source, quiet).await
        }
    }
}

fn print(report: &Report, json: bool) -> Result<()> {
    if json {
        return output::print_json(report);
    }
    let lines = report
        .files
        .iter()
        .map(|file| files::line(file, file.kind.unwrap_or_default()));
    let mut rows: Vec<_> = lines.collect();
    rows.push(summary::cells("in all", &report.total, ""));
    summary::print_table(rows)?;
    summary::print_reasons(&report.total)
}
