//! Files on their way in: opened one after the other, and what became of each.

use std::path::{Path, PathBuf};

use anyhow::Result;
use batch::Session;
use ingest::{Outgoing, Progress, Source, SourceError};
use serde::Serialize;

use super::summary::{self, Became, Counts};
use super::{Run, progress::Seen};

/// What became of one file, or of one member of an archive.
#[derive(Debug, Serialize)]
pub struct File {
    pub path: PathBuf,
    /// Null when nobody knows what it is.
    pub kind: Option<&'static str>,
    pub status: Status,
    #[serde(flatten)]
    pub counts: Counts,
    /// Why it was refused, or ended before its end.
    pub error: Option<String>,
    /// What people should know of it, though it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'static str>,
    #[serde(skip)]
    mark: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Ingested,
    /// Read up to a point, then broken or stopped.
    Partly,
    Refused,
}

/// A path whose file is looked at before anything starts, and opened again when its turn comes: many files are not open
/// at once. Standard input can't be opened twice, so it is held.
pub enum Turn<T> {
    Held(PathBuf, T),
    Later(PathBuf),
}

/// Looks at every path with `open`; gives the turns, and whether `is_good` holds of any.
pub fn look<T>(paths: &[PathBuf], open: impl Fn(&Path) -> T, is_good: impl Fn(&T) -> bool) -> (Vec<Turn<T>>, bool) {
    let mut any = false;
    let turns = paths.iter().map(|path| {
        let opened = open(path);
        any |= is_good(&opened);
        match path == Path::new("-") {
            true => Turn::Held(path.clone(), opened),
            false => Turn::Later(path.clone()),
        }
    });
    (turns.collect(), any)
}

impl<T> Turn<T> {
    /// The path, and what `open` makes of it now.
    pub fn take(self, open: impl Fn(&Path) -> T) -> (PathBuf, T) {
        match self {
            Turn::Held(path, opened) => (path, opened),
            Turn::Later(path) => {
                let opened = open(&path);
                (path, opened)
            }
        }
    }
}

/// A file's source; the rows that it rejects say which file they stand in.
struct Named {
    source: Box<dyn Source>,
    name: String,
}

impl Source for Named {
    fn next(&mut self) -> Option<Result<Outgoing, SourceError>> {
        let mut next = self.source.next();
        if let Some(Ok(outgoing)) = &mut next
            && outgoing.is_rejected()
        {
            outgoing.envelope.subject = Some(self.name.clone());
        }
        next
    }

    fn progress(&self) -> Progress {
        self.source.progress()
    }
}

pub fn refused(path: PathBuf, kind: Option<&'static str>, error: String) -> File {
    eprintln!("refused: {error}");
    let mut counts = Counts::default();
    counts.settle(Became::default());
    File {
        path,
        kind,
        status: Status::Refused,
        counts,
        error: Some(error),
        note: None,
        mark: None,
    }
}

/// Sends everything the file has.
pub async fn read(
    run: &mut Run,
    path: PathBuf,
    kind: Option<&'static str>,
    source: Box<dyn Source>,
    quiet: bool,
) -> Result<File> {
    let mut seen = Seen::new(&path, quiet);
    let mark = run.sending.places().len();
    let name = path.display().to_string();
    let source = Box::new(Named { source, name });
    let read = run.send(source, &mut seen).await?;
    seen.finish();
    if let Some(error) = &read.broken {
        eprintln!("partly read: {error}");
    }
    Ok(File {
        path,
        kind,
        status: match read.broken.is_some() || read.stopped {
            true => Status::Partly,
            false => Status::Ingested,
        },
        counts: Counts {
            read: read.records,
            rejected: read.rejected,
            reasons: seen.reasons,
            ..Counts::default()
        },
        note: None,
        error: match read.stopped {
            true => Some("stopped by the user before its end".to_owned()),
            false => read.broken.map(|error| error.to_string()),
        },
        mark: Some(mark),
    })
}

/// Asks the lake what is new of each file.
pub async fn count<'a>(run: &Run, files: impl IntoIterator<Item = &'a mut File>) -> Result<()> {
    let session = Session::open(&run.platform.lake).await?;
    let became = summary::became(&session, &run.sending).await?;
    for file in files {
        if let Some(mark) = file.mark {
            file.counts.settle(became[mark]);
        }
    }
    Ok(())
}

/// One line of a summary for people; a fault comes before `note`.
pub fn line(file: &File, note: &str) -> Vec<String> {
    let note = file.error.as_deref().unwrap_or(note);
    summary::cells(&file.path.display().to_string(), &file.counts, note)
}
