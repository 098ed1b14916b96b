//! Bulk reports of the Reporting API: jobs are made, found and made anew; every report is read once.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use events::{Clock, Topic};
use ingest::sources::reporting::{kind, parse};
use serde_json::{Value, json};

use crate::bench::Bench;

const REACH: &str = "channel_reach_basic_a1";

fn settings(bench: &Bench, reports: &[&str]) -> Value {
    let emulator = &bench.running.emulator;
    let number = emulator.world().earning;
    json!({"token_url": format!("{}/token", emulator.url()), "client_id": "c", "client_secret": "s",
        "refresh_token": emulator.refresh_token(number, "c"), "channels": ["MINE"], "reports": reports})
}

/// Impressions as the reports themselves tell them, and how many rows they have.
async fn told(bench: &Bench, token: &str, kind: &str) -> (i64, usize) {
    let running = &bench.running;
    let jobs = running.get_as("/v1/jobs", token).await.json();
    let jobs = jobs["jobs"].as_array().expect("jobs").iter();
    let (mut impressions, mut rows) = (0, 0);
    for job in jobs.filter(|job| job["reportTypeId"] == kind) {
        let path = format!("/v1/jobs/{}/reports", job["id"].as_str().expect("an id"));
        let reports = running.get_as(&path, token).await.json();
        for report in reports["reports"].as_array().expect("reports") {
            let url = report["downloadUrl"].as_str().expect("an address");
            let path = url.strip_prefix(running.emulator.url()).expect("of the emulator");
            let file = running.get_as(path, token).await.text;
            let mut reader = csv::Reader::from_reader(file.as_bytes());
            let header = reader.headers().expect("a header").clone();
            let column = header.iter().position(|name| name == "video_thumbnail_impressions");
            for row in reader.records() {
                let row = row.expect("a row");
                rows += 1;
                impressions += row[column.expect("the column")].parse::<i64>().expect("a count");
            }
        }
    }
    (impressions, rows)
}

#[tokio::test]
async fn every_report_is_read_once_with_its_impressions() {
    let bench = Bench::new().await;
    let (token, _) = bench.running.connect(bench.running.emulator.world().earning).await;
    let report = bench.read("reporting", settings(&bench, &[REACH])).await;
    assert!(report.put_off.is_empty(), "{:?}", report.put_off);
    let rows = bench.payloads(Topic::Analytics);
    let sum = |rows: &[Value]| {
        rows.iter()
            .map(|row| row["impressions"].as_i64().expect("a count"))
            .sum::<i64>()
    };
    let (impressions, count) = told(&bench, &token, REACH).await;
    assert!(impressions > 0 && count > 0);
    assert_eq!((sum(&rows), rows.len()), (impressions, count));
    assert!(
        rows.iter()
            .all(|row| row["report"] == "reach" && row["click_through_rate"].is_number())
    );
    assert!(rows.iter().any(|row| row["is_final"] == true) && rows.iter().any(|row| row["is_final"] == false));
    assert!(
        rows.iter().any(|row| row["video_id"].is_null()),
        "what has no video stays"
    );
    let ids = bench.ids();
    assert_eq!(ids.len(), count, "each row is an event of its own");

    bench.read("reporting", settings(&bench, &[REACH])).await;
    assert_eq!(bench.payloads(Topic::Analytics).len(), count, "nothing is read twice");

    bench.pass(TimeDelta::days(1));
    bench.read("reporting", settings(&bench, &[REACH])).await;
    let before = bench.days().len();
    assert_eq!(
        bench.payloads(Topic::Analytics).len(),
        told(&bench, &token_again(&bench).await, REACH).await.1
    );
    bench.pass(TimeDelta::days(2));
    bench.read("reporting", settings(&bench, &[REACH])).await;
    assert_eq!(bench.days().len(), before + 2, "a report a day");
}

async fn token_again(bench: &Bench) -> String {
    bench.running.connect(bench.running.emulator.world().earning).await.0
}

#[tokio::test]
async fn a_job_that_somebody_deleted_is_made_anew() {
    let bench = Bench::new().await;
    let settings = settings(&bench, &[REACH]);
    bench.read("reporting", settings.clone()).await;
    let first = bench.ids();
    let token = token_again(&bench).await;
    let jobs = bench.running.get_as("/v1/jobs", &token).await.json();
    let jobs = jobs["jobs"].as_array().expect("jobs").clone();
    assert_eq!(jobs.len(), 1);
    assert_eq!(
        (&jobs[0]["name"], &jobs[0]["reportTypeId"]),
        (&json!("ytempire"), &json!(REACH))
    );
    let request = reqwest::Client::new()
        .delete(format!(
            "{}/v1/jobs/{}",
            bench.running.emulator.url(),
            jobs[0]["id"].as_str().expect("an id")
        ))
        .bearer_auth(&token);
    assert_eq!(bench.running.send(request).await.status, 200);

    let report = bench.read("reporting", settings).await;
    assert!(report.put_off.is_empty(), "{:?}", report.put_off);
    let jobs = bench.running.get_as("/v1/jobs", &token).await.json();
    assert_eq!(jobs["jobs"].as_array().map(Vec::len), Some(1));
    assert!(bench.ids().is_superset(&first));
}

/// The columns of each kind, by the newest report of it. The combined one has those of the others and is far larger.
#[tokio::test]
async fn every_kind_of_report_can_be_read() {
    let bench = Bench::new().await;
    let running = &bench.running;
    let (token, _) = running.connect(running.emulator.world().earning).await;
    let (mut ids, mut count) = (BTreeSet::new(), 0);
    for kind in kind::ALL.iter().filter(|kind| kind.id != "channel_combined_a3") {
        let order = json!({"reportTypeId": kind.id, "name": "n"});
        let job = running.post_json("/v1/jobs", &token, &order).await.json();
        let path = format!("/v1/jobs/{}/reports", job["id"].as_str().expect("an id"));
        let reports = running.get_as(&path, &token).await.json();
        let url = reports["reports"][0]["downloadUrl"].as_str().expect("an address");
        let path = url.strip_prefix(running.emulator.url()).expect("of the emulator");
        let file = running.get_as(path, &token).await.text;
        let about = parse::About {
            channel: "MINE",
            kind,
            made: running.clock.now(),
        };
        let records = parse::rows(file.as_bytes(), about).expect("a report");
        assert!(records.len() > 2, "{}", kind.id);
        for record in &records {
            assert_eq!(record.envelope.reject_reason, None, "{}", kind.id);
            ids.insert(record.envelope.id.to_string());
        }
        count += records.len();
        let row: Value = serde_json::from_slice(&records[0].body).expect("json");
        assert_eq!(
            (&row["report"], &row["day"].is_string()),
            (&json!(kind.report.as_str()), &true)
        );
    }
    assert_eq!(ids.len(), count, "rows of different reports stay apart");
}

#[tokio::test]
async fn a_report_type_that_does_not_exist_is_named() {
    let entry = ingest::pull::Entry::find("reporting").expect("a source");
    let error = entry
        .open(json!({"reports": ["channel_reach_a9"], "channels": ["MINE"]}))
        .err();
    let said = error.expect("refused").to_string();
    assert!(said.contains("channel_reach_a9") && said.contains(REACH), "{said}");
}

/// A report that is cut off, garbled or withheld is asked for again, and none after it is read before it.
#[tokio::test]
async fn a_report_that_does_not_come_whole_is_not_left_out() {
    let whole = Bench::new().await;
    whole.read("reporting", settings(&whole, &[REACH])).await;
    for kind in ["broken", "truncated", "not-found", "bad-gateway"] {
        let bench = Bench::new().await;
        let fault = json!({"path": "/v1/media", "kind": kind, "count": 2});
        bench.running.post_json("/_emulator/faults", "", &fault).await;
        for _ in 0..4 {
            bench.read("reporting", settings(&bench, &[REACH])).await;
        }
        let records = bench.payloads_of(Topic::Analytics);
        assert!(records.iter().all(|record| !record.is_rejected()), "{kind}");
        assert_eq!(bench.ids(), whole.ids(), "{kind}");
    }
}
