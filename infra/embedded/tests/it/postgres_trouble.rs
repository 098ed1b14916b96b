//! What stands in the way of a cluster is named, and what earlier runs left is cleared away.

use std::net::TcpListener;
use std::process::Command;

use embedded::{Postgres, PostgresError, PostgresSettings};

use crate::postgres::{missing, settings};
use crate::small_disk::SmallDisk;

async fn refusal(settings: PostgresSettings) -> PostgresError {
    Postgres::start(settings).await.err().expect("a refusal")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_server_names_the_remedy() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = PostgresSettings {
        install: folder.path().join("nowhere"),
        ..settings(folder.path())
    };
    let error = refusal(settings).await;
    assert!(matches!(error, PostgresError::NotInstalled { .. }), "{error:?}");
    assert!(error.to_string().contains("infra/bootstrap.sh"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_named() {
    if missing() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let other = TcpListener::bind("127.0.0.1:0").expect("a port");
    let listen = other.local_addr().expect("an address");
    match refusal(PostgresSettings {
        listen,
        ..settings(folder.path())
    })
    .await
    {
        PostgresError::PortTaken { address } => assert_eq!(address, listen),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_of_another_version_is_left_alone() {
    if missing() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let version = folder.path().join("cluster/PG_VERSION");
    std::fs::create_dir(folder.path().join("cluster")).expect("a cluster");
    std::fs::write(&version, "9\n").expect("a version");
    match refusal(settings(folder.path())).await {
        PostgresError::OtherVersion { found, installed, .. } => {
            assert_eq!((found.as_str(), installed.as_str()), ("9", "16"))
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(std::fs::read_to_string(&version).expect("it is still there"), "9\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_belongs_to_one_server() {
    if missing() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let postgres = Postgres::start(settings(folder.path())).await.expect("it starts");
    let error = refusal(settings(folder.path())).await;
    assert!(matches!(error, PostgresError::InUse { .. }), "{error:?}");
    postgres.stop().await.expect("it stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_pid_file_with_a_living_stranger_in_it_is_no_obstacle() {
    if missing() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let postgres = Postgres::start(settings(folder.path())).await.expect("it starts");
    postgres.stop().await.expect("it stops");
    let mut stranger = Command::new("sleep").arg("1000").spawn().expect("a process");
    let file = folder.path().join("cluster/postmaster.pid");
    let text = format!(
        "{}\n{}\n1\n5432\n\n127.0.0.1\n",
        stranger.id(),
        folder.path().join("cluster").display()
    );
    std::fs::write(file, text).expect("a pid file");
    let postgres = Postgres::start(settings(folder.path())).await.expect("it starts again");
    assert!(
        stranger.try_wait().expect("its state").is_none(),
        "the stranger was left alone"
    );
    postgres.stop().await.expect("it stops");
    stranger.kill().expect("ended");
    stranger.wait().expect("ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_cluster_shows_the_end_of_the_log() {
    if missing() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let postgres = Postgres::start(settings(folder.path())).await.expect("it starts");
    postgres.stop().await.expect("it stops");
    std::fs::remove_file(folder.path().join("cluster/global/pg_control")).expect("damage");
    let error = refusal(settings(folder.path())).await.to_string();
    assert!(error.contains("pg_control"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_named_and_leaves_nothing_half_made() {
    if missing() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let Some(_disk) = SmallDisk::mount(folder.path(), 12) else {
        eprintln!("a small disk can't be mounted here: NOT testing Postgres on a full disk");
        return;
    };
    let error = refusal(settings(folder.path())).await.to_string();
    assert!(error.contains("No space left on device"), "{error}");
    assert!(!folder.path().join("cluster").exists());
}
