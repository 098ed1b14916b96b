//! View definitions, and their computation over Arrow batches.
//!
//! A view is defined once, here. A [`Tile`] is a mergeable partial aggregate per key and day; a [`Rollup`] is SQL over
//! tiles that both DataFusion and Postgres run. The stream pipelines compute tiles of each micro-batch and merge them;
//! the batch recomputes all from the lake. Merging is commutative, associative and idempotent, so late, repeated and
//! shuffled input ends in the same state. Nothing here knows Kafka, Postgres or the lake.

mod column;
mod compute;
mod rollup;
mod tile;

pub use column::{Cell, Column, Kind, cells, conform};
pub use compute::{ComputeError, Views, partials, recompute, recompute_rows};
pub use rollup::{ROLLUPS, Rollup};
pub use tile::{Merge, TILES, Tile};

/// A view as a table: name, key, columns.
#[derive(Debug, Clone, Copy)]
pub struct View {
    pub name: &'static str,
    pub keys: &'static [Column],
    pub values: Values,
}

/// The columns of a view behind its key.
#[derive(Debug, Clone, Copy)]
pub enum Values {
    Merged(&'static [(Column, Merge)]),
    Computed(&'static [Column]),
}

impl View {
    /// Every view, tiles first, each after those that it is made from.
    pub fn all() -> impl Iterator<Item = View> {
        let tiles = TILES.iter().map(|tile| View {
            name: tile.name,
            keys: tile.keys,
            values: Values::Merged(tile.values),
        });
        tiles.chain(ROLLUPS.iter().map(|rollup| View {
            name: rollup.name,
            keys: rollup.keys,
            values: Values::Computed(rollup.values),
        }))
    }

    /// Key, values, `as_of`, and for tiles `last_order`: what is compared and stored, in this order.
    pub fn columns(&self) -> Vec<Column> {
        let mut columns = self.keys.to_vec();
        match self.values {
            Values::Merged(values) => {
                columns.extend(values.iter().map(|(column, _)| *column));
                columns.extend([AS_OF, LAST_ORDER]);
            }
            Values::Computed(values) => {
                columns.extend(values);
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
