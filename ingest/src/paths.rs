//! From what a user typed to the files to read.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use thiserror::Error;

#[derive(Debug, Error)]
pub enum PathsError {
    #[error("{0} matches no file")]
    NoMatch(String),
    #[error("{0} does not exist")]
    Missing(String),
    #[error("{0} is a folder: give the files in it, such as {0}/*.csv.gz")]
    Folder(String),
    #[error("{pattern} is not a pattern: {reason}")]
    Pattern { pattern: String, reason: String },
    #[error("cannot look into {}: {cause}", .path.display())]
    Unreadable { path: PathBuf, cause: std::io::Error },
}

/// Files named by `patterns`, sorted, each once. A pattern is a path, a glob (`*`, `?`, `[...]`, `**`), or `-` for
/// standard input. A path that exists is taken as it stands, whatever characters it holds.
///
/// # Errors
/// A pattern that names nothing; the message names it.
pub fn expand<P: AsRef<str>>(patterns: &[P]) -> Result<Vec<PathBuf>, PathsError> {
    let mut files = Vec::new();
    for pattern in patterns {
        match expand_one(pattern.as_ref(), &mut files) {
            // among others, as `*` gives it, a folder is for the reader to refuse by name
            Err(PathsError::Folder(folder)) if patterns.len() > 1 => files.push(folder.into()),
            outcome => outcome?,
        }
    }
    Ok(each_once(files))
}

/// Like [`expand`]; a folder stands for all the files in it and below it.
///
/// # Errors
/// As [`expand`], and a folder without files; but one of several that is not there is handed on, to be refused by name.
pub fn expand_folders<P: AsRef<str>>(patterns: &[P]) -> Result<Vec<PathBuf>, PathsError> {
    let below = |folder: &str| format!("{}/**/*", glob::Pattern::escape(folder.trim_end_matches('/')));
    let mut files = Vec::new();
    for pattern in patterns.iter().map(AsRef::as_ref) {
        let named = match Path::new(pattern).is_dir() {
            true => below(pattern),
            false => pattern.to_owned(),
        };
        match expand(&[named]) {
            // one of several that is not there does not stop the others: the reader refuses it by name
            Err(PathsError::Missing(_) | PathsError::NoMatch(_)) if patterns.len() > 1 => files.push(pattern.into()),
            outcome => files.extend(outcome?),
        }
    }
    Ok(each_once(files))
}

/// Sorted, and each once, however it was named.
fn each_once(mut files: Vec<PathBuf>) -> Vec<PathBuf> {
    files.sort();
    let mut seen = HashSet::new();
    files.retain(|file| seen.insert(fs::canonicalize(file).unwrap_or_else(|_| file.clone())));
    files
}

fn expand_one(pattern: &str, files: &mut Vec<PathBuf>) -> Result<(), PathsError> {
    let path = Path::new(pattern);
    if pattern == "-" {
        files.push(path.to_owned());
        return Ok(());
    }
    match (path.exists(), path.is_dir()) {
        (_, true) => Err(PathsError::Folder(pattern.trim_end_matches('/').to_owned())),
        (true, false) => {
            files.push(path.to_owned());
            Ok(())
        }
        (false, false) if pattern.contains(['*', '?', '[']) => matching(pattern, files),
        (false, false) => Err(PathsError::Missing(pattern.to_owned())),
    }
}

fn matching(pattern: &str, files: &mut Vec<PathBuf>) -> Result<(), PathsError> {
    let paths = glob::glob(pattern).map_err(|error| PathsError::Pattern {
        pattern: pattern.to_owned(),
        reason: error.msg.to_owned(),
    })?;
    let before = files.len();
    for path in paths {
        let path = path.map_err(|error| PathsError::Unreadable {
            path: error.path().to_owned(),
            cause: error.into(),
        })?;
        if !path.is_dir() {
            files.push(path);
        }
    }
    match files.len() == before {
        true => Err(PathsError::NoMatch(pattern.to_owned())),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for name in names {
            fs::write(folder.path().join(name), b"x").expect("a file");
        }
        folder
    }

    fn names(files: &[PathBuf]) -> Vec<String> {
        let name = |file: &PathBuf| file.file_name().map(|name| name.to_string_lossy().into_owned());
        files.iter().filter_map(name).collect()
    }

    #[test]
    fn patterns_give_a_sorted_list_without_repetition() {
        let folder = folder(&["b.csv", "a.csv", "c.json"]);
        let inside = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let files = expand(&[inside("*.csv"), inside("./a.csv"), inside("?.*")]).expect("files");
        assert_eq!(names(&files), ["a.csv", "b.csv", "c.json"]);
    }

    #[test]
    fn a_name_with_brackets_is_a_name() {
        let folder = folder(&["[1].csv"]);
        let path = folder.path().join("[1].csv").to_string_lossy().into_owned();
        assert_eq!(names(&expand(&[path]).expect("files")), ["[1].csv"]);
    }

    #[test]
    fn what_names_nothing_is_named() {
        let folder = folder(&[]);
        let inside = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        for pattern in ["*.csv", "no.csv", "", "[", "***"] {
            let pattern = inside(pattern);
            let error = expand(&[&pattern]).expect_err("found").to_string();
            assert!(error.contains(pattern.trim_end_matches('/')), "{error}");
        }
    }

    #[test]
    fn one_of_several_that_is_not_there_does_not_stop_the_others() {
        let folder = folder(&["a.csv"]);
        let inside = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        fs::create_dir(folder.path().join("empty")).expect("a folder");
        let files = expand_folders(&[inside("a.csv"), inside("gone.csv"), inside("empty")]).expect("files");
        assert_eq!(names(&files), ["a.csv", "empty", "gone.csv"]);
        assert!(expand_folders(&[inside("gone.csv")]).is_err() && expand_folders(&[inside("empty")]).is_err());
    }

    #[test]
    fn a_folder_stands_for_its_files() {
        let folder = folder(&["b.csv", "a.csv"]);
        fs::create_dir(folder.path().join("[in]")).expect("a folder");
        fs::write(folder.path().join("[in]/c.csv"), b"x").expect("a file");
        let path = folder.path().to_string_lossy().into_owned();
        let mut found = names(&expand_folders(&[path]).expect("files"));
        found.sort();
        assert_eq!(found, ["a.csv", "b.csv", "c.csv"]);
    }

    #[test]
    fn standard_input_passes() {
        assert_eq!(expand(&["-"]).expect("files"), [PathBuf::from("-")]);
    }
}
