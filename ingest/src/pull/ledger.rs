//! The quota ledger (`ingest.quota_ledger`): units are reserved before a call and settled after it, per project, Pacific
//! day and bucket. What is reserved counts as used, so that callers who don't know of each other, or die in the middle
//! of a call, never spend more than the limit.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use events::Clock;
use sqlx::{PgPool, Postgres, Transaction};

use super::{Kind, StoreError, Trouble, next_reset, quota_day};

/// Warnings are sent when so much of a bucket is spent.
const WARN_AT_PERCENT: [i16; 2] = [80, 95];

/// A part of the quota that is counted on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    pub name: &'static str,
    pub daily: i64,
}

/// What a call costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    pub bucket: Bucket,
    pub units: i64,
}

/// How much of a bucket there is left today.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct QuotaLeft {
    pub project: String,
    pub bucket: String,
    pub limit: i64,
    pub used: i64,
    pub reserved: i64,
    pub left: i64,
    pub resets_at: DateTime<Utc>,
}

/// A reservation.
#[derive(Debug, Clone)]
pub struct Slip {
    project: String,
    day: NaiveDate,
    cost: Cost,
}

/// A threshold that was crossed, and nobody was told yet.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Warning {
    pub(super) project: String,
    pub(super) day: NaiveDate,
    pub(super) bucket: String,
    pub(super) percent: i16,
    pub(super) crossed_at: DateTime<Utc>,
}

#[derive(Clone)]
pub struct Ledger {
    pool: PgPool,
    clock: Arc<dyn Clock>,
}

impl Ledger {
    pub fn new(pool: PgPool, clock: Arc<dyn Clock>) -> Self {
        Self { pool, clock }
    }

    /// # Errors
    /// The day's units don't suffice; the trouble says until when.
    pub async fn reserve(&self, project: &str, cost: Cost) -> Result<Slip, Trouble> {
        let now = self.clock.now();
        let slip = Slip {
            project: project.to_owned(),
            day: quota_day(now),
            cost,
        };
        // one statement: of two that ask at once for the last unit, one gets it
        let reserved = sqlx::query(
            "INSERT INTO ingest.quota_ledger AS l (project, day, bucket, daily_limit, reserved) \
             SELECT $1, $2, $3, $4, $5 WHERE $5 <= $4 \
             ON CONFLICT (project, day, bucket) DO UPDATE SET reserved = l.reserved + $5, daily_limit = $4 \
             WHERE l.used + l.reserved + $5 <= $4",
        )
        .bind(&slip.project)
        .bind(slip.day)
        .bind(cost.bucket.name)
        .bind(cost.bucket.daily)
        .bind(cost.units)
        .execute(&self.pool)
        .await
        .map_err(StoreError::from)?;
        match reserved.rows_affected() {
            0 => Err(exhausted(&slip, next_reset(now))),
            _ => Ok(slip),
        }
    }

    /// Turns a reservation into use, or gives it back when nothing was sent; counts the request; notes thresholds.
    ///
    /// # Errors
    /// The database does not answer; the units stay reserved.
    pub async fn settle(
        &self,
        slip: Option<&Slip>,
        was_sent: bool,
        source: &str,
        target: &str,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let units = slip.map_or(0, |slip| slip.cost.units);
        let mut transaction = self.pool.begin().await?;
        without_waiting(&mut transaction).await?;
        if let Some(slip) = slip {
            let used = if was_sent { units } else { 0 };
            sqlx::query(
                "WITH settled AS (UPDATE ingest.quota_ledger SET reserved = greatest(reserved - $4, 0), used = used + $5 \
                 WHERE project = $1 AND day = $2 AND bucket = $3 RETURNING *) \
                 INSERT INTO ingest.quota_alerts (project, day, bucket, percent, crossed_at) \
                 SELECT project, day, bucket, percent, $6 FROM settled, unnest($7::smallint[]) AS percent \
                 WHERE (used + reserved) * 100 >= daily_limit * percent AND used > 0 \
                 ON CONFLICT DO NOTHING",
            )
            .bind(&slip.project)
            .bind(slip.day)
            .bind(slip.cost.bucket.name)
            .bind(units)
            .bind(used)
            .bind(now)
            .bind(&WARN_AT_PERCENT[..])
            .execute(&mut *transaction)
            .await?;
        }
        if was_sent {
            sqlx::query(
                "INSERT INTO ingest.requests AS r (source, target, day, requests, units) VALUES ($1, $2, $3, 1, $4) \
                 ON CONFLICT (source, target, day) DO UPDATE SET requests = r.requests + 1, units = r.units + $4",
            )
            .bind(source)
            .bind(target)
            .bind(quota_day(now))
            .bind(units)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The vendor says that nothing is left, whatever we have counted.
    pub(super) async fn exhaust(&self, slip: &Slip) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE ingest.quota_ledger SET used = greatest(used, daily_limit - reserved) \
             WHERE project = $1 AND day = $2 AND bucket = $3",
        )
        .bind(&slip.project)
        .bind(slip.day)
        .bind(slip.cost.bucket.name)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// What is left of a project's buckets today; a bucket that nobody has used today is not among them.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn left(&self, project: &str) -> Result<Vec<QuotaLeft>, StoreError> {
        let now = self.clock.now();
        let rows: Vec<(String, i64, i64, i64)> = sqlx::query_as(
            "SELECT bucket, daily_limit, used, reserved FROM ingest.quota_ledger WHERE project = $1 AND day = $2 \
             ORDER BY bucket",
        )
        .bind(project)
        .bind(quota_day(now))
        .fetch_all(&self.pool)
        .await?;
        let left = |(bucket, limit, used, reserved)| QuotaLeft {
            project: project.to_owned(),
            bucket,
            limit,
            used,
            reserved,
            left: (limit - used - reserved).max(0),
            resets_at: next_reset(now),
        };
        Ok(rows.into_iter().map(left).collect())
    }

    pub(super) async fn warnings(&self) -> Result<Vec<Warning>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT project, day, bucket, percent, crossed_at FROM ingest.quota_alerts WHERE delivered_at IS NULL \
             ORDER BY crossed_at, percent",
        )
        .fetch_all(&self.pool)
        .await?)
    }

    pub(super) async fn warned(&self, warning: &Warning) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE ingest.quota_alerts SET delivered_at = $5 \
             WHERE project = $1 AND day = $2 AND bucket = $3 AND percent = $4",
        )
        .bind(&warning.project)
        .bind(warning.day)
        .bind(&warning.bucket)
        .bind(warning.percent)
        .bind(self.clock.now())
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

/// Doesn't wait for the disk: what a power loss takes away here is repeated (a page) or counts as used (units).
pub(super) async fn without_waiting(transaction: &mut Transaction<'_, Postgres>) -> Result<(), StoreError> {
    sqlx::query("SET LOCAL synchronous_commit = off")
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

fn exhausted(slip: &Slip, until: DateTime<Utc>) -> Trouble {
    let what = format!(
        "the {} quota of project {} ({} a day) does not suffice for another call today; it is new at {}",
        slip.cost.bucket.name,
        slip.project,
        slip.cost.bucket.daily,
        until.format("%Y-%m-%d %H:%M UTC")
    );
    Trouble {
        until: Some(until),
        ..Trouble::new(Kind::Quota, what)
    }
}
