//! A database of one's own, and observations to put into views.

use std::path::PathBuf;

use chrono::{DateTime, Days, Utc};
use embedded::{Postgres, PostgresSettings};
use events::payload::Availability;
use events::{ChannelId, Event, Partition, Payload, Region, VideoId, VideoSnapshot};
use log::Record;
use sqlx::PgPool;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

/// Where `infra/bootstrap.sh` puts the database server.
fn install() -> PathBuf {
    if let Some(install) = std::env::var_os("YTEMPIRE_PGINSTALL") {
        return install.into();
    }
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(PathBuf::from).expect("HOME");
    let cache = cache.unwrap_or_else(|| home.join(".cache"));
    cache.join("ytempire/postgres-16-pgvector-0.8/pginstall")
}

pub(crate) struct Database {
    pub(crate) pool: PgPool,
    _postgres: Postgres,
    _folder: tempfile::TempDir,
}

impl Database {
    pub(crate) async fn start() -> Self {
        let database = Self::start_at(0).await;
        database.migrate().await;
        database
    }

    pub(crate) async fn migrate(&self) {
        MIGRATIONS.run(&self.pool).await.expect("the schema");
    }

    /// With the schema as it was at a migration.
    pub(crate) async fn start_at(version: i64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = PostgresSettings {
            install: install(),
            data: folder.path().join("postgres"),
            listen: ([127, 0, 0, 1], 0).into(),
        };
        let postgres = Postgres::start(settings).await.expect("a database");
        let pool = PgPool::connect(postgres.url()).await.expect("a connection");
        MIGRATIONS
            .run_to(version, &pool)
            .await
            .expect("the schema of that time");
        Self {
            pool,
            _postgres: postgres,
            _folder: folder,
        }
    }

    /// Forgets everything that a case before has left.
    pub(crate) async fn empty(&self) {
        for view in features::View::all() {
            let statement = format!("TRUNCATE views.{}", view.name());
            sqlx::query(sqlx::AssertSqlSafe(statement))
                .execute(&self.pool)
                .await
                .expect("emptied");
        }
        sqlx::query("TRUNCATE sink.positions, sink.event_ids, sink.corrections, sink.refused_rows, sink.late_rows, public.trends")
            .execute(&self.pool)
            .await
            .expect("emptied");
    }
}

/// One observation, small enough for a generator to make many that meet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) video: u8,
    pub(crate) day: u8,
    pub(crate) hour: u8,
    pub(crate) views: u16,
    pub(crate) rank: Option<u8>,
    /// Which channel it says it belongs to, if it says so: channels change, and old sources know titles only.
    pub(crate) channel: Option<(u8, bool)>,
    pub(crate) titled: bool,
}

impl Seen {
    pub(crate) fn event(self) -> Event<VideoSnapshot> {
        let video_id = VideoId::new(format!("video{:06}", self.video)).expect("an id");
        if self.is_gone() {
            let gone = VideoSnapshot {
                availability: Some(Availability::Deleted),
                ..VideoSnapshot::of(video_id)
            };
            return Event::new("/test", self.time(), gone).expect("a valid event");
        }
        let payload = VideoSnapshot {
            title: self.titled.then(|| format!("title {}", self.views % 3)),
            channel_id: self
                .channel
                .filter(|(_, known)| *known)
                .map(|(channel, _)| channel_id(channel)),
            channel_title: self
                .channel
                .filter(|(_, known)| !known || !self.views.is_multiple_of(3))
                .map(|(channel, _)| format!("Channel {channel}")),
            // some change their category in the course of time
            category_id: (!self.video.is_multiple_of(3)).then(|| i32::from((self.video + self.day / 16) % 3)),
            region: self
                .rank
                .map(|_| Region::new(if self.video.is_multiple_of(2) { "US" } else { "GB" }).expect("a region")),
            trending_rank: self.rank.map(|rank| i32::from(rank) + 1),
            views: (!self.views.is_multiple_of(7)).then(|| i64::from(self.views)),
            likes: Some(i64::from(self.views / 10)),
            // some are published again
            published_at: (!self.views.is_multiple_of(5))
                .then(|| start() + chrono::Duration::days(i64::from(self.video + self.day / 20 * 7))),
            ..VideoSnapshot::of(video_id)
        };
        Event::new("/test", self.time(), payload).expect("a valid event")
    }

    /// Whether it says that the video is there no more, and nothing else.
    fn is_gone(self) -> bool {
        self.rank.is_none() && self.views < 2_000 && self.views.is_multiple_of(11)
    }

    fn time(self) -> DateTime<Utc> {
        let day = start().checked_add_days(Days::new(self.day.into())).expect("a day");
        // some meet at the full hour, the others come somewhere in it
        let micros = i64::from(!self.views.is_multiple_of(4)) * (i64::from(self.views) * 791_901_307 % 3_600_000_000);
        day + chrono::Duration::hours(self.hour.into()) + chrono::Duration::microseconds(micros)
    }
}

/// The first moment that anything is observed at.
pub(crate) fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_597_190_400, 0).expect("a time")
}

pub(crate) fn channel_id(channel: u8) -> ChannelId {
    ChannelId::new(format!("UC{channel:022}")).expect("an id")
}

pub(crate) fn record<P: Payload>(partition: i32, offset: i64, event: &Event<P>) -> Record {
    let place = Partition {
        topic: P::TOPIC,
        number: partition,
    };
    let key = event.payload.key();
    Record::new(place, offset, &event.envelope(), Some(&key), event.body())
}
