//! Every view by its definition, from `views.*`, and how far its sink has come, from `sink.*`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use features::{Column, Kind, View};
use serde::Serialize;
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::Error;
use crate::parameters::Order;

/// How far a view is.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct State {
    pub(crate) sink: &'static str,
    /// Newest event time that its sink has written, of the topics that it is made from.
    pub(crate) as_of: Option<DateTime<Utc>>,
    /// Up to this event time every partition has told; a partition that has nothing left to be read holds nobody back.
    pub(crate) complete_through: Option<DateTime<Utc>>,
    /// Records of them that its sink has to read yet.
    pub(crate) behind: i64,
    /// The next offset to read, by `topic/partition`.
    pub(crate) positions: BTreeMap<String, i64>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Described {
    name: &'static str,
    keys: Vec<&'static str>,
    columns: Vec<&'static str>,
    /// The tiles that it is made from; a tile itself.
    made_from: Vec<&'static str>,
    #[serde(flatten)]
    pub(crate) state: State,
    /// Of the tiles that it is made from.
    corrections_24h: i64,
    /// Rows that its sink has put aside, as some view of the sink can't hold them.
    refused: i64,
    /// Rows that came too late for it; the lake's `late_rows` lists them.
    late: i64,
}

/// What is for people: sketches, orders, and when each column was told are not.
pub(crate) fn is_shown(column: &Column) -> bool {
    let is_inner = column.name.ends_with("_told") || ["last_order", "first_order"].contains(&column.name);
    column.kind != Kind::Bytes && !is_inner
}

pub(crate) fn shown(view: &View) -> Vec<Column> {
    view.columns().into_iter().filter(is_shown).collect()
}

pub(crate) async fn described(db: &mut PgConnection) -> Result<Vec<Described>, Error> {
    let corrected: Vec<(String, i64)> = sqlx::query_as(
        "SELECT view, count(*) FROM sink.corrections WHERE corrected_at > now() - INTERVAL '24 hours' GROUP BY view",
    )
    .fetch_all(&mut *db)
    .await?;
    let corrected: BTreeMap<String, i64> = corrected.into_iter().collect();
    let refused: Vec<(String, i64)> = sqlx::query_as("SELECT sink, count(*) FROM sink.refused_rows GROUP BY sink")
        .fetch_all(&mut *db)
        .await?;
    let refused: BTreeMap<String, i64> = refused.into_iter().collect();
    let late: Vec<(String, i64)> = sqlx::query_as("SELECT view, rows FROM sink.late_rows")
        .fetch_all(&mut *db)
        .await?;
    let late: BTreeMap<String, i64> = late.into_iter().collect();
    let mut described = Vec::new();
    for view in View::all() {
        let state = state(&mut *db, &view).await?;
        described.push(Described {
            name: view.name(),
            keys: view.keys().iter().map(|column| column.name).collect(),
            columns: shown(&view).iter().map(|column| column.name).collect(),
            refused: refused.get(state.sink).copied().unwrap_or(0),
            state,
            made_from: view.tiles().iter().map(|tile| tile.name).collect(),
            late: view.tiles().iter().filter_map(|tile| late.get(tile.name)).sum(),
            corrections_24h: view.tiles().iter().filter_map(|tile| corrected.get(tile.name)).sum(),
        });
    }
    Ok(described)
}

pub(crate) async fn state(db: &mut PgConnection, view: &View) -> Result<State, Error> {
    let sink = features::Family::of_view(view.name()).map_or("", |family| family.sink);
    let topics: Vec<&str> = view.topics().iter().map(|topic| topic.name()).collect();
    // positions of the same snapshot as the rows; the rest is what the sink has reported last
    let rows = sqlx::query(
        "SELECT s.topic, s.partition, s.position, s.watermark, p.event_time, now() AS now, \
         greatest(coalesce(p.end_offset, s.position) - s.position, 0) AS behind \
         FROM sink.positions s LEFT JOIN sink.progress p USING (sink, topic, partition) WHERE s.sink = $1 AND s.topic = ANY($2)",
    )
    .bind(sink)
    .bind(topics)
    .fetch_all(db)
    .await?;
    let mut state = State {
        sink,
        ..State::default()
    };
    let (mut held_back, mut furthest, mut now) = (Vec::new(), None, DateTime::<Utc>::MAX_UTC);
    for row in rows {
        let (topic, partition): (String, i32) = (row.try_get("topic")?, row.try_get("partition")?);
        let (watermark, behind): (Option<DateTime<Utc>>, i64) = (row.try_get("watermark")?, row.try_get("behind")?);
        state
            .positions
            .insert(format!("{topic}/{partition}"), row.try_get("position")?);
        state.as_of = state.as_of.max(row.try_get("event_time")?);
        state.behind += behind;
        furthest = furthest.max(watermark);
        now = row.try_get("now")?;
        // a sender's clock may be minutes ahead
        state.as_of = state.as_of.map(|as_of| as_of.min(now));
        if behind > 0 {
            held_back.push(watermark);
        }
    }
    state.complete_through = match held_back.is_empty() {
        // a sender's clock may be minutes ahead; nothing is complete beyond now
        true => furthest.map(|furthest: DateTime<Utc>| furthest.min(now)),
        false => held_back.into_iter().min().flatten(),
    };
    Ok(state)
}

/// `filters` are values of columns, as text that the column's type reads.
pub(crate) async fn rows(
    db: &mut PgConnection,
    view: &View,
    filters: &[(Column, String)],
    order: Option<Order>,
    limit: i64,
) -> Result<Vec<Value>, Error> {
    let names: Vec<&str> = shown(view).iter().map(|column| column.name).collect();
    let same: Vec<String> = (2..)
        .zip(filters)
        .map(|(number, (column, _))| format!("{} = ${number}::text::{}", column.name, column.kind.sql()))
        .collect();
    let filter = if same.is_empty() {
        "true".to_owned()
    } else {
        same.join(" AND ")
    };
    let keys: Vec<&str> = view.keys().iter().map(|column| column.name).collect();
    let order = match order {
        Some(Order::Descending(column)) => format!("{column} DESC NULLS LAST, {}", keys.join(", ")),
        Some(Order::Ascending(column)) => format!("{column} NULLS LAST, {}", keys.join(", ")),
        None => keys.join(", "),
    };
    let statement = format!(
        "SELECT to_jsonb(r) FROM (SELECT {} FROM views.{} WHERE {filter} ORDER BY {order} LIMIT $1) r",
        names.join(", "),
        view.name()
    );
    let mut query = sqlx::query_scalar(AssertSqlSafe(statement)).bind(limit);
    for (column, value) in filters {
        // as it is stored
        let value = match column.name {
            "keyword" => events::payload::folded(value),
            _ => value.clone(),
        };
        query = query.bind(value);
    }
    Ok(query.fetch_all(db).await?)
}
