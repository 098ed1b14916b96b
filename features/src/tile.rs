//! Tiles: mergeable partial aggregates per key and period.
//!
//! Most columns merge idempotently, so that an observation that is delivered twice counts once: the larger of two
//! cumulative counters is the later one, `Newest` columns are each the newest that was told, and `Last` columns come, all
//! together, from the observation with the greatest `last_order`. What adds up (`Count`, `Sum`, `Quantiles`) does not; a tile with such columns is made of rows whose event
//! id was not seen before ([`Tile::counts_once`]).

use events::Topic;

use crate::{Column, Kind};

/// How a column of two tiles of the same key becomes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// Of the observation with the greatest `last_order`, whatever else that tells.
    Last,
    /// The newest that was told: of the observations where it is not null the one of the greatest event time, and of two of one time the
    /// least value. That time stands in the column named. What tells less, as of a video that is gone, hides nothing.
    Newest(&'static str),
    /// Of the observation with the least `first_order`.
    First,
    Max,
    /// Of something that only grows, so that the greatest is the newest, and a gain is told.
    Counter,
    Min,
    /// Sum of whole numbers. With [`Merge::Count`] it makes a mean.
    Sum,
    /// Rows where the expression is not null.
    Count,
    /// A HyperLogLog sketch of texts: see [`crate::sketch`].
    Distinct,
    /// A DDSketch of whole numbers: see [`crate::sketch`].
    Quantiles,
}

impl Merge {
    pub(crate) const fn is_additive(self) -> bool {
        matches!(self, Merge::Sum | Merge::Count | Merge::Quantiles)
    }

    /// Postgres can't merge it: it is merged here.
    pub const fn is_sketch(self) -> bool {
        matches!(self, Merge::Distinct | Merge::Quantiles)
    }
}

/// What a sketch column says, kept beside it for those who can't read sketches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Derive {
    /// How many different values: of the sketch column named.
    Distinct(&'static str),
    /// Quantile of the sketch column named, 0 to 1.
    Quantile(&'static str, f64),
    /// Mean of the [`Merge::Sum`] and the [`Merge::Count`] column named.
    Mean(&'static str, &'static str),
    /// The channel's id, or `title:` and its title where the tile has no id: of the [`Merge::Newest`] columns named.
    ChannelRef(&'static str, &'static str),
}

impl Derive {
    /// The sketch column that it reads, if it reads one.
    pub const fn sketch(&self) -> Option<&'static str> {
        match self {
            Derive::Distinct(sketch) | Derive::Quantile(sketch, _) => Some(sketch),
            Derive::Mean(..) | Derive::ChannelRef(..) => None,
        }
    }
}

/// How long a tile is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// No end: the state of something.
    Always,
    /// The UTC day in the key column `day`.
    Day,
    /// The UTC hour that begins at the key column `hour`.
    Hour,
}

/// Which of two observations is the later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By event time, then the number of `Last` columns that it fills, then its id.
    Observation,
    /// By event time, then by arrival in the partition, then its id: the sender corrects what it said of the same moment.
    Arrival,
}

/// The definition of a tile table.
#[derive(Debug, Clone, Copy)]
pub struct Tile {
    pub name: &'static str,
    /// Whose rows it is made from.
    pub topic: Topic,
    pub keys: &'static [Column],
    pub values: &'static [(Column, Merge)],
    pub derived: &'static [(Column, Derive)],
    /// SQL expressions over the rows of the topic's table, where a column is not simply a row's column.
    pub(crate) expressions: &'static [(&'static str, &'static str)],
    /// Which rows count.
    pub filter: &'static str,
    pub period: Period,
    pub(crate) order: Order,
    /// How long after the watermark of its partition a row is taken still, in days. None: for ever.
    pub lateness_days: Option<u32>,
}

impl Tile {
    /// What most tiles are; a definition says what it is besides.
    pub(crate) const PLAIN: Tile = Tile {
        name: "",
        topic: Topic::VideoSnapshots,
        keys: &[],
        values: &[],
        derived: &[],
        expressions: &[],
        filter: "true",
        period: Period::Always,
        order: Order::Observation,
        lateness_days: None,
    };

    /// Whether a second delivery of an event would count twice, so that it has to be left out.
    pub fn counts_once(&self) -> bool {
        self.order == Order::Arrival || self.values.iter().any(|(_, merge)| merge.is_additive())
    }

    /// The column that names a place in the log, if one does: of two deliveries on two partitions either may be the one that counts.
    pub fn place_column(&self) -> Option<&'static str> {
        (self.order == Order::Arrival).then_some("last_order")
    }

    /// When the [`Merge::Newest`] columns were told.
    pub fn told(&self) -> impl Iterator<Item = Column> {
        self.values.iter().filter_map(|(_, merge)| match merge {
            Merge::Newest(told) => Some(time(told)),
            _ => None,
        })
    }

    pub fn has_sketches(&self) -> bool {
        self.values.iter().any(|(_, merge)| merge.is_sketch())
    }

    pub fn has_first(&self) -> bool {
        self.values.iter().any(|(_, merge)| *merge == Merge::First)
    }

    /// The SQL that makes tiles of a relation `rows` with the columns of the topic's table. Beside the tile's columns it gives
    /// [`crate::LATE_WATERMARK`] and [`crate::LATE_EVENT`].
    pub fn sql(&self) -> String {
        self.grouped_sql("")
    }

    /// As [`Tile::sql`], with what came late in rows of its own, so that what it changes can be told.
    pub fn partial_sql(&self) -> String {
        self.grouped_sql(match self.period {
            Period::Always => "",
            Period::Day | Period::Hour => ", late_watermark IS NOT NULL",
        })
    }

    fn grouped_sql(&self, besides: &str) -> String {
        let keys: Vec<&str> = self.keys.iter().map(|key| key.name).collect();
        let keys = keys.join(", ");
        let mut values: Vec<String> = self
            .values
            .iter()
            .map(|(column, merge)| self.aggregate(column.name, *merge))
            .collect();
        values.push("max(as_of) AS as_of, max(last_order) AS last_order".to_owned());
        if self.has_first() {
            values.push("min(last_order) AS first_order".to_owned());
        }
        // of several the one that came furthest behind, with its own watermark
        values.push("max(late_watermark) AS late_watermark, substr(max(late_event), 21) AS late_event".to_owned());
        let merged = format!(
            "SELECT {keys}, {} FROM ({}) AS observed GROUP BY {keys}{besides}",
            values.join(", "),
            self.observed_sql()
        );
        match self.derived.is_empty() {
            true => merged,
            false => format!("SELECT merged.*, {} FROM ({merged}) AS merged", self.derived_sql()),
        }
    }

    fn derived_sql(&self) -> String {
        let one = |(column, derive): &(Column, Derive)| match derive {
            Derive::Distinct(sketch) => format!("distinct_estimate({sketch}) AS {}", column.name),
            Derive::Quantile(sketch, q) => format!("quantile_estimate({sketch}, {q:?}) AS {}", column.name),
            Derive::Mean(sum, count) => format!(
                "CAST({sum} AS DOUBLE) / CAST(nullif({count}, 0) AS DOUBLE) AS {}",
                column.name
            ),
            Derive::ChannelRef(id, title) => format!("coalesce({id}, 'title:' || {title}) AS {}", column.name),
        };
        self.derived.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    /// One row per observation, with the tile's columns.
    fn observed_sql(&self) -> String {
        let columns = self.keys.iter().chain(self.values.iter().map(|(column, _)| column));
        let columns: Vec<String> = columns
            .map(|column| format!("{} AS {}", self.expression(column.name), column.name))
            .collect();
        let late = self.late_sql();
        format!(
            "SELECT {}, observed_at AS as_of, {} AS last_order, _offset, \
             CASE WHEN {late} THEN _watermark END AS late_watermark, CASE WHEN {late} \
             THEN lpad(CAST(arrow_cast(_watermark, 'Int64') AS VARCHAR), 20, '0') || _event_id END AS late_event \
             FROM rows WHERE {} AND {}",
            columns.join(", "),
            self.last_order_sql(),
            self.filter,
            self.in_time_sql()
        )
    }

    /// Whether the row's tile was over, by the watermark, when the row came.
    fn late_sql(&self) -> String {
        let end = match self.period {
            Period::Always => return "false".to_owned(),
            Period::Day => "(CAST(arrow_cast(observed_on, 'Int32') AS BIGINT) + 1) * 86400000000",
            Period::Hour => "arrow_cast(date_trunc('hour', observed_at), 'Int64') + 3600000000",
        };
        format!("arrow_cast(_watermark, 'Int64') >= {end}")
    }

    /// Whether a row of the topic's table came in time for this tile.
    pub fn in_time_sql(&self) -> String {
        match self.lateness_days {
            None => "true".to_owned(),
            Some(days) => format!(
                "(_watermark IS NULL OR arrow_cast(_watermark, 'Int64') - arrow_cast(observed_at, 'Int64') <= {})",
                i64::from(days) * 86_400_000_000
            ),
        }
    }

    fn expression(&self, column: &'static str) -> &'static str {
        let found = self.expressions.iter().find(|(name, _)| *name == column);
        found.map_or(column, |(_, expression)| expression)
    }

    /// Fixed width, so that it sorts as text: microseconds (20 digits), filled columns (2 digits) or offset (20 digits), then the id.
    fn last_order_sql(&self) -> String {
        let time = "lpad(CAST(arrow_cast(observed_at, 'Int64') AS VARCHAR), 20, '0')";
        if self.order == Order::Arrival {
            return format!("{time} || lpad(CAST(_offset AS VARCHAR), 20, '0') || _event_id");
        }
        let last = self.values.iter().filter(|(_, merge)| *merge == Merge::Last);
        let filled: Vec<String> = last
            .map(|(column, _)| format!("(CASE WHEN {} IS NULL THEN 0 ELSE 1 END)", self.expression(column.name)))
            .collect();
        let filled = if filled.is_empty() {
            "0".to_owned()
        } else {
            filled.join(" + ")
        };
        format!("{time} || lpad(CAST({filled} AS VARCHAR), 2, '0') || _event_id")
    }

    fn aggregate(&self, column: &str, merge: Merge) -> String {
        match merge {
            Merge::Max | Merge::Counter => format!("max({column}) AS {column}"),
            Merge::Min => format!("min({column}) AS {column}"),
            Merge::Sum => format!("CAST(sum({column}) AS BIGINT) AS {column}"),
            Merge::Count => format!("count({column}) AS {column}"),
            // of two deliveries of one observation the first counts
            Merge::Last => format!("last_value({column} ORDER BY last_order, _offset DESC) AS {column}"),
            Merge::Newest(told) => format!(
                "newest({column}, as_of) AS {column}, \
                 max(as_of) FILTER (WHERE {column} IS NOT NULL) AS {told}"
            ),
            Merge::First => format!("first_value({column} ORDER BY last_order, _offset) AS {column}"),
            Merge::Distinct => format!("distinct_sketch({column}) AS {column}"),
            Merge::Quantiles => format!("quantile_sketch({column}) AS {column}"),
        }
    }
}

pub(crate) const fn text(name: &'static str) -> Column {
    Column::new(name, Kind::Text)
}

pub(crate) const fn int(name: &'static str) -> Column {
    Column::new(name, Kind::Int)
}

pub(crate) const fn big(name: &'static str) -> Column {
    Column::new(name, Kind::Big)
}

pub(crate) const fn real(name: &'static str) -> Column {
    Column::new(name, Kind::Real)
}

pub(crate) const fn day(name: &'static str) -> Column {
    Column::new(name, Kind::Day)
}

pub(crate) const fn time(name: &'static str) -> Column {
    Column::new(name, Kind::Time)
}

pub(crate) const fn last(name: &'static str, kind: Kind) -> (Column, Merge) {
    (Column::new(name, kind), Merge::Last)
}

/// A column whose newest value counts, and the name of the column with its time.
macro_rules! newest {
    ($name:literal, $kind:expr) => {
        (
            crate::Column::new($name, $kind),
            crate::Merge::Newest(concat!($name, "_told")),
        )
    };
}
pub(crate) use newest;

pub(crate) const fn max(name: &'static str) -> (Column, Merge) {
    (Column::new(name, Kind::Big), Merge::Max)
}

pub(crate) const fn counter(name: &'static str) -> (Column, Merge) {
    (Column::new(name, Kind::Big), Merge::Counter)
}

pub(crate) const DAY: Column = Column::new("day", Kind::Day);
pub(crate) const HOUR: Column = Column::new("hour", Kind::Time);
pub(crate) const OBSERVED_DAY: (&str, &str) = ("day", "observed_on");
pub(crate) const OBSERVED_HOUR: (&str, &str) = ("hour", "date_trunc('hour', observed_at)");

/// Made of the tile's id and title of the channel, so that an observation that tells only a title does not hide an id.
pub(crate) const CHANNEL_REF: (Column, Derive) =
    (text("channel_ref"), Derive::ChannelRef("channel_id", "channel_title"));
