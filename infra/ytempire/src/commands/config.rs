use anyhow::Result;

use super::Start;
use crate::cli::{ConfigAction, ConfigOptions};
use crate::exit::Done;
use crate::output;

pub fn run(start: &Start, options: ConfigOptions) -> Result<Done> {
    let ConfigAction::Show = options.action;
    let shown = start.settings.redacted();
    match start.global.json {
        true => output::print_json(&shown)?,
        false => output::print(&toml::to_string_pretty(&shown)?)?,
    }
    Ok(Done::Wholly)
}
