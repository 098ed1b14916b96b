//! `ytempire dead-letters`: rows that could not be used.

mod letter;
mod replay;

use anyhow::{Result, bail};
use batch::Session;

use super::Start;
use crate::cli::{DeadLettersAction, DeadLettersOptions};
use crate::exit::Done;
use crate::output;
use crate::platform;

/// Longest part of a raw row in a list, in characters.
const EXCERPT: usize = 60;
/// Of a reason, which may quote what came.
const REASON: usize = 160;

pub async fn run(start: Start, options: DeadLettersOptions) -> Result<Done> {
    match options.action {
        DeadLettersAction::List { limit } => list(&start, limit).await,
        DeadLettersAction::Show { id } => show(&start, &id).await,
        DeadLettersAction::Replay { ids, all } => replay::run(start, &ids, all.into()).await,
    }
}

async fn session(start: &Start) -> Result<Session> {
    Ok(Session::open(&platform::lake(&start.settings)?).await?)
}

async fn list(start: &Start, limit: usize) -> Result<Done> {
    let mut letters = letter::read(&session(start).await?).await?;
    let all = letters.len();
    letters.truncate(limit);
    if letters.len() < all {
        eprintln!("{} of {all} are shown: give --limit {all} for all", letters.len());
    }
    if start.global.json {
        output::print_json(&letters)?;
        return Ok(Done::Wholly);
    }
    let rows = letters.iter().map(|letter| {
        vec![
            letter.event_id.clone(),
            letter.subject.clone().unwrap_or_else(|| letter.topic.clone()),
            clipped(&letter.reason, REASON),
            clipped(&letter.text(), EXCERPT),
        ]
    });
    output::print_table(&["event id", "from", "reason", "raw"], rows)?;
    Ok(Done::Wholly)
}

fn clipped(text: &str, to: usize) -> String {
    match text.chars().count() > to {
        true => text.chars().take(to - 1).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

async fn show(start: &Start, id: &str) -> Result<Done> {
    let letters = letter::read(&session(start).await?).await?;
    let mut found = letters.into_iter().filter(|letter| letter.event_id.starts_with(id));
    let Some(letter) = found.next() else {
        bail!("there is no dead letter {id}: see `ytempire dead-letters list`");
    };
    if found.next().is_some() {
        bail!("several dead letters begin with {id}: give more of the id");
    }
    match start.global.json {
        true => output::print_json(&letter)?,
        false => output::print(&format!(
            "event id   {}\nplace      {}/{}@{}\nsource     {}\nsubject    {}\ningested   {}\nreason     {}\n\n{}\n",
            letter.event_id,
            letter.topic,
            letter.partition,
            letter.offset,
            letter.source,
            letter.subject.as_deref().unwrap_or("-"),
            letter.ingested_at,
            letter.reason,
            letter.text()
        ))?,
    }
    Ok(Done::Wholly)
}
