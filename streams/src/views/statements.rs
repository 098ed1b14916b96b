//! The Postgres statements that follow from the definitions. Views are named bare: the transaction's search path says whether
//! they are those that are read or a shadow.

use features::{AS_OF, Column, Derive, Family, LATE_EVENT, LATE_WATERMARK, Merge, Rollup, Tile, View};

fn names(columns: &[Column]) -> String {
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    names.join(", ")
}

/// The tile's columns and what is said of late rows, in the order in which [`fill_incoming`] binds them.
pub(super) fn bound_columns(tile: &'static Tile) -> Vec<Column> {
    let mut columns = View::Tile(tile).columns();
    columns.extend([LATE_WATERMARK, LATE_EVENT]);
    columns
}

/// A place for the partial tiles of the batch, and for the stored ones that late events change as they were (`before`); emptied at
/// the end of every transaction.
pub(super) fn create_incoming(tile: &Tile) -> String {
    format!(
        "CREATE TEMP TABLE IF NOT EXISTS incoming_{name} (LIKE {name}, late_watermark timestamptz, late_event text, before jsonb) \
         ON COMMIT DELETE ROWS",
        name = tile.name
    )
}

/// Places for what the batch touches.
pub(super) fn create_touched(family: &Family) -> impl Iterator<Item = String> {
    family
        .touched
        .iter()
        .map(|(name, columns)| format!("CREATE TEMP TABLE IF NOT EXISTS {name} ({columns}) ON COMMIT DELETE ROWS"))
}

/// One array per column.
pub(super) fn fill_incoming(tile: &'static Tile) -> String {
    let columns = bound_columns(tile);
    let arrays: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(i, column)| format!("${}::{}[]", i + 1, column.kind.sql()))
        .collect();
    format!(
        "INSERT INTO incoming_{} ({}, updated_at) SELECT *, now() FROM unnest({})",
        tile.name,
        names(&columns),
        arrays.join(", ")
    )
}

/// Which of the incoming tiles: what came late is merged behind the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    InTime,
    Late,
}

impl Came {
    /// A condition on `incoming_<tile>` i.
    pub(super) fn sql(self) -> &'static str {
        match self {
            Came::InTime => "i.late_watermark IS NULL",
            Came::Late => "i.late_watermark IS NOT NULL",
        }
    }
}

/// Merges the incoming tiles into the stored ones.
pub(super) fn merge_incoming(tile: &'static Tile, came: Came) -> String {
    let columns = View::Tile(tile).columns();
    let mut sets: Vec<String> = tile
        .values
        .iter()
        .map(|(column, merge)| format!("{} = {}", column.name, merged(column.name, *merge)))
        .collect();
    sets.extend(
        tile.told()
            .map(|told| format!("{0} = GREATEST(t.{0}, excluded.{0})", told.name)),
    );
    sets.extend(tile.derived.iter().map(|(column, derive)| match derive {
        Derive::Mean(sum, count) => format!(
            "{} = CAST({} AS double precision) / CAST(nullif({}, 0) AS double precision)",
            column.name,
            added(sum),
            added(count)
        ),
        Derive::ChannelRef(id, title) => format!(
            "{} = coalesce({}, 'title:' || {})",
            column.name,
            merged_of(tile, id),
            merged_of(tile, title)
        ),
        // the incoming sketches hold what was stored already
        Derive::Distinct(_) | Derive::Quantile(..) => format!("{0} = excluded.{0}", column.name),
    }));
    sets.push(format!("{0} = GREATEST(t.{0}, excluded.{0})", AS_OF.name));
    sets.push("last_order = GREATEST(t.last_order, excluded.last_order)".to_owned());
    if tile.has_first() {
        sets.push("first_order = LEAST(t.first_order, excluded.first_order)".to_owned());
    }
    sets.push("updated_at = now()".to_owned());
    format!(
        "INSERT INTO {name} AS t ({columns}, updated_at) SELECT {columns}, updated_at FROM incoming_{name} i WHERE {which} \
         ON CONFLICT ({keys}) DO UPDATE SET {sets}",
        name = tile.name,
        which = came.sql(),
        columns = names(&columns),
        keys = names(tile.keys),
        sets = sets.join(", ")
    )
}

/// The column named of a stored tile and an incoming one.
fn merged_of(tile: &Tile, name: &str) -> String {
    let found = tile.values.iter().find(|(column, _)| column.name == name);
    found.map_or_else(|| "NULL".to_owned(), |(column, merge)| merged(column.name, *merge))
}

fn merged(column: &str, merge: Merge) -> String {
    match merge {
        Merge::Newest(told) => format!(
            "CASE WHEN excluded.{told} IS NULL THEN t.{column} \
             WHEN t.{told} IS NULL OR excluded.{told} > t.{told} THEN excluded.{column} \
             WHEN excluded.{told} = t.{told} THEN LEAST(t.{column}, excluded.{column}) ELSE t.{column} END"
        ),
        Merge::Max | Merge::Counter => format!("GREATEST(t.{column}, excluded.{column})"),
        Merge::Min => format!("LEAST(t.{column}, excluded.{column})"),
        Merge::Sum | Merge::Count => added(column),
        Merge::Last => {
            format!("CASE WHEN excluded.last_order > t.last_order THEN excluded.{column} ELSE t.{column} END")
        }
        Merge::First => {
            format!("CASE WHEN excluded.first_order < t.first_order THEN excluded.{column} ELSE t.{column} END")
        }
        Merge::Distinct | Merge::Quantiles => format!("excluded.{column}"),
    }
}

fn added(column: &str) -> String {
    format!("CASE WHEN t.{column} IS NULL THEN excluded.{column} ELSE t.{column} + coalesce(excluded.{column}, 0) END")
}

/// The rollup's own SQL over inputs cut down to what the batch touched, in the place of the rows that are made anew: those that are
/// not made again go, the others are changed where they are, which costs an index less than to go and come back.
pub(super) fn make_anew(rollup: &'static Rollup) -> String {
    let inputs: Vec<String> = rollup
        .narrow
        .iter()
        .map(|(input, predicate)| format!("{input} AS (SELECT i.* FROM {input} i WHERE {predicate})"))
        .collect();
    let columns = View::Rollup(rollup).columns();
    let same: Vec<String> = rollup
        .keys
        .iter()
        .map(|key| format!("f.{0} = v.{0}", key.name))
        .collect();
    let sets: Vec<String> = columns[rollup.keys.len()..]
        .iter()
        .map(|column| format!("{0} = excluded.{0}", column.name))
        .collect();
    let (name, columns, replaces) = (rollup.name, names(&columns), rollup.replaces);
    let fresh = format!("SELECT {columns} FROM ({sql}) v WHERE {replaces}", sql = rollup.sql);
    let (also, made) = match rollup.stays {
        true => (String::new(), fresh),
        false => (
            format!(
                ", fresh AS MATERIALIZED ({fresh}), gone AS (DELETE FROM {name} v WHERE ({replaces}) \
                 AND NOT EXISTS (SELECT FROM fresh f WHERE {same}))",
                same = same.join(" AND "),
            ),
            format!("SELECT {columns} FROM fresh"),
        ),
    };
    format!(
        "WITH {inputs}{also} INSERT INTO {name} ({columns}) {made} ON CONFLICT ({keys}) DO UPDATE SET {sets}, updated_at = now()",
        inputs = inputs.join(", "),
        keys = names(rollup.keys),
        sets = sets.join(", "),
    )
}
