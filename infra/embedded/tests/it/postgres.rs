//! The cluster: made, used, stopped, started again, in folders as people have them.

use std::fs::Permissions;
use std::net::SocketAddr;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use embedded::{Postgres, PostgresSettings};
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};

/// Where the server lies on a machine that `infra/bootstrap.sh` has prepared.
pub(crate) fn install() -> PathBuf {
    let place = |name: &str| std::env::var_os(name).map(PathBuf::from);
    place("YTEMPIRE_PGINSTALL").unwrap_or_else(|| {
        let cache = place("XDG_CACHE_HOME").or_else(|| place("HOME").map(|home| home.join(".cache")));
        cache
            .unwrap_or_default()
            .join("ytempire/postgres-16-pgvector-0.8/pginstall")
    })
}

/// Says so, loudly, where nothing can be tested.
pub(crate) fn missing() -> bool {
    let missing = !install().join("bin/postgres").is_file();
    if missing {
        eprintln!(
            "no Postgres server in {}: NOT testing the database (run infra/bootstrap.sh)",
            install().display()
        );
    }
    missing
}

pub(crate) fn settings(data: &Path) -> PostgresSettings {
    PostgresSettings {
        install: install(),
        data: data.to_owned(),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
    }
}

async fn ask(url: &str, sql: &'static str) -> String {
    let mut session = PgConnection::connect(url).await.expect("a session");
    let answer = session.fetch_one(sql).await.expect("a row").get(0);
    session.close().await.expect("closed");
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_is_made_and_keeps_its_rows() {
    if missing() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let postgres = Postgres::start(settings(folder.path())).await.expect("it starts");
    let url = postgres.url().to_owned();
    assert_eq!(ask(&url, "select current_database()::text").await, "ytempire");
    assert_eq!(ask(&url, "show server_encoding").await, "UTF8");
    assert_eq!(ask(&url, "show fsync").await, "on");
    assert_eq!(
        ask(
            &url,
            "select datcollate::text from pg_database where datname = 'ytempire'"
        )
        .await,
        "C"
    );
    let mut session = PgConnection::connect(&url).await.expect("a session");
    session
        .execute("create extension vector")
        .await
        .expect("pgvector is there");
    session
        .execute("create table kept (v vector(3))")
        .await
        .expect("a table");
    session
        .execute("insert into kept values ('[1,2,3]')")
        .await
        .expect("a row");
    // a session that stays open must not hold up the stop
    postgres.stop().await.expect("it stops");
    let postgres = Postgres::start(settings(folder.path())).await.expect("it starts again");
    assert_eq!(postgres.url(), url, "port and password stay");
    assert_eq!(ask(&url, "select v::text from kept").await, "[1,2,3]");
    postgres.stop().await.expect("it stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_closed_to_others_are_no_obstacle() {
    if missing() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).expect("mode 0700");
    let data = folder.path().join("with space").join("ü");
    let postgres = Postgres::start(settings(&data)).await.expect("it starts");
    let owner = std::fs::metadata(format!("/proc/{}", postgres.process_id()))
        .expect("the process")
        .uid();
    assert_ne!(owner, 0, "Postgres never runs as root");
    let password = std::fs::metadata(data.join("password")).expect("a password").mode() & 0o777;
    assert_eq!(password, 0o600);
    assert_eq!(ask(postgres.url(), "select 'here'").await, "here");
    postgres.stop().await.expect("it stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_password_opens_it() {
    if missing() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let postgres = Postgres::start(settings(folder.path())).await.expect("it starts");
    let mut url = url::Url::parse(postgres.url()).expect("a url");
    url.set_password(Some("wrong")).expect("a password");
    let refused = PgConnection::connect(url.as_str()).await.expect_err("a refusal");
    assert!(
        refused.to_string().contains("password authentication failed"),
        "{refused}"
    );
    postgres.stop().await.expect("it stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_when_it_is_dropped() {
    if missing() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let postgres = Postgres::start(settings(folder.path())).await.expect("it starts");
    let server = PathBuf::from(format!("/proc/{}", postgres.process_id()));
    drop(postgres);
    let deadline = std::time::Instant::now() + crate::client::PATIENCE;
    while server.exists() {
        assert!(std::time::Instant::now() < deadline, "the server still runs");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}
