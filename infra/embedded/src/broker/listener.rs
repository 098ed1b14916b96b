//! The listening socket: which port it takes, whom it lets in, and how it ends.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{BrokerError, connection, listen_error, routes::Parts};

/// Clients that are running keep the port they know, so a restarted broker takes it again when it can.
pub(super) async fn bind(wanted: SocketAddr, folder: &Path) -> Result<TcpListener, BrokerError> {
    let remembered = folder.join("port");
    if wanted.port() == 0
        && let Ok(text) = std::fs::read_to_string(&remembered)
        && let Ok(port) = text.trim().parse()
        && let Ok(listener) = TcpListener::bind(SocketAddr::new(wanted.ip(), port)).await
    {
        return Ok(listener);
    }
    let listener = TcpListener::bind(wanted)
        .await
        .map_err(|source| listen_error(wanted, source))?;
    let port = listener
        .local_addr()
        .map_err(|source| listen_error(wanted, source))?
        .port();
    std::fs::write(&remembered, port.to_string()).map_err(|source| BrokerError::Folder {
        folder: folder.to_owned(),
        source,
    })?;
    Ok(listener)
}

/// Serves connections until cancelled, then gives the open ones `drain` to end.
pub(super) async fn run(listener: TcpListener, parts: Parts, cancellation: CancellationToken, drain: Duration) {
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            () = cancellation.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    open.spawn(serve(stream, peer, parts.clone(), cancellation.clone()));
                }
                // out of file descriptors, most likely: the next accept would fail at once, too
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_) = open.join_next() => {}
        }
    }
    drop(listener);
    let ended = async { while open.join_next().await.is_some() {} };
    if tokio::time::timeout(drain, ended).await.is_err() {
        open.shutdown().await;
    }
}

async fn serve(stream: TcpStream, peer: SocketAddr, parts: Parts, cancellation: CancellationToken) {
    if let Err(error) = connection::serve(stream, parts, cancellation).await {
        tracing::debug!(%peer, %error, "a client's connection ended");
    }
}
