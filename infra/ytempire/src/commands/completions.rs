use anyhow::Result;
use clap::CommandFactory;

use crate::cli::{Cli, CompletionsOptions};
use crate::exit::Done;
use crate::output;

pub fn run(options: &CompletionsOptions) -> Result<Done> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Cli::command(), "ytempire", &mut script);
    output::print(&String::from_utf8(script)?)?;
    Ok(Done::Wholly)
}
