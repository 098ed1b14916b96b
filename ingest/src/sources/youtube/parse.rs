//! From answers to records. An item that can't be read is handed out as rejected, with its reason and its bytes; an
//! answer without items is an answer without items.

mod channel;
mod comment;
mod lists;
mod video;

use chrono::{DateTime, Utc};
use events::{Event, Payload, Rejection};
use serde_json::Value;

pub use channel::{CHANNEL_PARTS, channels};
pub use comment::{Threads, replies, threads};
pub use lists::{Listed, categories, found, next_page, playlist, regions, total};
pub use video::{Asked, VIDEO_PARTS, videos};

use super::SOURCE;
use crate::Outgoing;
use crate::pull::{BadItem, Item};

fn items(answer: &Value) -> &[Value] {
    Item(answer).list("/items")
}

/// The item as an event, or as a rejected row.
fn record<P: Payload>(
    item: &Value,
    kind: &str,
    read: impl FnOnce(Item<'_>) -> Result<(DateTime<Utc>, P), BadItem>,
) -> Outgoing {
    let event = read(Item(item)).and_then(|(time, payload)| Ok(Event::new(SOURCE, time, payload)?));
    match event {
        Ok(event) => event.into(),
        Err(bad) => {
            let raw = serde_json::to_vec(item).unwrap_or_default();
            Rejection::new(SOURCE, P::TOPIC, format!("{kind}, {bad}"), raw).into()
        }
    }
}
