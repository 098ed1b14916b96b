//! The files of a cluster, and how they come to be.
//!
//! `<data>/cluster` is Postgres's own folder, `<data>/password` the role's password, `<data>/port` the last port,
//! `<data>/server.log` what the server says. The cluster is made under another name and renamed when it is complete.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::account::Account;
use super::install::Install;
use super::{NAME, PostgresError, folder, server};

const UNFINISHED: &str = "cluster.new-";

#[derive(Debug, Clone)]
pub(super) struct Cluster {
    data: PathBuf,
    password: String,
}

impl Cluster {
    pub(super) fn open_or_create(install: &Install, account: &Account, data: &Path) -> Result<Self, PostgresError> {
        remove_unfinished(data)?;
        let password = password(&data.join("password"))?;
        let cluster = Self {
            data: data.to_owned(),
            password,
        };
        match std::fs::read_to_string(cluster.folder().join("PG_VERSION")) {
            Ok(found) if found.trim() == install.major() => Ok(cluster),
            Ok(found) => Err(PostgresError::OtherVersion {
                data: cluster.folder(),
                found: found.trim().to_owned(),
                installed: install.major().to_owned(),
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                cluster.create(install, account)?;
                Ok(cluster)
            }
            Err(error) => Err(folder(&cluster.folder())(error)),
        }
    }

    /// Postgres's own folder.
    pub(super) fn folder(&self) -> PathBuf {
        self.data.join("cluster")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.data.join("server.log")
    }

    pub(super) fn password(&self) -> &str {
        &self.password
    }

    pub(super) fn remembered_port(&self) -> Option<u16> {
        std::fs::read_to_string(self.data.join("port"))
            .ok()?
            .trim()
            .parse()
            .ok()
    }

    pub(super) fn remember_port(&self, port: u16) -> Result<(), PostgresError> {
        std::fs::write(self.data.join("port"), port.to_string()).map_err(folder(&self.data))
    }

    fn create(&self, install: &Install, account: &Account) -> Result<(), PostgresError> {
        tracing::info!(folder = %self.folder().display(), "creating the database cluster");
        let unfinished = self.data.join(format!("{UNFINISHED}{}", Uuid::new_v4().simple()));
        std::fs::create_dir(&unfinished).map_err(folder(&unfinished))?;
        std::fs::set_permissions(&unfinished, Permissions::from_mode(0o700)).map_err(folder(&unfinished))?;
        account.own(&unfinished)?;
        let secret = self.secret_for(account)?;
        let made = initdb(install, account, &unfinished, &secret);
        std::fs::remove_file(&secret).map_err(folder(&secret))?;
        let made = made.and_then(|()| std::fs::rename(&unfinished, self.folder()).map_err(folder(&unfinished)));
        if made.is_err() {
            let _ = std::fs::remove_dir_all(&unfinished);
        }
        made?;
        File::open(&self.data)
            .and_then(|parent| parent.sync_all())
            .map_err(folder(&self.data))
    }

    /// The password in a file that the server's user may read, for `initdb` only.
    fn secret_for(&self, account: &Account) -> Result<PathBuf, PostgresError> {
        let secret = self
            .data
            .join(format!("{UNFINISHED}password-{}", Uuid::new_v4().simple()));
        write_secret(&secret, &self.password).map_err(folder(&secret))?;
        account.own(&secret)?;
        Ok(secret)
    }
}

fn initdb(install: &Install, account: &Account, target: &Path, secret: &Path) -> Result<(), PostgresError> {
    let mut command = account.command(install, &install.program("initdb"), "KILL");
    command
        .args(["--locale=C", "--encoding=UTF8", "--auth=scram-sha-256"])
        .arg(format!("--username={NAME}"))
        .arg("--pgdata")
        .arg(target)
        .arg("--pwfile")
        .arg(secret);
    let answer = server::run(command).map_err(|source| PostgresError::Program {
        program: "setpriv".into(),
        source,
    })?;
    if answer.status.success() {
        return Ok(());
    }
    let output = [answer.stdout, answer.stderr].map(|text| String::from_utf8_lossy(&text).trim().to_owned());
    Err(PostgresError::Create {
        data: target.to_owned(),
        output: output.join("\n"),
    })
}

/// Reads the password, or makes one.
fn password(path: &Path) -> Result<String, PostgresError> {
    let mut text = String::new();
    match File::open(path).and_then(|mut file| file.read_to_string(&mut text)) {
        Ok(_) if !text.trim().is_empty() => return Ok(text.trim().to_owned()),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(folder(path)(error)),
    }
    let password = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let unfinished = path.with_extension("new");
    write_secret(&unfinished, &password).map_err(folder(path))?;
    std::fs::rename(&unfinished, path).map_err(folder(path))?;
    Ok(password)
}

fn write_secret(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// What an earlier creation left behind when it was killed.
fn remove_unfinished(data: &Path) -> Result<(), PostgresError> {
    for entry in std::fs::read_dir(data).map_err(folder(data))?.flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            let path = entry.path();
            let removed = if path.is_dir() {
                std::fs::remove_dir_all(&path)
            } else {
                std::fs::remove_file(&path)
            };
            removed.map_err(folder(&path))?;
        }
    }
    Ok(())
}
