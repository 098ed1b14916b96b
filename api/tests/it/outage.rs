//! The database goes away and comes back; a query fails. Callers learn that, and nothing about the inside.

use std::time::Duration;

use axum::http::StatusCode;
use futures::future::join_all;
use sqlx::postgres::PgPoolOptions;

use crate::client::Client;
use crate::database::Database;

const READS: [&str; 7] = [
    "/v1/trending/regions",
    "/v1/trending?region=US",
    "/v1/videos/stats/riser000001",
    "/v1/analytics/trends?region=US",
    "/v1/analytics/channels",
    "/v1/pipelines",
    "/v1/sources",
];

#[tokio::test]
async fn a_stopped_database_is_unavailable_until_it_is_back() {
    let database = Database::alone().await;
    database.fill().await;
    let client = Client::of(database.pool.clone());
    for uri in READS {
        client.data(uri).await;
    }
    database.server.stop().await;
    let replies = join_all(READS.map(|uri| client.get(uri))).await;
    for (uri, reply) in READS.iter().zip(replies) {
        let text = reply.text();
        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{uri}: {text}");
        assert_eq!(reply.json()["error"]["code"], "UNAVAILABLE");
        assert!(reply.headers.contains_key("retry-after"), "{uri}");
        for inside in ["sqlx", "postgres", "127.0.0.1", "os error", "pool", "SELECT"] {
            assert!(
                !text.to_lowercase().contains(&inside.to_lowercase()),
                "{inside} in {text}"
            );
        }
    }
    database.server.start_again().await;
    wait_until_ready(&client).await;
    for uri in READS {
        client.data(uri).await;
    }
}

/// The pool finds its dead connections one by one.
async fn wait_until_ready(client: &Client) {
    let patience = Duration::from_secs(30);
    let ready = async { while client.get("/readyz").await.status != StatusCode::OK {} };
    tokio::time::timeout(patience, ready)
        .await
        .expect("the API is never ready again");
}

#[tokio::test]
async fn a_query_that_fails_is_our_fault_and_tells_nothing() {
    let database = Database::shared().await;
    sqlx::query("DROP TABLE sink.progress")
        .execute(&database.pool)
        .await
        .expect("dropped");
    let reply = Client::of(database.pool.clone()).get("/v1/pipelines").await;
    assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", reply.text());
    assert_eq!(reply.json()["error"]["code"], "INTERNAL");
    assert!(!reply.text().contains("progress"), "{}", reply.text());
}

#[tokio::test]
async fn a_view_that_somebody_locks_is_busy_not_away() {
    let database = Database::shared().await;
    let mut holder = database.pool.begin().await.expect("begun");
    sqlx::query("LOCK TABLE views.channels IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *holder)
        .await
        .expect("locked");
    let client = Client::of(database.pool.clone());
    let reply = client.get("/v1/analytics/channels").await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{}", reply.text());
    let message = reply.json()["error"]["message"].to_string();
    assert!(message.contains("lock"), "{message}");
    holder.rollback().await.expect("let go");
    client.data("/v1/analytics/channels").await;
}

/// Connections that stand still while their transactions begin come back as if nothing had been.
#[tokio::test]
async fn a_database_that_stands_still_for_a_moment_leaves_no_transaction_open() {
    let database = Database::alone().await;
    database.fill().await;
    // no question goes before the transaction, so that it is the transaction that stands still
    let options = (*database.pool.connect_options()).clone();
    let pool = PgPoolOptions::new().test_before_acquire(false).connect_with(options);
    let client = Client::of(pool.await.expect("a pool"));
    join_all(READS.map(|uri| client.get(uri))).await;
    let backends = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let mut watching = database.pool.acquire().await.expect("a connection").detach();
    for _ in 0..3 {
        let pids: Vec<i32> = sqlx::query_scalar(backends)
            .fetch_all(&mut watching)
            .await
            .expect("backends");
        assert!(pids.len() > 1, "{pids:?}");
        signal("-STOP", &pids);
        let replies = join_all(READS.map(|uri| client.get(uri))).await;
        signal("-CONT", &pids);
        let late = replies
            .iter()
            .filter(|reply| reply.status == StatusCode::SERVICE_UNAVAILABLE);
        assert!(late.count() > 0, "nobody has waited in vain");
        // before anybody reads: the next to read would end what is open
        let at_rest = async {
            let open = "SELECT count(*) FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'";
            let count = || sqlx::query_scalar::<_, i64>(open);
            while count().fetch_one(&mut watching).await.expect("a count") > 0 {}
        };
        let at_rest = tokio::time::timeout(Duration::from_secs(30), at_rest).await;
        assert!(at_rest.is_ok(), "a transaction stays open that nobody will end");
        wait_until_ready(&client).await;
    }
}

fn signal(signal: &str, pids: &[i32]) {
    let pids = pids.iter().map(ToString::to_string);
    let sent = std::process::Command::new("kill").arg(signal).args(pids).status();
    assert!(sent.expect("kill runs").success(), "{signal}");
}
