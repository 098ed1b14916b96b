//! Tiles: mergeable partial aggregates per key and day.
//!
//! `Max` columns merge by the larger value; YouTube's counters are cumulative, so the larger is the later. `Last`
//! columns come, all together, from the observation with the greatest `last_order`: event time, then the number of
//! `Last` columns that it fills, then its id. An observation that is delivered twice counts as its first delivery.

use events::Topic;

use crate::{Column, Kind};

/// How a column of two tiles of the same key becomes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    Last,
    Max,
}

/// The definition of a tile table.
#[derive(Debug, Clone, Copy)]
pub struct Tile {
    pub name: &'static str,
    /// Whose rows it is made from.
    pub topic: Topic,
    pub keys: &'static [Column],
    pub values: &'static [(Column, Merge)],
    /// SQL expressions over the rows of the topic's table, where a column is not simply a row's column.
    expressions: &'static [(&'static str, &'static str)],
    /// Which rows count.
    filter: &'static str,
}

const fn text(name: &'static str) -> Column {
    Column::new(name, Kind::Text)
}

const fn last(name: &'static str, kind: Kind) -> (Column, Merge) {
    (Column::new(name, kind), Merge::Last)
}

const fn max(name: &'static str) -> (Column, Merge) {
    (Column::new(name, Kind::Big), Merge::Max)
}

const DAY: Column = Column::new("day", Kind::Day);
const OBSERVED_DAY: (&str, &str) = ("day", "observed_on");

/// The channel's id, or its title where the source has no id.
const CHANNEL_REF: (&str, &str) = ("channel_ref", "coalesce(channel_id, 'title:' || channel_title)");

/// Every tile of the platform.
pub const TILES: &[Tile] = &[
    Tile {
        name: "video_day_tiles",
        topic: Topic::VideoSnapshots,
        keys: &[text("video_id"), DAY],
        values: &[
            last("channel_ref", Kind::Text),
            last("channel_id", Kind::Text),
            last("channel_title", Kind::Text),
            last("title", Kind::Text),
            last("category_id", Kind::Int),
            last("published_at", Kind::Time),
            max("views"),
            max("likes"),
            max("dislikes"),
            max("comments"),
        ],
        expressions: &[OBSERVED_DAY, CHANNEL_REF],
        filter: "true",
    },
    Tile {
        name: "trending_entries",
        topic: Topic::VideoSnapshots,
        keys: &[text("region"), DAY, text("video_id")],
        values: &[
            last("rank", Kind::Int),
            last("channel_ref", Kind::Text),
            last("channel_id", Kind::Text),
            last("channel_title", Kind::Text),
            last("title", Kind::Text),
            last("category_id", Kind::Int),
            last("published_at", Kind::Time),
            max("views"),
            max("likes"),
            max("dislikes"),
            max("comments"),
        ],
        expressions: &[OBSERVED_DAY, CHANNEL_REF, ("rank", "trending_rank")],
        filter: "region IS NOT NULL",
    },
    Tile {
        name: "channel_day_tiles",
        topic: Topic::ChannelSnapshots,
        keys: &[text("channel_id"), DAY],
        values: &[
            last("title", Kind::Text),
            last("country", Kind::Text),
            last("published_at", Kind::Time),
            last("subscribers", Kind::Big),
            max("views"),
            max("videos"),
        ],
        expressions: &[OBSERVED_DAY],
        filter: "true",
    },
    Tile {
        name: "categories",
        topic: Topic::Categories,
        keys: &[text("region"), Column::new("category_id", Kind::Int)],
        values: &[last("title", Kind::Text), last("assignable", Kind::Bool)],
        expressions: &[],
        filter: "true",
    },
];

impl Tile {
    /// The SQL that makes partial tiles of a relation `rows` with the columns of the topic's table.
    pub fn partial_sql(&self) -> String {
        let keys: Vec<&str> = self.keys.iter().map(|key| key.name).collect();
        let keys = keys.join(", ");
        let values: Vec<String> = self
            .values
            .iter()
            .map(|(column, merge)| aggregate(column.name, *merge))
            .collect();
        format!(
            "SELECT {keys}, {}, max(as_of) AS as_of, max(last_order) AS last_order FROM ({}) AS observed GROUP BY {keys}",
            values.join(", "),
            self.observed_sql()
        )
    }

    /// One row per observation, with the tile's columns.
    fn observed_sql(&self) -> String {
        let columns = self.keys.iter().chain(self.values.iter().map(|(column, _)| column));
        let columns: Vec<String> = columns
            .map(|column| format!("{} AS {}", self.expression(column.name), column.name))
            .collect();
        format!(
            "SELECT {}, observed_at AS as_of, {} AS last_order, _offset FROM rows WHERE {}",
            columns.join(", "),
            self.last_order_sql(),
            self.filter
        )
    }

    fn expression(&self, column: &'static str) -> &'static str {
        let found = self.expressions.iter().find(|(name, _)| *name == column);
        found.map_or(column, |(_, expression)| expression)
    }

    /// Fixed width, so that it sorts as text: microseconds (20 digits), filled columns (2 digits), id.
    fn last_order_sql(&self) -> String {
        let last = self.values.iter().filter(|(_, merge)| *merge == Merge::Last);
        let filled: Vec<String> = last
            .map(|(column, _)| format!("(CASE WHEN {} IS NULL THEN 0 ELSE 1 END)", self.expression(column.name)))
            .collect();
        format!(
            "lpad(CAST(arrow_cast(observed_at, 'Int64') AS VARCHAR), 20, '0') || \
             lpad(CAST({} AS VARCHAR), 2, '0') || _event_id",
            filled.join(" + ")
        )
    }
}

fn aggregate(column: &str, merge: Merge) -> String {
    match merge {
        Merge::Max => format!("max({column}) AS {column}"),
        // of two deliveries of one observation the first counts
        Merge::Last => format!("last_value({column} ORDER BY last_order, _offset DESC) AS {column}"),
    }
}
