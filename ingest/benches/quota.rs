//! What reading a channel costs, beside the least it can cost. `cargo bench -p ingest --bench quota`.
//!
//! Needs the Postgres of `infra/bootstrap.sh`, as the ledger is a table.

#[path = "../tests/it/pull/database.rs"]
mod database;
#[path = "../tests/it/pull/vendor.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod vendor;
#[path = "../tests/it/pull/world.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod world;

use ingest::pull::When;
use serde_json::json;
use vendor::Vendor;
use world::{Bench, CHANNEL, source, video_id, youtube_tagged};

const UPLOADS: usize = 5_000;

#[tokio::main]
async fn main() {
    let videos: Vec<String> = (0..UPLOADS).map(video_id).collect();
    let vendor = Vendor::start(move |asked| youtube_tagged(asked, &videos)).await;
    let bench = Bench::new().await;
    let begun = std::time::Instant::now();
    let report = bench
        .read(&source(&vendor.url, json!({"channels": [CHANNEL]})), When::Now)
        .await;
    let used = bench.runner.ledger.left("default").await.expect("quotas")[0].used;
    let minimum = 1 + 2 * UPLOADS.div_ceil(50);
    let seconds = begun.elapsed().as_secs_f64();
    eprintln!(
        "a channel with {UPLOADS} uploads: {used} units, {} requests, the minimum is {minimum}; {} records in {seconds:.1} s",
        vendor.asked().len(),
        report.records
    );
    assert_eq!(used as usize, minimum);
}
