//! Kills the process that holds the parts, at moments it didn't choose, and looks at what is left.
//!
//! The victim is this very test program, started again with an order in its environment.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use embedded::Postgres;
use rdkafka::producer::FutureRecord;
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};

use crate::client::{self, PATIENCE};
use crate::postgres;

const ORDER: &str = "YTEMPIRE_TEST_VICTIM";
const FOLDER: &str = "YTEMPIRE_TEST_FOLDER";
const TOPIC: &str = "things";

/// Does nothing in an ordinary run; in the victim, it starts what it is ordered to and tells where it listens.
#[tokio::test(flavor = "multi_thread")]
async fn victim() {
    let Ok(order) = std::env::var(ORDER) else { return };
    let folder = PathBuf::from(std::env::var(FOLDER).expect("a folder"));
    match order.as_str() {
        "broker" => {
            let broker = client::start(&folder).await;
            eprintln!("ready {}", broker.address());
            std::future::pending::<()>().await;
        }
        "postgres" => {
            let postgres = Postgres::start(postgres::settings(&folder))
                .await
                .expect("the database starts");
            eprintln!("ready {} {}", postgres.url(), postgres.process_id());
            std::future::pending::<()>().await;
        }
        other => panic!("unknown order {other}"),
    }
}

struct Victim(Child);

impl Victim {
    fn start(order: &str, folder: &Path) -> Self {
        let program = std::env::current_exe().expect("this program");
        let child = Command::new(program)
            .args(["--exact", "kill::victim", "--nocapture"])
            .envs([(ORDER, order.as_ref()), (FOLDER, folder.as_os_str())])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        Self(child.expect("the victim starts"))
    }

    /// What it says after `ready`.
    fn ready(&mut self) -> Vec<String> {
        let said = BufReader::new(self.0.stderr.take().expect("its stderr"));
        let mut lines = Vec::new();
        for line in said.lines().map_while(Result::ok) {
            if let Some(words) = line.strip_prefix("ready ") {
                return words.split(' ').map(str::to_owned).collect();
            }
            lines.push(line);
        }
        panic!("the victim ended early: {lines:?}");
    }

    fn kill(mut self) {
        self.0.kill().expect("SIGKILL");
        self.0.wait().expect("it is gone");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_broker_acknowledged_survives_kills_once_and_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut victim = Victim::start("broker", folder.path());
    let address = victim.ready()[0].clone();
    client::create_topic(&address, TOPIC, 1, &[]).await;
    let acknowledged = std::sync::Arc::new(AtomicUsize::new(0));
    let producing = tokio::spawn(produce(address.clone(), acknowledged.clone()));
    for kill in 1..=5 {
        wait_until(|| acknowledged.load(Ordering::SeqCst) >= kill * 300);
        victim.kill();
        victim = Victim::start("broker", folder.path());
        assert_eq!(victim.ready()[0], address, "the port stays");
    }
    let sent = producing.await.expect("the producer ends well");
    let values: Vec<Vec<u8>> = client::read_all(&address, TOPIC, &[])
        .into_iter()
        .map(|seen| seen.value)
        .collect();
    victim.kill();
    assert_eq!(values.len(), sent, "nothing lost, nothing doubled");
    let expected: Vec<Vec<u8>> = (0..sent).map(|number| number.to_string().into_bytes()).collect();
    assert!(values == expected, "in the order they were sent");
}

/// Sends numbers through all kills; every single one is acknowledged in the end.
async fn produce(address: String, acknowledged: std::sync::Arc<AtomicUsize>) -> usize {
    const RECORDS: usize = 3000;
    let producer = client::producer(&address, &[("linger.ms", "1"), ("batch.num.messages", "20")]);
    let mut waiting = std::collections::VecDeque::new();
    for number in 0..RECORDS {
        let value = number.to_string();
        let record: FutureRecord<'_, str, String> = FutureRecord::to(TOPIC).payload(&value).partition(0);
        waiting.push_back(
            producer
                .send_result(record)
                .map_err(|(error, _)| error)
                .expect("room in the queue"),
        );
        if waiting.len() > 100 {
            let outcome = waiting.pop_front().expect("one waits").await.expect("not cancelled");
            outcome.map_err(|(error, _)| error).expect("acknowledged");
            acknowledged.fetch_add(1, Ordering::SeqCst);
        }
    }
    for outcome in waiting {
        outcome
            .await
            .expect("not cancelled")
            .map_err(|(error, _)| error)
            .expect("acknowledged");
    }
    RECORDS
}

#[tokio::test(flavor = "multi_thread")]
async fn committed_rows_survive_a_kill_and_the_server_ends_with_its_owner() {
    if postgres::missing() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut victim = Victim::start("postgres", folder.path());
    let said = victim.ready();
    let (url, server) = (said[0].clone(), said[1].clone());
    let mut session = PgConnection::connect(&url).await.expect("a session");
    session.execute("create table kept (id int)").await.expect("a table");
    session
        .execute("insert into kept select generate_series(1, 1000)")
        .await
        .expect("rows");
    victim.kill();
    wait_until(|| !Path::new(&format!("/proc/{server}")).exists());

    let postgres = Postgres::start(postgres::settings(folder.path()))
        .await
        .expect("it starts again");
    assert_eq!(postgres.url(), url, "port and password stay");
    let mut session = PgConnection::connect(&url).await.expect("a session");
    let count: i64 = session
        .fetch_one("select count(*) from kept")
        .await
        .expect("a row")
        .get(0);
    assert_eq!(count, 1000);
    session.close().await.expect("closed");
    postgres.stop().await.expect("it stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_the_cluster_is_made_leaves_nothing_half_made() {
    if postgres::missing() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    for _ in 0..3 {
        let victim = Victim::start("postgres", folder.path());
        wait_until(|| being_made(folder.path()));
        victim.kill();
        assert!(
            !folder.path().join("cluster").exists(),
            "a cluster appears complete or not at all"
        );
    }
    let postgres = Postgres::start(postgres::settings(folder.path()))
        .await
        .expect("it starts");
    assert!(!being_made(folder.path()), "the remains are gone");
    postgres.stop().await.expect("it stops");
}

/// Whether `initdb` has begun to fill its folder.
fn being_made(data: &Path) -> bool {
    let entries = std::fs::read_dir(data).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).any(|path| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("cluster.new-"))
            && path.join("base").exists()
    })
}

fn wait_until(condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain");
        std::thread::sleep(Duration::from_millis(1));
    }
}
