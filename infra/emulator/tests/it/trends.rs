//! Google Trends and TikTok: what is read is what the vendors say, and nothing of a day that is not over.

use chrono::TimeDelta;
use events::Topic;
use serde_json::{Value, json};

use crate::bench::Bench;

fn word(bench: &Bench) -> String {
    bench.running.emulator.world().keywords[0].clone()
}

#[tokio::test]
async fn google_trends_tells_interest_places_and_related_queries() {
    let bench = Bench::new().await;
    let settings = json!({"words": [word(&bench), format!("US:{}", word(&bench))]});
    let report = bench.read("google-trends", settings.clone()).await;
    assert!(report.put_off.is_empty(), "{:?}", report.put_off);
    let signals = bench.payloads(Topic::TrendSignals);
    let daily = |region: Value| {
        let of = |signal: &&Value| signal["window_seconds"] == 86_400 && signal["region"] == region;
        signals.iter().filter(of).count()
    };
    assert_eq!((daily(Value::Null), daily(json!("US"))), (90, 90));
    assert!(
        signals
            .iter()
            .any(|signal| signal["value"] == 100.0 && signal["relation"].is_null())
    );
    assert!(
        signals
            .iter()
            .all(|signal| signal["partial"].is_null() && signal["source"] == "google-trends")
    );
    for relation in ["top", "rising"] {
        let of = |signal: &&Value| signal["relation"] == relation;
        let related: Vec<_> = signals.iter().filter(of).collect();
        assert!(!related.is_empty() && related.iter().all(|signal| signal["related_to"] == word(&bench)));
    }
    assert!(
        signals
            .iter()
            .any(|signal| signal["window_seconds"] == 90 * 86_400 && signal["region"] == "DE")
    );
    let area = |signal: &&Value| signal["window_seconds"] == 90 * 86_400 && signal["area"].is_string();
    assert!(signals.iter().any(|signal| area(&signal) && signal["region"] == "US"));
    let read = bench.ids();
    bench.read("google-trends", settings.clone()).await;
    assert_eq!(bench.ids(), read, "asked again on the same day, it tells the same");
    bench.pass(TimeDelta::days(1));
    bench.read("google-trends", settings).await;
    assert!(bench.ids().len() > read.len());
}

/// A run that was interrupted for long has tokens that Google takes no more.
#[tokio::test]
async fn old_tokens_of_google_trends_are_renewed_once() {
    let bench = Bench::new().await;
    let settings = json!({"words": [word(&bench)]});
    let refuse = |count: u32| json!({"path": "/trends/api/widgetdata", "kind": "unauthorized", "count": count});
    bench.running.post_json("/_emulator/faults", "", &refuse(1)).await;
    let report = bench.read("google-trends", settings.clone()).await;
    assert!(report.put_off.is_empty(), "{:?}", report.put_off);
    assert!(bench.ids().len() > 90);
    bench.pass(TimeDelta::days(1));
    bench.running.post_json("/_emulator/faults", "", &refuse(9)).await;
    let report = bench.read("google-trends", settings).await;
    assert_eq!(
        report.put_off[0].1.kind.name(),
        "dependency",
        "it does not go round for ever"
    );
}

#[tokio::test]
async fn tiktoks_days_are_counted_once_they_are_settled() {
    let bench = Bench::new().await;
    let url = bench.running.emulator.url();
    let settings = |more: Value| {
        let mut settings = json!({"token_url": format!("{url}/v2/oauth/token/"), "client_key": "c", "client_secret": "s",
            "words": [word(&bench), format!("US:{}", word(&bench))]});
        settings
            .as_object_mut()
            .expect("settings")
            .extend(more.as_object().expect("more").clone());
        settings
    };
    let report = bench.read("tiktok", settings(json!({}))).await;
    assert!(report.put_off.is_empty(), "{:?}", report.put_off);
    let signals = bench.payloads(Topic::TrendSignals);
    assert_eq!(signals.len(), 14, "seven days of each");
    assert!(
        signals
            .iter()
            .all(|signal| signal["scale"] == "count" && signal["window_seconds"] == 86_400)
    );
    let sum = |region: Value| -> f64 {
        let of = signals.iter().filter(|signal| signal["region"] == region);
        of.filter_map(|signal| signal["value"].as_f64()).sum()
    };
    assert!(sum(Value::Null) > sum(json!("US")) && sum(json!("US")) > 0.0);
    assert_eq!(sum(Value::Null) as u64, told(&bench).await, "what TikTok itself lists");

    bench.read("tiktok", settings(json!({}))).await;
    assert_eq!(bench.payloads(Topic::TrendSignals).len(), 14, "no day is read twice");
    bench.pass(TimeDelta::days(1));
    bench.read("tiktok", settings(json!({}))).await;
    assert_eq!(bench.payloads(Topic::TrendSignals).len(), 16);
    assert_eq!(bench.ids().len(), 16);
}

/// Videos of the days from nine to three days ago.
async fn told(bench: &Bench) -> u64 {
    let token = bench
        .running
        .post(
            "/v2/oauth/token",
            "client_key=c&client_secret=s&grant_type=client_credentials",
        )
        .await
        .json();
    let token = token["access_token"].as_str().expect("a token").to_owned();
    let today = events::Clock::now(bench.running.clock.as_ref());
    let date = |days: i64| (today - TimeDelta::days(days)).format("%Y%m%d").to_string();
    let (mut cursor, mut found) = (0, 0);
    loop {
        let body = json!({"query": {"and": [{"operation": "EQ", "field_name": "keyword", "field_values": [word(bench)]}]},
            "start_date": date(9), "end_date": date(3), "max_count": 100, "cursor": cursor});
        let path = "/v2/research/video/query/?fields=id,create_time";
        let answer = bench.running.post_json(path, &token, &body).await.json();
        found += answer["data"]["videos"].as_array().expect("videos").len() as u64;
        if answer["data"]["has_more"] != true {
            return found;
        }
        cursor = answer["data"]["cursor"].as_i64().expect("a cursor");
    }
}
