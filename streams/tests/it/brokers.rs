//! The brokers that everything here has to hold on: the embedded one, and a real Apache Kafka.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use embedded::{Broker, BrokerSettings};
use log::{Assignment, Probe, Settings};

/// A broker of its own, with every topic of the catalogue.
pub(crate) struct Fixture {
    pub(crate) settings: Settings,
    pub(crate) assignment: Assignment,
    _folder: tempfile::TempDir,
    _running: Running,
}

enum Running {
    Embedded(#[expect(dead_code, reason = "it runs as long as it is held")] Box<Broker>),
    Kafka(Child),
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Running::Kafka(child) = self {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "records are dated by the broker's clock")]
fn now() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

impl Fixture {
    pub(crate) async fn embedded() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let broker = Broker::start(BrokerSettings {
            data: folder.path().join("broker"),
            listen: ([127, 0, 0, 1], 0).into(),
            cluster_id: "streams-tests".to_owned(),
            clock: Arc::new(now),
        })
        .await
        .expect("a broker");
        let settings = Settings::at(broker.address());
        Self::ready(settings, Assignment::All, folder, Running::Embedded(Box::new(broker))).await
    }

    pub(crate) async fn kafka() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let start = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/kafka/start.sh");
        let child = Command::new(start)
            .arg(folder.path().join("kafka"))
            .arg(port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("infra/kafka/start.sh: run `infra/bootstrap.sh test` first");
        let running = Running::Kafka(child);
        let settings = Settings::at(format!("127.0.0.1:{port}"));
        let deadline = Instant::now() + Duration::from_secs(180);
        loop {
            let asked = settings.clone();
            let answers = tokio::task::spawn_blocking(move || Probe::open(&asked).and_then(|probe| probe.reach()));
            match answers.await.expect("asked") {
                Ok(()) => break,
                Err(error) => assert!(Instant::now() < deadline, "Kafka does not answer: {error}"),
            }
        }
        Self::ready(settings, Assignment::Group { instance: None }, folder, running).await
    }

    async fn ready(settings: Settings, assignment: Assignment, folder: tempfile::TempDir, running: Running) -> Self {
        log::ensure_topics(&settings, 1).await.expect("topics");
        Self {
            settings,
            assignment,
            _folder: folder,
            _running: running,
        }
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}
