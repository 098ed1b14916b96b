use std::collections::BTreeMap;

use axum::extract::{Path, State};
use chrono::{DateTime, TimeDelta, Utc};
use features::{Cell, Merge, Period, Tile, View};
use serde::Serialize;
use serde_json::{Value, json};
use streams::{newest_tile, read_window};

use super::{Failure, named};
use crate::ApiState;
use crate::envelope::Answer;
use crate::parameters::Parameters;
use crate::store::{self, views};

/// 400 days.
const HOURS: std::ops::RangeInclusive<i64> = 1..=9_600;

#[derive(Serialize)]
pub(crate) struct Window {
    view: &'static str,
    #[serde(flatten)]
    state: views::State,
    /// The window's ends, of whole tiles; the second is not in it.
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    tiles: usize,
    /// All tiles of the window as one.
    whole: Option<BTreeMap<&'static str, Value>>,
    /// Growth of cumulative counters since the last tile before the window.
    gains: BTreeMap<&'static str, Option<i64>>,
}

/// The union of the tiles of one entity over `hours` up to `to`, which is the end of its newest tile unless given. Both ends are
/// widened to whole tiles.
pub(crate) async fn window(
    State(state): State<ApiState>,
    Path(name): Path<String>,
    mut parameters: Parameters,
) -> Result<Answer<Window>, Failure> {
    let View::Tile(tile) = named(&name)? else {
        return Err(Failure::Refused(format!(
            "{name} is no tile: windows are made of {}",
            tiles()
        )));
    };
    if tile.period == Period::Always {
        return Err(Failure::Refused(format!(
            "{name} has no period: windows are made of {}",
            tiles()
        )));
    }
    let hours = parameters.integer("hours", HOURS)?.unwrap_or(24);
    let to = parameters.instant("to")?;
    let keys = tile.keys.iter().filter(|key| !["day", "hour"].contains(&key.name));
    let mut entity = Vec::new();
    for key in keys {
        let given = parameters.columns(std::slice::from_ref(key))?;
        match given.into_iter().next() {
            Some((_, value)) => entity.push(value),
            None => {
                return Err(Failure::Refused(format!(
                    "give {}: a window is of one entity",
                    key.name
                )));
            }
        }
    }
    parameters.finish()?;
    let mut db = store::snapshot(&state.pool).await?;
    let known = views::state(&mut db, &View::Tile(tile)).await?;
    let entity: Vec<&str> = entity.iter().map(String::as_str).collect();
    let to = match to {
        Some(to) => end_of_tile(tile, to),
        None => {
            let newest = newest_tile(&mut db, tile, &entity).await.map_err(store::Error::from)?;
            let newest = newest.or(known.as_of).unwrap_or_else(|| state.clock.now());
            end_of_tile(tile, newest + TimeDelta::microseconds(1))
        }
    };
    let from = begin_of_tile(tile, to - TimeDelta::hours(hours));
    let found = read_window(&mut db, tile, &entity, from, to).await;
    let found = found.map_err(|error| store::Error::from(sqlx::Error::Decode(Box::new(error))))?;
    let columns = View::Tile(tile).columns();
    let whole = found.whole.as_ref().map(|row| {
        // of which of the periods would it be?
        let is_period = |name: &str| ["day", "hour"].contains(&name) && tile.keys.iter().any(|key| key.name == name);
        let pairs = columns.iter().zip(row);
        let shown = pairs.filter(|(column, _)| views::is_shown(column) && !is_period(column.name));
        shown.map(|(column, cell)| (column.name, value(cell))).collect()
    });
    let counters = tile.values.iter().filter(|(_, merge)| *merge == Merge::Counter);
    let gains = counters
        .map(|(column, _)| (column.name, found.gain(tile, column.name)))
        .collect();
    Ok(Answer {
        as_of: known.as_of,
        data: Window {
            view: tile.name,
            state: known,
            from,
            to,
            tiles: found.tiles(),
            whole,
            gains,
        },
    })
}

fn tiles() -> String {
    let periodic = View::all().filter_map(|view| match view {
        View::Tile(tile) if tile.period != Period::Always => Some(tile.name),
        _ => None,
    });
    periodic.collect::<Vec<_>>().join(", ")
}

fn begin_of_tile(tile: &Tile, moment: DateTime<Utc>) -> DateTime<Utc> {
    let micros = if tile.period == Period::Day {
        86_400_000_000
    } else {
        3_600_000_000
    };
    let begun = moment.timestamp_micros().div_euclid(micros) * micros;
    DateTime::from_timestamp_micros(begun).unwrap_or(moment)
}

/// The moment itself where a tile ends then.
fn end_of_tile(tile: &Tile, moment: DateTime<Utc>) -> DateTime<Utc> {
    let begin = begin_of_tile(tile, moment);
    let period = TimeDelta::hours(if tile.period == Period::Day { 24 } else { 1 });
    if begin == moment { moment } else { begin + period }
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Null | Cell::Bytes(_) => Value::Null,
        Cell::Text(text) => json!(text),
        Cell::Day(day) => json!(chrono::NaiveDate::from_epoch_days(*day)),
        Cell::Int(number) => json!(number),
        Cell::Time(micros) => json!(DateTime::from_timestamp_micros(*micros)),
        Cell::Bool(flag) => json!(flag),
        Cell::Real(bits) => json!(f64::from_bits(*bits)),
    }
}
