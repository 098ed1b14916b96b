//! Rows that a family's views can't hold. Payloads are bounded before, so there should be none; where there is one, it must not keep
//! everything behind it waiting. It is found by trying, put aside with its reason in the transaction that moves past it, and left
//! out wherever the views are recomputed, until a rebuild from the topic tries it again.

use std::collections::BTreeMap;
use std::ops::Range;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Int32Type, Int64Type};
use arrow::error::ArrowError;
use chrono::{DateTime, Utc};
use events::{Positions, Topic};
use sqlx::{Executor, FromRow, PgPool, Postgres, Transaction};

use super::ViewsError;

/// Where so many of a step are bad and none was good, the rows are not at fault: then the step fails.
const MOST: usize = 100;

/// A row that a sink has put aside.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Refused {
    pub sink: String,
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    pub event_id: String,
    pub reason: String,
    pub refused_at: DateTime<Utc>,
}

/// The newest ones.
///
/// # Errors
/// The database is away.
pub async fn refused(pool: &PgPool, limit: i64) -> Result<Vec<Refused>, sqlx::Error> {
    sqlx::query_as(
        "SELECT sink, topic, partition, \"offset\", event_id, reason, refused_at FROM sink.refused_rows \
         WHERE NOT starts_with(sink, 'shadow:') ORDER BY refused_at DESC, sink, topic, partition, \"offset\" DESC LIMIT $1",
    )
    .bind(limit)
    .fetch_all(pool)
    .await
}

/// The ids of the events that a sink has put aside, in order.
///
/// # Errors
/// The database is away.
pub async fn refused_ids<'e>(
    database: impl Executor<'e, Database = Postgres>,
    sink: &str,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT DISTINCT event_id COLLATE \"C\" AS event_id FROM sink.refused_rows WHERE sink = $1 ORDER BY 1",
    )
    .bind(sink)
    .fetch_all(database)
    .await
}

/// `rows` without those whose events the sink has put aside: an event that is delivered again is no other one.
pub(super) async fn leave_out_refused(
    pool: &PgPool,
    sink: &str,
    rows: &mut BTreeMap<Topic, RecordBatch>,
) -> Result<(), ViewsError> {
    let ids = refused_ids(pool, sink).await?;
    if ids.is_empty() {
        return Ok(());
    }
    for rows in rows.values_mut() {
        let told = rows
            .column_by_name("_event_id")
            .ok_or_else(|| ArrowError::SchemaError("column _event_id is missing".into()))?;
        let known =
            |id: Option<&str>| id.is_some_and(|id| ids.binary_search_by(|known| known.as_str().cmp(id)).is_ok());
        let keep: BooleanArray = told.as_string::<i32>().iter().map(|id| Some(!known(id))).collect();
        *rows = filter_record_batch(rows, &keep)?;
    }
    Ok(())
}

/// Those of one sink below `at` count as those of another, too.
///
/// # Errors
/// The database is away.
pub(super) async fn copy(
    tx: &mut Transaction<'_, Postgres>,
    from: &str,
    to: &str,
    at: &Positions,
) -> Result<(), sqlx::Error> {
    for (partition, position) in at.iter() {
        sqlx::query(
            "INSERT INTO sink.refused_rows SELECT $2, topic, partition, \"offset\", event_id, reason, refused_at \
             FROM sink.refused_rows WHERE sink = $1 AND topic = $3 AND partition = $4 AND \"offset\" < $5",
        )
        .bind(from)
        .bind(to)
        .bind(partition.topic.name())
        .bind(partition.number)
        .bind(position)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// A row of the step that is to be put aside.
#[derive(Debug, Clone)]
pub(super) struct Outcast {
    pub(super) topic: Topic,
    partition: i32,
    offset: i64,
    event_id: String,
    reason: String,
}

/// Notes them, in the transaction that moves past them.
pub(super) async fn put_aside(
    tx: &mut Transaction<'_, Postgres>,
    sink: &str,
    outcasts: &[Outcast],
) -> Result<(), sqlx::Error> {
    for one in outcasts {
        sqlx::query(
            "INSERT INTO sink.refused_rows (sink, topic, partition, \"offset\", event_id, reason) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(sink)
        .bind(one.topic.name())
        .bind(one.partition)
        .bind(one.offset)
        .bind(&one.event_id)
        .bind(&one.reason)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// Tells of those that were put aside.
pub(super) fn tell(sink: &str, outcasts: &[Outcast]) {
    for one in outcasts {
        tracing::error!(
            sink,
            topic = one.topic.name(),
            partition = one.partition,
            offset = one.offset,
            event_id = one.event_id,
            reason = one.reason,
            "a row was put aside, as the views can't hold it: `ytempire stream refused` lists it; please report it"
        );
    }
    metrics::counter!("pipeline_refused_rows_total", "sink" => sink.to_owned()).increment(outcasts.len() as u64);
}

/// The accepted rows of a step, of which some are to be found out.
pub(super) struct Sieve<'a> {
    rows: &'a BTreeMap<Topic, RecordBatch>,
    /// Every row: its topic, and its number among the topic's rows.
    places: Vec<(Topic, usize)>,
    kept: Vec<bool>,
    outcasts: Vec<Outcast>,
    /// What is still to be tried, the next last.
    todo: Vec<Range<usize>>,
}

impl<'a> Sieve<'a> {
    pub(super) fn of(rows: &'a BTreeMap<Topic, RecordBatch>) -> Self {
        let places: Vec<(Topic, usize)> = rows
            .iter()
            .flat_map(|(topic, rows)| (0..rows.num_rows()).map(|row| (*topic, row)))
            .collect();
        Self {
            rows,
            kept: vec![false; places.len()],
            outcasts: Vec::new(),
            todo: halves(&(0..places.len())),
            places,
        }
    }

    /// What to try next: what was found good, and some more.
    pub(super) fn next(&self) -> Option<Result<BTreeMap<Topic, RecordBatch>, ArrowError>> {
        let more = self.todo.last()?;
        Some(self.only(|at| self.kept[at] || more.contains(&at)))
    }

    /// It was good.
    pub(super) fn keep(&mut self) {
        if let Some(good) = self.todo.pop() {
            self.kept[good].fill(true);
        }
    }

    /// It was not.
    ///
    /// # Errors
    /// `error` itself: too many rows are bad, and none good, for the rows to be at fault.
    pub(super) fn refuse(&mut self, error: ViewsError) -> Result<(), ViewsError> {
        match self.todo.pop() {
            Some(bad) if bad.len() == 1 => {
                if self.outcasts.len() >= MOST && !self.kept.contains(&true) {
                    return Err(error);
                }
                let outcast = self.outcast(bad.start, error.to_string())?;
                self.outcasts.push(outcast);
            }
            Some(bad) => self.todo.extend(halves(&bad)),
            None => {}
        }
        Ok(())
    }

    /// The good rows, and the others.
    pub(super) fn finish(self) -> Result<(BTreeMap<Topic, RecordBatch>, Vec<Outcast>), ArrowError> {
        Ok((self.only(|at| self.kept[at])?, self.outcasts))
    }

    fn only(&self, keep: impl Fn(usize) -> bool) -> Result<BTreeMap<Topic, RecordBatch>, ArrowError> {
        let mut from = 0;
        let mut kept = BTreeMap::new();
        for (topic, rows) in self.rows {
            let to = from + rows.num_rows();
            let mask: BooleanArray = (from..to).map(|at| Some(keep(at))).collect();
            kept.insert(*topic, filter_record_batch(rows, &mask)?);
            from = to;
        }
        Ok(kept)
    }

    fn outcast(&self, at: usize, reason: String) -> Result<Outcast, ArrowError> {
        let (topic, row) = self.places[at];
        let rows = &self.rows[&topic];
        let column = |name: &str| {
            rows.column_by_name(name)
                .ok_or_else(|| ArrowError::SchemaError(format!("column {name} is missing")))
        };
        Ok(Outcast {
            topic,
            partition: column("_partition")?.as_primitive::<Int32Type>().value(row),
            offset: column("_offset")?.as_primitive::<Int64Type>().value(row),
            event_id: column("_event_id")?.as_string::<i32>().value(row).to_owned(),
            reason,
        })
    }
}

/// Both halves, the first last.
fn halves(range: &Range<usize>) -> Vec<Range<usize>> {
    let middle = range.start + range.len() / 2;
    [middle..range.end, range.start..middle]
        .into_iter()
        .filter(|half| !half.is_empty())
        .collect()
}
