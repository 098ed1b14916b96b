//! Families: views that one sink keeps, in one transaction, at one position vector.
//!
//! Every family has its own pipeline, so a slow one makes only itself slow. A rollup reads tiles and rollups of its own
//! family, nothing else.

use events::Topic;

use crate::{Rollup, Tile, families};

/// Tiles, and the rollups made from them.
#[derive(Debug)]
pub struct Family {
    /// The sink that keeps it; its positions are stored under this name.
    pub sink: &'static str,
    pub tiles: &'static [Tile],
    pub rollups: &'static [Rollup],
    /// Columns of the temporary tables in which Postgres notes what a batch touches, by the table's name.
    pub touched: &'static [(&'static str, &'static str)],
    /// Postgres statements that fill them from `incoming_<tile>`, before the tiles are merged.
    pub find: &'static [&'static str],
    /// Postgres statements that hand on what has changed, after the last rollup.
    pub finish: &'static [&'static str],
    /// Postgres statements that make everything touched, for `finish` after views were replaced as a whole.
    pub touch_all: &'static [&'static str],
    /// What `finish` hands on, as it should be.
    pub handed_on: Option<HandedOn>,
}

/// Rows of a table of the product's that follow from a family's views.
#[derive(Debug, Clone, Copy)]
pub struct HandedOn {
    /// With its schema.
    pub table: &'static str,
    /// What is handed on, without what the table says by itself.
    pub columns: &'static str,
    /// The view that they are made from.
    pub view: &'static str,
    /// Postgres SQL for all of them.
    pub rows: &'static str,
    /// Which of the table's rows are handed on.
    pub ours: &'static str,
}

/// Every family of the platform.
pub const FAMILIES: [&Family; 6] = [
    &families::videos::FAMILY,
    &families::velocity::FAMILY,
    &families::niches::FAMILY,
    &families::trends::FAMILY,
    &families::revenue::FAMILY,
    &families::alerts::FAMILY,
];

impl Family {
    pub fn of_sink(sink: &str) -> Option<&'static Family> {
        FAMILIES.into_iter().find(|family| family.sink == sink)
    }

    /// The family that a view belongs to.
    pub fn of_view(view: &str) -> Option<&'static Family> {
        FAMILIES.into_iter().find(|family| {
            let tiles = family.tiles.iter().map(|tile| tile.name);
            tiles
                .chain(family.rollups.iter().map(|rollup| rollup.name))
                .any(|name| name == view)
        })
    }

    /// What it is made from, each topic once.
    pub fn topics(&self) -> Vec<Topic> {
        let mut topics: Vec<Topic> = self.tiles.iter().map(|tile| tile.topic).collect();
        topics.sort();
        topics.dedup();
        topics
    }
}

/// The families that are made from a topic.
pub fn families_of(topic: Topic) -> impl Iterator<Item = &'static Family> {
    FAMILIES
        .into_iter()
        .filter(move |family| family.tiles.iter().any(|tile| tile.topic == topic))
}

/// Every topic that has views.
pub fn topics() -> Vec<Topic> {
    let mut topics: Vec<Topic> = FAMILIES.into_iter().flat_map(Family::topics).collect();
    topics.sort();
    topics.dedup();
    topics
}
