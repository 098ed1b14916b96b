//! Windows: unions of tiles, made when they are asked for.
//!
//! A tumbling window is the union of the tiles between its ends, a sliding one that of the tiles before now; a gain is the
//! difference of a counter between the last tile of the window and the last one before it.

use std::cmp::Ordering;

use crate::sketch::{self, Distinct, NoSketch, Quantiles};
use crate::{Cell, Derive, Merge, Tile, View};

type Row = Vec<Cell>;

/// Two rows of a tile, as one: keys of the first, values merged. Rows are as [`View::columns`] says.
///
/// # Errors
/// A sketch column holds no sketch.
pub fn merge(tile: &'static Tile, left: &Row, right: &Row) -> Result<Row, NoSketch> {
    let columns = View::Tile(tile).columns();
    let place = |name: &str| columns.iter().position(|column| column.name == name).unwrap_or(0);
    let newer = right[place("last_order")] > left[place("last_order")];
    let older = tile.has_first() && right[place("first_order")] < left[place("first_order")];
    let mut row = left[..tile.keys.len()].to_vec();
    for (at, (_, kind)) in (tile.keys.len()..).zip(tile.values) {
        row.push(match kind {
            Merge::Last => if newer { &right[at] } else { &left[at] }.clone(),
            Merge::First => if older { &right[at] } else { &left[at] }.clone(),
            Merge::Newest(told) => newest((&left[place(told)], &left[at]), (&right[place(told)], &right[at])),
            Merge::Max | Merge::Counter => chosen(&left[at], &right[at], Ordering::Greater),
            Merge::Min => chosen(&left[at], &right[at], Ordering::Less),
            Merge::Sum | Merge::Count => sum(&left[at], &right[at]),
            Merge::Distinct | Merge::Quantiles => sketches(*kind, &left[at], &right[at])?,
        });
    }
    for (_, derive) in tile.derived {
        row.push(match *derive {
            Derive::Mean(sum, count) => mean(&row[place(sum)], &row[place(count)]),
            Derive::ChannelRef(id, title) => channel_ref(&row[place(id)], &row[place(title)]),
            Derive::Distinct(name) | Derive::Quantile(name, _) => derived(*derive, &row[place(name)])?,
        });
    }
    for at in row.len()..columns.len() {
        let order = if columns[at].name == "first_order" {
            Ordering::Less
        } else {
            Ordering::Greater
        };
        row.push(chosen(&left[at], &right[at], order));
    }
    Ok(row)
}

/// All rows of a window as one; none of no rows.
///
/// # Errors
/// A sketch column holds no sketch.
pub fn union(tile: &'static Tile, rows: &[Row]) -> Result<Option<Row>, NoSketch> {
    let Some((first, rest)) = rows.split_first() else {
        return Ok(None);
    };
    let mut whole = first.clone();
    for row in rest {
        whole = merge(tile, &whole, row)?;
    }
    Ok(Some(whole))
}

/// How much a cumulative counter grew from `before`, the last tile before a window, to `last`, the last in it. Null where one
/// of them does not say.
pub fn gain(tile: &'static Tile, counter: &str, before: &Row, last: &Row) -> Option<i64> {
    let at = View::Tile(tile)
        .columns()
        .iter()
        .position(|column| column.name == counter)?;
    match (before.get(at)?, last.get(at)?) {
        (Cell::Int(before), Cell::Int(last)) => Some(last - before),
        _ => None,
    }
}

/// Of two values, each with when it was told, the later one; of one time the lesser.
fn newest(left: (&Cell, &Cell), right: (&Cell, &Cell)) -> Cell {
    match (left.0, right.0) {
        (Cell::Null, _) => right.1.clone(),
        (_, Cell::Null) => left.1.clone(),
        (told, other) if told == other => chosen(left.1, right.1, Ordering::Less),
        (told, other) if told < other => right.1.clone(),
        _ => left.1.clone(),
    }
}

/// The one that compares so; null stands back.
fn chosen(left: &Cell, right: &Cell, order: Ordering) -> Cell {
    match (left, right) {
        (Cell::Null, other) | (other, Cell::Null) => other.clone(),
        (left, right) if right.cmp(left) == order => right.clone(),
        (left, _) => left.clone(),
    }
}

fn sum(left: &Cell, right: &Cell) -> Cell {
    match (left, right) {
        (Cell::Int(left), Cell::Int(right)) => Cell::Int(left.saturating_add(*right)),
        (Cell::Null, other) | (other, _) => other.clone(),
    }
}

/// Two sketches as one.
///
/// # Errors
/// One of them holds no sketch of that kind.
fn sketches(kind: Merge, left: &Cell, right: &Cell) -> Result<Cell, NoSketch> {
    let (Cell::Bytes(left), Cell::Bytes(right)) = (left, right) else {
        return Ok(chosen(left, right, Ordering::Greater));
    };
    Ok(Cell::Bytes(merge_sketches(kind, left, right)?))
}

/// Two sketches of a kind ([`Merge::Distinct`], else [`Merge::Quantiles`]) as one.
///
/// # Errors
/// One of them is no such sketch.
pub fn merge_sketches(kind: Merge, left: &[u8], right: &[u8]) -> Result<Vec<u8>, NoSketch> {
    if kind == Merge::Distinct {
        let mut whole = Distinct::default();
        whole.merge(left)?;
        whole.merge(right)?;
        return Ok(whole.to_bytes());
    }
    let mut whole = Quantiles::default();
    whole.merge(left)?;
    whole.merge(right)?;
    Ok(whole.to_bytes())
}

/// As SQL has it: both as doubles, then divided.
fn mean(sum: &Cell, count: &Cell) -> Cell {
    match (sum, count) {
        (Cell::Int(sum), Cell::Int(count)) if *count != 0 => Cell::real(*sum as f64 / *count as f64),
        _ => Cell::Null,
    }
}

fn channel_ref(id: &Cell, title: &Cell) -> Cell {
    match (id, title) {
        (Cell::Null, Cell::Text(title)) => Cell::Text(format!("title:{title}")),
        (id, _) => id.clone(),
    }
}

fn derived(derive: Derive, sketch: &Cell) -> Result<Cell, NoSketch> {
    let Cell::Bytes(bytes) = sketch else {
        return Ok(Cell::Null);
    };
    Ok(match derive {
        Derive::Distinct(_) => Cell::Int(sketch::distinct_of(bytes)?),
        Derive::Quantile(_, q) => sketch::quantile_of(bytes, q)?.map_or(Cell::Null, Cell::Int),
        Derive::Mean(..) | Derive::ChannelRef(..) => Cell::Null,
    })
}
