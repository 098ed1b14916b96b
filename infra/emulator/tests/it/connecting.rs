//! Owners connect their channels, and what is read on their behalf: the whole way, against the emulated Google and a
//! real Postgres.

use chrono::TimeDelta;
use events::{ChannelId, Clock, Topic};
use ingest::connect::{ConnectError, Keyring, State};
use ingest::pull::{Kind, Secret, Wallet};
use serde_json::{Value, json};

use crate::bench::{Bench, KEY};

#[tokio::test]
async fn a_channel_is_connected_and_its_tokens_are_kept_sealed() {
    let bench = Bench::new().await;
    let (back, browser) = bench.consent("3").await;
    let connection = bench.finish(&back, Some(browser.reveal())).await.expect("connected");
    assert_eq!(connection.state, State::Connected);
    assert_eq!(connection.scopes.len(), 5);
    assert_eq!(connection.missing_scopes, Vec::<String>::new());
    assert_eq!(
        bench.connections.list().await.expect("a list").as_slice(),
        std::slice::from_ref(&connection)
    );

    let token = bench.connections.token(&connection.channel).await.expect("a token");
    let info = bench
        .running
        .get(&format!("/oauth2/v3/tokeninfo?access_token={}", token.reveal()))
        .await;
    assert_eq!(info.json()["aud"], "our-client");
    let kept = bench.credentials().await;
    assert_eq!(kept.len(), 1);
    for sealed in [&kept[0].0, &kept[0].1] {
        assert!(sealed.starts_with("v1.k1.") && !sealed.contains(token.reveal()) && !sealed.contains("1//0"));
    }
    let moved = Keyring::parse(KEY)
        .expect("a ring")
        .open_sealed(&kept[0].1, "UCanotherChannelsRefresh/refresh");
    assert!(moved.is_err(), "a token of one channel opens for another");

    let again = bench.finish(&back, Some(browser.reveal())).await;
    assert!(
        matches!(again, Err(ConnectError::UnknownState)),
        "a state is good once: {again:?}"
    );
    let used: i64 = sqlx::query_scalar("SELECT used FROM ingest.quota_ledger WHERE project = 'default'")
        .fetch_one(&bench.database.pool)
        .await
        .expect("a row");
    assert_eq!(used, 1, "the question whose channel it is was charged");
}

#[tokio::test]
async fn an_answer_of_another_browser_or_too_late_connects_nothing() {
    let bench = Bench::new().await;
    for browser in [None, Some("another")] {
        let (back, _) = bench.consent("0").await;
        let outcome = bench.finish(&back, browser).await;
        assert!(matches!(outcome, Err(ConnectError::UnknownState)), "{outcome:?}");
    }
    let (back, browser) = bench.consent("0").await;
    bench.pass(TimeDelta::minutes(11));
    let outcome = bench.finish(&back, Some(browser.reveal())).await;
    assert!(matches!(outcome, Err(ConnectError::UnknownState)), "{outcome:?}");

    let (back, browser) = bench.consent("deny").await;
    let outcome = bench.finish(&back, Some(browser.reveal())).await;
    assert!(
        matches!(&outcome, Err(ConnectError::Denied(why)) if why == "access_denied"),
        "{outcome:?}"
    );

    let (mut back, browser) = bench.consent("0").await;
    let pairs: Vec<(String, String)> = back.query_pairs().into_owned().collect();
    let forged = pairs.iter().map(|(key, value)| match key.as_str() {
        "code" => (key.as_str(), "4/forged"),
        _ => (key.as_str(), value.as_str()),
    });
    back.query_pairs_mut().clear().extend_pairs(forged);
    let outcome = bench.finish(&back, Some(browser.reveal())).await;
    assert!(matches!(outcome, Err(ConnectError::Refused(_))), "{outcome:?}");
    assert_eq!(bench.connections.list().await.expect("a list"), []);
    assert_eq!(bench.credentials().await, []);
}

#[tokio::test]
async fn a_renewed_refresh_token_takes_the_place_of_the_spent_one() {
    let bench = Bench::new().await;
    let channel = bench.connect("1").await.channel;
    let first = bench.connections.token(&channel).await.expect("a token");
    assert_eq!(bench.connections.token(&channel).await.expect("the same"), first);
    let mut kept = vec![bench.credentials().await];
    // the emulator takes a grant back when a refresh token is used after its successor
    for _ in 0..4 {
        bench.pass(TimeDelta::hours(2));
        let (one, two) = tokio::join!(bench.connections.token(&channel), bench.connections.token(&channel));
        assert_eq!(one.expect("a token"), two.expect("a token"), "one renewal for both");
        kept.push(bench.credentials().await);
    }
    assert!(kept.windows(2).all(|pair| pair[0] != pair[1]));
    let connection = &bench.connections.list().await.expect("a list")[0];
    assert_eq!(connection.refreshed_at, Some(bench.running.clock.now()));

    let token = bench.connections.token(&channel).await.expect("a token");
    bench
        .connections
        .refused(&channel, &Secret::new("some other token"))
        .await
        .expect("noted");
    assert_eq!(bench.connections.token(&channel).await.expect("the same"), token);
    bench.connections.refused(&channel, &token).await.expect("noted");
    assert_ne!(bench.connections.token(&channel).await.expect("a new one"), token);
}

#[tokio::test]
async fn a_revoked_connection_is_a_state_and_an_alert_until_it_is_made_anew() {
    let bench = Bench::new().await;
    let channel = bench.connect("2").await.channel;
    let settings = json!({"reports": ["basic"], "history_days": 6});
    let report = bench.read("analytics", settings.clone()).await;
    assert_eq!((report.done, report.put_off.len()), (1, 0));
    let days = bench.days();
    assert!(days.len() >= 3, "{days:?}");

    let token = bench.connections.token(&channel).await.expect("a token");
    bench
        .running
        .post("/revoke", &format!("token={}", token.reveal()))
        .await;
    let report = bench.read("analytics", settings.clone()).await;
    let (target, trouble) = &report.put_off[0];
    assert_eq!(
        (target.as_str(), trouble.kind),
        (format!("{channel}/basic").as_str(), Kind::Credential)
    );
    assert!(trouble.what.contains("connect the channel again"), "{trouble}");
    assert!(!trouble.what.contains(token.reveal()), "{trouble}");
    let id = ChannelId::new(channel.as_str()).expect("an id");
    let connection = bench.connections.find(&id).await.expect("found").expect("known");
    assert_eq!(connection.state, State::Revoked);
    assert_eq!(
        bench.credentials().await,
        [],
        "tokens that are good for nothing are not kept"
    );

    let report = bench.read("analytics", settings.clone()).await;
    assert_eq!(
        (report.done, report.put_off.len()),
        (0, 0),
        "nobody asks for it any more"
    );
    let alerts = bench.payloads(Topic::Alerts);
    assert_eq!(alerts.len(), 1, "told once: {alerts:?}");
    assert_eq!(
        (&alerts[0]["kind"], &alerts[0]["subject"]),
        (&json!("credential"), &json!(channel))
    );

    bench.pass(TimeDelta::days(1));
    assert_eq!(bench.connect("2").await.state, State::Connected);
    let report = bench.read("analytics", settings).await;
    assert_eq!((report.done, report.put_off.len()), (1, 0));
    let later = bench.days();
    assert_eq!(later.difference(&days).count(), 1, "it went on where it was: {later:?}");
}

#[tokio::test]
async fn a_disconnected_channel_leaves_no_access_behind() {
    let bench = Bench::new().await;
    let channel = bench.connect("4").await.channel;
    let token = bench.connections.token(&channel).await.expect("a token");
    let id = ChannelId::new(channel.as_str()).expect("an id");
    assert_eq!(bench.connections.disconnect(&id).await.expect("disconnected"), None);
    let info = bench
        .running
        .get(&format!("/oauth2/v3/tokeninfo?access_token={}", token.reveal()))
        .await;
    assert_eq!(info.status, 400, "Google takes it no longer");
    assert_eq!(bench.credentials().await, []);
    assert_eq!(bench.connections.accounts().await.expect("none"), Vec::<String>::new());
    let trouble = bench.connections.token(&channel).await.expect_err("no token");
    assert!(trouble.what.contains("ytempire channels connect"), "{trouble}");
    assert!(
        bench.connections.lost().await.expect("none").is_empty(),
        "no alarm for what was wanted"
    );
    let stranger = ChannelId::new("UCAAAAAAAAAAAAAAAAAAAAAA").expect("an id");
    let outcome = bench.connections.disconnect(&stranger).await;
    assert!(matches!(outcome, Err(ConnectError::UnknownChannel(_))));
}

#[tokio::test]
async fn uploads_of_a_connected_channel_are_read_with_its_owners_eyes() {
    let bench = Bench::new().await;
    let private_views = || {
        let videos = bench.payloads(Topic::VideoSnapshots);
        assert!(!videos.is_empty());
        videos
            .iter()
            .filter(|one| one["privacy"] == "private" && one["views"].is_i64())
            .count()
    };
    let world = bench.running.world().await;
    let ids = world["channels"]
        .as_array()
        .expect("channels")
        .iter()
        .map(|one| one["id"].clone());
    let channels: Vec<Value> = ids.collect();
    let report = bench
        .read("youtube", json!({"channels": channels, "api_key": "a-key"}))
        .await;
    assert_eq!((report.done, report.put_off.len()), (6, 0));
    assert_eq!(private_views(), 0, "nobody else sees private videos");

    for number in 0..6 {
        bench.connect(&number.to_string()).await;
    }
    let report = bench.read("youtube", json!({})).await;
    assert_eq!((report.done, report.put_off.len()), (6, 0));
    assert!(private_views() > 0, "their owners do");
}
