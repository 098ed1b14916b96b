//! Logs go to standard error: warnings by default, more with `-v`, errors only with `--quiet`.

use tracing_subscriber::EnvFilter;

use crate::cli::Global;

pub fn start(global: &Global) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, _) => "debug",
    };
    // libraries below speak of things that are handled, and said, above them
    let quiet = format!(
        "{},deltalake_core=error,deltalake_core::kernel::transaction=off,buoyant_kernel=off,delta_kernel=off,sqlx=error,librdkafka=off,rdkafka=off,datafusion=error,hyper=warn,reqwest=warn,rustls=warn,h2=warn,tower=warn",
        embedded::LOG_DIRECTIVES
    );
    let fallback = format!("{level},{quiet}");
    let filter = EnvFilter::try_from_env("YTEMPIRE_LOG").unwrap_or_else(|_| EnvFilter::new(fallback));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(crate::output::is_watched())
        .init();
}
