//! A family built a second time beside the one that is read, and put in its place in one transaction.
//!
//! The shadow has tables, positions and counted events of its own. It is filled from rows computed elsewhere or by a pipeline
//! into [`Shadow::sink`], may run beside the live sink, and takes over its positions with its views. Readers see the old views
//! until the transaction ends, and the new ones after it; the live sink finds that it was overtaken, and reads on from there.

use chrono::{DateTime, Utc};
use events::Positions;
use events::fault::{self, Point};
use features::{Cell, Family, View, Views};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, Postgres, Transaction};
use uuid::Uuid;

use super::rewriting::{hand_on, note_all, note_rebuild};
use super::store::{lock_for_writing, look_into, stored_standing};
use super::{Target, ViewsError, ViewsSink, event_ids, refused, rows, views_of};
use crate::Standing;

/// One rebuild of a family at a time. The other half of the lock is the shadow's name.
const SHADOW_LOCK: i32 = 0x7368_6477;

/// A tile that counts events once, and those that it has counted, with their times.
pub type Counted = (&'static str, Vec<(Uuid, DateTime<Utc>)>);

/// A family in the making.
pub struct Shadow {
    pool: PgPool,
    target: Target,
    /// Holds the lock while it is open.
    guard: PgConnection,
}

/// What a swap changed in a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swapped {
    pub view: &'static str,
    pub removed: u64,
    pub added: u64,
}

/// What differs in a view, key by key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    pub only_live: Vec<Vec<Cell>>,
    pub only_shadow: Vec<Vec<Cell>>,
    /// Rows of one key: as they are, and as they will be.
    pub changed: Vec<(Vec<Cell>, Vec<Cell>)>,
}

impl Difference {
    /// Between the rows of a view, each sorted.
    pub fn between(view: &View, live: &[Vec<Cell>], shadow: &[Vec<Cell>]) -> Self {
        let keys = view.keys().len();
        let (mut difference, mut live, mut shadow) =
            (Self::default(), live.iter().peekable(), shadow.iter().peekable());
        loop {
            let order = match (live.peek(), shadow.peek()) {
                (None, None) => return difference,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(left), Some(right)) => left[..keys].cmp(&right[..keys]),
            };
            match order {
                std::cmp::Ordering::Less => difference.only_live.extend(live.next().cloned()),
                std::cmp::Ordering::Greater => difference.only_shadow.extend(shadow.next().cloned()),
                std::cmp::Ordering::Equal => {
                    if let (Some(left), Some(right)) = (live.next(), shadow.next())
                        && left != right
                    {
                        difference.changed.push((left.clone(), right.clone()));
                    }
                }
            }
        }
    }

    pub fn rows(&self) -> usize {
        self.only_live.len() + self.only_shadow.len() + self.changed.len()
    }
}

impl Shadow {
    /// Makes empty tables, in the place of what an earlier one has left. None if somebody else is at it.
    ///
    /// # Errors
    /// The database is away.
    pub async fn create(pool: &PgPool, family: &'static Family) -> Result<Option<Self>, ViewsError> {
        let target = Target::shadow(family);
        let mut guard = pool.acquire().await?.detach();
        let free: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1, hashtext($2))")
            .bind(SHADOW_LOCK)
            .bind(&target.sink)
            .fetch_one(&mut guard)
            .await?;
        if !free {
            guard.close().await?;
            return Ok(None);
        }
        let shadow = Self {
            pool: pool.clone(),
            target,
            guard,
        };
        shadow.drop_tables().await?;
        let mut tx = shadow.pool.begin().await?;
        sqlx::query("CREATE SCHEMA IF NOT EXISTS shadow")
            .execute(&mut *tx)
            .await?;
        for view in views_of(family) {
            let statement = format!("CREATE TABLE shadow.{0} (LIKE views.{0} INCLUDING ALL)", view.name());
            sqlx::query(AssertSqlSafe(statement)).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(Some(shadow))
    }

    /// What pipelines write to.
    pub fn sink(&self) -> ViewsSink {
        ViewsSink::of(self.pool.clone(), self.target.clone())
    }

    /// # Errors
    /// The database is away.
    pub async fn positions(&self) -> Result<Positions, sqlx::Error> {
        Ok(stored_standing(&self.pool, &self.target.sink).await?.positions)
    }

    /// Puts in `views`, which were computed at `standing` without the rows that the live sink has put aside, and the events that
    /// they count.
    ///
    /// # Errors
    /// The database is away.
    pub async fn fill(&self, views: &Views, standing: &Standing, counted: &[Counted]) -> Result<(), ViewsError> {
        for (tile, events) in counted {
            event_ids::remember(&self.pool, &format!("{}/{tile}", self.target.sink), events).await?;
        }
        let mut tx = self.pool.begin().await?;
        for view in views_of(self.target.family) {
            let computed = views.get(view.name()).map(Vec::as_slice).unwrap_or_default();
            rows::write(&mut tx, self.target.schema, &view, computed).await?;
        }
        for (partition, position) in standing.positions.iter() {
            sqlx::query(
                "INSERT INTO sink.positions (sink, topic, partition, position, watermark) VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(&self.target.sink)
            .bind(partition.topic.name())
            .bind(partition.number)
            .bind(position)
            .bind(standing.watermarks.of(partition))
            .execute(&mut *tx)
            .await?;
        }
        refused::copy(&mut tx, self.target.family.sink, &self.target.sink, &standing.positions).await?;
        tx.commit().await?;
        Ok(())
    }

    /// All rows of one of its views, sorted.
    ///
    /// # Errors
    /// The database is away.
    pub async fn read(&self, view: &View) -> Result<Vec<Vec<Cell>>, sqlx::Error> {
        rows::read_from(&self.pool, self.target.schema, view).await
    }

    /// Keeps the live sink from writing until the swap is made or given up. Gives its positions.
    ///
    /// # Errors
    /// The database is away.
    pub async fn begin_swap(&self) -> Result<(Swap, Positions), ViewsError> {
        let mut tx = self.pool.begin().await?;
        let live = Target::live(self.target.family);
        lock_for_writing(&mut tx, &live.sink).await?;
        let positions = stored_standing(&mut *tx, &live.sink).await?.positions;
        Ok((Swap { tx, live }, positions))
    }

    /// Makes the shadow, which nobody writes any more and which is not behind, what is read.
    ///
    /// # Errors
    /// The database is away; nothing has changed.
    pub async fn swap(self, swap: Swap, why: &str) -> Result<Vec<Swapped>, ViewsError> {
        let Swap { mut tx, live } = swap;
        look_into(&mut tx, live.schema).await?;
        note_all(&mut tx, live.family).await?;
        let mut swapped = Vec::new();
        for view in views_of(live.family) {
            swapped.push(replace(&mut tx, &view).await?);
        }
        hand_on(&mut tx, live.family).await?;
        take_over(&mut tx, &self.target.sink, &live.sink).await?;
        fault::reached(Point::ShadowSwapped);
        for one in &swapped {
            let (removed, added) = (one.removed as usize, one.added as usize);
            note_rebuild(&mut tx, &live.sink, one.view, removed, added, why).await?;
        }
        tx.commit().await?;
        self.give_up().await;
        Ok(swapped)
    }

    /// Leaves nothing behind.
    ///
    /// # Errors
    /// The database is away.
    pub async fn discard(self) -> Result<(), ViewsError> {
        self.drop_tables().await?;
        self.guard.close().await?;
        Ok(())
    }

    /// As [`Shadow::discard`], where the database may be away: then the next shadow of the family clears up.
    pub async fn give_up(self) {
        let sink = self.target.sink.clone();
        if let Err(error) = self.discard().await {
            tracing::warn!(sink, %error, "the shadow's tables are still there; the next rebuild takes them away");
        }
    }

    async fn drop_tables(&self) -> Result<(), ViewsError> {
        let mut tx = self.pool.begin().await?;
        sqlx::query("SET LOCAL client_min_messages = warning")
            .execute(&mut *tx)
            .await?;
        for view in views_of(self.target.family) {
            let statement = format!("DROP TABLE IF EXISTS shadow.{}", view.name());
            sqlx::query(AssertSqlSafe(statement)).execute(&mut *tx).await?;
        }
        for statement in [
            "DELETE FROM sink.positions WHERE sink = $1",
            "DELETE FROM sink.refused_rows WHERE sink = $1",
            "DELETE FROM sink.event_ids WHERE starts_with(sink, $1 || '/')",
        ] {
            sqlx::query(statement).bind(&self.target.sink).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// The live sink held still.
pub struct Swap {
    tx: Transaction<'static, Postgres>,
    live: Target,
}

/// Rows that are the same stay as they are.
async fn replace(tx: &mut Transaction<'_, Postgres>, view: &View) -> Result<Swapped, sqlx::Error> {
    let columns = view.columns();
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let list = |alias: &str| {
        names
            .iter()
            .map(|name| format!("{alias}.{name}"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let same: Vec<String> = view
        .keys()
        .iter()
        .map(|key| format!("s.{0} = v.{0}", key.name))
        .collect();
    let same = same.join(" AND ");
    let removed = format!(
        "DELETE FROM views.{name} v WHERE NOT EXISTS (SELECT FROM shadow.{name} s WHERE {same} \
         AND ROW({shadow}) IS NOT DISTINCT FROM ROW({live}))",
        name = view.name(),
        shadow = list("s"),
        live = list("v"),
    );
    let added = format!(
        "INSERT INTO views.{name} ({names}, updated_at) SELECT {shadow}, now() FROM shadow.{name} s \
         WHERE NOT EXISTS (SELECT FROM views.{name} v WHERE {same})",
        name = view.name(),
        names = names.join(", "),
        shadow = list("s"),
    );
    Ok(Swapped {
        view: view.name(),
        removed: sqlx::query(AssertSqlSafe(removed))
            .execute(&mut **tx)
            .await?
            .rows_affected(),
        added: sqlx::query(AssertSqlSafe(added))
            .execute(&mut **tx)
            .await?
            .rows_affected(),
    })
}

/// Positions, counted events and rows that were put aside go with the views.
async fn take_over(tx: &mut Transaction<'_, Postgres>, shadow: &str, live: &str) -> Result<(), sqlx::Error> {
    for statement in [
        "DELETE FROM sink.positions WHERE sink = $2 AND $1 <> $2",
        "UPDATE sink.positions SET sink = $2, updated_at = now() WHERE sink = $1",
        "DELETE FROM sink.refused_rows WHERE sink = $2 AND $1 <> $2",
        "UPDATE sink.refused_rows SET sink = $2 WHERE sink = $1",
        "DELETE FROM sink.event_ids WHERE starts_with(sink, $2 || '/') AND $1 <> $2",
        "UPDATE sink.event_ids SET sink = $2 || substr(sink, length($1) + 1) WHERE starts_with(sink, $1 || '/')",
    ] {
        sqlx::query(statement)
            .bind(shadow)
            .bind(live)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}
