//! The parts a command works with, whoever runs them: the embedded ones started here, those of a live owner of the
//! data folder, or external ones named in the settings.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use embedded::{Broker, BrokerSettings, Postgres, PostgresSettings};
use events::Clock;
use lake::Lake;
use sqlx::Connection;
use sqlx::postgres::{PgConnection, PgPool};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::data_folder::{DataFolder, Hold, RunFile, live_owner};
use crate::exit::wrong_use;
use crate::settings::Settings;

/// What a command cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    Broker,
    Database,
}

pub const ALL_NEEDS: [Need; 2] = [Need::Broker, Need::Database];

/// The parts, connected.
pub struct Platform {
    pub settings: Settings,
    pub clock: Arc<dyn Clock>,
    pub log: log::Settings,
    pub database_url: String,
    pub lake: Lake,
    pool: Option<PgPool>,
    postgres: Arc<Mutex<Option<Postgres>>>,
    broker: Option<Broker>,
    /// `None` when somebody else owns the folder.
    pub folder: Option<Box<DataFolder>>,
    pub owner: Option<RunFile>,
    /// As what brokers know the process that comes back: of the one command that runs as long as the platform does.
    pub instance: Option<String>,
}

/// The lake to read: that of the folder's live owner, else the one of the settings. Starts nothing.
///
/// # Errors
/// The folder is of another version, or the lake's place can't be understood.
pub fn lake(settings: &Settings) -> Result<Lake> {
    let owner = live_owner(&settings.data_dir)?;
    let (url, options) = owner.map_or_else(
        || (settings.lake.url.clone(), settings.lake.options.clone()),
        |owner| (owner.lake_url, owner.lake_options),
    );
    Ok(Lake::open(&url, options)?)
}

/// The brokers of the folder's live owner, else those that the settings name, if they do. Starts nothing.
///
/// # Errors
/// The folder is of another version.
pub fn log(settings: &Settings) -> Result<Option<log::Settings>> {
    let named = !settings.kafka.brokers.is_empty();
    Ok(match live_owner(&settings.data_dir)? {
        Some(owner) => Some(log::Settings {
            brokers: owner.kafka_brokers,
            properties: owner.kafka_properties,
        }),
        None => named.then(|| log_settings(settings, &settings.kafka.brokers)),
    })
}

/// After so long without a database it is said that it is waited for.
const SAID_AFTER: Duration = Duration::from_secs(3);

/// How long a command waits for an owner that is starting or stopping.
const PATIENCE: Duration = Duration::from_secs(30);

pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// For commands that only look: what is not there is not made.
///
/// # Errors
/// A part of the platform would be in the data folder, and there is none.
pub fn must_exist(settings: &Settings) -> Result<()> {
    let has_own = settings.kafka.brokers.is_empty() || settings.database.url.is_empty() || settings.lake_is_own();
    if has_own && !settings.data_dir.join("version.json").exists() {
        return Err(wrong_use(anyhow!(
            "there is no platform in {}: name its folder with --data-dir, or start one there with `ytempire up`",
            settings.data_dir.display()
        )));
    }
    Ok(())
}

impl Platform {
    /// Works through the folder's live owner, or becomes the owner and starts the embedded parts it needs.
    pub async fn attach(settings: Settings, clock: Arc<dyn Clock>, needs: &[Need]) -> Result<Self> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let held = DataFolder::take(&settings.data_dir);
            match held {
                Ok(Hold::Mine(folder)) => return Self::own(settings, clock, needs, folder).await,
                Ok(Hold::Theirs(owner)) => return Self::join(settings, clock, owner).await,
                Err(error) if tokio::time::Instant::now() >= deadline || !is_busy(&error) => return Err(error),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// Owns the folder, or fails saying who does: for the command that runs the whole platform.
    pub async fn own_alone(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self> {
        // a command that only looked has gone in a moment
        let mut held = DataFolder::take(&settings.data_dir);
        for _ in 0..20 {
            if !held.as_ref().is_err_and(is_busy) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            held = DataFolder::take(&settings.data_dir);
        }
        match held? {
            Hold::Mine(folder) => {
                let instance = folder.instance()?;
                let mut platform = Self::own(settings, clock, &ALL_NEEDS, folder).await?;
                platform.instance = Some(instance);
                Ok(platform)
            }
            Hold::Theirs(owner) => bail!(
                "the data folder {} is held by ytempire with process id {}, running at {} since {}: use that one, stop \
                 it, or choose another folder with --data-dir",
                settings.data_dir.display(),
                owner.pid,
                owner.http_url,
                owner.started_at.format("%Y-%m-%d %H:%M:%S UTC")
            ),
        }
    }

    /// The external parts that the settings name, shared with others: no data folder is held.
    ///
    /// # Errors
    /// A part is not named, or does not answer.
    pub async fn shared(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self> {
        let missing: Vec<&str> = [
            ("KAFKA_BROKERS", settings.kafka.brokers.is_empty()),
            ("DATABASE_URL", settings.database.url.is_empty()),
            ("LAKE_URL (other than the data folder's own)", settings.lake_is_own()),
        ]
        .into_iter()
        .filter_map(|(name, missing)| missing.then_some(name))
        .collect();
        if !missing.is_empty() {
            return Err(wrong_use(anyhow!(
                "{} not set: this command shares the work on external parts with others, so it has to be told where they are. For \
                 everything on this machine there is `ytempire up`",
                missing.join(", ")
            )));
        }
        let lake = Lake::open(&settings.lake.url, settings.lake.options.clone())?;
        let mut platform = Self {
            log: log_settings(&settings, &settings.kafka.brokers),
            database_url: settings.database.url.clone(),
            lake,
            settings,
            clock,
            pool: None,
            postgres: Arc::default(),
            broker: None,
            folder: None,
            owner: None,
            instance: None,
        };
        platform.start_database().await?;
        platform.start_broker().await?;
        Ok(platform)
    }

    async fn join(settings: Settings, clock: Arc<dyn Clock>, owner: RunFile) -> Result<Self> {
        let mut platform = Self {
            log: log::Settings {
                brokers: owner.kafka_brokers.clone(),
                properties: owner.kafka_properties.clone(),
            },
            database_url: owner.database_url.clone(),
            lake: Lake::open(&owner.lake_url, owner.lake_options.clone())?,
            settings,
            clock,
            pool: None,
            postgres: Arc::default(),
            broker: None,
            folder: None,
            owner: Some(owner),
            instance: None,
        };
        platform.connect().await?;
        Ok(platform)
    }

    async fn own(settings: Settings, clock: Arc<dyn Clock>, needs: &[Need], folder: Box<DataFolder>) -> Result<Self> {
        let needs: BTreeSet<Need> = needs.iter().copied().collect();
        let lake = Lake::open(&settings.lake.url, settings.lake.options.clone())?;
        let mut platform = Self {
            log: log_settings(&settings, &settings.kafka.brokers),
            database_url: settings.database.url.clone(),
            lake,
            settings,
            clock,
            pool: None,
            postgres: Arc::default(),
            broker: None,
            folder: Some(folder),
            owner: None,
            instance: None,
        };
        if needs.contains(&Need::Database) {
            platform.start_database().await?;
        }
        if needs.contains(&Need::Broker) {
            platform.start_broker().await?;
        }
        Ok(platform)
    }

    async fn start_database(&mut self) -> Result<()> {
        if self.database_url.is_empty() {
            let data = self.folder_path("postgres")?;
            let install = self.settings.database.install.clone();
            tracing::info!(data = %data.display(), "starting the private postgres");
            let postgres = Postgres::start(PostgresSettings {
                install,
                data,
                listen: ([127, 0, 0, 1], 0).into(),
            })
            .await?;
            self.database_url = postgres.url().to_owned();
            *self.postgres.lock().await = Some(postgres);
        }
        self.connect().await?;
        MIGRATIONS
            .run(self.pool()?)
            .await
            .context("the database could not be migrated")
    }

    async fn start_broker(&mut self) -> Result<()> {
        if self.log.brokers.is_empty() {
            let clock = Arc::clone(&self.clock);
            let data = self.folder_path("broker")?;
            tracing::info!(data = %data.display(), "starting the embedded broker");
            let broker = Broker::start(BrokerSettings {
                data,
                listen: ([127, 0, 0, 1], 0).into(),
                cluster_id: "ytempire".to_owned(),
                clock: Arc::new(move || clock.now().into()),
            })
            .await?;
            self.log = log_settings(&self.settings, &broker.address());
            // what would be for brokers elsewhere: this one listens on the loopback alone, in the clear
            let secure = |name: &str| {
                ["security.", "ssl.", "sasl."]
                    .iter()
                    .any(|begin| name.starts_with(begin))
            };
            self.log.properties.retain(|name, _| !secure(name));
            self.broker = Some(broker);
        }
        let settings = self.log.clone();
        let reached = tokio::task::spawn_blocking(move || log::Probe::open(&settings)?.reach()).await?;
        match reached {
            Err(refused @ log::LogError::Settings(_)) => return Err(refused.into()),
            reached => reached.context("check KAFKA_BROKERS")?,
        }
        log::ensure_topics(&self.log, self.settings.kafka.replication).await?;
        Ok(())
    }

    fn folder_path(&self, name: &str) -> Result<std::path::PathBuf> {
        let folder = self
            .folder
            .as_ref()
            .context("the data folder is held by somebody else")?;
        Ok(folder.join(name))
    }

    async fn connect(&mut self) -> Result<()> {
        let scheme = self.database_url.split(':').next().unwrap_or_default();
        if !["postgres", "postgresql"].contains(&scheme) {
            return Err(wrong_use(anyhow!(
                "DATABASE_URL begins with {scheme}: give postgres://user:password@host:port/database"
            )));
        }
        let pool = streams::pool_options()
            .max_connections(self.settings.database.connections)
            .acquire_timeout(Duration::from_secs(30));
        let connecting = pool.connect(&self.database_url);
        tokio::pin!(connecting);
        let pool = tokio::select! {
            pool = &mut connecting => pool,
            () = tokio::time::sleep(SAID_AFTER) => {
                let reason = refusal(&self.database_url).await;
                tracing::warn!(%reason, "{} is waited for", named(&self.database_url));
                connecting.await
            }
        };
        let pool = match pool {
            Err(sqlx::Error::PoolTimedOut) => Err(anyhow!(refusal(&self.database_url).await)),
            pool => pool.map_err(anyhow::Error::new),
        };
        let pool = pool.with_context(|| {
            let what_to_do = match self.settings.database.url.is_empty() {
                true => format!("see {}", self.settings.data_dir.join("postgres/server.log").display()),
                false => "check DATABASE_URL".to_owned(),
            };
            format!("{} can't be used: {what_to_do}", named(&self.database_url))
        })?;
        self.pool = Some(pool);
        Ok(())
    }

    /// Looks after the private server until `stop`.
    pub fn look_after_database(&self, stop: CancellationToken) -> Result<tokio::task::JoinHandle<()>> {
        let postgres = Arc::clone(&self.postgres);
        let port = url::Url::parse(&self.database_url)?.port().unwrap_or(0);
        let settings = PostgresSettings {
            install: self.settings.database.install.clone(),
            data: self.settings.data_dir.join("postgres"),
            listen: ([127, 0, 0, 1], port).into(),
        };
        Ok(tokio::spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_millis(500));
            let mut down = false;
            while !stop.is_cancelled() {
                ticks.tick().await;
                revive(&postgres, &settings, &mut down).await;
            }
        }))
    }

    pub fn pool(&self) -> Result<&PgPool> {
        self.pool
            .as_ref()
            .context("this command was started without a database")
    }

    /// # Errors
    /// The owner that this command works through has gone.
    pub fn check_owner(&self) -> Result<()> {
        self.owner_watch()()
    }

    /// [`Platform::check_owner`] for a task of its own.
    pub fn owner_watch(&self) -> impl Fn() -> Result<()> + Send + 'static {
        let (owner, folder) = (
            self.owner.as_ref().map(|owner| owner.pid),
            self.settings.data_dir.clone(),
        );
        move || {
            let Some(pid) = owner else {
                return Ok(());
            };
            match live_owner(&folder)? {
                Some(alive) if alive.pid == pid => Ok(()),
                _ => bail!(
                    "the platform that this command worked through (process {pid}) has stopped: start it again and run \
                     the same command again; what is there already is not doubled"
                ),
            }
        }
    }

    pub fn data_dir(&self) -> &Path {
        &self.settings.data_dir
    }

    /// Whether the broker lives and dies with this process.
    pub fn broker_is_embedded(&self) -> bool {
        self.settings.kafka.brokers.is_empty()
    }

    /// Stops what was started here, the last started first.
    pub async fn stop(mut self) -> Result<()> {
        if let Some(pool) = self.pool.take() {
            pool.close().await;
        }
        if let Some(broker) = self.broker.take() {
            broker.stop().await?;
        }
        if let Some(postgres) = self.postgres.lock().await.take() {
            postgres.stop().await?;
        }
        if let Some(folder) = &self.folder {
            folder.forget_run()?;
        }
        Ok(())
    }
}

/// The database of a URL, for people: without user and password.
fn named(database_url: &str) -> String {
    let Ok(url) = url::Url::parse(database_url) else {
        return "the database".to_owned();
    };
    let (host, port) = (url.host_str().unwrap_or("localhost"), url.port().unwrap_or(5432));
    format!("the database {} at {host}:{port}", url.path().trim_start_matches('/'))
}

/// What a database says to a single connection: a pool tries again until its time is over, and says no more than that it is.
async fn refusal(database_url: &str) -> String {
    let asked = tokio::time::timeout(Duration::from_secs(5), PgConnection::connect(database_url));
    match asked.await {
        Ok(Err(error)) => error.to_string(),
        Ok(Ok(_)) => "it answers now, but did not in time".to_owned(),
        Err(_) => "it does not answer".to_owned(),
    }
}

/// Starts the private server again when it has ended by itself: same data, same address, so that everybody who was
/// connected finds it again. `down` stays set until that has succeeded.
async fn revive(postgres: &Mutex<Option<Postgres>>, settings: &PostgresSettings, down: &mut bool) {
    let mut held = postgres.lock().await;
    if held.as_ref().is_some_and(|postgres| !postgres.is_running()) {
        tracing::error!("the private postgres ended by itself, starting it again");
        *held = None;
        *down = true;
    }
    if *down {
        match Postgres::start(settings.clone()).await {
            Ok(again) => {
                *held = Some(again);
                *down = false;
            }
            Err(error) => tracing::error!(%error, "the private postgres does not start"),
        }
    }
}

fn is_busy(error: &anyhow::Error) -> bool {
    error.to_string().contains("try again when it is done")
}

fn log_settings(settings: &Settings, brokers: &str) -> log::Settings {
    log::Settings {
        brokers: brokers.to_owned(),
        properties: settings.kafka.properties.clone(),
    }
}
