//! Servers of this folder that an earlier process left behind.
//!
//! They are told apart by their working directory, which is the cluster's folder for the server and all its workers:
//! a process id in `postmaster.pid` may long be somebody else's. They were told to end when their parent died, so
//! they are waited for first, then asked, then killed.

use std::path::Path;
use std::time::{Duration, Instant};

use super::{PostgresError, folder, server};

/// How long each step may take: nothing, a fast shutdown, an immediate one, a kill.
const STEPS: [(Option<&str>, Duration); 4] = [
    (None, Duration::from_secs(5)),
    (Some("INT"), Duration::from_secs(15)),
    (Some("QUIT"), Duration::from_secs(5)),
    (Some("KILL"), Duration::from_secs(5)),
];
const PAUSE: Duration = Duration::from_millis(20);

/// Ends what is left, and removes the file by which Postgres would believe it still runs.
pub(super) fn end(data: &Path) -> Result<(), PostgresError> {
    let processes = || processes_below(data);
    for (signal, patience) in STEPS {
        let found = processes();
        if found.is_empty() {
            break;
        }
        match signal {
            // after a kill of the platform it takes a moment
            None => tracing::info!(processes = ?found, "waiting for an earlier database server to end"),
            Some(signal) => {
                tracing::warn!(processes = ?found, signal, "an earlier database server does not end by itself")
            }
        }
        for pid in signal.iter().flat_map(|_| &found) {
            server::signal(*pid, signal.unwrap_or_default());
        }
        let deadline = Instant::now() + patience;
        while !processes().is_empty() && Instant::now() < deadline {
            std::thread::sleep(PAUSE);
        }
    }
    if let Some(pid) = processes().first() {
        return Err(PostgresError::Leftover {
            data: data.to_owned(),
            pid: *pid,
        });
    }
    let stale = data.join("cluster/postmaster.pid");
    match std::fs::remove_file(&stale) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(folder(&stale)(error)),
        _ => Ok(()),
    }
}

/// Processes whose working directory is a cluster, finished or not, of this data folder.
fn processes_below(data: &Path) -> Vec<u32> {
    let Ok(data) = data.canonicalize() else {
        return Vec::new();
    };
    let is_cluster = |directory: &Path| {
        let name = directory.file_name().map(|name| name.to_string_lossy().into_owned());
        directory.parent() == Some(&data) && name.is_some_and(|name| name.starts_with("cluster"))
    };
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| std::fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|directory| is_cluster(&directory)))
        .collect()
}
