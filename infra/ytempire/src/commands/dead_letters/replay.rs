//! Replay: records that the platform refused go through the pipelines again, as the very same events.

use anyhow::{Result, bail};
use batch::Session;

use super::letter::{self, Letter};
use super::session;
use crate::commands::Start;
use crate::commands::ingest::{Run, Wait};
use crate::exit::Done;
use crate::output;

/// Which letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    Named,
    All,
}

impl From<bool> for Which {
    fn from(all: bool) -> Self {
        if all { Which::All } else { Which::Named }
    }
}

pub async fn run(start: Start, ids: &[String], which: Which) -> Result<Done> {
    let json = start.global.json;
    let letters = letter::read(&session(&start).await?).await?;
    let chosen: Vec<Letter> = letters
        .into_iter()
        .filter(|letter| which == Which::All || ids.iter().any(|id| letter.event_id.starts_with(id)))
        .collect();
    if chosen.is_empty() && which == Which::Named {
        bail!("no dead letter has such an id: see `ytempire dead-letters list`");
    }
    let records: Vec<_> = chosen
        .iter()
        .filter_map(|letter| Some((letter, letter.record()?)))
        .collect();
    let mut run = Run::open(start).await?;
    let mark = run.sending.begin();
    for (letter, (topic, envelope)) in &records {
        run.sending
            .send_raw(*topic, key_of(letter).as_deref(), envelope, &letter.raw, mark)
            .await?;
    }
    run.settle(Wait::Yes).await?;
    let left = letter::read(&Session::open(&run.platform.lake).await?).await?;
    run.close().await?;
    let still = records
        .iter()
        .filter(|(letter, _)| left.iter().any(|l| l.event_id == letter.event_id))
        .count();
    report(json, records.len(), still, chosen.len() - records.len())
}

/// The key the record had: an entity named in its own body. A body that can't be read keeps no order.
fn key_of(letter: &Letter) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(&letter.raw).ok()?;
    let key = ["video_id", "channel_id", "keyword"]
        .iter()
        .find_map(|field| body.get(field)?.as_str());
    key.map(str::to_owned)
}

fn report(json: bool, sent: usize, still: usize, unreadable: usize) -> Result<Done> {
    let accepted = sent - still;
    match json {
        true => output::print_json(&serde_json::json!({
            "sent": sent, "accepted": accepted, "rejected_again": still, "left_to_source": unreadable,
        }))?,
        false => output::print(&format!(
            "{sent} sent again: {accepted} accepted, {still} rejected again\n"
        ))?,
    }
    if unreadable > 0 {
        eprintln!(
            "{unreadable} were rejected by their source, which could not read the row: mend the file and ingest it again"
        );
    }
    Ok(if still + unreadable == 0 {
        Done::Wholly
    } else {
        Done::Partly
    })
}
