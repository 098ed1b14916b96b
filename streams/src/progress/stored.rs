//! What is written down of sinks and consumer groups, for the operators' page.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use log::{GroupLag, Place, Rate};
use sqlx::PgPool;

use super::{Own, Progress, Watched};
use crate::Trouble;

/// A partition of ours of which no process has told for so long is told of by all of them.
pub(super) const ORPHANED_AFTER: Duration = Duration::from_secs(10);
/// What is said of it.
const NOBODY: &str = "no process reads this partition";

/// Partitions of `watched` sinks that nobody tells of, where they stood when somebody last did.
pub(super) async fn orphans(pool: &PgPool, watched: &[Watched], at: DateTime<Utc>) -> Result<Vec<Place>, sqlx::Error> {
    let sinks: Vec<&str> = watched.iter().map(|one| one.sink.as_str()).collect();
    let rows: Vec<(String, String, i32, i64)> = sqlx::query_as(
        "SELECT sink, topic, partition, position FROM sink.progress \
         WHERE sink = ANY($1) AND (updated_at < now() - make_interval(secs => $2) OR trouble = $3)",
    )
    .bind(sinks)
    .bind(ORPHANED_AFTER.as_secs_f64())
    .bind(NOBODY)
    .fetch_all(pool)
    .await?;
    let place = |(group, topic, partition, position)| Place {
        group,
        topic,
        partition,
        position,
        at,
    };
    Ok(rows.into_iter().map(place).collect())
}

/// Why sinks are not moving, while nothing else can be told of them: what each has met, or that the brokers are `away`. A group that hears nothing of its brokers gives its partitions up:
/// it tells of them still, as nobody else can, but not over a process that does.
pub(super) async fn store_troubles(
    pool: &PgPool,
    watched: &[Watched],
    away: &Trouble,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    for one in watched {
        let status = one.status.borrow().clone();
        let trouble = status.trouble_at(now).unwrap_or_else(|| away.clone());
        let held = status.positions.iter().map(|(partition, _)| (partition, true));
        let given_up = status.given_up.iter().map(|(partition, _)| (partition, false));
        for (partition, is_held) in held.chain(given_up) {
            sqlx::query(
                // what was measured before is not true of now
                "UPDATE sink.progress SET trouble = $1, trouble_since = $2, behind_seconds = NULL, in_per_second = NULL, \
                 out_per_second = NULL, updated_at = now() \
                 WHERE sink = $3 AND topic = $4 AND partition = $5 \
                 AND ($6 OR trouble = $1 OR updated_at < now() - INTERVAL '3 seconds')",
            )
            .bind(&trouble.reason)
            .bind(trouble.since)
            .bind(&one.sink)
            .bind(partition.topic.name())
            .bind(partition.number)
            .bind(is_held)
            .execute(pool)
            .await?;
        }
    }
    Ok(())
}

/// Where our own sinks stand, and partitions of theirs of which nobody has told.
pub(super) async fn store_own(pool: &PgPool, found: &[Progress], orphans: &[Place]) -> Result<(), sqlx::Error> {
    store_held(pool, found).await?;
    for progress in found.iter().filter(|progress| progress.own.is_none()) {
        let place = &progress.lag.place;
        let same = |orphan: &Place| {
            (&orphan.group, &orphan.topic, orphan.partition) == (&place.group, &place.topic, place.partition)
        };
        if orphans.iter().any(same) {
            store_orphan(pool, progress).await?;
        }
    }
    Ok(())
}

/// Whoever takes it writes over it at once; this writes over nobody who has it.
async fn store_orphan(pool: &PgPool, progress: &Progress) -> Result<(), sqlx::Error> {
    let GroupLag { place, end, .. } = &progress.lag;
    sqlx::query(
        "UPDATE sink.progress SET end_offset = $4, behind_seconds = $5, in_per_second = $6, out_per_second = $7, \
         trouble_since = CASE WHEN trouble = $8 THEN trouble_since ELSE updated_at END, trouble = $8, updated_at = now() \
         WHERE sink = $1 AND topic = $2 AND partition = $3 \
         AND (updated_at < now() - make_interval(secs => $9) OR trouble = $8)",
    )
    .bind(&place.group)
    .bind(&place.topic)
    .bind(place.partition)
    .bind(end)
    .bind(progress.lag.behind_seconds)
    .bind(progress.rate.in_per_second)
    .bind(progress.rate.out_per_second)
    .bind(NOBODY)
    .bind(ORPHANED_AFTER.as_secs_f64())
    .execute(pool)
    .await
    .map(drop)
}

/// Where everybody else's groups stand.
pub(super) async fn store_others(pool: &PgPool, others: &[Progress]) -> Result<(), sqlx::Error> {
    let lags = || others.iter().map(|progress| &progress.lag);
    let rates = || others.iter().map(|progress| progress.rate);
    let ends = others
        .iter()
        .map(|progress| progress.lag.caught_up_in_seconds(progress.rate));
    sqlx::query(
        "INSERT INTO sink.consumer_groups (consumergroup, topic, partition, position, begin_offset, end_offset, behind_seconds, \
         in_per_second, out_per_second, caught_up_in_seconds, updated_at) \
         SELECT *, now() FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::float8[], \
         $8::float8[], $9::float8[], $10::float8[]) \
         ON CONFLICT (consumergroup, topic, partition) DO UPDATE SET position = excluded.position, \
         begin_offset = excluded.begin_offset, end_offset = excluded.end_offset, behind_seconds = excluded.behind_seconds, in_per_second = excluded.in_per_second, \
         out_per_second = excluded.out_per_second, caught_up_in_seconds = excluded.caught_up_in_seconds, updated_at = now()",
    )
    .bind(lags().map(|lag| lag.place.group.clone()).collect::<Vec<_>>())
    .bind(lags().map(|lag| lag.place.topic.clone()).collect::<Vec<_>>())
    .bind(lags().map(|lag| lag.place.partition).collect::<Vec<_>>())
    .bind(lags().map(|lag| lag.place.position).collect::<Vec<_>>())
    .bind(lags().map(|lag| lag.begin).collect::<Vec<_>>())
    .bind(lags().map(|lag| lag.end).collect::<Vec<_>>())
    .bind(lags().map(|lag| lag.behind_seconds).collect::<Vec<_>>())
    .bind(rates().map(|rate| rate.in_per_second).collect::<Vec<_>>())
    .bind(rates().map(|rate| rate.out_per_second).collect::<Vec<_>>())
    .bind(ends.collect::<Vec<_>>())
    .execute(pool)
    .await?;
    // groups and topics that are gone; several processes may write, none slower than this
    sqlx::query("DELETE FROM sink.consumer_groups WHERE updated_at < now() - INTERVAL '60 seconds'")
        .execute(pool)
        .await?;
    Ok(())
}

async fn store_held(pool: &PgPool, found: &[Progress]) -> Result<(), sqlx::Error> {
    let ours: Vec<(&GroupLag, &Own, Rate)> = found
        .iter()
        .filter_map(|progress| Some((&progress.lag, progress.own.as_ref()?, progress.rate)))
        .collect();
    sqlx::query(
        "INSERT INTO sink.progress AS p (sink, topic, partition, position, end_offset, behind_seconds, event_time, \
         committed_at, in_per_second, out_per_second, queryable_ms, watermark, trouble, trouble_since, updated_at) \
         SELECT *, now() FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::float8[], \
         $7::timestamptz[], $8::timestamptz[], $9::float8[], $10::float8[], $11::bigint[], $12::timestamptz[], \
         $13::text[], $14::timestamptz[]) \
         ON CONFLICT (sink, topic, partition) DO UPDATE SET position = excluded.position, \
         end_offset = excluded.end_offset, behind_seconds = excluded.behind_seconds, \
         event_time = coalesce(excluded.event_time, p.event_time), \
         committed_at = coalesce(excluded.committed_at, p.committed_at), in_per_second = excluded.in_per_second, \
         out_per_second = excluded.out_per_second, queryable_ms = coalesce(excluded.queryable_ms, p.queryable_ms), \
         watermark = coalesce(excluded.watermark, p.watermark), trouble = excluded.trouble, \
         trouble_since = excluded.trouble_since, \
         updated_at = now()",
    )
    .bind(ours.iter().map(|(lag, ..)| lag.place.group.clone()).collect::<Vec<_>>())
    .bind(ours.iter().map(|(lag, ..)| lag.place.topic.clone()).collect::<Vec<_>>())
    .bind(ours.iter().map(|(lag, ..)| lag.place.partition).collect::<Vec<_>>())
    .bind(ours.iter().map(|(lag, ..)| lag.place.position).collect::<Vec<_>>())
    .bind(ours.iter().map(|(lag, ..)| lag.end).collect::<Vec<_>>())
    .bind(ours.iter().map(|(lag, ..)| lag.behind_seconds).collect::<Vec<_>>())
    .bind(ours.iter().map(|(_, own, _)| own.event_time).collect::<Vec<_>>())
    .bind(ours.iter().map(|(_, own, _)| own.committed_at).collect::<Vec<_>>())
    .bind(ours.iter().map(|(.., rate)| rate.in_per_second).collect::<Vec<_>>())
    .bind(ours.iter().map(|(.., rate)| rate.out_per_second).collect::<Vec<_>>())
    .bind(ours.iter().map(|(_, own, _)| own.queryable_ms).collect::<Vec<_>>())
    .bind(ours.iter().map(|(_, own, _)| own.watermark).collect::<Vec<_>>())
    .bind(
        ours.iter()
            .map(|(_, own, _)| Some(own.trouble.as_ref()?.reason.clone()))
            .collect::<Vec<_>>(),
    )
    .bind(
        ours.iter()
            .map(|(_, own, _)| Some(own.trouble.as_ref()?.since))
            .collect::<Vec<_>>(),
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// How long the last records took to become queryable, as the processes that run the sinks have written it down.
///
/// # Errors
/// The database does not answer.
pub async fn queryable_ms(pool: &PgPool) -> Result<BTreeMap<(String, String, i32), i64>, sqlx::Error> {
    let rows: Vec<(String, String, i32, i64)> =
        sqlx::query_as("SELECT sink, topic, partition, queryable_ms FROM sink.progress WHERE queryable_ms IS NOT NULL")
            .fetch_all(pool)
            .await?;
    Ok(rows
        .into_iter()
        .map(|(sink, topic, partition, ms)| ((sink, topic, partition), ms))
        .collect())
}

/// How fast groups read, as a process that has watched them for long has written it down a moment ago.
///
/// # Errors
/// The database does not answer.
pub async fn rates(pool: &PgPool) -> Result<BTreeMap<(String, String, i32), Rate>, sqlx::Error> {
    let rows: Vec<(String, String, i32, f64, f64)> = sqlx::query_as(
        "SELECT * FROM (SELECT sink, topic, partition, in_per_second, out_per_second FROM sink.progress \
         WHERE updated_at > now() - INTERVAL '5 seconds' UNION ALL \
         SELECT consumergroup, topic, partition, in_per_second, out_per_second FROM sink.consumer_groups \
         WHERE updated_at > now() - INTERVAL '5 seconds') r \
         WHERE in_per_second IS NOT NULL AND out_per_second IS NOT NULL",
    )
    .fetch_all(pool)
    .await?;
    let rate = |(group, topic, partition, comes, goes)| {
        let rate = Rate {
            in_per_second: Some(comes),
            out_per_second: Some(goes),
        };
        ((group, topic, partition), rate)
    };
    Ok(rows.into_iter().map(rate).collect())
}
