//! `ytempire stream rebuilds`: what was changed in views by no event.

use anyhow::Result;
use serde_json::json;
use streams::rebuilds;

use crate::cli::RebuildsOptions;
use crate::commands::Start;
use crate::exit::Done;
use crate::output;
use crate::platform::{Need, Platform};

pub async fn run(start: Start, options: RebuildsOptions) -> Result<Done> {
    let json = start.global.json;
    let platform = Platform::attach(start.settings, start.clock, &[Need::Database]).await?;
    let found = rebuilds(platform.pool()?, options.limit).await?;
    platform.stop().await?;
    let document = |one: &streams::Rebuilt| {
        json!({
            "rebuilt_at": one.rebuilt_at,
            "sink": one.sink,
            "view": one.view,
            "removed": one.removed,
            "added": one.added,
            "why": one.why,
        })
    };
    let row = |one: &streams::Rebuilt| {
        vec![
            one.rebuilt_at.format("%Y-%m-%d %H:%M:%S").to_string(),
            one.view.clone(),
            one.removed.to_string(),
            one.added.to_string(),
            one.why.clone(),
        ]
    };
    match json {
        true => output::print_json(&found.iter().map(document).collect::<Vec<_>>())?,
        false => output::print_table(
            &["rebuilt at", "view", "removed", "added", "why"],
            found.iter().map(row),
        )?,
    }
    Ok(Done::Wholly)
}
