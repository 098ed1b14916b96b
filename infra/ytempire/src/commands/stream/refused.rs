//! `ytempire stream refused`: rows that views could not hold.

use anyhow::Result;
use serde_json::{Value, json};
use streams::{Refused, refused};

use crate::cli::RefusedOptions;
use crate::commands::Start;
use crate::exit::Done;
use crate::output;
use crate::platform::{Need, Platform};

pub async fn run(start: Start, options: RefusedOptions) -> Result<Done> {
    let json = start.global.json;
    let platform = Platform::attach(start.settings, start.clock, &[Need::Database]).await?;
    let found = refused(platform.pool()?, options.limit).await?;
    platform.stop().await?;
    match json {
        true => output::print_json(&found.iter().map(document).collect::<Vec<_>>())?,
        false => output::print_table(
            &["refused at", "sink", "topic", "partition", "offset", "event", "reason"],
            found.iter().map(row),
        )?,
    }
    Ok(Done::Wholly)
}

fn document(one: &Refused) -> Value {
    json!({
        "refused_at": one.refused_at,
        "sink": one.sink,
        "topic": one.topic,
        "partition": one.partition,
        "offset": one.offset,
        "event_id": one.event_id,
        "reason": one.reason,
    })
}

fn row(one: &Refused) -> Vec<String> {
    vec![
        one.refused_at.format("%Y-%m-%d %H:%M:%S").to_string(),
        one.sink.clone(),
        one.topic.clone(),
        one.partition.to_string(),
        one.offset.to_string(),
        one.event_id.clone(),
        one.reason.clone(),
    ]
}
