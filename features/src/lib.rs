//! View definitions, and their computation over Arrow batches.
//!
//! A view is defined once, here. A [`Tile`] is a mergeable partial aggregate per key and period; a [`Rollup`] is SQL over
//! tiles that both DataFusion and Postgres run; a [`Family`] is what one sink keeps. The stream pipelines compute tiles of
//! each micro-batch and merge them; the batch recomputes all from the lake. Merging is commutative and associative, so
//! late, repeated and shuffled input ends in the same state. Nothing here knows Kafka, Postgres or the lake.

use events::Topic;

mod column;
mod compute;
mod families;
mod family;
pub mod functions;
mod newest;
mod rollup;
pub mod sketch;
mod tile;
mod window;

pub use column::{Cell, Column, Kind, cells, conform};
pub use compute::{ComputeError, Views, partials, plan, recompute, recompute_rows, too_late};
pub use family::{FAMILIES, Family, HandedOn, families_of, topics};
pub use rollup::Rollup;
pub use tile::{Derive, Merge, Order, Period, Tile};
pub use window::{gain, merge, merge_sketches, union};

/// A view as a table: name, key, columns.
#[derive(Debug, Clone, Copy)]
pub enum View {
    Tile(&'static Tile),
    Rollup(&'static Rollup),
}

impl View {
    /// Every view, each after those that it is made from.
    pub fn all() -> impl Iterator<Item = View> {
        FAMILIES.into_iter().flat_map(View::of)
    }

    /// The views of a family, tiles first, each after those that it is made from.
    pub fn of(family: &'static Family) -> impl Iterator<Item = View> {
        let tiles = family.tiles.iter().map(View::Tile);
        tiles.chain(family.rollups.iter().map(View::Rollup))
    }

    pub fn named(name: &str) -> Option<View> {
        View::all().find(|view| view.name() == name)
    }

    pub fn name(&self) -> &'static str {
        match self {
            View::Tile(tile) => tile.name,
            View::Rollup(rollup) => rollup.name,
        }
    }

    pub fn keys(&self) -> &'static [Column] {
        match self {
            View::Tile(tile) => tile.keys,
            View::Rollup(rollup) => rollup.keys,
        }
    }

    /// The tiles that it is made from; itself if it is one.
    pub fn tiles(&self) -> Vec<&'static Tile> {
        let rollup = match self {
            View::Tile(tile) => return vec![tile],
            View::Rollup(rollup) => rollup,
        };
        let Some(family) = Family::of_view(rollup.name) else {
            return Vec::new();
        };
        let is_input = |view: &View| rollup.narrow.iter().any(|(input, _)| *input == view.name());
        let made_from: Vec<&Tile> = View::of(family)
            .filter(is_input)
            .flat_map(|view| view.tiles())
            .collect();
        let tiles = family.tiles.iter();
        tiles
            .filter(|tile| made_from.iter().any(|one| one.name == tile.name))
            .collect()
    }

    /// What it is made from, each topic once.
    pub fn topics(&self) -> Vec<Topic> {
        let mut topics: Vec<Topic> = self.tiles().iter().map(|tile| tile.topic).collect();
        topics.sort();
        topics.dedup();
        topics
    }

    /// Key, values, `as_of`, and for tiles the orders: what is compared and stored, in this order.
    pub fn columns(&self) -> Vec<Column> {
        let mut columns = self.keys().to_vec();
        match self {
            View::Tile(tile) => {
                columns.extend(tile.values.iter().map(|(column, _)| *column));
                columns.extend(tile.derived.iter().map(|(column, _)| *column));
                columns.extend(tile.told());
                columns.extend([AS_OF, LAST_ORDER]);
                if tile.has_first() {
                    columns.push(FIRST_ORDER);
                }
            }
            View::Rollup(rollup) => {
                columns.extend(rollup.values);
                columns.push(AS_OF);
            }
        }
        columns
    }
}

/// Event time of the newest observation in a row.
pub const AS_OF: Column = Column::new("as_of", Kind::Time);

/// Which observation the `Last` columns of a tile come from; compared bytewise.
pub const LAST_ORDER: Column = Column::new("last_order", Kind::Text);

/// Which observation the `First` columns of a tile come from; compared bytewise.
pub const FIRST_ORDER: Column = Column::new("first_order", Kind::Text);

/// Of a partial tile: the watermark when the last row came that came after the tile's end; null if none did.
pub const LATE_WATERMARK: Column = Column::new("late_watermark", Kind::Time);

/// Of a partial tile: the event that came after the tile's end.
pub const LATE_EVENT: Column = Column::new("late_event", Kind::Text);
