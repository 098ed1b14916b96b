//! Opening Tansu's storage of topics, configurations and consumer groups: `tansu.db`, SQLite in WAL mode.
//!
//! Tansu runs it with `synchronous = NORMAL`: a kill loses nothing, a power loss may take back the last topics and
//! committed group offsets. Both are made again by those who need them; records and producer ids are not in here.

use std::fs::File;
use std::net::SocketAddr;
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tansu_storage::{BrokerRegistrationRequest, Storage as _, StorageContainer};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use super::BrokerError;

/// There is one broker; clients see its number in the metadata.
const NODE_ID: i32 = 1;

/// A broker that was stopped in this process may take a moment to close the file.
const PATIENCE: Duration = Duration::from_secs(3);

/// Where Tansu keeps its own.
pub(super) fn file(folder: &Path) -> PathBuf {
    folder.join("tansu.db")
}

pub(super) async fn open(
    folder: &Path,
    cluster_id: &str,
    advertised: SocketAddr,
    cancellation: CancellationToken,
) -> Result<StorageContainer, BrokerError> {
    let failed = |reason: String| BrokerError::Topics {
        folder: folder.to_owned(),
        reason,
    };
    let handle = File::open(folder).map_err(|source| BrokerError::Folder {
        folder: folder.to_owned(),
        source,
    })?;
    let location = location(folder, &handle).map_err(failed)?;
    let advertised = Url::parse(&format!("tcp://{advertised}")).map_err(|error| failed(error.to_string()))?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        match once(&location, cluster_id, &advertised, cancellation.clone()).await {
            Err(_) if Instant::now() < deadline => tokio::time::sleep(Duration::from_millis(50)).await,
            outcome => return outcome.map_err(|error| failed(error.to_string())),
        }
    }
}

async fn once(
    location: &Url,
    cluster_id: &str,
    advertised: &Url,
    cancellation: CancellationToken,
) -> Result<StorageContainer, tansu_storage::Error> {
    let storage = StorageContainer::builder()
        .node_id(NODE_ID)
        .cluster_id(cluster_id)
        .advertised_listener(advertised.clone())
        .storage(location.clone())
        .silent(true)
        .cancellation(cancellation)
        .build()
        .await?;
    let registration = BrokerRegistrationRequest {
        broker_id: NODE_ID,
        cluster_id: cluster_id.to_owned(),
        incarnation_id: Uuid::new_v4(),
        rack: None,
    };
    storage.register_broker(registration).await?;
    Ok(storage)
}

/// Tansu takes the file from a URL: an absolute path needs a second slash, and what a URL has to escape (a space, an
/// umlaut) would be taken literally. Such a folder is named by its open handle instead.
fn location(folder: &Path, handle: &File) -> Result<Url, String> {
    let file = std::path::absolute(folder)
        .map_err(|error| error.to_string())?
        .join("tansu.db");
    let plain = file.to_str().and_then(|path| {
        let url = Url::parse(&format!("sqlite:///{path}")).ok()?;
        (url.path() == format!("/{path}") && url.query().is_none()).then_some(url)
    });
    match plain {
        Some(url) => Ok(url),
        None => {
            Url::parse(&format!("sqlite:////proc/self/fd/{}/tansu.db", handle.as_raw_fd())).map_err(|e| e.to_string())
        }
    }
}
