//! The running server process.
//!
//! The kernel signals a child when the thread that started it ends, not the process, so every server has a thread of
//! its own that starts it and waits for it.

use std::fs::OpenOptions;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep, timeout};

use super::account::Account;
use super::cluster::Cluster;
use super::install::Install;
use super::{PostgresError, folder};

/// Sized for one machine that does other things, too. Durability is Postgres's default: everything on.
const SETTINGS: [&str; 12] = [
    "shared_buffers=128MB",
    "max_connections=64",
    "work_mem=16MB",
    "maintenance_work_mem=128MB",
    "max_wal_size=256MB",
    "fsync=on",
    "full_page_writes=on",
    "synchronous_commit=on",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
    "unix_socket_directories=",
];

const LOG_KEPT_BYTES: u64 = 16 * 1024 * 1024;
const LOG_LINES: usize = 25;
/// A fast shutdown writes a checkpoint first.
const FAST: Duration = Duration::from_secs(30);
const IMMEDIATE: Duration = Duration::from_secs(5);

/// SQLSTATE `cannot_connect_now`.
const STARTING_UP: &str = "57P03";

/// `None` while it runs.
type Ended = Option<ExitStatus>;

#[derive(Debug)]
pub(super) struct Server {
    pid: u32,
    ended: watch::Receiver<Ended>,
    log: PathBuf,
    log_start: u64,
}

impl Server {
    pub(super) async fn start(
        install: &Install,
        account: &Account,
        cluster: &Cluster,
        address: SocketAddr,
    ) -> Result<Self, PostgresError> {
        let path = cluster.log();
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(folder(&path))?;
        if log.metadata().map_err(folder(&path))?.len() > LOG_KEPT_BYTES {
            log.set_len(0).map_err(folder(&path))?;
        }
        let log_start = log.metadata().map_err(folder(&path))?.len();
        let mut command = account.command(install, &install.program("postgres"), "INT");
        command.arg("-D").arg(cluster.folder());
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.args(["-c", &format!("listen_addresses={}", address.ip())]);
        command.args(["-c", &format!("port={}", address.port())]);
        command.stdin(Stdio::null());
        command.stdout(log.try_clone().map_err(folder(&path))?).stderr(log);
        let (pid, ended) = launch(command).await.map_err(|source| PostgresError::Program {
            program: "setpriv".into(),
            source,
        })?;
        Ok(Self {
            pid,
            ended,
            log: path,
            log_start,
        })
    }

    /// Waits until the server takes connections.
    pub(super) async fn ready(
        &self,
        options: &PgConnectOptions,
        address: SocketAddr,
        patience: Duration,
    ) -> Result<(), PostgresError> {
        let deadline = Instant::now() + patience;
        loop {
            let error = match PgConnection::connect_with(options).await {
                Ok(connection) => {
                    let _ = connection.close().await;
                    return Ok(());
                }
                Err(error) => error,
            };
            if let Some(status) = *self.ended.borrow() {
                return Err(self.death(status, address));
            }
            if is_refusal(&error) || Instant::now() > deadline {
                return Err(self.failure(format!("it can't be connected to: {error}")));
            }
            sleep(Duration::from_millis(25)).await;
        }
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    pub(super) fn is_running(&self) -> bool {
        self.ended.borrow().is_none()
    }

    pub(super) fn failure(&self, reason: String) -> PostgresError {
        PostgresError::Start {
            reason,
            log: self.log_tail(),
        }
    }

    /// Fast shutdown, then immediate, then a kill.
    pub(super) async fn stop(&self) -> Result<(), PostgresError> {
        for (name, patience) in [("INT", FAST), ("QUIT", IMMEDIATE)] {
            if self.is_running() {
                signal(self.pid, name);
            }
            if self.has_ended_within(patience).await {
                return Ok(());
            }
        }
        signal(self.pid, "KILL");
        self.has_ended_within(IMMEDIATE).await;
        Err(PostgresError::Stop)
    }

    async fn has_ended_within(&self, patience: Duration) -> bool {
        let mut ended = self.ended.clone();
        timeout(patience, ended.wait_for(Option::is_some)).await.is_ok()
    }

    fn death(&self, status: ExitStatus, address: SocketAddr) -> PostgresError {
        let log = self.log_tail();
        if log.contains("could not bind") || log.contains("could not create any TCP/IP sockets") {
            return PostgresError::PortTaken { address };
        }
        PostgresError::Start {
            reason: format!("it ended with {status}"),
            log,
        }
    }

    /// The last lines that this run has written.
    fn log_tail(&self) -> String {
        let mut bytes = Vec::new();
        if let Ok(mut file) = std::fs::File::open(&self.log) {
            let _ = file.seek(SeekFrom::Start(self.log_start));
            let _ = file.read_to_end(&mut bytes);
        }
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.is_running() {
            signal(self.pid, "INT");
        }
    }
}

/// Whether the server answered, and with something else than that it is still starting.
fn is_refusal(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| code != STARTING_UP)
}

/// Starts a command on a thread that lives as long as it.
async fn launch(mut command: Command) -> std::io::Result<(u32, watch::Receiver<Ended>)> {
    let (tell, started) = oneshot::channel();
    let (end, ended) = watch::channel(None);
    std::thread::Builder::new()
        .name("postgres".into())
        .spawn(move || match command.spawn() {
            Ok(mut child) => {
                let _ = tell.send(Ok(child.id()));
                let _ = end.send(Some(child.wait().unwrap_or_default()));
            }
            Err(error) => {
                let _ = tell.send(Err(error));
            }
        })?;
    let pid = started.await.map_err(std::io::Error::other)??;
    Ok((pid, ended))
}

/// Runs a command to its end on the calling thread.
pub(super) fn run(mut command: Command) -> std::io::Result<Output> {
    command.stdin(Stdio::null()).output()
}

/// Failing is fine: the process is gone, then.
pub(super) fn signal(pid: u32, name: &str) {
    let sent = Command::new("sh")
        .args(["-c", "kill -s \"$1\" \"$2\"", "kill", name, &pid.to_string()])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if let Err(error) = sent {
        tracing::warn!(pid, signal = name, %error, "a signal could not be sent");
    }
}
