//! Windows over stored tiles: sliding and tumbling ones are unions of tiles, made when they are asked for.

use chrono::{DateTime, Utc};
use features::{Cell, Kind, Period, Tile, View};
use sqlx::{AssertSqlSafe, PgConnection};

use super::{ViewsError, rows};

/// The tiles of an entity between two moments.
#[derive(Debug, Clone, Default)]
pub struct Window {
    /// All of them as one, in the columns of [`View::columns`]; none where there is no tile.
    pub whole: Option<Vec<Cell>>,
    /// Newest tiles before the window, the newest first.
    before: Vec<Vec<Cell>>,
    /// Those in it, the newest first.
    inside: Vec<Vec<Cell>>,
}

/// So many tiles before a window are looked at for one that tells a counter.
const LOOKS_BACK: usize = 50;

impl Window {
    pub fn tiles(&self) -> usize {
        self.inside.len()
    }

    /// How much a cumulative counter grew in the window, between the newest tiles that tell it: see [`features::gain`]. That before the
    /// window is older than it by the window's own length at most, or by 3 days if that is more.
    pub fn gain(&self, tile: &'static Tile, counter: &str) -> Option<i64> {
        let at = View::Tile(tile)
            .columns()
            .iter()
            .position(|column| column.name == counter)?;
        let telling = |tiles: &[Vec<Cell>]| tiles.iter().position(|tile| tile[at] != Cell::Null);
        let (before, last) = (telling(&self.before)?, telling(&self.inside)?);
        features::gain(tile, counter, &self.before[before], &self.inside[last])
    }

    /// A column of the whole.
    pub fn cell(&self, tile: &'static Tile, column: &str) -> Option<&Cell> {
        let at = View::Tile(tile).columns().iter().position(|one| one.name == column)?;
        self.whole.as_ref()?.get(at)
    }
}

fn period_of(tile: &Tile) -> &'static str {
    match tile.period {
        Period::Day => "day",
        Period::Hour | Period::Always => "hour",
    }
}

/// The predicate that finds an entity, with parameters from `first` on.
fn same_entity(tile: &'static Tile, first: usize) -> String {
    let keys = tile.keys.iter().filter(|key| key.name != period_of(tile));
    let same: Vec<String> = (first..)
        .zip(keys)
        .map(|(number, key)| match key.kind {
            Kind::Text => format!("{} = ${number}", key.name),
            kind => format!("{} = ${number}::{}", key.name, kind.sql()),
        })
        .collect();
    same.join(" AND ")
}

/// Where the newest tile of `entity` begins; none where it has no tile.
///
/// # Errors
/// The database is away, or a value of `entity` is none of its column.
pub async fn newest_tile(
    database: &mut PgConnection,
    tile: &'static Tile,
    entity: &[&str],
) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    let statement = format!(
        "SELECT max({period})::timestamp AT TIME ZONE 'UTC' FROM views.{tile} WHERE {same}",
        period = match tile.period {
            Period::Day => "day".to_owned(),
            Period::Hour | Period::Always => "hour AT TIME ZONE 'UTC'".to_owned(),
        },
        tile = tile.name,
        same = same_entity(tile, 1),
    );
    let mut query = sqlx::query_scalar(AssertSqlSafe(statement));
    for value in entity {
        query = query.bind((*value).to_owned());
    }
    query.fetch_one(database).await
}

/// Reads the tiles of `entity`, the values of the tile's keys but its period, whose period begins in `from..to`.
///
/// # Errors
/// The database is away, or a sketch can't be read.
pub async fn read_window(
    database: &mut PgConnection,
    tile: &'static Tile,
    entity: &[&str],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Window, ViewsError> {
    let period = period_of(tile);
    let columns = View::Tile(tile).columns();
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let same = same_entity(tile, 3);
    let statement = format!(
        "SELECT * FROM (SELECT {names} FROM views.{tile} WHERE {same} AND {period} < $1 AND {period} >= {oldest} ORDER BY {period} DESC LIMIT {LOOKS_BACK}) b \
         UNION ALL SELECT {names} FROM views.{tile} WHERE {same} AND {period} >= $1 AND {period} < $2",
        names = names.join(", "),
        tile = tile.name,
        // a gain does not reach over years
        oldest = match tile.period {
            Period::Day => "$1::date - greatest($2::date - $1::date, 3)",
            Period::Hour | Period::Always =>
                "$1::timestamptz - greatest($2::timestamptz - $1::timestamptz, INTERVAL '72 hours')",
        },
    );
    let mut query = sqlx::query(AssertSqlSafe(statement));
    query = match tile.period {
        Period::Day => query.bind(from.date_naive()).bind(to.date_naive()),
        Period::Hour | Period::Always => query.bind(from).bind(to),
    };
    for value in entity {
        query = query.bind((*value).to_owned());
    }
    let at = columns.iter().position(|column| column.name == period).unwrap_or(0);
    let begins = match tile.period {
        Period::Day => Cell::Day(from.date_naive().to_epoch_days()),
        Period::Hour | Period::Always => Cell::Time(from.timestamp_micros()),
    };
    let mut window = Window::default();
    for row in query.fetch_all(database).await? {
        let cells = rows::cells(&row, &columns)?;
        match cells[at] < begins {
            true => window.before.push(cells),
            false => window.inside.push(cells),
        }
    }
    for tiles in [&mut window.before, &mut window.inside] {
        tiles.sort_by(|left, right| right[at].cmp(&left[at]));
    }
    window.whole = features::union(tile, &window.inside)?;
    Ok(window)
}
