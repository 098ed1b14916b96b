//! The executable of YTEMPIRE: configuration, wiring, one file per command.

mod cli;
mod clock;
mod commands;
mod connect;
mod data_folder;
mod exit;
mod logging;
mod output;
mod pipelines;
mod platform;
mod removal;
mod sending;
mod settings;
mod webhooks;
mod websub;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;

use cli::{Cli, Command};
use exit::Done;

/// Of C libraries, too: librdkafka has a thread per broker and consumer, and glibc's heap, which has arenas by threads and seldom gives back
/// what a burst has taken, grew to several times what batches hold. How it is set is in `.cargo/config.toml`.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    logging::start(&cli.global);
    let _faults = cfg!(debug_assertions).then(events::fault::arm);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => {
            let outcome = runtime.block_on(run(cli));
            // a thread that waits for input must not hold up the end
            runtime.shutdown_timeout(Duration::from_secs(1));
            outcome
        }
        Err(error) => Err(error.into()),
    };
    exit::code(outcome)
}

async fn run(cli: Cli) -> anyhow::Result<Done> {
    let global = cli.global.clone();
    let settings = settings::Settings::load(&global.flags()).map_err(exit::wrong_use)?;
    let start = commands::Start {
        settings,
        clock: Arc::new(clock::SystemClock),
        global,
    };
    match cli.command {
        Command::Up(options) => commands::up::run(start, options).await,
        Command::Ingest(options) => commands::ingest::run(start, options).await,
        Command::Sql(options) => commands::sql::run(start, options).await,
        Command::Lag(options) => commands::lag::run(start, options).await,
        Command::Retention(options) => commands::retention::run(start, options).await,
        Command::Forget(options) => commands::retention::forget(start, options).await,
        Command::Stream(options) => commands::stream::run(start, options).await,
        Command::Verify => commands::verify::run(start).await,
        Command::DeadLetters(options) => commands::dead_letters::run(start, options).await,
        Command::Doctor => commands::doctor::run(start).await,
        Command::Emulator(options) => commands::emulator::run(start, options).await,
        Command::Channels(options) => commands::channels::run(start, options).await,
        Command::Migrate => commands::migrate::run(start).await,
        Command::Config(options) => commands::config::run(&start, options),
        Command::Completions(options) => commands::completions::run(&options),
    }
}
