//! How sources stand, for people: read from the store, never from a running process.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::types::Json;

use super::catalogue::Opened;
use super::{Ledger, QuotaLeft, Store, StoreError, quota_day};

/// A run whose process has not stored a page for so long is not running any more.
const SILENT_MINUTES: i64 = 5;

/// One source.
#[derive(Debug, Clone, Serialize)]
pub struct SourceStatus {
    pub source: &'static str,
    /// The state of the target that needs most attention.
    pub state: String,
    /// The latest of any target.
    pub last_success: Option<DateTime<Utc>>,
    /// The earliest of any target.
    pub next_run: Option<DateTime<Utc>>,
    /// By target.
    pub cursor: BTreeMap<String, Value>,
    /// What is left today; empty where nothing is charged or nothing was spent.
    pub quota: Vec<QuotaLeft>,
    pub error: Option<String>,
    pub targets: Vec<TargetStatus>,
}

/// One target of a source.
#[derive(Debug, Clone, Serialize)]
pub struct TargetStatus {
    pub target: String,
    pub state: String,
    pub last_success: Option<DateTime<Utc>>,
    pub next_run: Option<DateTime<Utc>>,
    /// When the quota will have lasted for all of it.
    pub done_by: Option<DateTime<Utc>>,
    pub cursor: Value,
    pub requests_today: i64,
    pub units_today: i64,
    pub error: Option<String>,
}

/// From bad to good.
const ATTENTION: [&str; 10] = [
    "ours",
    "credential",
    "input",
    "withheld",
    "dependency",
    "rate",
    "quota",
    "interrupted",
    "running",
    "new",
];

#[derive(sqlx::FromRow)]
struct Row {
    target: String,
    state: String,
    last_success: Option<DateTime<Utc>>,
    next_run: Option<DateTime<Utc>>,
    done_by: Option<DateTime<Utc>>,
    error: Option<String>,
    run_at: DateTime<Utc>,
    cursor: Option<Json<Value>>,
    cursor_at: Option<DateTime<Utc>>,
    requests: i64,
    units: i64,
}

impl Store {
    /// When each target that was ever read is due; `None` for one that waits for somebody.
    pub(super) async fn schedule(&self, source: &str) -> Result<HashMap<String, Option<DateTime<Utc>>>, StoreError> {
        // an interrupted run is due, as is one that was never made
        let rows: Vec<(String, Option<DateTime<Utc>>)> =
            sqlx::query_as("SELECT target, next_run FROM ingest.runs WHERE source = $1 AND state <> 'running'")
                .bind(source)
                .fetch_all(&self.pool)
                .await?;
        Ok(rows.into_iter().collect())
    }

    pub(super) async fn failures(&self, source: &str, target: &str) -> Result<u32, StoreError> {
        let failures: Option<i32> =
            sqlx::query_scalar("SELECT failures FROM ingest.runs WHERE source = $1 AND target = $2")
                .bind(source)
                .bind(target)
                .fetch_optional(&self.pool)
                .await?;
        Ok(failures.unwrap_or(0).unsigned_abs())
    }

    /// How a source stands, with targets it was once asked about and those it was never asked about yet.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn status(
        &self,
        source: &Opened,
        accounts: &[String],
        ledger: &Ledger,
        now: DateTime<Utc>,
    ) -> Result<SourceStatus, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT r.target, r.state, r.last_success, r.next_run, r.done_by, r.error, r.updated_at AS run_at, \
             c.cursor, c.updated_at AS cursor_at, coalesce(q.requests, 0) AS requests, coalesce(q.units, 0) AS units \
             FROM ingest.runs r LEFT JOIN ingest.cursors c USING (source, target) \
             LEFT JOIN ingest.requests q ON q.source = r.source AND q.target = r.target AND q.day = $2 \
             WHERE r.source = $1 ORDER BY r.target",
        )
        .bind(source.name)
        .bind(quota_day(now))
        .fetch_all(&self.pool)
        .await?;
        let mut targets: Vec<TargetStatus> = rows.into_iter().map(|row| row.shown(now)).collect();
        for target in &source.all_targets(accounts) {
            if !targets.iter().any(|known| known.target == target.name) {
                targets.push(TargetStatus::new(&target.name));
            }
        }
        let quota = match source.pull.contract().project {
            Some(project) => ledger.left(&project).await?,
            None => Vec::new(),
        };
        Ok(sum(source.name, targets, quota))
    }
}

impl Row {
    fn shown(self, now: DateTime<Utc>) -> TargetStatus {
        let last_sign = self.cursor_at.map_or(self.run_at, |at| at.max(self.run_at));
        let is_silent = now - last_sign > chrono::Duration::minutes(SILENT_MINUTES);
        let state = match self.state.as_str() {
            "running" if is_silent => "interrupted".to_owned(),
            _ => self.state,
        };
        TargetStatus {
            target: self.target,
            state,
            last_success: self.last_success,
            next_run: self.next_run,
            done_by: self.done_by,
            cursor: self.cursor.map_or(Value::Null, |json| json.0),
            requests_today: self.requests,
            units_today: self.units,
            error: self.error,
        }
    }
}

impl TargetStatus {
    fn new(target: &str) -> Self {
        Self {
            target: target.to_owned(),
            state: "new".to_owned(),
            last_success: None,
            next_run: None,
            done_by: None,
            cursor: Value::Null,
            requests_today: 0,
            units_today: 0,
            error: None,
        }
    }
}

fn sum(source: &'static str, targets: Vec<TargetStatus>, quota: Vec<QuotaLeft>) -> SourceStatus {
    let worst = ATTENTION
        .iter()
        .find(|state| targets.iter().any(|target| target.state == **state));
    let state = match (targets.is_empty(), worst) {
        (true, _) => "not-configured",
        (_, Some(worst)) => worst,
        (_, None) => "ok",
    };
    let error = targets
        .iter()
        .filter(|target| target.state == state)
        .find_map(|target| target.error.clone());
    SourceStatus {
        source,
        state: state.to_owned(),
        last_success: targets.iter().filter_map(|target| target.last_success).max(),
        next_run: targets.iter().filter_map(|target| target.next_run).min(),
        cursor: targets
            .iter()
            .map(|target| (target.target.clone(), target.cursor.clone()))
            .collect(),
        quota,
        error,
        targets,
    }
}
