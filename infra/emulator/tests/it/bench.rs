//! Sources and connections against the emulator, with their states in a real Postgres, and records kept in memory.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use events::Topic;
use ingest::Outgoing;
use ingest::connect::{Answered, ConnectError, Connection, Connections, Flow, Keyring, OauthSettings};
use ingest::pull::{
    Backoff, Entry, Ledger, Outbox, Report, Runner, Secret, Store, Trouble, Undelivered, Watcher, When,
};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::database::Database;
use crate::running::{self, Running};

const BACK: &str = "http://127.0.0.1:9/auth/youtube/callback";
pub const KEY: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

pub struct Bench {
    pub running: Running,
    pub database: Database,
    pub connections: Connections,
    pub flow: Flow,
    pub outbox: Arc<Memory>,
}

#[derive(Default)]
pub struct Memory(Mutex<Vec<Outgoing>>);

#[async_trait]
impl Outbox for Memory {
    async fn deliver(&self, records: Vec<Outgoing>) -> Result<(), Undelivered> {
        self.0.lock().expect("not poisoned").extend(records);
        Ok(())
    }
}

struct Unwatched;

impl Watcher for Unwatched {
    fn page(&self, _: &str, _: &str, _: usize, _: Option<u64>) {}
    fn put_off(&self, _: &str, _: &str, _: &Trouble, _: Option<DateTime<Utc>>) {}
}

impl Bench {
    pub async fn new() -> Self {
        let running = running::start().await;
        let database = Database::new().await;
        let url = running.emulator.url();
        let settings = OauthSettings {
            client_id: "our-client".to_owned(),
            client_secret: Secret::new("our-client-secret"),
            auth_url: format!("{url}/o/oauth2/v2/auth"),
            token_url: format!("{url}/token"),
            revoke_url: format!("{url}/revoke"),
            youtube_url: url.to_owned(),
            ..OauthSettings::default()
        };
        let keyring = Keyring::parse(KEY).expect("a ring");
        let connections = Connections::open(database.pool.clone(), keyring, settings, running.clock.clone());
        let connections = connections.expect("connections");
        let ledger = Ledger::new(database.pool.clone(), running.clock.clone());
        Self {
            flow: Flow::new(connections.clone(), ledger, ("default".to_owned(), 10_000)),
            running,
            database,
            connections,
            outbox: Arc::default(),
        }
    }

    /// What Google sends back to the owner of a channel, and what their browser kept.
    pub async fn consent(&self, whose: &str) -> (Url, Secret) {
        let mut sent = self.flow.begin(BACK).await.expect("begun");
        sent.url.query_pairs_mut().append_pair("login_hint", whose);
        let path = &sent.url[url::Position::BeforePath..];
        let answer = self.running.get(path).await;
        assert_eq!(answer.status, 302, "{}", answer.text);
        let back = answer.headers["location"].to_str().expect("text");
        assert!(back.starts_with(BACK));
        (back.parse().expect("an address"), sent.browser)
    }

    pub async fn finish(&self, back: &Url, browser: Option<&str>) -> Result<Connection, ConnectError> {
        let of = |name: &str| {
            let mut pairs = back.query_pairs();
            pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        let (state, code, error) = (of("state").expect("a state"), of("code"), of("error"));
        let answered = Answered {
            state: &state,
            code: code.as_deref(),
            error: error.as_deref(),
            browser,
        };
        self.flow.finish(answered).await
    }

    pub async fn connect(&self, whose: &str) -> Connection {
        let (back, browser) = self.consent(whose).await;
        self.finish(&back, Some(browser.reveal())).await.expect("connected")
    }

    pub async fn read(&self, source: &str, settings: Value) -> Report {
        let mut settings = settings;
        settings["base_url"] = self.running.emulator.url().into();
        settings["requests_per_second"] = 100_000.0.into();
        let source = Entry::find(source).expect("a source").open(settings).expect("settings");
        let runner = self.runner();
        runner.read(&source, When::Now).await.expect("a report")
    }

    pub fn runner(&self) -> Runner {
        Runner {
            store: Store::new(self.database.pool.clone()),
            ledger: Ledger::new(self.database.pool.clone(), self.running.clock.clone()),
            clock: self.running.clock.clone(),
            backoff: Backoff::default(),
            outbox: self.outbox.clone(),
            watcher: Arc::new(Unwatched),
            wallet: Some(Arc::new(self.connections.clone())),
            keyring: Some(Arc::new(Keyring::parse(KEY).expect("a ring"))),
            stop: CancellationToken::new(),
        }
    }

    pub fn ids(&self) -> BTreeSet<String> {
        let records = self.outbox.0.lock().expect("not poisoned");
        records.iter().map(|record| record.envelope.id.to_string()).collect()
    }

    pub fn payloads_of(&self, topic: Topic) -> Vec<Outgoing> {
        let records = self.outbox.0.lock().expect("not poisoned");
        records.iter().filter(|record| record.topic == topic).cloned().collect()
    }

    pub fn payloads(&self, topic: Topic) -> Vec<Value> {
        let records = self.outbox.0.lock().expect("not poisoned");
        let of_topic = records.iter().filter(|record| record.topic == topic);
        of_topic
            .map(|one| serde_json::from_slice(&one.body).expect("json"))
            .collect()
    }

    pub fn pass(&self, time: TimeDelta) {
        self.running.clock.advance(time);
    }

    /// Days that reports were read of.
    pub fn days(&self) -> BTreeSet<String> {
        let rows = self.payloads(Topic::Analytics);
        rows.iter()
            .map(|row| row["day"].as_str().expect("a day").to_owned())
            .collect()
    }

    pub async fn credentials(&self) -> Vec<(String, String)> {
        sqlx::query_as("SELECT access_token_encrypted, refresh_token_encrypted FROM channel_credentials")
            .fetch_all(&self.database.pool)
            .await
            .expect("rows")
    }
}
