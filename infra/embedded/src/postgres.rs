//! A private Postgres cluster below one folder, for one machine and for tests.
//!
//! Its server listens on loopback, ends when this process ends, however that happens, and starts again with the same
//! data. Creating a cluster is atomic: what a kill leaves behind half made is thrown away. Root can't run Postgres,
//! so root runs it as another user. It never touches a server that it did not start in this folder.

mod account;
mod cluster;
mod install;
mod leftover;
mod server;

use std::fs::{File, TryLockError};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{Connection as _, Executor as _, PgConnection};
use thiserror::Error;

use account::Account;
use cluster::Cluster;
use install::Install;
use server::Server;

/// The database, and the role that owns it.
const NAME: &str = "ytempire";
/// Recovery after a crash replays at most `max_wal_size`; a minute is plenty for it.
const START: Duration = Duration::from_secs(90);
const ATTEMPTS: usize = 3;

#[derive(Debug, Clone)]
pub struct PostgresSettings {
    /// The unpacked server: a folder with `bin`, `lib` and `share`.
    pub install: PathBuf,
    /// Where cluster, password and log are kept; created when it is not there.
    pub data: PathBuf,
    /// Port 0 takes the port of the last run when it is free, else any free one.
    pub listen: SocketAddr,
}

#[derive(Debug, Error)]
pub enum PostgresError {
    #[error("there is no Postgres server in {}: run infra/bootstrap.sh, which puts it there", install.display())]
    NotInstalled { install: PathBuf },
    #[error("{program} can't be run ({source}): run infra/bootstrap.sh, which installs it")]
    Program { program: String, source: std::io::Error },
    #[error("{} was made by Postgres {found}, installed is {installed}: use the version that made it, or restore a backup into a new folder", data.display())]
    OtherVersion {
        data: PathBuf,
        found: String,
        installed: String,
    },
    #[error("{} can't be used: {source}", path.display())]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("the database in {} is in use by another process", data.display())]
    InUse { data: PathBuf },
    #[error("{address} is taken by another program: stop it, or choose another port")]
    PortTaken { address: SocketAddr },
    #[error("Postgres refuses to run as root, and user {user} can't use {}: {reason}. Run this program as an ordinary user, keep the folder where {user} can reach it, or allow the capabilities DAC_OVERRIDE, SETUID and SETGID", data.display())]
    NoAccount {
        user: String,
        data: PathBuf,
        reason: String,
    },
    #[error("the database could not be created in {}:\n{output}", data.display())]
    Create { data: PathBuf, output: String },
    #[error("Postgres did not start: {reason}\n{log}")]
    Start { reason: String, log: String },
    #[error("an earlier Postgres server of {} (process {pid}) does not end: end it by hand", data.display())]
    Leftover { data: PathBuf, pid: u32 },
    #[error("Postgres did not stop in time and was killed; the next start recovers")]
    Stop,
}

/// A running server. Dropping it asks the server to end; [`Postgres::stop`] waits for it.
pub struct Postgres {
    server: Server,
    url: String,
    _lock: File,
}

impl Postgres {
    /// Starts the server, creating cluster and database when they are not there.
    ///
    /// # Errors
    /// [`PostgresError`] says what is missing or in the way, with the end of the server's log where that helps.
    pub async fn start(settings: PostgresSettings) -> Result<Self, PostgresError> {
        let prepared = blocking(move || Prepared::new(settings)).await?;
        let mut attempt = 1;
        loop {
            match prepared.launch().await {
                // somebody took the port between our look and the server's start
                Err(PostgresError::PortTaken { .. }) if prepared.any_port() && attempt < ATTEMPTS => attempt += 1,
                Err(error) => return Err(error),
                Ok((server, address)) => {
                    tracing::info!(%address, "database started");
                    let url = format!("postgres://{NAME}:{}@{address}/{NAME}", prepared.cluster.password());
                    return Ok(Self {
                        server,
                        url,
                        _lock: prepared.lock,
                    });
                }
            }
        }
    }

    /// `postgres://user:password@host:port/ytempire`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether the server has not ended by itself.
    pub fn is_running(&self) -> bool {
        self.server.is_running()
    }

    /// The server's process, for those who watch it.
    pub fn process_id(&self) -> u32 {
        self.server.pid()
    }

    /// Ends the server: sessions are cut, everything committed is on the disk.
    ///
    /// # Errors
    /// [`PostgresError::Stop`] when it had to be killed.
    pub async fn stop(self) -> Result<(), PostgresError> {
        let stopped = self.server.stop().await;
        tracing::info!("database stopped");
        stopped
    }
}

/// Everything that is needed before a server can be started.
struct Prepared {
    install: Install,
    account: Account,
    cluster: Cluster,
    listen: SocketAddr,
    lock: File,
}

impl Prepared {
    fn new(settings: PostgresSettings) -> Result<Self, PostgresError> {
        let install = Install::find(&settings.install)?;
        let data = std::path::absolute(&settings.data).map_err(folder(&settings.data))?;
        std::fs::create_dir_all(&data).map_err(folder(&data))?;
        let lock = lock(&data)?;
        let account = Account::choose(&install, &data)?;
        leftover::end(&data)?;
        let cluster = Cluster::open_or_create(&install, &account, &data)?;
        Ok(Self {
            install,
            account,
            cluster,
            listen: settings.listen,
            lock,
        })
    }

    fn any_port(&self) -> bool {
        self.listen.port() == 0
    }

    async fn launch(&self) -> Result<(Server, SocketAddr), PostgresError> {
        let address = self.free_address()?;
        let server = Server::start(&self.install, &self.account, &self.cluster, address).await?;
        let options = PgConnectOptions::new_without_pgpass()
            .host(&address.ip().to_string())
            .port(address.port())
            .username(NAME)
            .password(self.cluster.password())
            .ssl_mode(PgSslMode::Disable)
            .database("postgres");
        server.ready(&options, address, START).await?;
        let created = create_database(&options).await;
        created.map_err(|error| server.failure(format!("the database {NAME} could not be created: {error}")))?;
        self.cluster.remember_port(address.port())?;
        Ok((server, address))
    }

    fn free_address(&self) -> Result<SocketAddr, PostgresError> {
        let remembered = self.cluster.remembered_port().filter(|_| self.any_port());
        let wanted = remembered.map(|port| SocketAddr::new(self.listen.ip(), port));
        let taken = |_| PostgresError::PortTaken { address: self.listen };
        wanted
            .and_then(|address| TcpListener::bind(address).ok())
            .map_or_else(|| TcpListener::bind(self.listen), Ok)
            .and_then(|listener| listener.local_addr())
            .map_err(taken)
    }
}

async fn create_database(options: &PgConnectOptions) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(options).await?;
    let found = sqlx::query("select 1 from pg_database where datname = $1")
        .bind(NAME)
        .fetch_optional(&mut connection)
        .await?;
    if found.is_none() {
        connection.execute("create database ytempire").await?;
    }
    connection.close().await
}

/// One process per folder; the lock goes with the process.
fn lock(data: &Path) -> Result<File, PostgresError> {
    let file = File::create(data.join("postgres.lock")).map_err(folder(data))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(PostgresError::InUse { data: data.to_owned() }),
        Err(TryLockError::Error(source)) => Err(folder(data)(source)),
    }
}

fn folder(path: &Path) -> impl Fn(std::io::Error) -> PostgresError {
    move |source| PostgresError::Folder {
        path: path.to_owned(),
        source,
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PostgresError> + Send + 'static,
) -> Result<T, PostgresError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| PostgresError::Start {
            reason: error.to_string(),
            log: String::new(),
        })?
}
