//! The data folder: who holds it, which version laid it out, and where its owner's parts answer.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Layout of the folder. Raised when an older program could not read what a newer one wrote.
const LAYOUT: u32 = 1;

/// Written by the owner while it runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunFile {
    pub pid: u32,
    pub http_url: String,
    pub kafka_brokers: String,
    #[serde(default)]
    pub kafka_properties: BTreeMap<String, String>,
    pub database_url: String,
    pub lake_url: String,
    #[serde(default)]
    pub lake_options: HashMap<String, String>,
    pub started_at: DateTime<Utc>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Version {
    layout: u32,
    written_by: String,
}

/// Whether this process has the folder to itself.
pub enum Hold {
    /// It does, until the hold is dropped.
    Mine(Box<DataFolder>),
    /// Somebody else does, and answers here.
    Theirs(RunFile),
}

/// A data folder that this process holds.
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Takes the folder, or says who has it.
    ///
    /// # Errors
    /// The folder can't be made or locked, or was written by a version that this one does not understand.
    pub fn take(path: &Path) -> Result<Hold> {
        let place = path.display();
        std::fs::create_dir_all(path)
            .with_context(|| format!("the data folder {place} can't be made: choose another with --data-dir"))?;
        // before anything is written into it
        if path.join("version.json").exists() {
            check_version(path)?;
        }
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lock"))
            .with_context(|| format!("the data folder {place} can't be written: choose another with --data-dir"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Hold::Theirs(read_run_file(path)?)),
            Err(TryLockError::Error(error)) => return Err(error).context(format!("{place} can't be locked")),
        }
        check_version(path)?;
        let folder = Self {
            path: path.to_owned(),
            _lock: lock,
        };
        folder.forget_run()?;
        Ok(Hold::Mine(Box::new(folder)))
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The folder's own name, made when it is asked for first: by it brokers know whoever comes back with the folder.
    ///
    /// # Errors
    /// It can't be read or written.
    pub fn instance(&self) -> Result<String> {
        let file = self.path.join("instance");
        let known = std::fs::read_to_string(&file).ok();
        if let Some(known) = known.and_then(|text| uuid::Uuid::parse_str(text.trim()).ok()) {
            return Ok(known.to_string());
        }
        let made = uuid::Uuid::new_v4().to_string();
        // never half of it
        let draft = self.path.join("instance.draft");
        std::fs::write(&draft, &made)
            .and_then(|()| std::fs::rename(&draft, &file))
            .with_context(|| format!("{} can't be written", file.display()))?;
        Ok(made)
    }

    /// Tells other commands where the parts are; only the folder's user may read it, as it holds a password.
    pub fn write_run_file(&self, run: &RunFile) -> Result<()> {
        use std::os::unix::fs::OpenOptionsExt;
        let (draft, target) = (self.path.join("run.json.draft"), self.path.join("run.json"));
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&draft)?;
        file.write_all(&serde_json::to_vec_pretty(run)?)?;
        std::fs::rename(draft, target)?;
        Ok(())
    }

    pub fn forget_run(&self) -> Result<()> {
        match std::fs::remove_file(self.path.join("run.json")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error).context("run.json"),
            _ => Ok(()),
        }
    }
}

/// The owner that has the folder now, without touching anything in it.
///
/// # Errors
/// The folder was written by a version that this one does not understand.
pub fn live_owner(path: &Path) -> Result<Option<RunFile>> {
    if let Ok(text) = std::fs::read(path.join("version.json")) {
        fits(path, &text)?;
    }
    let Ok(text) = std::fs::read(path.join("run.json")) else {
        return Ok(None);
    };
    let owner: RunFile =
        serde_json::from_slice(&text).with_context(|| format!("{} can't be read", path.join("run.json").display()))?;
    // a run file whose lock nobody holds was left by a process that was killed
    let free = match File::open(path.join("lock")) {
        Ok(lock) => lock.try_lock_shared().is_ok(),
        Err(_) => true,
    };
    Ok((!free).then_some(owner))
}

fn read_run_file(path: &Path) -> Result<RunFile> {
    let text = std::fs::read(path.join("run.json"));
    let Ok(text) = text else {
        bail!(
            "the data folder {} is held by another ytempire that is starting, stopping or running a command: try again \
             when it is done",
            path.display()
        );
    };
    serde_json::from_slice(&text).with_context(|| format!("{} can't be read", path.join("run.json").display()))
}

fn check_version(path: &Path) -> Result<()> {
    let file = path.join("version.json");
    match std::fs::read(&file) {
        Ok(text) => fits(path, &text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let version = Version {
                layout: LAYOUT,
                written_by: env!("CARGO_PKG_VERSION").to_owned(),
            };
            std::fs::write(&file, serde_json::to_vec_pretty(&version)?)
                .with_context(|| format!("{} can't be written", file.display()))
        }
        Err(error) => Err(error).context(format!("{} can't be read", file.display())),
    }
}

/// Refuses another layout than ours; `text` is the folder's version file.
fn fits(path: &Path, text: &[u8]) -> Result<()> {
    let version: Version = serde_json::from_slice(text).with_context(|| {
        format!(
            "{} can't be read: is this a data folder of ytempire?",
            path.join("version.json").display()
        )
    })?;
    if version.layout != LAYOUT {
        bail!(
            "the data folder {} was laid out by ytempire {} (layout {}), this is ytempire {} (layout {LAYOUT}): \
             use that version, or another folder with --data-dir",
            path.display(),
            version.written_by,
            version.layout,
            env!("CARGO_PKG_VERSION"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_another_layout_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(
            folder.path().join("version.json"),
            r#"{"layout": 99, "written_by": "9.9.9"}"#,
        )
        .expect("written");
        let error = DataFolder::take(folder.path()).err().expect("taken").to_string();
        assert!(error.contains("9.9.9") && error.contains("--data-dir"), "{error}");
        let error = live_owner(folder.path()).expect_err("looked").to_string();
        assert!(error.contains("9.9.9"), "{error}");
    }

    #[test]
    fn a_folder_keeps_its_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let Ok(Hold::Mine(mine)) = DataFolder::take(folder.path()) else {
            panic!("not taken")
        };
        let name = mine.instance().expect("a name");
        assert_eq!(mine.instance().expect("a name"), name);
        std::fs::write(folder.path().join("instance"), "").expect("written");
        assert_ne!(mine.instance().expect("a name"), name);
    }

    #[test]
    fn a_held_folder_says_who_holds_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let Ok(Hold::Mine(mine)) = DataFolder::take(folder.path()) else {
            panic!("not taken")
        };
        let run = RunFile {
            pid: 17,
            http_url: "http://127.0.0.1:1".into(),
            kafka_brokers: String::new(),
            kafka_properties: BTreeMap::new(),
            database_url: String::new(),
            lake_url: String::new(),
            lake_options: HashMap::new(),
            started_at: DateTime::UNIX_EPOCH,
        };
        mine.write_run_file(&run).expect("written");
        match DataFolder::take(folder.path()).expect("looked") {
            Hold::Theirs(run) => assert_eq!(run.pid, 17),
            Hold::Mine(_) => panic!("taken twice"),
        }
        let alive = RunFile {
            pid: std::process::id(),
            ..run
        };
        mine.write_run_file(&alive).expect("written");
        assert_eq!(
            live_owner(folder.path()).expect("looked").map(|owner| owner.pid),
            Some(alive.pid)
        );
    }
}
