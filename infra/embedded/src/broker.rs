//! A Kafka broker inside the process, for one machine and for tests.
//!
//! Tansu brings the protocol, topics and consumer groups (`tansu.db`); the records lie in `records.db`, see
//! `record_log` for what an answer promises. It has no transactions, one replica, no authentication, and
//! should listen on loopback only. It installs no signal handler, prints nothing, and ends when told to.
//!
//! Limits: a request is at most [`MAX_REQUEST_BYTES`], and a topic's `max.message.bytes` is not looked at; `acks=0` is answered although Kafka would not; consumer groups
//! speak the classic protocol, and a member that died is noticed after its session timeout, so 6 s is a good value.

mod catalogue;
mod connection;
mod deletion;
mod fetch;
mod groups;
mod listener;
mod maintenance;
mod offsets;
mod produce;
mod producer_ids;
mod routes;
mod storage;

use std::fs::{File, TryLockError};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tansu_storage::{Storage as _, StorageContainer};
use thiserror::Error;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::record_log::{RecordLog, RecordLogError};
pub use connection::MAX_REQUEST_BYTES;

/// Tansu logs what clients do wrong as errors, and opens a span per call: a `tracing` filter for the program.
pub const LOG_DIRECTIVES: &str =
    "tansu_broker=off,tansu_storage=off,tansu_service=off,tansu_sans_io=off,tansu_auth=off";

/// How long clients may take to get their last answers before their connections are cut.
const DRAIN: Duration = Duration::from_secs(3);

/// Tells the time; retention is counted on it, and records that are ahead of it are refused.
pub type BrokerClock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

#[derive(Clone)]
pub struct BrokerSettings {
    /// The folder of `tansu.db` and `records.db`; created when it is not there.
    pub data: PathBuf,
    /// Port 0 takes the port of the last run when it is free, else any free one.
    pub listen: SocketAddr,
    /// Must stay the same for the same folder: topics belong to it.
    pub cluster_id: String,
    pub clock: BrokerClock,
}

#[derive(Debug, Error)]
pub enum BrokerError {
    #[error("{address} is taken by another program: stop it, or choose another port")]
    PortTaken { address: SocketAddr },
    #[error("can't listen on {address}: {source}")]
    Listen {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error("the broker's folder {} can't be used: {source}", folder.display())]
    Folder { folder: PathBuf, source: std::io::Error },
    #[error("the broker's folder {} is in use by another process", folder.display())]
    InUse { folder: PathBuf },
    #[error("the records in {} can't be opened: {source}", folder.display())]
    Records { folder: PathBuf, source: RecordLogError },
    #[error("topics and groups in {} can't be opened: {reason}", folder.display())]
    Topics { folder: PathBuf, reason: String },
    #[error("the broker no longer answers ({reason}): restart it")]
    Broken { reason: String },
}

/// A running broker. Dropping it ends it at once; [`Broker::stop`] lets clients finish first.
pub struct Broker {
    address: SocketAddr,
    storage: StorageContainer,
    log: RecordLog,
    cancellation: CancellationToken,
    /// Ends Tansu's storage. A request that it has when it ends may never be answered, so whoever asks it ends first.
    storage_end: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    clock: BrokerClock,
    _lock: File,
}

impl Broker {
    /// # Errors
    /// [`BrokerError`] says whether the port or the folder is the trouble, and what to do.
    pub async fn start(settings: BrokerSettings) -> Result<Self, BrokerError> {
        let folder = settings.data.as_path();
        let lock = lock(folder)?;
        let listener = listener::bind(settings.listen, folder).await?;
        let address = listener
            .local_addr()
            .map_err(|source| listen_error(settings.listen, source))?;
        let log = RecordLog::open(folder).await.map_err(|source| BrokerError::Records {
            folder: folder.to_owned(),
            source,
        })?;
        let cancellation = CancellationToken::new();
        let storage_end = CancellationToken::new();
        let storage = storage::open(folder, &settings.cluster_id, reachable(address), storage_end.clone()).await?;
        let parts = routes::Parts::new(
            storage.clone(),
            log.clone(),
            storage::file(folder),
            cancellation.clone(),
            settings.clock.clone(),
        )?;
        let tasks = vec![
            tokio::spawn(listener::run(listener, parts, cancellation.clone(), DRAIN)),
            tokio::spawn(maintenance::run(
                storage.clone(),
                log.clone(),
                settings.clock.clone(),
                cancellation.clone(),
                storage_end.clone(),
            )),
        ];
        tracing::info!(%address, folder = %folder.display(), "broker started");
        Ok(Self {
            address,
            storage,
            log,
            cancellation,
            storage_end,
            tasks,
            clock: settings.clock,
            _lock: lock,
        })
    }

    /// `host:port`, as Kafka clients take it for `bootstrap.servers`.
    pub fn address(&self) -> String {
        reachable(self.address).to_string()
    }

    /// Asks both stores whether they still answer.
    ///
    /// # Errors
    /// [`BrokerError::Broken`] when one of them ended; only a restart helps.
    pub async fn check(&self) -> Result<(), BrokerError> {
        let broken = |reason: String| BrokerError::Broken { reason };
        self.storage.ping().await.map_err(|error| broken(error.to_string()))?;
        self.log.check().await.map_err(|error| broken(error.to_string()))
    }

    /// Applies retention and compaction now; the broker does it every five minutes by itself.
    ///
    /// # Errors
    /// [`BrokerError::Broken`] when a store failed.
    pub async fn clean_up(&self) -> Result<(), BrokerError> {
        maintenance::once(&self.storage, &self.log, (self.clock)())
            .await
            .map_err(|error| BrokerError::Broken {
                reason: error.to_string(),
            })
    }

    /// Takes no new connections, answers what was asked, writes everything down, and ends.
    ///
    /// # Errors
    /// [`BrokerError::Records`] when the last write failed; what was acknowledged before is safe all the same.
    pub async fn stop(mut self) -> Result<(), BrokerError> {
        self.cancellation.cancel();
        for task in self.tasks.drain(..) {
            let _ = task.await;
        }
        self.storage_end.cancel();
        let closed = self.log.close().await;
        tracing::info!(address = %self.address, "broker stopped");
        closed.map_err(|source| BrokerError::Broken {
            reason: source.to_string(),
        })
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.cancellation.cancel();
        self.storage_end.cancel();
    }
}

/// Two brokers on one folder would give out the same offsets, so the folder is locked for the process's life.
fn lock(folder: &Path) -> Result<File, BrokerError> {
    let unusable = |source| BrokerError::Folder {
        folder: folder.to_owned(),
        source,
    };
    std::fs::create_dir_all(folder).map_err(unusable)?;
    let file = File::create(folder.join("broker.lock")).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BrokerError::InUse {
            folder: folder.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(unusable(source)),
    }
}

/// The address clients on this machine connect to.
fn reachable(listening: SocketAddr) -> SocketAddr {
    match listening.ip() {
        ip if ip.is_unspecified() => SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), listening.port()),
        _ => listening,
    }
}

fn listen_error(address: SocketAddr, source: std::io::Error) -> BrokerError {
    match source.kind() {
        std::io::ErrorKind::AddrInUse => BrokerError::PortTaken { address },
        _ => BrokerError::Listen { address, source },
    }
}
