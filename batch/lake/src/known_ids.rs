//! Which event ids a table already holds, by date partition. Rebuilt from the table, never a second truth.
//!
//! A rejected row and an accepted row of one id are two things: the second is the first one's replay. So the id of a
//! rejected row is kept with all its bits turned over.

use std::collections::{BTreeSet, HashMap, HashSet};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type};
use arrow::error::ArrowError;
use deltalake::DeltaTable;
use deltalake::datafusion::error::DataFusionError;
use deltalake::datafusion::logical_expr::{Expr, col, lit};
use deltalake::datafusion::prelude::SessionContext;
use deltalake::datafusion::scalar::ScalarValue;
use uuid::Uuid;

use crate::store::scannable;
use crate::{LakeError, Table, Verdict};

/// Days since 1970-01-01, or none for rows without an event time.
pub(crate) type Day = Option<i32>;

/// Ids kept in memory at most, where nobody says otherwise: 16 bytes each, and the set's own overhead.
pub const KEPT_IDS: usize = 4_000_000;

pub(crate) struct KnownIds {
    days: HashMap<Day, KnownDay>,
    most: usize,
    uses: u64,
}

#[derive(Default)]
struct KnownDay {
    ids: HashSet<u128>,
    last_use: u64,
}

impl KnownIds {
    pub(crate) fn keeping(most: usize) -> Self {
        Self {
            days: HashMap::new(),
            most,
            uses: 0,
        }
    }

    pub(crate) fn forget_all(&mut self) {
        self.days.clear();
    }

    /// Makes sure that the ids of `days` are in memory.
    pub(crate) async fn load(
        &mut self,
        table: Table,
        delta: &DeltaTable,
        days: &BTreeSet<Day>,
    ) -> Result<(), LakeError> {
        self.uses += 1;
        let missing: BTreeSet<Day> = days
            .iter()
            .filter(|day| !self.days.contains_key(day))
            .copied()
            .collect();
        if !missing.is_empty() {
            let found = read_ids(delta, &missing).await.map_err(|error| LakeError::Read {
                table,
                reason: error.to_string(),
            })?;
            self.days.extend(missing.iter().map(|day| (*day, KnownDay::default())));
            for (day, id) in found {
                self.days.entry(day).or_default().ids.insert(id);
            }
        }
        for day in days {
            self.days.entry(*day).or_default().last_use = self.uses;
        }
        self.forget(days);
        Ok(())
    }

    pub(crate) fn holds(&self, day: Day, id: u128) -> bool {
        self.days.get(&day).is_some_and(|known| known.ids.contains(&id))
    }

    pub(crate) fn add(&mut self, day: Day, id: u128) {
        self.days.entry(day).or_default().ids.insert(id);
    }

    /// Takes in what others have added, of the days that are in memory.
    pub(crate) fn take_in(&mut self, pairs: impl IntoIterator<Item = (Day, u128)>) {
        for (day, id) in pairs {
            if let Some(known) = self.days.get_mut(&day) {
                known.ids.insert(id);
            }
        }
    }

    /// Lets go of the days that were not used for longest, but of none in `keep`.
    fn forget(&mut self, keep: &BTreeSet<Day>) {
        let mut total: usize = self.days.values().map(|known| known.ids.len()).sum();
        while total > self.most {
            let idle = self.days.iter().filter(|(day, _)| !keep.contains(day));
            let Some(day) = idle.min_by_key(|(_, known)| known.last_use).map(|(day, _)| *day) else {
                return;
            };
            total -= self.days.remove(&day).map_or(0, |known| known.ids.len());
        }
    }
}

/// The (day, id) pairs of the partitions `days`: a read of three columns.
async fn read_ids(delta: &DeltaTable, days: &BTreeSet<Day>) -> Result<Vec<(Day, u128)>, DataFusionError> {
    let session = SessionContext::new();
    let provider = scannable(delta, &session)
        .await
        .map_err(|error| DataFusionError::External(error.into()))?;
    let frame = session
        .read_table(provider)?
        .filter(in_days(days))?
        .select(["_event_id", "_verdict", Table::PARTITION].map(col).to_vec())?;
    let mut pairs = Vec::new();
    for batch in frame.collect().await? {
        pairs.extend(pairs_of(&batch)?);
    }
    Ok(pairs)
}

fn in_days(days: &BTreeSet<Day>) -> Expr {
    let dated: Vec<Expr> = days
        .iter()
        .flatten()
        .map(|day| lit(ScalarValue::Date32(Some(*day))))
        .collect();
    let column = || col(Table::PARTITION);
    match (days.contains(&None), dated.is_empty()) {
        (true, true) => column().is_null(),
        (true, false) => column().is_null().or(column().in_list(dated, false)),
        (false, _) => column().in_list(dated, false),
    }
}

/// Day and id of every row; the batch has the columns `_event_id`, `_verdict` and `observed_on`.
pub(crate) fn pairs_of(batch: &RecordBatch) -> Result<Vec<(Day, u128)>, ArrowError> {
    let column = |name: &str, kind: &DataType| {
        let found = batch.column_by_name(name);
        let array = found.ok_or_else(|| ArrowError::SchemaError(format!("column {name} is missing")))?;
        cast(array, kind)
    };
    let (ids, verdicts) = (
        column("_event_id", &DataType::Utf8)?,
        column("_verdict", &DataType::Utf8)?,
    );
    let days = column(Table::PARTITION, &DataType::Date32)?;
    let (ids, verdicts) = (ids.as_string::<i32>(), verdicts.as_string::<i32>());
    let days = days.as_primitive::<Date32Type>();
    (0..batch.num_rows())
        .map(|row| {
            let id = Uuid::parse_str(ids.value(row)).map_err(|error| ArrowError::ParseError(error.to_string()))?;
            let rejected = verdicts.value(row) == Verdict::Rejected.as_str();
            let id = if rejected { !id.as_u128() } else { id.as_u128() };
            Ok((days.is_valid(row).then(|| days.value(row)), id))
        })
        .collect()
}
