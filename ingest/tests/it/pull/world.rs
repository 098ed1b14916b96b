//! A channel on a vendor that speaks as YouTube does, and all that a runner needs to read it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use events::ManualClock;
use ingest::Outgoing;
use ingest::pull::catalogue::Opened;
use ingest::pull::{Backoff, Entry, Ledger, Outbox, Report, Runner, Store, Trouble, Undelivered, Watcher, When};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::database::Database;
use super::vendor::{Asked, Reply};

pub const CHANNEL: &str = "UC_x5XG1OV2P6uZZ5FSM9Ttw";
pub const UPLOADS: &str = "UU_x5XG1OV2P6uZZ5FSM9Ttw";

pub fn video_id(number: usize) -> String {
    format!("video{number:06}")
}

/// What a channel with uploads `videos` answers; those that `is_seen` denies are listed, and not returned.
pub fn youtube(asked: &Asked, videos: &[String], is_seen: impl Fn(&str) -> bool) -> Value {
    match asked.path.as_str() {
        "/youtube/v3/channels" => json!({"items": [{"id": CHANNEL,
            "snippet": {"title": "A channel"},
            "statistics": {"videoCount": videos.len().to_string(), "viewCount": "1", "hiddenSubscriberCount": false},
            "contentDetails": {"relatedPlaylists": {"uploads": UPLOADS}}}]}),
        "/youtube/v3/playlistItems" => {
            assert_eq!(asked.of("maxResults"), "50");
            let start: usize = asked.of("pageToken").parse().unwrap_or(0);
            let end = (start + 50).min(videos.len());
            let items: Vec<Value> = videos[start..end]
                .iter()
                .map(|id| json!({"contentDetails": {"videoId": id}}))
                .collect();
            let next = (end < videos.len()).then(|| end.to_string());
            json!({"items": items, "nextPageToken": next, "pageInfo": {"totalResults": videos.len()}})
        }
        "/youtube/v3/videos" => {
            let ids: Vec<&str> = asked.of("id").split(',').collect();
            assert!(ids.len() <= 50, "{} ids", ids.len());
            let items: Vec<Value> = ids
                .into_iter()
                .filter(|id| is_seen(id))
                .map(|id| {
                    json!({"id": id, "snippet": {"title": id}, "statistics": {"viewCount": "7"},
                    "status": {"uploadStatus": "processed", "privacyStatus": "public"}})
                })
                .collect();
            json!({"items": items})
        }
        other => panic!("{other} was asked"),
    }
}

/// As [`youtube`], with ETags.
pub fn youtube_tagged(asked: &Asked, videos: &[String]) -> Reply {
    Reply::tagged(&youtube(asked, videos, |_| true), asked)
}

/// Keeps records in memory.
#[derive(Default)]
pub struct Memory(Mutex<Vec<Outgoing>>);

impl Memory {
    pub fn records(&self) -> Vec<Outgoing> {
        self.0.lock().expect("not poisoned").clone()
    }

    pub fn forget(&self) {
        self.0.lock().expect("not poisoned").clear();
    }

    pub fn ids(&self) -> BTreeSet<String> {
        self.records()
            .iter()
            .map(|record| record.envelope.id.to_string())
            .collect()
    }

    pub fn payloads(&self, topic: events::Topic) -> Vec<Value> {
        let records = self.records();
        let of_topic = records.iter().filter(|record| record.topic == topic);
        of_topic
            .map(|record| serde_json::from_slice(&record.body).expect("json"))
            .collect()
    }
}

#[async_trait]
impl Outbox for Memory {
    async fn deliver(&self, records: Vec<Outgoing>) -> Result<(), Undelivered> {
        self.0.lock().expect("not poisoned").extend(records);
        Ok(())
    }
}

pub struct Unwatched;

impl Watcher for Unwatched {
    fn page(&self, _: &str, _: &str, _: usize, _: Option<u64>) {}
    fn put_off(&self, _: &str, _: &str, _: &Trouble, _: Option<DateTime<Utc>>) {}
}

pub fn noon() -> DateTime<Utc> {
    "2026-11-25T20:00:00Z".parse().expect("a time")
}

/// A runner with its parts.
pub struct Bench {
    pub database: Database,
    pub clock: Arc<ManualClock>,
    pub outbox: Arc<Memory>,
    pub runner: Runner,
}

impl Bench {
    pub async fn new() -> Self {
        let database = Database::new().await;
        let clock = Arc::new(ManualClock::at(noon()));
        let outbox = Arc::new(Memory::default());
        let runner = Runner {
            store: Store::new(database.pool.clone()),
            ledger: Ledger::new(database.pool.clone(), clock.clone()),
            clock: clock.clone(),
            backoff: Backoff {
                first: Duration::from_millis(5),
                longest: Duration::from_millis(20),
                tries: 4,
                patience: Duration::from_secs(3),
            },
            outbox: outbox.clone(),
            watcher: Arc::new(Unwatched),
            wallet: None,
            keyring: None,
            stop: CancellationToken::new(),
        };
        Self {
            database,
            clock,
            outbox,
            runner,
        }
    }

    pub async fn read(&self, source: &Opened, when: When) -> Report {
        self.runner.read(source, when).await.expect("a report")
    }
}

/// The youtube source at `url`, with settings of the test's own.
pub fn source(url: &str, settings: Value) -> Opened {
    open("youtube", url, settings)
}

pub fn open(name: &str, url: &str, mut settings: Value) -> Opened {
    settings["base_url"] = url.into();
    settings["requests_per_second"] = 100_000.0.into();
    Entry::find(name)
        .expect("a source")
        .open(settings)
        .expect("settings that fit")
}
