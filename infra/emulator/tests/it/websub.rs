//! Subscriptions at the emulated hub: verified, renewed, delivered to, and read.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::TimeDelta;
use events::{Clock, Topic};
use ingest::connect::Keyring;
use ingest::pull::{Ledger, Secret};
use ingest::sources::websub::reader::Reader;
use ingest::sources::websub::receiver::{Intent, Receiver, Refused, Taken};
use ingest::sources::websub::{Subscription, topic};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::bench::{Bench, KEY};

const LEASE_SECONDS: i64 = 3_600;

type Pairs = Query<std::collections::HashMap<String, String>>;

async fn verify(
    State(receiver): State<Receiver>,
    Path((channel, token)): Path<(String, String)>,
    Query(asked): Pairs,
) -> Response {
    let of = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    let intent = Intent {
        mode: of("hub.mode"),
        topic: of("hub.topic"),
        lease_seconds: of("hub.lease_seconds").parse().ok(),
    };
    match receiver.verify(&channel, &token, intent).await {
        Ok(()) => of("hub.challenge").to_owned().into_response(),
        Err(refused) => (StatusCode::NOT_FOUND, refused.to_string()).into_response(),
    }
}

async fn deliver(
    State(receiver): State<Receiver>,
    Path((channel, token)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let signature = headers.get("x-hub-signature").and_then(|value| value.to_str().ok());
    match receiver.deliver(&channel, &token, signature, &body).await {
        Ok(_) => StatusCode::ACCEPTED,
        Err(Refused::Gone) => StatusCode::GONE,
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

/// A platform that the hub reaches.
struct Platform {
    bench: Bench,
    receiver: Receiver,
    url: String,
    channel: String,
}

impl Platform {
    async fn new() -> Self {
        let bench = Bench::new().await;
        let channel = bench.running.emulator.world().channels[0].clone();
        let receiver = Receiver {
            pool: bench.database.pool.clone(),
            clock: bench.running.clock.clone(),
            keyring: Arc::new(Keyring::parse(KEY).expect("a ring")),
            channels: vec![channel.clone()],
            wallet: None,
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let routes = axum::Router::new()
            .route("/webhooks/youtube/{channel}/{token}", get(verify).post(deliver))
            .with_state(receiver.clone());
        tokio::spawn(axum::serve(listener, routes).into_future());
        Self {
            bench,
            receiver,
            url,
            channel,
        }
    }

    async fn subscribe(&self) {
        let settings = json!({"callback": self.url, "channels": [self.channel], "lease_seconds": LEASE_SECONDS});
        let report = self.bench.read("websub", settings).await;
        assert!(report.put_off.is_empty(), "{:?}", report.put_off);
    }

    async fn subscription(&self) -> Option<Subscription> {
        let row = sqlx::query_as("SELECT * FROM ingest.websub_subscriptions").fetch_optional(&self.bench.database.pool);
        row.await.expect("an answer")
    }

    /// Until the hub, which answers first and verifies then, has verified at the present time.
    async fn verified(&self) -> Subscription {
        let now = self.bench.running.clock.now();
        for _ in 0..500 {
            match self.subscription().await {
                Some(known) if known.verified_at == Some(now) => return known,
                _ => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
        panic!("the hub does not verify");
    }

    async fn notify(&self) -> Value {
        let order = json!({"channel_id": self.channel});
        self.bench
            .running
            .post_json("/_emulator/websub/notify", "", &order)
            .await
            .json()
    }

    async fn waiting(&self) -> i64 {
        let count = sqlx::query_scalar("SELECT count(*) FROM ingest.websub_notices");
        count.fetch_one(&self.bench.database.pool).await.expect("a count")
    }

    /// Reads what waits.
    async fn read(&self) {
        let stop = CancellationToken::new();
        let settings = json!({"base_url": self.bench.running.emulator.url(), "api_key": "k"});
        let reader = Reader {
            pool: self.bench.database.pool.clone(),
            clock: self.bench.running.clock.clone(),
            outbox: self.bench.outbox.clone(),
            ledger: Ledger::new(self.bench.database.pool.clone(), self.bench.running.clock.clone()),
            wallet: None,
            settings: serde_json::from_value(settings).expect("settings"),
            stop: stop.clone(),
        };
        let reading = tokio::spawn(reader.run());
        for _ in 0..1_000 {
            if self.waiting().await == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        stop.cancel();
        reading.await.expect("no panic").expect("a reader");
    }
}

#[tokio::test]
async fn what_the_hub_tells_of_is_read_for_one_unit() {
    let platform = Platform::new().await;
    platform.subscribe().await;
    let known = platform.verified().await;
    let until = platform.bench.running.clock.now() + TimeDelta::seconds(LEASE_SECONDS);
    assert_eq!((known.lease_until, known.deliveries), (Some(until), 0));
    let note: Option<String> = sqlx::query_scalar("SELECT error FROM ingest.runs WHERE source = 'websub'")
        .fetch_one(&platform.bench.database.pool)
        .await
        .expect("a run");
    assert!(note.is_none_or(|note| note.contains("not verified")));

    let told = platform.notify().await;
    assert_eq!(told["deliveries"][0]["status"], 202, "{told}");
    assert_eq!(platform.waiting().await, 1);
    platform.read().await;
    assert_eq!(platform.waiting().await, 0);
    let videos = platform.bench.payloads(Topic::VideoSnapshots);
    assert_eq!(videos.len(), 1);
    assert_eq!(videos[0]["channel_id"], json!(platform.channel));
    assert!(videos[0]["views"].is_number());
    let used: i64 = sqlx::query_scalar("SELECT sum(used)::bigint FROM ingest.quota_ledger")
        .fetch_one(&platform.bench.database.pool)
        .await
        .expect("a sum");
    assert_eq!(used, 1);
    assert_eq!(platform.subscription().await.map(|known| known.deliveries), Some(1));
}

#[tokio::test]
async fn a_lease_is_renewed_before_it_ends() {
    let platform = Platform::new().await;
    platform.subscribe().await;
    let first = platform.verified().await;
    platform.bench.pass(TimeDelta::seconds(LEASE_SECONDS / 2));
    platform.subscribe().await;
    assert_eq!(
        platform.subscription().await,
        Some(first.clone()),
        "it holds for long enough"
    );
    platform.bench.pass(TimeDelta::seconds(LEASE_SECONDS * 2 / 5));
    platform.subscribe().await;
    let renewed = platform.verified().await;
    assert!(renewed.lease_until > first.lease_until);

    platform.bench.pass(TimeDelta::seconds(LEASE_SECONDS + 1));
    assert_eq!(platform.notify().await["deliveries"], json!([]), "the lease has ended");
    platform.subscribe().await;
    platform.verified().await;
    assert_eq!(platform.notify().await["deliveries"][0]["status"], 202);
}

#[tokio::test]
async fn what_nobody_asked_for_is_neither_verified_nor_read() {
    let platform = Platform::new().await;
    let receiver = &platform.receiver;
    let token = receiver
        .keyring
        .derived(&format!("websub/callback/{}", platform.channel))
        .remove(0);
    let (channel, token) = (platform.channel.as_str(), token.reveal());
    let intent = |mode: &'static str, topic: &'static str| Intent {
        mode,
        topic: Box::leak(
            if topic.is_empty() {
                self::topic(channel)
            } else {
                topic.to_owned()
            }
            .into_boxed_str(),
        ),
        lease_seconds: Some(60),
    };
    assert!(
        receiver
            .verify(channel, "guessed", intent("subscribe", ""))
            .await
            .is_err()
    );
    assert!(
        receiver
            .verify(channel, token, intent("subscribe", "https://example.com/feed"))
            .await
            .is_err()
    );
    assert!(
        receiver
            .verify(channel, token, intent("unsubscribe", ""))
            .await
            .is_err(),
        "it is wanted"
    );
    assert!(
        receiver
            .verify("UCanother_channel_of_no_one", token, intent("subscribe", ""))
            .await
            .is_err()
    );
    assert_eq!(platform.subscription().await, None);
    assert!(receiver.verify(channel, token, intent("subscribe", "")).await.is_ok());

    let feed = format!(
        "<feed xmlns:yt='http://www.youtube.com/xml/schemas/2015' xmlns='http://www.w3.org/2005/Atom'><entry>\
         <yt:videoId>2kyS6SvSYSE</yt:videoId><yt:channelId>{channel}</yt:channelId></entry></feed>"
    );
    for signature in [
        None,
        Some("sha1=00"),
        Some("sha1=0000000000000000000000000000000000000000"),
    ] {
        let taken = receiver.deliver(channel, token, signature, feed.as_bytes()).await;
        assert!(matches!(taken, Ok(Taken::Ignored)), "{taken:?}");
    }
    assert_eq!(platform.waiting().await, 0);
    assert_eq!(
        platform
            .subscription()
            .await
            .map(|known| (known.refused, known.deliveries)),
        Some((3, 0))
    );

    let secret: Secret = receiver.keyring.derived(&format!("websub/secret/{channel}")).remove(0);
    let sign = |body: &str| {
        use hmac::Mac;
        let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(secret.reveal().as_bytes()).expect("a key");
        mac.update(body.as_bytes());
        let digits = mac
            .finalize()
            .into_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>();
        format!("sha256={digits}")
    };
    let taken = receiver
        .deliver(channel, token, Some(&sign(&feed)), feed.as_bytes())
        .await;
    assert!(matches!(taken, Ok(Taken::Noted(1))), "{taken:?}");
    let others = feed.replace(channel, "UC_x5XG1OV2P6uZZ5FSM9Ttw");
    let taken = receiver
        .deliver(channel, token, Some(&sign(&others)), others.as_bytes())
        .await;
    assert!(
        matches!(taken, Ok(Taken::Noted(0))),
        "a video of another channel: {taken:?}"
    );
    let taken = receiver.deliver(channel, token, Some(&sign("no XML")), b"no XML").await;
    assert!(matches!(taken, Err(Refused::NoFeed(_))), "{taken:?}");
    let ended = Receiver {
        channels: Vec::new(),
        ..receiver.clone()
    };
    let taken = ended.deliver(channel, token, Some(&sign(&feed)), feed.as_bytes()).await;
    assert!(matches!(taken, Err(Refused::Gone)), "{taken:?}");
    assert!(ended.verify(channel, token, intent("unsubscribe", "")).await.is_ok());
}
