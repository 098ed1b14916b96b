//! What late events change. A tile whose period was over, by the watermark, when one of its events came is corrected, and the
//! correction is recorded in the same transaction: what, old, new, why.

use chrono::{DateTime, Utc};
use features::{Merge, Tile, View};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor, FromRow, Postgres, Transaction};

use super::statements::Came;
use super::store::execute;

/// Before late tiles are merged, and after those that came in time were: keeps what they will change beside them.
pub(super) async fn note_before(tx: &mut Transaction<'_, Postgres>, tile: &Tile) -> Result<(), sqlx::Error> {
    let statement = format!(
        "UPDATE incoming_{name} i SET before = to_jsonb(t) - {hidden} FROM {name} t WHERE {same} AND {late}",
        name = tile.name,
        late = Came::Late.sql(),
        hidden = hidden(tile),
        same = same_key(tile),
    );
    execute(tx, statement).await
}

/// After they were.
pub(super) async fn record(tx: &mut Transaction<'_, Postgres>, sink: &str, tile: &Tile) -> Result<(), sqlx::Error> {
    let statement = format!(
        "INSERT INTO sink.corrections (sink, view, key, old, new, watermark, event_id) \
         SELECT $1, '{name}', {key}, \
         CASE WHEN c.before IS NOT NULL THEN (SELECT jsonb_object_agg(a.key, c.before -> a.key) FROM jsonb_each(c.after) a \
         WHERE a.value IS DISTINCT FROM c.before -> a.key) END, \
         (SELECT jsonb_object_agg(a.key, a.value) FROM jsonb_each(c.after) a \
         WHERE c.before IS NULL OR a.value IS DISTINCT FROM c.before -> a.key), c.late_watermark, c.late_event \
         FROM (SELECT i.*, to_jsonb(t) - {hidden} AS after FROM incoming_{name} i JOIN {name} t ON {same} \
         WHERE {late}) c WHERE c.before IS DISTINCT FROM c.after",
        name = tile.name,
        late = Came::Late.sql(),
        key = key(tile),
        hidden = hidden(tile),
        same = same_key(tile),
    );
    sqlx::query(AssertSqlSafe(statement))
        .bind(sink)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn key(tile: &Tile) -> String {
    let pairs: Vec<String> = tile.keys.iter().map(|key| format!("'{0}', c.{0}", key.name)).collect();
    format!("jsonb_build_object({})", pairs.join(", "))
}

/// What is no news to people: the key, which is told apart, and what the platform keeps for itself.
fn hidden(tile: &Tile) -> String {
    let sketches = tile.values.iter().filter(|(_, merge)| merge.is_sketch());
    let names = tile.keys.iter().map(|key| key.name);
    let names = names.chain(sketches.map(|(column, _): &(_, Merge)| column.name));
    let names = names.chain(tile.told().map(|told| told.name));
    let names: Vec<&str> = names.chain(["updated_at", "last_order", "first_order"]).collect();
    format!("'{{{}}}'::text[]", names.join(","))
}

fn same_key(tile: &Tile) -> String {
    let pairs: Vec<String> = tile.keys.iter().map(|key| format!("t.{0} = i.{0}", key.name)).collect();
    pairs.join(" AND ")
}

/// A row that a late event has changed.
#[derive(Debug, Clone, FromRow)]
pub struct Correction {
    pub sink: String,
    /// The tile: what is made from it changes with it.
    pub view: String,
    pub key: Value,
    /// The columns that differ, as they were; none where there was no row.
    pub old: Option<Value>,
    /// As they are.
    pub new: Option<Value>,
    /// Up to which event time the event's partition had told when it came.
    pub watermark: DateTime<Utc>,
    pub event_id: String,
    pub corrected_at: DateTime<Utc>,
}

impl Correction {
    /// What commands and the API print of it.
    pub fn document(&self) -> Value {
        json!({
            "corrected_at": self.corrected_at,
            "sink": self.sink,
            "view": self.view,
            "key": self.key,
            "old": self.old,
            "new": self.new,
            "watermark": self.watermark,
            "event_id": self.event_id,
            "reason": self.reason(),
        })
    }

    /// Why, for people.
    pub fn reason(&self) -> String {
        format!(
            "event {} came after its period was over: its partition had told up to {}",
            self.event_id,
            self.watermark.format("%Y-%m-%d %H:%M:%S UTC")
        )
    }
}

/// The newest corrections, of all views or of the tiles that one is made from.
///
/// # Errors
/// The database is away.
pub async fn corrections<'e>(
    database: impl Executor<'e, Database = Postgres>,
    view: Option<&View>,
    limit: i64,
) -> Result<Vec<Correction>, sqlx::Error> {
    let tiles = view.map(|view| view.tiles().iter().map(|tile| tile.name).collect::<Vec<_>>());
    sqlx::query_as(
        "SELECT sink, view, key, old, new, watermark, event_id, corrected_at FROM sink.corrections \
         WHERE $1::text[] IS NULL OR view = ANY($1) ORDER BY id DESC LIMIT $2",
    )
    .bind(tiles)
    .bind(limit)
    .fetch_all(database)
    .await
}
