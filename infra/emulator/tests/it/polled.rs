//! Every polled source against the emulator: what is killed at random and started again ends in the events of a run that
//! was left alone.

use std::future::IntoFuture;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use events::{Clock, Topic};
use hmac::{Hmac, Mac};
use ingest::pull::catalogue::Opened;
use ingest::pull::{CATALOGUE, Entry, Secret, When};
use ingest::sources::stripe::webhook::{Receiver, Taken};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::bench::Bench;

/// Settings of every source; a token is asked for anew each time, as another process would have to.
fn settings(bench: &Bench) -> Vec<(&'static str, Value)> {
    let (url, world) = (bench.running.emulator.url(), bench.running.emulator.world());
    let own = &world.channels[world.earning as usize];
    let account = bench.running.emulator.adsense_account(world.earning);
    let token = bench.running.emulator.refresh_token(world.earning, "c");
    vec![
        (
            "youtube",
            json!({"api_key": "k", "channels": world.channels, "charts": world.regions, "categories": ["US"],
                "searches": [world.keywords[0]]}),
        ),
        ("analytics", json!({"history_days": 6})),
        ("reporting", json!({})),
        // nobody listens there: what is asked for is not verified
        (
            "websub",
            json!({"callback": "http://127.0.0.1:9", "channels": world.channels}),
        ),
        (
            "google-trends",
            json!({"words": [world.keywords[1], format!("US:{}", world.keywords[2])]}),
        ),
        (
            "tiktok",
            json!({"token_url": format!("{url}/v2/oauth/token/"), "client_key": "c", "client_secret": "s",
                "words": [world.keywords[0], world.keywords[1]]}),
        ),
        (
            "adsense",
            json!({"token_url": format!("{url}/token"), "client_id": "c", "client_secret": "s", "refresh_token": token,
                "accounts": [account], "channel": own, "history_days": 60}),
        ),
        (
            "reddit",
            json!({"token_url": format!("{url}/api/v1/access_token"), "client_id": "c", "client_secret": "s",
                "listings": ["hot:all", "top:all"], "searches": [world.keywords[1]], "pages": 2}),
        ),
        (
            "x",
            json!({"bearer_token": "t", "queries": [world.keywords[0], world.keywords[2]]}),
        ),
        ("suggestions", json!({"words": world.keywords})),
        ("exchange-rates", json!({"currencies": ["all"]})),
        (
            "stripe",
            json!({"secret_key": format!("sk_test_{}", world.earning), "channel": own,
                "lists": ["charges", "refunds", "payouts", "balance_transactions", "subscriptions"]}),
        ),
    ]
}

fn open(bench: &Bench) -> Vec<Opened> {
    let opened = settings(bench).into_iter().map(|(name, mut settings)| {
        settings["base_url"] = bench.running.emulator.url().into();
        settings["requests_per_second"] = 100_000.0.into();
        let entry = Entry::find(name).expect("a source");
        entry.open(settings).expect("settings that fit")
    });
    opened.collect()
}

/// Reads what is due of everything, one source after the other; says what was put off.
async fn read(bench: &Bench) -> Vec<String> {
    let mut troubles = Vec::new();
    for source in open(bench) {
        let report = bench.runner().read(&source, When::Due).await.expect("a report");
        let put_off = report.put_off.into_iter();
        troubles.extend(put_off.map(|(target, trouble)| format!("{} {target}: {trouble}", source.name)));
    }
    troubles
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_random_it_ends_in_the_events_of_an_undisturbed_run() {
    let calm = Bench::new().await;
    let owner = calm.running.emulator.world().earning.to_string();
    calm.connect(&owner).await;
    assert_eq!(read(&calm).await, Vec::<String>::new());
    assert_eq!(settings(&calm).len(), CATALOGUE.len(), "a source is left out");
    for topic in [
        Topic::VideoSnapshots,
        Topic::ChannelSnapshots,
        Topic::Categories,
        Topic::Analytics,
        Topic::TrendSignals,
        Topic::RevenueRecords,
    ] {
        assert!(!calm.payloads(topic).is_empty(), "{topic:?} is empty");
    }

    let killed = Bench::new().await;
    killed.connect(&owner).await;
    let mut kills = 0;
    loop {
        // whoever comes before Postgres has noticed that the connection is gone waits a second for the target
        let patience = Duration::from_millis(rand::random_range(50..2_500));
        match tokio::time::timeout(patience, read(&killed)).await {
            Ok(troubles) => {
                assert_eq!(troubles, Vec::<String>::new());
                break;
            }
            Err(_) => kills += 1,
        }
        assert!(kills < 200, "no progress");
    }
    assert!(kills > 1, "nothing was killed");
    let (calm, killed) = (calm.ids(), killed.ids());
    assert_eq!(killed.difference(&calm).next(), None, "invented");
    assert_eq!(calm.difference(&killed).next(), None, "lost");
}

/// A vendor that gives a new refresh token with every use takes no other from then on, whatever process asks.
#[tokio::test]
async fn a_refresh_token_of_the_settings_that_was_replaced_is_kept() {
    let bench = Bench::new().await;
    let (url, number) = (bench.running.emulator.url(), bench.running.emulator.world().earning);
    let settings = json!({"token_url": format!("{url}/token"), "client_id": "c", "client_secret": "s",
        "refresh_token": bench.running.emulator.refresh_token(number, "c"), "history_days": 10,
        "accounts": [bench.running.emulator.adsense_account(number)],
        "channel": bench.running.emulator.world().channels[number as usize]});
    for _ in 0..4 {
        // another process each time, and the access token is too old
        let report = bench.read("adsense", settings.clone()).await;
        assert!(report.put_off.is_empty(), "{:?}", report.put_off);
        bench.pass(chrono::TimeDelta::hours(2));
    }
    let kept: String = sqlx::query_scalar("SELECT token_encrypted FROM ingest.grants WHERE source = 'adsense'")
        .fetch_one(&bench.database.pool)
        .await
        .expect("a token");
    assert!(kept.starts_with("v1.k1.") && !kept.contains("1//"), "{kept}");
}

/// A token endpoint that answers nonsense is in trouble, not our credentials.
#[tokio::test]
async fn a_broken_token_endpoint_is_asked_again() {
    let bench = Bench::new().await;
    let url = bench.running.emulator.url();
    let settings = json!({"token_url": format!("{url}/api/v1/access_token"), "client_id": "c", "client_secret": "s",
        "listings": ["hot:all", "comments:all"]});
    for kind in ["broken", "not-found", "bad-gateway"] {
        let fault = json!({"path": "/api/v1/access_token", "kind": kind, "count": 1});
        bench.running.post_json("/_emulator/faults", "", &fault).await;
        let report = bench.read("reddit", settings.clone()).await;
        assert!(report.put_off.is_empty(), "{kind}: {:?}", report.put_off);
    }
    assert!(!bench.payloads(Topic::TrendSignals).is_empty());
}

/// What is asked after a long wait was not seen before it.
#[tokio::test]
async fn a_run_that_waited_for_its_quota_observes_when_it_goes_on() {
    let bench = Bench::new().await;
    let channels = &bench.running.emulator.world().channels[..2];
    let settings = |units: i64| json!({"api_key": "k", "channels": channels, "daily_units": units});
    let first = bench.running.clock.now();
    let report = bench.read("youtube", settings(2)).await;
    assert_eq!(report.put_off[0].1.kind.name(), "quota", "{:?}", report.put_off);
    bench.pass(chrono::TimeDelta::days(1));
    let second = bench.running.clock.now();
    let report = bench.read("youtube", settings(10_000)).await;
    assert!(report.put_off.is_empty(), "{:?}", report.put_off);
    let videos = bench.payloads_of(Topic::VideoSnapshots);
    assert!(!videos.is_empty());
    for video in &videos {
        assert!(video.envelope.time == Some(second) || video.envelope.time == Some(first));
    }
    assert!(videos.iter().any(|video| video.envelope.time == Some(second)));
    let seen_before = videos.iter().filter(|video| video.envelope.time == Some(first)).count();
    assert!(seen_before <= 50, "one page at most was read on the first day");
}

/// Counts of X are those of the world, whole hours only, and no hour is read twice.
#[tokio::test]
async fn hours_of_x_are_read_once_they_are_over() {
    let bench = Bench::new().await;
    let words = bench.running.emulator.world().keywords[0].clone();
    let settings = json!({"bearer_token": "t", "queries": [words]});
    bench.running.clock.advance(chrono::TimeDelta::minutes(25));
    bench.read("x", settings.clone()).await;
    let first = bench.payloads(Topic::TrendSignals);
    assert_eq!(first.len(), 7 * 24 - 4);
    assert!(
        first
            .iter()
            .all(|signal| signal["window_seconds"] == 3600 && signal["partial"].is_null())
    );
    assert!(first.iter().any(|signal| signal["value"].as_f64() > Some(0.0)));
    bench.read("x", settings.clone()).await;
    assert_eq!(
        bench.payloads(Topic::TrendSignals).len(),
        first.len(),
        "the hour is not over"
    );
    bench.running.clock.advance(chrono::TimeDelta::minutes(40));
    bench.read("x", settings.clone()).await;
    assert_eq!(bench.payloads(Topic::TrendSignals).len(), first.len() + 1);
    assert_eq!(bench.ids().len(), first.len() + 1, "every hour is an event of its own");

    let report = bench
        .read("x", json!({"bearer_token": "invalid-1", "queries": ["other words"]}))
        .await;
    assert_eq!(report.put_off[0].1.kind.name(), "credential", "{:?}", report.put_off);
    let report = bench
        .read("x", json!({"bearer_token": "t", "queries": ["(unbalanced"]}))
        .await;
    assert!(report.put_off.len() <= 1);
}

/// Stripe's own deliveries and its lists tell the same events; what is sent again, late or by somebody else adds nothing.
#[tokio::test]
async fn webhooks_and_lists_of_stripe_are_the_same_events() {
    let bench = Bench::new().await;
    let world = bench.running.emulator.world();
    let (own, key) = (
        world.channels[world.earning as usize].clone(),
        format!("sk_test_{}", world.earning),
    );
    let receiver = Receiver {
        pool: bench.database.pool.clone(),
        outbox: bench.outbox.clone(),
        clock: bench.running.clock.clone(),
        secrets: vec![Secret::new("whsec_old"), Secret::new("whsec_new")],
        channel: own.clone(),
    };
    let heard: Arc<Mutex<Vec<Result<Taken, String>>>> = Arc::default();
    let (url, told) = (serve(receiver, heard.clone()).await, || {
        std::mem::take(&mut *heard.lock().expect("sound"))
    });
    let order = |more: Value| {
        let mut order = json!({"url": url, "secret": "whsec_new", "key": key, "count": 40, "times": 2});
        order
            .as_object_mut()
            .expect("an order")
            .extend(more.as_object().expect("more").clone());
        order
    };

    let deliveries = bench
        .running
        .post_json("/_emulator/stripe/webhooks", "", &order(json!({})))
        .await
        .json();
    let deliveries = deliveries["deliveries"].as_array().expect("deliveries").len();
    let outcomes = told();
    assert_eq!(outcomes.len(), deliveries);
    let count = |outcome: Taken| outcomes.iter().filter(|one| **one == Ok(outcome)).count();
    assert!(count(Taken::Recorded) > 5, "{outcomes:?}");
    assert!(
        count(Taken::Repeated) >= count(Taken::Recorded),
        "each was sent twice: {outcomes:?}"
    );
    assert_eq!(
        outcomes.iter().filter(|one| one.is_err()).count() + count(Taken::Rejected),
        0,
        "{outcomes:?}"
    );
    let from_webhooks = bench.ids();
    assert_eq!(from_webhooks.len(), count(Taken::Recorded));

    for wrong in [json!({"secret": "whsec_other"}), json!({"timestamp": 1_700_000_000})] {
        bench
            .running
            .post_json("/_emulator/stripe/webhooks", "", &order(wrong))
            .await;
        assert!(told().iter().all(Result::is_err));
    }
    assert_eq!(bench.ids(), from_webhooks, "nothing came of those");

    let lists = ["charges", "refunds", "payouts", "balance_transactions", "subscriptions"];
    bench
        .read("stripe", json!({"secret_key": key, "channel": own, "lists": lists}))
        .await;
    let all = bench.ids();
    assert!(all.len() > from_webhooks.len());
    let records = bench.payloads(Topic::RevenueRecords).len();
    assert!(records > all.len(), "the lists told again what the webhooks had told");
}

/// A server that hands its deliveries to `receiver`.
async fn serve(receiver: Receiver, heard: Arc<Mutex<Vec<Result<Taken, String>>>>) -> String {
    let take = move |headers: HeaderMap, body: Bytes| {
        let (receiver, heard) = (receiver.clone(), heard.clone());
        async move {
            let signature = headers.get("stripe-signature").and_then(|value| value.to_str().ok());
            let outcome = receiver.receive(signature.unwrap_or_default(), &body).await;
            let status = if outcome.is_ok() { 200 } else { 400 };
            heard
                .lock()
                .expect("sound")
                .push(outcome.map_err(|refused| refused.to_string()));
            StatusCode::from_u16(status).expect("a status")
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/webhooks/stripe", listener.local_addr().expect("an address"));
    let routes = axum::Router::new().route("/webhooks/stripe", axum::routing::post(take));
    tokio::spawn(axum::serve(listener, routes).into_future());
    url
}

#[tokio::test]
async fn a_newer_state_is_not_replaced_by_an_older_one() {
    let bench = Bench::new().await;
    let receiver = Receiver {
        pool: bench.database.pool.clone(),
        outbox: bench.outbox.clone(),
        clock: bench.running.clock.clone(),
        secrets: vec![Secret::new("whsec_a")],
        channel: "UC_x5XG1OV2P6uZZ5FSM9Ttw".to_owned(),
    };
    let send = |body: String| {
        let time = bench.running.clock.now().timestamp();
        let mut mac = Hmac::<Sha256>::new_from_slice(b"whsec_a").expect("a key");
        mac.update(format!("{time}.{body}").as_bytes());
        let hex: String = mac
            .finalize()
            .into_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let receiver = receiver.clone();
        async move {
            receiver
                .receive(&format!("t={time},v1={hex}"), body.as_bytes())
                .await
                .expect("acknowledged")
        }
    };
    let event = |id: &str, created: i64, object: &str, status: &str| {
        json!({"id": id, "object": "event", "created": created, "type": "charge.updated", "data": {"object": {
            "id": "ch_9", "object": object, "amount": 500, "currency": "usd", "created": 100, "status": status}}})
        .to_string()
    };
    assert_eq!(send(event("evt_2", 200, "charge", "succeeded")).await, Taken::Recorded);
    assert_eq!(send(event("evt_1", 100, "charge", "pending")).await, Taken::Overtaken);
    assert_eq!(send(event("evt_2", 200, "charge", "succeeded")).await, Taken::Repeated);
    assert_eq!(send(event("evt_3", 300, "customer", "")).await, Taken::Ignored);
    assert_eq!(send("no JSON".to_owned()).await, Taken::Rejected);
    let records = bench.payloads_of(Topic::RevenueRecords);
    assert_eq!(records.len(), 2, "the charge, and what could not be read");
    assert!(records[1].is_rejected());
}
