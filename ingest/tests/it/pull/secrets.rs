//! Planted secrets show nowhere: not in troubles, not in the database, not in records.

use ingest::pull::When;
use serde_json::json;

use super::vendor::{Reply, Vendor};
use super::world::{Bench, CHANNEL, source};

const KEY: &str = "planted-api-key-2718281828";

/// Everything that the platform keeps, as text.
async fn kept(bench: &Bench) -> String {
    let mut kept = format!("{:?}", bench.outbox.records());
    for record in bench.outbox.records() {
        kept.push_str(&String::from_utf8_lossy(&record.body));
    }
    let tables = [
        "SELECT string_agg(t::text, ' ') FROM ingest.runs t",
        "SELECT string_agg(t::text, ' ') FROM ingest.cursors t",
        "SELECT string_agg(t::text, ' ') FROM ingest.etags t",
        "SELECT string_agg(t::text, ' ') FROM ingest.quota_ledger t",
    ];
    for table in tables {
        let text: Option<String> = sqlx::query_scalar(table)
            .fetch_one(&bench.database.pool)
            .await
            .expect("rows");
        kept.push_str(&text.unwrap_or_default());
    }
    kept
}

#[tokio::test]
async fn a_vendor_that_quotes_the_key_is_not_quoted() {
    let vendor = Vendor::start(|asked| {
        let key = asked.of("key");
        assert_eq!(key, KEY);
        Reply::google(403, &format!("bad {key}"), &format!("API key not valid: {key}"))
    })
    .await;
    let bench = Bench::new().await;
    let source = source(&vendor.url, json!({"channels": [CHANNEL], "api_key": KEY}));
    let report = bench.read(&source, When::Due).await;
    let shown = format!("{report:?}{}", kept(&bench).await);
    assert!(shown.contains("API key not valid: ********"), "{shown}");
    assert!(!shown.contains(KEY), "{shown}");
}

#[tokio::test]
async fn an_address_with_the_key_is_not_shown_when_it_fails() {
    let bench = Bench::new().await;
    for url in ["http://127.0.0.1:1", "http://no-such-host.invalid"] {
        let source = source(url, json!({"channels": [CHANNEL], "api_key": KEY}));
        let report = bench.read(&source, When::Now).await;
        assert_eq!(report.put_off.len(), 1);
        let shown = format!("{report:?}{}", kept(&bench).await);
        assert!(!shown.contains(KEY), "{shown}");
    }
}
