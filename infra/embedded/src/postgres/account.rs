//! The user Postgres runs as. Ordinary users run it themselves; root can't, and hands it to somebody else.
//!
//! That user may not enter folders such as `/root`, so the server keeps one capability, DAC_OVERRIDE, where the
//! system allows it. Every program also gets a signal when the thread that started it ends: the server must not
//! outlive us.

use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use super::install::Install;
use super::{PostgresError, folder};

const ROOT: u32 = 0;
/// Whom root runs Postgres as: the first of these that exists.
const CANDIDATES: [&str; 2] = ["postgres", "nobody"];

#[derive(Debug, Clone)]
pub(super) enum Account {
    Own,
    Other { uid: u32, gid: u32, reach: Reach },
}

/// How the other user gets at files below folders that are closed to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Capability,
    Permissions,
}

impl Account {
    pub(super) fn choose(install: &Install, data: &Path) -> Result<Self, PostgresError> {
        let own = std::fs::metadata("/proc/self")
            .map_err(folder(Path::new("/proc/self")))?
            .uid();
        if own != ROOT {
            return Ok(Self::Own);
        }
        let (user, uid, gid) = other_user(data)?;
        let mut reason = String::new();
        for reach in [Reach::Capability, Reach::Permissions] {
            let account = Self::Other { uid, gid, reach };
            match account.try_out(install, data) {
                Ok(()) => return Ok(account),
                Err(why) => reason = why,
            }
        }
        Err(PostgresError::NoAccount {
            user,
            data: data.to_owned(),
            reason,
        })
    }

    /// A command that runs `program` as this user, and sends it `signal` when the calling thread ends.
    pub(super) fn command(&self, install: &Install, program: &Path, signal: &str) -> Command {
        let mut command = Command::new("setpriv");
        if let Self::Other { uid, gid, reach } = self {
            command.args([
                format!("--reuid={uid}"),
                format!("--regid={gid}"),
                "--clear-groups".into(),
            ]);
            if *reach == Reach::Capability {
                command.args(["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]);
                // without it access(2), which Postgres asks about its own program, forgets the capability
                command.arg("--securebits=+no_setuid_fixup");
            }
        }
        command.arg(format!("--pdeathsig={signal}")).arg("--").arg(program);
        install.prepare(&mut command);
        // Ctrl-C reaches everybody in the terminal's process group; the server must stay until we are done with it
        command.process_group(0);
        command
    }

    /// Makes a file or folder this user's.
    pub(super) fn own(&self, path: &Path) -> Result<(), PostgresError> {
        match self {
            Self::Own => Ok(()),
            Self::Other { uid, gid, .. } => chown(path, Some(*uid), Some(*gid)).map_err(folder(path)),
        }
    }

    /// Lets this user find the server's programs, which changes nothing, and enter the data folder.
    fn try_out(&self, install: &Install, data: &Path) -> Result<(), String> {
        let mut find = self.command(install, &install.program("initdb"), "KILL");
        find.arg("--show").arg("--pgdata").arg(data);
        let mut enter = self.command(install, Path::new("test"), "KILL");
        enter.arg("-x").arg(data);
        for mut command in [find, enter] {
            let answer = command
                .output()
                .map_err(|error| format!("setpriv can't be run: {error}"))?;
            if !answer.status.success() {
                let said = String::from_utf8_lossy(&answer.stderr);
                return Err(if said.trim().is_empty() {
                    "it can't enter it".into()
                } else {
                    said.trim().into()
                });
            }
        }
        Ok(())
    }
}

/// An existing cluster keeps its owner.
fn other_user(data: &Path) -> Result<(String, u32, u32), PostgresError> {
    if let Ok(found) = std::fs::metadata(data.join("cluster"))
        && found.uid() != ROOT
    {
        return Ok((found.uid().to_string(), found.uid(), found.gid()));
    }
    let users = Path::new("/etc/passwd");
    let text = std::fs::read_to_string(users).map_err(folder(users))?;
    let ids = |name: &str| {
        let mut fields = text
            .lines()
            .find(|line| line.split(':').next() == Some(name))?
            .split(':')
            .skip(2);
        Some((
            name.to_owned(),
            fields.next()?.parse().ok()?,
            fields.next()?.parse().ok()?,
        ))
    };
    Ok(CANDIDATES
        .iter()
        .find_map(|name| ids(name))
        .unwrap_or(("nobody".into(), 65534, 65534)))
}
