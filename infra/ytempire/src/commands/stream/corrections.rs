//! `ytempire stream corrections`: what late events have changed.

use anyhow::Result;
use serde_json::Value;
use streams::{Correction, corrections};

use crate::cli::CorrectionsOptions;
use crate::commands::Start;
use crate::exit::Done;
use crate::output;
use crate::platform::{Need, Platform};

pub async fn run(start: Start, options: CorrectionsOptions) -> Result<Done> {
    let json = start.global.json;
    let view = options.view.as_deref().map(super::rebuild::known_view).transpose()?;
    let platform = Platform::attach(start.settings, start.clock, &[Need::Database]).await?;
    // one more than is asked for, to know whether there are more
    let mut found = corrections(platform.pool()?, view.as_ref(), options.limit.saturating_add(1)).await?;
    platform.stop().await?;
    if i64::try_from(found.len()).is_ok_and(|len| len > options.limit) {
        found.pop();
        eprintln!("the newest {} are shown: give a greater --limit for more", found.len());
    }
    match json {
        true => output::print_json(&found.iter().map(Correction::document).collect::<Vec<_>>())?,
        false => output::print_table(
            &["corrected at", "view", "key", "old", "new", "watermark", "event"],
            found.iter().map(row),
        )?,
    }
    Ok(Done::Wholly)
}

fn row(one: &Correction) -> Vec<String> {
    let text = |value: &Option<Value>| value.as_ref().map_or_else(|| "no row".to_owned(), Value::to_string);
    vec![
        one.corrected_at.format("%Y-%m-%d %H:%M:%S").to_string(),
        one.view.clone(),
        one.key.to_string(),
        text(&one.old),
        text(&one.new),
        one.watermark.format("%Y-%m-%d %H:%M:%S").to_string(),
        one.event_id.clone(),
    ]
}
