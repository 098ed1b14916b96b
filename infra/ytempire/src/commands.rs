//! One file per command.

pub mod completions;
pub mod config;
pub mod dead_letters;
pub mod doctor;
pub mod emulator;
pub mod ingest;
pub mod lag;
pub mod migrate;
pub mod sql;
pub mod up;
pub mod verify;

use std::sync::Arc;

use events::Clock;

use crate::cli::Global;
use crate::settings::Settings;

/// What every command starts with.
pub struct Start {
    pub settings: Settings,
    pub clock: Arc<dyn Clock>,
    pub global: Global,
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
