//! The Postgres statements that follow from the definitions.

use features::{AS_OF, Column, LAST_ORDER, Merge, Rollup, Tile, View};

fn names(columns: &[Column]) -> String {
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    names.join(", ")
}

fn tile_columns(tile: &Tile) -> Vec<Column> {
    let values = tile.values.iter().map(|(column, _)| *column);
    tile.keys
        .iter()
        .copied()
        .chain(values)
        .chain([AS_OF, LAST_ORDER])
        .collect()
}

/// The tile's columns, in the order in which [`fill_incoming`] binds them.
pub(super) fn bound_columns(tile: &Tile) -> Vec<Column> {
    tile_columns(tile)
}

/// A place for the partial tiles of the batch; emptied at the end of every transaction.
pub(super) fn create_incoming(tile: &Tile) -> String {
    format!(
        "CREATE TEMP TABLE IF NOT EXISTS incoming_{name} (LIKE views.{name}) ON COMMIT DELETE ROWS",
        name = tile.name
    )
}

/// One array per column.
pub(super) fn fill_incoming(tile: &Tile) -> String {
    let columns = tile_columns(tile);
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

/// Merges the incoming tiles into the stored ones. A tile that would not change is left alone.
pub(super) fn merge_incoming(tile: &Tile) -> String {
    let columns = tile_columns(tile);
    let mut sets: Vec<String> = tile
        .values
        .iter()
        .map(|(column, merge)| set(column.name, *merge))
        .collect();
    sets.push("as_of = GREATEST(t.as_of, excluded.as_of)".to_owned());
    sets.push("last_order = GREATEST(t.last_order, excluded.last_order)".to_owned());
    sets.push("updated_at = now()".to_owned());
    format!(
        "INSERT INTO views.{name} AS t ({columns}, updated_at) SELECT {columns}, updated_at FROM incoming_{name} \
         ON CONFLICT ({keys}) DO UPDATE SET {sets}",
        name = tile.name,
        columns = names(&columns),
        keys = names(tile.keys),
        sets = sets.join(", ")
    )
}

fn set(column: &str, merge: Merge) -> String {
    match merge {
        Merge::Max => format!("{column} = GREATEST(t.{column}, excluded.{column})"),
        Merge::Last => format!(
            "{column} = CASE WHEN excluded.last_order > t.last_order THEN excluded.{column} ELSE t.{column} END"
        ),
    }
}

/// What a batch touches, found before and after the tiles are merged. Run in this order.
pub(super) const CREATE_TOUCHED: &[&str] = &[
    "CREATE TEMP TABLE IF NOT EXISTS touched_videos (video_id text COLLATE \"C\" PRIMARY KEY, from_day date NOT NULL, \
     reads_from date NOT NULL) ON COMMIT DELETE ROWS",
    "CREATE TEMP TABLE IF NOT EXISTS touched_entries (region text COLLATE \"C\" NOT NULL, \
     video_id text COLLATE \"C\" NOT NULL, day date NOT NULL, PRIMARY KEY (region, video_id, day)) ON COMMIT DELETE ROWS",
    "CREATE TEMP TABLE IF NOT EXISTS touched_channels (channel_ref text COLLATE \"C\" PRIMARY KEY) ON COMMIT DELETE ROWS",
    "CREATE TEMP TABLE IF NOT EXISTS touched_channel_days (channel_ref text COLLATE \"C\" NOT NULL, day date NOT NULL, \
     PRIMARY KEY (channel_ref, day)) ON COMMIT DELETE ROWS",
];

/// Videos and chart entries of the batch. A gain looks back one tile, so reading starts at the tile before.
pub(super) const FIND_TOUCHED: &[&str] = &[
    "INSERT INTO touched_videos SELECT n.video_id, min(n.day), coalesce((SELECT max(p.day) FROM views.video_day_tiles p \
     WHERE p.video_id = n.video_id AND p.day < min(n.day)), min(n.day)) FROM incoming_video_day_tiles n GROUP BY n.video_id",
    "INSERT INTO touched_entries SELECT region, video_id, day FROM incoming_trending_entries ON CONFLICT DO NOTHING",
    "ANALYZE touched_videos",
    "ANALYZE touched_entries",
];

/// The channels that the touched videos belong to: run before their rollups are made anew, for the channels they
/// leave, and after, for those they join.
pub(super) const FIND_TOUCHED_CHANNELS: &[&str] = &[
    "INSERT INTO touched_channels SELECT DISTINCT v.channel_ref FROM views.videos v \
     JOIN touched_videos s ON s.video_id = v.video_id WHERE v.channel_ref IS NOT NULL ON CONFLICT DO NOTHING",
    "INSERT INTO touched_channel_days SELECT DISTINCT v.channel_ref, v.day FROM views.video_days v \
     JOIN touched_videos s ON s.video_id = v.video_id AND v.day >= s.from_day \
     WHERE v.channel_ref IS NOT NULL ON CONFLICT DO NOTHING",
];

/// Whether a rollup is made from other rollups that name channels.
pub(super) fn needs_channels(rollup: &Rollup) -> bool {
    rollup
        .narrow
        .iter()
        .any(|(_, predicate)| predicate.contains("touched_channel"))
}

pub(super) fn delete_replaced(rollup: &Rollup) -> String {
    format!("DELETE FROM views.{} v WHERE {}", rollup.name, rollup.replaces)
}

/// The rollup's own SQL over inputs cut down to what the batch touched.
pub(super) fn insert_replaced(rollup: &Rollup) -> String {
    let inputs: Vec<String> = rollup
        .narrow
        .iter()
        .map(|(input, predicate)| format!("{input} AS (SELECT i.* FROM views.{input} i WHERE {predicate})"))
        .collect();
    let view = View::all().find(|view| view.name == rollup.name);
    let columns = names(&view.map(|view| view.columns()).unwrap_or_default());
    format!(
        "INSERT INTO views.{name} ({columns}) WITH {inputs} SELECT {columns} FROM ({sql}) v WHERE {replaces}",
        name = rollup.name,
        inputs = inputs.join(", "),
        sql = rollup.sql,
        replaces = rollup.replaces
    )
}
