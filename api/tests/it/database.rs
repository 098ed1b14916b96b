//! A real Postgres for the tests: one server for all that run at the same time, one migrated database for each.
//!
//! The server comes with the first test that needs it and ends with the last one; both leave nothing behind.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
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

pub(crate) struct Server {
    postgres: Mutex<Option<Postgres>>,
    options: PgConnectOptions,
    folder: TempDir,
}

impl Server {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let postgres = postgres_in(&folder).await;
        let options: PgConnectOptions = postgres.url().parse().expect("a database address");
        let pool = PgPool::connect_with(options.clone()).await.expect("a connection");
        sqlx::migrate!("../migrations")
            .run(&pool)
            .await
            .expect("the migrations apply");
        pool.close().await;
        Self {
            postgres: Mutex::new(Some(postgres)),
            options,
            folder,
        }
    }

    pub(crate) async fn stop(&self) {
        let running = self.postgres.lock().await.take().expect("a running server");
        running.stop().await.expect("the server stops");
    }

    /// On the port it had before.
    pub(crate) async fn start_again(&self) {
        let again = postgres_in(&self.folder).await;
        let address: PgConnectOptions = again.url().parse().expect("a database address");
        assert_eq!(address.get_port(), self.options.get_port(), "the server has moved");
        *self.postgres.lock().await = Some(again);
    }

    async fn new_database(&self) -> PgPool {
        let name = format!("test_{}", Uuid::new_v4().simple());
        let mut db = self
            .options
            .clone()
            .database("postgres")
            .connect()
            .await
            .expect("a connection");
        let create = AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"));
        sqlx::query(create).execute(&mut db).await.expect("a database");
        db.close().await.expect("closed");
        PgPool::connect_with(self.options.clone().database(&name))
            .await
            .expect("a pool")
    }
}

impl Drop for Server {
    /// Waits for the end: the folder is removed next. The runtime of the test may be gone already, so it takes its own.
    fn drop(&mut self) {
        let Some(running) = self.postgres.get_mut().take() else {
            return;
        };
        let stop = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(running.stop())
        };
        let _ = std::thread::spawn(stop).join();
    }
}

pub(crate) struct Database {
    pub(crate) pool: PgPool,
    pub(crate) server: Arc<Server>,
}

impl Database {
    /// An empty database with the project's schema, on the server that all tests share.
    pub(crate) async fn shared() -> Self {
        let mut shared = SHARED.lock().await;
        let server = match shared.upgrade() {
            Some(server) => server,
            None => Arc::new(Server::start().await),
        };
        *shared = Arc::downgrade(&server);
        drop(shared);
        let pool = server.new_database().await;
        Self { pool, server }
    }

    /// The same on a server of its own, which may be stopped.
    pub(crate) async fn alone() -> Self {
        let server = Arc::new(Server::start().await);
        let pool = server.new_database().await;
        Self { pool, server }
    }

    /// Puts the rows of `seed.sql` into the views.
    pub(crate) async fn fill(&self) {
        let rows = sqlx::raw_sql(include_str!("seed.sql"));
        rows.execute(&self.pool).await.expect("the rows fit the views");
    }
}

async fn postgres_in(folder: &TempDir) -> Postgres {
    let settings = PostgresSettings {
        install: install(),
        data: folder.path().to_owned(),
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
    };
    Postgres::start(settings).await.expect("Postgres starts")
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
