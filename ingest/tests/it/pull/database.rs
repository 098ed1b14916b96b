//! A real Postgres: one server for all tests that run at the same time, one migrated database for each. The server
//! comes with the first test that needs it and ends with the last one.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use embedded::{Postgres, PostgresSettings};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgPool};
use tempfile::TempDir;
use tokio::sync::Mutex;
use uuid::Uuid;

static SHARED: Mutex<Weak<Server>> = Mutex::const_new(Weak::new());

/// The database that the embedded server makes; migrated once, every test's database is a copy of it.
const TEMPLATE: &str = "ytempire";

struct Server {
    postgres: Option<Postgres>,
    options: PgConnectOptions,
    _folder: TempDir,
}

impl Server {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = PostgresSettings {
            install: install(),
            data: folder.path().to_owned(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        };
        let postgres = Postgres::start(settings).await.expect("Postgres starts");
        let options: PgConnectOptions = postgres.url().parse().expect("a database address");
        let pool = PgPool::connect_with(options.clone()).await.expect("a connection");
        let migrator = sqlx::migrate::Migrator::new(migrations()).await;
        migrator.expect("migrations").run(&pool).await.expect("they apply");
        pool.close().await;
        Self {
            postgres: Some(postgres),
            options,
            _folder: folder,
        }
    }
}

impl Drop for Server {
    /// Waits for the end: the folder is removed next. The runtime of the test may be gone already, so it takes its own.
    fn drop(&mut self) {
        let Some(running) = self.postgres.take() else {
            return;
        };
        let stop = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(running.stop())
        };
        let _ = std::thread::spawn(stop).join();
    }
}

pub struct Database {
    pub pool: PgPool,
    _server: Arc<Server>,
}

impl Database {
    pub async fn new() -> Self {
        let mut shared = SHARED.lock().await;
        let server = match shared.upgrade() {
            Some(server) => server,
            None => Arc::new(Server::start().await),
        };
        *shared = Arc::downgrade(&server);
        let name = format!("test_{}", Uuid::new_v4().simple());
        let mut db = server
            .options
            .clone()
            .database("postgres")
            .connect()
            .await
            .expect("a connection");
        let create = AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"));
        sqlx::query(create).execute(&mut db).await.expect("a database");
        db.close().await.expect("closed");
        let pool = PgPool::connect_with(server.options.clone().database(&name)).await;
        Self {
            pool: pool.expect("a pool"),
            _server: server,
        }
    }
}

/// The folder `migrations` of the workspace, whichever of its crates the test belongs to.
fn migrations() -> PathBuf {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let folder = above
        .map(|folder| folder.join("migrations"))
        .find(|folder| folder.is_dir());
    folder.expect("the workspace has migrations")
}

/// Where `infra/bootstrap.sh` puts the server.
fn install() -> PathBuf {
    if let Some(named) = std::env::var_os("YTEMPIRE_PGINSTALL") {
        return named.into();
    }
    let home = || PathBuf::from(std::env::var_os("HOME").expect("HOME is set")).join(".cache");
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(home, PathBuf::from);
    cache.join("ytempire/postgres-16-pgvector-0.8/pginstall")
}
