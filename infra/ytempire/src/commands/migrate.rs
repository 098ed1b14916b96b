use anyhow::Result;

use super::Start;
use crate::exit::Done;
use crate::output;
use crate::platform::{MIGRATIONS, Need, Platform};

/// Attaching to a database of our own migrates it; a joined or external one is migrated here.
pub async fn run(start: Start) -> Result<Done> {
    let json = start.global.json;
    let platform = Platform::attach(start.settings, start.clock, &[Need::Database]).await?;
    MIGRATIONS.run(platform.pool()?).await?;
    let known: Vec<_> = MIGRATIONS
        .iter()
        .map(|m| (m.version, m.description.to_string()))
        .collect();
    platform.stop().await?;
    match json {
        true => output::print_json(&serde_json::json!({ "migrations": known }))?,
        false => output::print(&format!("the database has all {} migrations\n", known.len()))?,
    }
    Ok(Done::Wholly)
}
