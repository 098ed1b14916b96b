//! What people were told of, each alert once.

use events::Topic;

use crate::tile::{last, text};
use crate::{Family, Kind, Tile};

pub(crate) const FAMILY: Family = Family {
    sink: "views.alerts",
    tiles: &[Tile {
        name: "alerts",
        topic: Topic::Alerts,
        keys: &[text("event_id")],
        values: &[
            last("kind", Kind::Text),
            last("severity", Kind::Text),
            last("subject", Kind::Text),
            last("message", Kind::Text),
        ],
        expressions: &[("event_id", "_event_id")],
        ..Tile::PLAIN
    }],
    rollups: &[],
    touched: &[],
    find: &[],
    finish: &[],
    touch_all: &[],
    handed_on: None,
};
