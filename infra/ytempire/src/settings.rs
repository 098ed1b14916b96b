//! Settings: built-in defaults < `ytempire.toml` < `.env` < environment < flags. Unknown keys are refused, secrets
//! are never printed.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use ingest::connect::OauthSettings;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

mod sources;

pub use sources::Sources;

const DEFAULTS: &str = include_str!("default.toml");

/// The file looked for in the working directory.
pub const FILE_NAME: &str = "ytempire.toml";

/// Environment variable and the key it sets.
const VARIABLES: &[(&str, &[&str])] = &[
    ("YTEMPIRE_DATA_DIR", &["data_dir"]),
    ("YTEMPIRE_HTTP", &["http"]),
    ("KAFKA_BROKERS", &["kafka", "brokers"]),
    ("DATABASE_URL", &["database", "url"]),
    ("LAKE_URL", &["lake", "url"]),
    ("YOUTUBE_CLIENT_ID", &["oauth", "client_id"]),
    ("YOUTUBE_CLIENT_SECRET", &["oauth", "client_secret"]),
    ("YOUTUBE_REDIRECT_URL", &["oauth", "redirect_url"]),
    ("YTEMPIRE_SECRET_KEYS", &["oauth", "keys"]),
    ("YTEMPIRE_PGINSTALL", &["database", "install"]),
];

/// Variables by which clouds' own tools know where and who; they fill in options of the lake that no file sets.
const CLOUD_VARIABLES: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ALLOW_HTTP",
    "AWS_VIRTUAL_HOSTED_STYLE_REQUEST",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "GOOGLE_SERVICE_ACCOUNT",
    "GOOGLE_SERVICE_ACCOUNT_KEY",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "AZURE_STORAGE_ACCOUNT_NAME",
    "AZURE_STORAGE_ACCOUNT_KEY",
    "AZURE_STORAGE_SAS_TOKEN",
    "AZURE_STORAGE_CLIENT_ID",
    "AZURE_STORAGE_CLIENT_SECRET",
    "AZURE_STORAGE_TENANT_ID",
    "AZURE_STORAGE_ENDPOINT",
];

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub data_dir: PathBuf,
    pub http: String,
    pub kafka: Kafka,
    pub database: Database,
    pub lake: LakePlace,
    pub pipelines: Pipelines,
    pub simulate: Simulate,
    pub alerts: Alerts,
    pub retention: Retention,
    pub oauth: OauthSettings,
    pub sources: Sources,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Kafka {
    pub brokers: String,
    pub replication: i32,
    pub properties: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    pub url: String,
    pub connections: u32,
    pub install: PathBuf,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LakePlace {
    pub url: String,
    pub options: HashMap<String, String>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Pipelines {
    pub max_rows: usize,
    pub max_bytes: usize,
    pub max_wait_ms: u64,
    pub views_max_wait_ms: u64,
    pub known_ids: usize,
    pub tidy_every_commits: u64,
    pub tidy_file_bytes: u64,
    pub keep_removed_hours: i64,
}

impl Pipelines {
    /// Whether memory is bounded by it, and work gets done at all.
    fn check(&self) -> Result<()> {
        let within = |name: &str, value: u64, least: u64, most: u64| match (least..=most).contains(&value) {
            true => Ok(()),
            false => bail!("[pipelines] {name} is {value}: give {least} to {most}"),
        };
        within("max_rows", self.max_rows as u64, 1, 1_000_000)?;
        within("max_bytes", self.max_bytes as u64, 1_024, 1 << 30)?;
        within("max_wait_ms", self.max_wait_ms, 1, 60_000)?;
        within("views_max_wait_ms", self.views_max_wait_ms, 1, 60_000)?;
        within("known_ids", self.known_ids as u64, 0, 1_000_000_000)?;
        within("tidy_every_commits", self.tidy_every_commits, 1, 1_000_000)?;
        within("tidy_file_bytes", self.tidy_file_bytes, 1_024, 1 << 40)?;
        match self.keep_removed_hours {
            0..=87_600 => Ok(()),
            hours => bail!("[pipelines] keep_removed_hours is {hours}: give 0 to 87600"),
        }
    }
}

#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Alerts {
    pub outlier_score: f64,
    pub revenue_drop_percent: f64,
    pub trend_score: f64,
    pub every_seconds: f64,
}

impl Alerts {
    fn check(&self) -> Result<()> {
        let thresholds = [
            ("outlier_score", self.outlier_score),
            ("revenue_drop_percent", self.revenue_drop_percent),
            ("trend_score", self.trend_score),
        ];
        for (name, value) in thresholds {
            if !value.is_finite() || value < 0.0 {
                bail!("[alerts] {name} is {value}: give a number above 0, or 0 for none");
            }
        }
        match self.every_seconds.is_finite() && (1.0..=86_400.0).contains(&self.every_seconds) {
            true => Ok(()),
            false => bail!("[alerts] every_seconds is {}: give 1 to 86400", self.every_seconds),
        }
    }
}

#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    pub youtube_api_days: f64,
    pub every_hours: f64,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Simulate {
    pub seed: u64,
    pub channels: u32,
    pub speed: f64,
    pub history_days: u32,
    pub max_rate: f64,
}

/// What flags say; they win.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    pub data_dir: Option<PathBuf>,
    pub http: Option<String>,
}

impl Settings {
    /// Reads all layers.
    ///
    /// # Errors
    /// A file or a variable holds what no setting can be; the message names it.
    pub fn load(flags: &Flags) -> Result<Self> {
        if let Err(error) = dotenvy::dotenv()
            && !error.not_found()
        {
            bail!(".env can't be read: {error}");
        }
        let file = Path::new(FILE_NAME);
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).context(format!("{FILE_NAME} can't be read")),
        };
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let mut settings = Self::layered(&text, variable)?;
        if let Some(data_dir) = &flags.data_dir {
            settings.data_dir.clone_from(data_dir);
        }
        if let Some(http) = &flags.http {
            settings.http.clone_from(http);
        }
        settings.fill_in(variable)?;
        Ok(settings)
    }

    fn layered(file: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let mut table: Table = DEFAULTS.parse().context("built-in settings")?;
        let over: Table = file.parse().map_err(|error| invalid(file, &error))?;
        overlay(&mut table, over);
        for (name, keys) in VARIABLES {
            if let Some(value) = variable(name) {
                set(&mut table, keys, value);
            }
        }
        for (name, source, setting) in Sources::variables() {
            if let Some(value) = variable(name) {
                set(&mut table, &["sources", source, setting], value);
            }
        }
        let settings: Self = table
            .try_into()
            .with_context(|| format!("{FILE_NAME} has a setting that does not exist or does not fit"))?;
        settings.sources.check()?;
        settings.pipelines.check()?;
        settings.alerts.check()?;
        settings.oauth.check().map_err(|bad| anyhow::anyhow!("[oauth] {bad}"))?;
        Ok(settings)
    }

    /// Replaces what is empty by where things are on this machine.
    fn fill_in(&mut self, variable: impl Fn(&str) -> Option<String>) -> Result<()> {
        let home = || {
            variable("HOME")
                .map(PathBuf::from)
                .context("HOME is not set: give --data-dir")
        };
        if self.data_dir.as_os_str().is_empty() {
            let base = variable("XDG_DATA_HOME").map(PathBuf::from);
            self.data_dir = base
                .map_or_else(|| home().map(|home| home.join(".local/share")), Ok)?
                .join("ytempire");
        }
        if self.database.install.as_os_str().is_empty() {
            let base = variable("XDG_CACHE_HOME").map(PathBuf::from);
            let cache = base.map_or_else(|| home().map(|home| home.join(".cache")), Ok)?;
            self.database.install = cache.join("ytempire/postgres-16-pgvector-0.8/pginstall");
        }
        for name in CLOUD_VARIABLES {
            if let Some(value) = variable(name) {
                self.lake.options.entry(name.to_ascii_lowercase()).or_insert(value);
            }
        }
        self.data_dir = std::path::absolute(&self.data_dir).context("the data folder's path")?;
        if self.lake.url.is_empty() {
            self.lake.url = self.data_dir.join("lake").display().to_string();
        }
        Ok(())
    }

    /// Whether no lake was named, so that it is the one below the data folder.
    pub fn lake_is_own(&self) -> bool {
        Path::new(&self.lake.url) == self.data_dir.join("lake")
    }

    /// The settings as text, secrets replaced.
    pub fn redacted(&self) -> Self {
        let mut shown = self.clone();
        shown.database.url = without_password(&shown.database.url);
        shown.kafka.brokers = shown
            .kafka
            .brokers
            .split(',')
            .map(without_user)
            .collect::<Vec<_>>()
            .join(",");
        shown.lake.url = without_password(&shown.lake.url);
        shown
            .kafka
            .properties
            .iter_mut()
            .for_each(|(key, value)| hide(key, value));
        shown.lake.options.iter_mut().for_each(|(key, value)| hide(key, value));
        shown.sources = shown.sources.redacted();
        shown
    }
}

/// An address without its secrets: the password before the host, and every parameter that is one. What is no URL and
/// speaks of a password is hidden whole.
fn without_password(address: &str) -> String {
    let Ok(mut url) = url::Url::parse(address) else {
        let hidden = address.to_ascii_lowercase().contains("password");
        return if hidden {
            "********".to_owned()
        } else {
            address.to_owned()
        };
    };
    if url.password().is_some() {
        let _ = url.set_password(Some("********"));
    }
    if url.query().is_some() {
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        url.query_pairs_mut()
            .clear()
            .extend_pairs(pairs.into_iter().map(|(key, mut value)| {
                hide(&key, &mut value);
                (key, value)
            }));
    }
    url.to_string()
}

/// `host:port` of a broker that was written with a user before it.
fn without_user(broker: &str) -> &str {
    broker.rsplit_once('@').map_or(broker, |(_, host)| host)
}

fn hide(key: &str, value: &mut String) {
    let key = key.to_ascii_lowercase();
    let whole = ["password", "secret", "token", "key", "jaas", "oauthbearer.config"];
    // Azure's, a word of its own; sasl.mechanism is none
    let sas = key.split(['.', '_', '-']).any(|word| word == "sas");
    if sas || whole.iter().any(|word| key.contains(word)) {
        *value = "********".to_owned();
    }
}

/// Where the file is no TOML, without the line itself: it may be the one with a key.
fn invalid(file: &str, error: &toml::de::Error) -> anyhow::Error {
    let start = error.span().map_or(0, |span| span.start.min(file.len()));
    let line = file.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
    anyhow::anyhow!("{FILE_NAME} is not valid TOML: line {line}: {}", error.message())
}

fn overlay(under: &mut Table, over: Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(Value::Table(inner)), Value::Table(value)) => overlay(inner, value),
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}

fn set(table: &mut Table, keys: &[&str], value: String) {
    match keys {
        [] => {}
        [key] => {
            table.insert((*key).to_owned(), Value::String(value));
        }
        [key, rest @ ..] => {
            let inner = table.entry(*key).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_win_in_order() {
        let settings = Settings::layered("http = '127.0.0.1:1'\n[kafka]\nbrokers = 'file:1'", |name| {
            (name == "KAFKA_BROKERS").then(|| "variable:2".to_owned())
        })
        .expect("settings");
        assert_eq!(settings.http, "127.0.0.1:1");
        assert_eq!(settings.kafka.brokers, "variable:2");
        assert_eq!(settings.pipelines.max_rows, 20_000);
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let error = Settings::layered("[kafka]\nbroker = 'x'", |_| None).expect_err("accepted");
        assert!(format!("{error:#}").contains("broker"), "{error:#}");
    }

    #[test]
    fn numbers_that_would_stop_the_pipelines_are_refused_by_name() {
        for (section, setting) in [
            ("pipelines", "max_rows = 0"),
            ("pipelines", "max_rows = -1"),
            ("pipelines", "max_bytes = 10"),
            ("pipelines", "views_max_wait_ms = 3600000"),
            ("pipelines", "tidy_every_commits = 0"),
            ("pipelines", "keep_removed_hours = -1"),
            ("alerts", "outlier_score = -3.0"),
            ("alerts", "trend_score = nan"),
            ("alerts", "every_seconds = 0.0"),
        ] {
            let refused = Settings::layered(&format!("[{section}]\n{setting}"), |_| None).expect_err(setting);
            let name = setting.split(' ').next().expect("a name");
            let told = format!("{refused:#}");
            assert!(told.contains(name) && told.contains(section), "{setting}: {told}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let file = "[database]\nurl = 'postgres://u:hunter2@h/d?password=hunter2'\n[kafka]\nbrokers = 'u:hunter2@h:1'\n[kafka.properties]\n'sasl.password' = 'hunter2'\n\
                    [lake.options]\naws_secret_access_key = 'hunter2'";
        let settings = Settings::layered(file, |_| None).expect("settings");
        let shown = toml::to_string(&settings.redacted()).expect("text");
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("postgres://u:"), "{shown}");
    }

    #[test]
    fn the_secrets_of_sources_are_shown_neither_in_settings_nor_in_errors() {
        let planted = |file: &str| {
            let shown = match Settings::layered(file, |_| None) {
                Ok(settings) => format!("{settings:?}{}", toml::to_string(&settings.redacted()).expect("text")),
                Err(error) => format!("{error:#}{error:?}"),
            };
            assert!(!shown.contains("hunter2"), "{shown}");
            shown
        };
        let shown = planted("[sources.youtube]\napi_key = 'hunter2-key'\nrefresh_token = 'hunter2'\nchannels = ['@x']");
        assert!(shown.contains("@x") && shown.contains("daily_units"), "{shown}");
        assert!(planted("[sources.youtube]\napi_key = 'hunter2").contains("line 2"));
        assert!(planted("[sources.youtube]\napi_key = 2\nproject = ['hunter2']").contains("sources.youtube"));
        assert!(planted("[sources.youtube]\nchannels = 'hunter2'").contains("sources.youtube"));
        assert!(planted("[sources.youtube]\napi_kex = 'hunter2'").contains("api_kex"));
        assert!(planted("[sources.utube]\napi_key = 'hunter2'").contains("utube"));
    }

    #[test]
    fn a_variable_sets_the_key_of_a_source() {
        let settings = Settings::layered("", |name| (name == "YOUTUBE_API_KEY").then(|| "k".to_owned()));
        let settings = settings.expect("settings");
        assert_eq!(settings.sources.of("youtube")["api_key"], "k");
    }
}
