//! Alerts from thresholds: what has passed one in the views is sent to the topic of alerts, once.
//!
//! An alert is an event with a deterministic id (rule, subject, day), so one that is sent twice is one alert in lake and views.
//! What was sent is noted after the log has confirmed it, and is not sent again while it lasts.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveTime, Utc};
use events::payload::{AlertKind, Severity};
use events::{Alert, Clock, Event, Invalid, Payload};
use log::{LogError, Producer, Settings};
use sqlx::{FromRow, PgPool};
use thiserror::Error;
use tokio_util::sync::CancellationToken;

/// Where alerts come from, as CloudEvents has it.
const SOURCE: &str = "/ytempire/alarms";
/// One process looks at a time.
const LOCK: i64 = 0x7974_616c_6172_6d73;
const CONFIRMED_WITHIN: Duration = Duration::from_secs(30);

/// Thresholds; a threshold of 0 is never passed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Views over those of the channel's other videos at the same age.
    pub outlier_score: f64,
    /// Percent that a day's revenue is below the mean of the six days before.
    pub revenue_drop_percent: f64,
    /// Score of a keyword that still rises, 0 to 100.
    pub trend_score: f64,
}

/// Why a look has brought nothing.
#[derive(Debug, Error)]
pub enum AlarmError {
    #[error("views can't be read: {0}")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("an alert was not confirmed in time")]
    Unconfirmed,
}

/// A threshold that was passed.
#[derive(Debug, Clone, FromRow)]
struct Passed {
    rule: String,
    subject: String,
    /// What it is about, beside the subject: a video, a keyword.
    thing: String,
    observed_at: DateTime<Utc>,
    /// What it has come to, in the threshold's unit.
    value: f64,
}

/// Looks every `every` until `stop`.
pub async fn watch(
    pool: PgPool,
    settings: Settings,
    thresholds: Thresholds,
    every: Duration,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) {
    let mut ticks = tokio::time::interval(every.max(Duration::from_secs(1)));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        match look(&pool, &settings, thresholds, clock.now()).await {
            Ok(0) => {}
            Ok(sent) => tracing::info!(sent, "alerts sent"),
            Err(error) => tracing::warn!(%error, "thresholds could not be looked at, trying again"),
        }
    }
}

/// Sends what has passed a threshold and was not told in the last week. Gives how many alerts were sent.
///
/// # Errors
/// A part does not answer; what was not noted is sent again at the next look.
pub async fn look(
    pool: &PgPool,
    settings: &Settings,
    thresholds: Thresholds,
    now: DateTime<Utc>,
) -> Result<usize, AlarmError> {
    let mut tx = pool.begin().await?;
    let mine: bool = sqlx::query_scalar("SELECT pg_try_advisory_xact_lock($1)")
        .bind(LOCK)
        .fetch_one(&mut *tx)
        .await?;
    if !mine {
        tx.rollback().await?;
        return Ok(0);
    }
    let passed: Vec<Passed> = sqlx::query_as(include_str!("alarms/passed.sql"))
        .bind(thresholds.outlier_score)
        .bind(thresholds.revenue_drop_percent)
        .bind(thresholds.trend_score)
        .bind(now)
        .fetch_all(&mut *tx)
        .await?;
    if passed.is_empty() {
        // dropped, it would keep the lock for a moment after this has returned
        tx.rollback().await?;
        return Ok(0);
    }
    let mut events: Vec<Event<Alert>> = Vec::with_capacity(passed.len());
    for one in &passed {
        match event(one, thresholds, now) {
            Ok(event) => events.push(event),
            // the others are told of all the same, and this one is not tried at every look
            Err(invalid) => {
                tracing::warn!(rule = one.rule, subject = one.subject, %invalid, "an alert can't be told of");
            }
        }
    }
    send(settings, &events).await?;
    for one in &passed {
        sqlx::query("INSERT INTO sink.alarms (rule, subject, thing, sent_at) VALUES ($1, $2, $3, $4) ON CONFLICT (rule, subject, thing) DO UPDATE SET sent_at = excluded.sent_at")
            .bind(&one.rule)
            .bind(&one.subject)
            .bind(&one.thing)
            .bind(now)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(events.len())
}

/// Figures that move from look to look are no part of the message: an alert's id is to be the same all day.
fn event(passed: &Passed, thresholds: Thresholds, now: DateTime<Utc>) -> Result<Event<Alert>, Invalid> {
    let (severity, message, threshold) = match passed.rule.as_str() {
        "outlier" => (
            Severity::Info,
            format!(
                "video {} has more than {} times the views that the channel's videos before it had at its age: make more like it",
                passed.thing, thresholds.outlier_score
            ),
            thresholds.outlier_score,
        ),
        "revenue-drop" => (
            Severity::Warning,
            format!(
                "the revenue of {} is more than {} % below the six days before: look at views.revenue_days",
                passed.thing, thresholds.revenue_drop_percent
            ),
            thresholds.revenue_drop_percent,
        ),
        "revenue-stop" => (
            Severity::Warning,
            format!(
                "there is no revenue since {}: look at views.revenue_days, `ytempire ingest status` and the channel",
                passed.thing
            ),
            thresholds.revenue_drop_percent,
        ),
        "source-stop" => (
            Severity::Warning,
            format!(
                "there is no revenue of {}, which was {} % of the channel's or more: look at views.revenue_days and \
                 `ytempire ingest status`",
                passed.thing, thresholds.revenue_drop_percent
            ),
            thresholds.revenue_drop_percent,
        ),
        _ => (
            Severity::Info,
            format!(
                "{:?} scores more than {} of 100 over all sources, and rises",
                passed.thing, thresholds.trend_score
            ),
            thresholds.trend_score,
        ),
    };
    let alert = Alert {
        kind: AlertKind::Anomaly,
        severity,
        subject: clipped(&passed.subject),
        message,
        details: [
            ("rule".to_owned(), passed.rule.clone()),
            ("about".to_owned(), passed.thing.clone()),
            ("threshold".to_owned(), threshold.to_string()),
            (Alert::VALUE.to_owned(), format!("{:.2}", passed.value)),
        ]
        .into(),
    };
    // the simulator's world may be ahead of ours
    let told_at = passed.observed_at.min(now);
    let day = told_at.date_naive().and_time(NaiveTime::MIN).and_utc();
    Event::new(SOURCE, day, alert)
}

/// A channel that is known by a long title only is cut to what a subject may have.
fn clipped(subject: &str) -> String {
    const CUT: &str = "…";
    if subject.len() <= Alert::LONGEST_SUBJECT {
        return subject.to_owned();
    }
    let mut end = Alert::LONGEST_SUBJECT - CUT.len();
    while !subject.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{CUT}", &subject[..end])
}

async fn send(settings: &Settings, events: &[Event<Alert>]) -> Result<(), AlarmError> {
    let (producer, mut deliveries) = Producer::open(settings)?;
    for (mark, event) in events.iter().enumerate() {
        let key = event.payload.key();
        producer
            .send(Alert::TOPIC, Some(&key), &event.envelope(), &event.body(), mark)
            .await?;
    }
    for _ in events {
        let delivery = tokio::time::timeout(CONFIRMED_WITHIN, deliveries.recv()).await;
        delivery.ok().flatten().ok_or(AlarmError::Unconfirmed)?.outcome?;
    }
    Ok(())
}
