//! What became of the files: counted in the lake, not guessed.

use std::collections::BTreeMap;

use anyhow::Result;
use batch::Session;
use events::Topic;
use serde::Serialize;

use crate::output;
use crate::sending::{Places, Sending, behind};

/// Counts of one file, or of all. `read = accepted + repeated + rejected`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Counts {
    pub read: u64,
    /// New in the lake; null when the command did not wait for it.
    pub accepted: Option<u64>,
    /// The very same event is there already.
    pub repeated: Option<u64>,
    pub rejected: u64,
    /// Rejected rows by reason.
    pub reasons: BTreeMap<&'static str, u64>,
}

impl Counts {
    /// Sets what became of what was sent, and with it what was repeated.
    pub fn settle(&mut self, became: Became) {
        self.accepted = Some(became.accepted);
        self.rejected += became.refused;
        if became.refused > 0 {
            *self.reasons.entry(REFUSED).or_default() += became.refused;
        }
        self.repeated = Some(self.read.saturating_sub(self.rejected + became.accepted));
    }

    pub fn add(&mut self, other: &Counts) {
        let sum = |a: Option<u64>, b: Option<u64>| Some(a? + b?);
        self.read += other.read;
        self.accepted = sum(self.accepted, other.accepted);
        self.repeated = sum(self.repeated, other.repeated);
        self.rejected += other.rejected;
        for (reason, count) in &other.reasons {
            *self.reasons.entry(reason).or_default() += count;
        }
    }

    /// The start of a sum.
    pub fn none(waited: bool) -> Self {
        let zero = waited.then_some(0);
        Self {
            accepted: zero,
            repeated: zero,
            ..Self::default()
        }
    }
}

/// Why a row that its source did not reject is rejected.
const REFUSED: &str = "refused behind the topic (`ytempire dead-letters list` says why)";

/// What the lake has of what a source sent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Became {
    pub accepted: u64,
    /// Rejected where it was read from the topic, not by its source.
    pub refused: u64,
}

/// What the lake has at the places of each source.
pub async fn became(session: &Session, sending: &Sending) -> Result<Vec<Became>> {
    let places = sending.places();
    let mut all = vec![Became::default(); places.len()];
    let ends = behind(places);
    for topic in Topic::ALL {
        let ranges: Vec<_> = ends
            .only(&[topic])
            .iter()
            .map(|(partition, end)| {
                let begins = places.iter().filter_map(|one| one.get(&partition)?.min());
                let begin = begins.min().map_or(0, |offset| i64::try_from(offset).unwrap_or(0));
                (partition, begin, end)
            })
            .collect();
        if ranges.is_empty() {
            continue;
        }
        session
            .places(topic, &ranges, |place| {
                let holds = |one: &Places| {
                    let offsets = one.get(&place.partition);
                    offsets.is_some_and(|offsets| offsets.contains(place.offset.unsigned_abs()))
                };
                if let Some(source) = places.iter().position(holds) {
                    all[source].accepted += u64::from(place.accepted);
                    all[source].refused += u64::from(!place.accepted && !holds(&sending.rejected()[source]));
                }
            })
            .await?;
    }
    Ok(all)
}

/// One line of a summary for people.
pub fn cells(name: &str, counts: &Counts, note: &str) -> Vec<String> {
    let known = |count: Option<u64>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
    vec![
        name.to_owned(),
        counts.read.to_string(),
        known(counts.accepted),
        known(counts.repeated),
        counts.rejected.to_string(),
        note.to_owned(),
    ]
}

pub fn print_reasons(counts: &Counts) -> Result<()> {
    for (reason, count) in &counts.reasons {
        output::print(&format!("{count} rejected: {reason}\n"))?;
    }
    Ok(())
}

pub fn print_table(rows: Vec<Vec<String>>) -> Result<()> {
    output::print_table(&["source", "read", "accepted", "repeated", "rejected", "note"], rows)
}
