//! Sketches are merged here, as Postgres can't: incoming tiles take in what the stored ones hold, before they replace it.

use features::{Derive, Merge, Tile, sketch};
use sqlx::{AssertSqlSafe, Postgres, Row, Transaction};

use super::ViewsError;
use super::statements::Came;

/// Makes the sketches of `incoming_<tile>` the union of what came and what is stored, and their derived columns with them.
pub(super) async fn take_in_stored(
    tx: &mut Transaction<'_, Postgres>,
    tile: &'static Tile,
    came: Came,
) -> Result<(), ViewsError> {
    let sketches: Vec<(&str, Merge)> = tile
        .values
        .iter()
        .filter(|(_, merge)| merge.is_sketch())
        .map(|(column, merge)| (column.name, *merge))
        .collect();
    let columns: Vec<String> = sketches.iter().map(|(name, _)| format!("i.{name}, t.{name}")).collect();
    let same: Vec<String> = tile.keys.iter().map(|key| format!("t.{0} = i.{0}", key.name)).collect();
    let statement = format!(
        "SELECT i.ctid::text, {columns} FROM incoming_{name} i JOIN {name} t ON {same} WHERE {which}",
        columns = columns.join(", "),
        name = tile.name,
        same = same.join(" AND "),
        which = came.sql()
    );
    let found = sqlx::query(AssertSqlSafe(statement)).fetch_all(&mut **tx).await?;
    if found.is_empty() {
        return Ok(());
    }
    let mut places: Vec<String> = Vec::with_capacity(found.len());
    let mut merged: Vec<Vec<Option<Vec<u8>>>> = vec![Vec::with_capacity(found.len()); sketches.len()];
    for row in &found {
        places.push(row.try_get(0)?);
        for (at, (_, kind)) in sketches.iter().enumerate() {
            let (new, old): (Option<Vec<u8>>, Option<Vec<u8>>) = (row.try_get(1 + 2 * at)?, row.try_get(2 + 2 * at)?);
            merged[at].push(match (new, old) {
                (Some(new), Some(old)) => Some(features::merge_sketches(*kind, &new, &old)?),
                (new, old) => new.or(old),
            });
        }
    }
    let mut derived: Vec<Vec<Option<i64>>> = Vec::new();
    let mut derived_names = Vec::new();
    for (column, derive) in tile.derived {
        let Some(name) = derive.sketch() else { continue };
        derived_names.push(column.name);
        let at = sketches.iter().position(|(sketch, _)| *sketch == name).unwrap_or(0);
        let one = |bytes: &Option<Vec<u8>>| match (bytes, derive) {
            (None, _) | (_, Derive::Mean(..) | Derive::ChannelRef(..)) => Ok(None),
            (Some(bytes), Derive::Distinct(_)) => sketch::distinct_of(bytes).map(Some),
            (Some(bytes), Derive::Quantile(_, q)) => sketch::quantile_of(bytes, *q),
        };
        derived.push(merged[at].iter().map(one).collect::<Result<_, _>>()?);
    }
    let names = sketches.iter().map(|(name, _)| *name);
    let names: Vec<&str> = names.chain(derived_names).collect();
    let sets: Vec<String> = names.iter().map(|name| format!("{name} = n.{name}")).collect();
    let arrays = (2..).zip(&names).map(|(number, _)| match number < 2 + sketches.len() {
        true => format!("${number}::bytea[]"),
        false => format!("${number}::bigint[]"),
    });
    let statement = format!(
        "UPDATE incoming_{tile} i SET {sets} FROM unnest($1::text[], {arrays}) n (place, {names}) WHERE i.ctid = n.place::tid",
        tile = tile.name,
        sets = sets.join(", "),
        arrays = arrays.collect::<Vec<_>>().join(", "),
        names = names.join(", ")
    );
    let mut query = sqlx::query(AssertSqlSafe(statement)).bind(places);
    for column in merged {
        query = query.bind(column);
    }
    for column in derived {
        query = query.bind(column);
    }
    query.execute(&mut **tx).await?;
    Ok(())
}
