//! One file per command.

pub mod channels;
pub mod completions;
pub mod config;
pub mod dead_letters;
pub mod doctor;
pub mod emulator;
pub mod ingest;
pub mod lag;
pub mod migrate;
pub mod retention;
pub mod sql;
pub mod stream;
pub mod up;
pub mod verify;

use std::sync::Arc;

use events::Clock;
use tokio_util::sync::CancellationToken;

use crate::cli::Global;
use crate::settings::Settings;

/// What every command starts with.
pub struct Start {
    pub settings: Settings,
    pub clock: Arc<dyn Clock>,
    pub global: Global,
}

/// A token that is cancelled when the process is asked to stop. Asked again, the process ends at once.
pub fn stop_when_asked() -> CancellationToken {
    let stop = CancellationToken::new();
    let asked = stop.clone();
    tokio::spawn(async move {
        asked_to_stop().await;
        eprintln!("stopping: what was sent is brought to its end; once more ends at once");
        asked.cancel();
        end_when_asked_again().await;
    });
    stop
}

/// Ends the process when it is asked to stop: for those that are stopping already. Steps that are under way are made again by the
/// next start, as after a SIGKILL.
pub async fn end_when_asked_again() {
    asked_to_stop().await;
    std::process::exit(130);
}

/// Resolves when the process is asked to stop, by Ctrl-C or SIGTERM.
pub async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        },
        Err(_) => {
            let _ = interrupt.await;
        }
    }
}
