//! Alerts from thresholds: sent once a week for one thing, and only while it is news.

use chrono::{DateTime, Duration, Utc};
use events::Topic;
use log::{Probe, Settings};
use streams::alarms::{Thresholds, look};

use crate::brokers::Fixture;
use crate::world::{Database, start};

const THRESHOLDS: Thresholds = Thresholds {
    outlier_score: 3.0,
    revenue_drop_percent: 50.0,
    trend_score: 80.0,
};

async fn run(database: &Database, statement: &'static str, at: DateTime<Utc>) {
    let done = sqlx::query(statement).bind(at).execute(&database.pool).await;
    done.expect("a statement");
}

/// How many alerts the topic holds.
async fn told(settings: &Settings) -> i64 {
    let settings = settings.clone();
    let look = move || Probe::open(&settings).and_then(|probe| probe.ends(&[Topic::Alerts]));
    let ends = tokio::task::spawn_blocking(look).await.expect("looked").expect("ends");
    ends.iter().map(|(_, end)| end).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_a_threshold_is_told_of_once_while_it_is_news() {
    let (database, broker) = (Database::start().await, Fixture::embedded().await);
    let now = start();
    let look_at = async |thresholds, now| {
        let sent = look(&database.pool, &broker.settings, thresholds, now).await;
        sent.expect("looked")
    };
    assert_eq!(look_at(THRESHOLDS, now).await, 0, "there is nothing yet");

    let outlier = "INSERT INTO views.video_outliers (video_id, channel_ref, age_days, views, baseline_videos, baseline_views, \
         outlier_score, as_of) VALUES ('above', 'UC1', 2, 900, 5, 100, 9, $1), ('at', 'UC1', 2, 300, 5, 100, 3, $1), \
         ('below', 'UC1', 2, 200, 5, 100, 2, $1), ('unknown', 'UC1', 2, 200, 1, NULL, NULL, $1)";
    run(&database, outlier, now).await;
    let old = "INSERT INTO views.video_outliers (video_id, channel_ref, age_days, views, baseline_videos, baseline_views, \
         outlier_score, as_of) VALUES ('old news', 'UC1', 2, 900, 5, 100, 9, $1)";
    run(&database, old, now - Duration::days(4)).await;
    // 100 cents a day for six days, then 49: below half, and 50: not
    let revenue = "INSERT INTO views.channel_revenue (channel_id, first_day, last_day, currencies, usd_minor, usd_minor_1d, \
         usd_minor_7d, usd_minor_28d, unconverted, estimated_share, as_of) VALUES \
         ('UCfallen', '2020-08-01', '2020-08-12', 1, 649, 49, 649, 649, 0, 0, $1), \
         ('UCheld', '2020-08-01', '2020-08-12', 1, 650, 50, 650, 650, 0, 0, $1)";
    run(&database, revenue, now).await;
    let trends = "INSERT INTO views.trend_keywords (keyword, region, sources, source_names, score, velocity, first_hour, last_hour, \
         as_of) VALUES ('rises', 'US', 1, 'reddit', 90, 1, $1, $1, $1), ('falls', 'US', 1, 'reddit', 90, -1, $1, $1, $1), \
         ('small', 'US', 1, 'reddit', 70, 1, $1, $1, $1)";
    run(&database, trends, now).await;

    let nothing = Thresholds {
        outlier_score: 0.0,
        revenue_drop_percent: 0.0,
        trend_score: 0.0,
    };
    assert_eq!(look_at(nothing, now).await, 0, "a threshold of 0 is never passed");
    assert_eq!(look_at(THRESHOLDS, now).await, 3);
    let noted: Vec<(String, String, String)> =
        sqlx::query_as("SELECT rule, subject, thing FROM sink.alarms ORDER BY rule")
            .fetch_all(&database.pool)
            .await
            .expect("alarms");
    let expected = [
        ("outlier", "UC1", "above"),
        ("revenue-drop", "UCfallen", "2020-08-12"),
        ("trend", "rises", "rises (US)"),
    ];
    let expected = expected.map(|(rule, subject, thing)| (rule.to_owned(), subject.to_owned(), thing.to_owned()));
    assert_eq!(noted, expected);
    assert_eq!(told(&broker.settings).await, 3);

    assert_eq!(look_at(THRESHOLDS, now + Duration::hours(1)).await, 0, "told already");
    let lasting = "UPDATE views.video_outliers SET as_of = $1 WHERE video_id = 'above'";
    run(&database, lasting, now + Duration::days(8)).await;
    assert_eq!(
        look_at(THRESHOLDS, now + Duration::days(8)).await,
        1,
        "still so after a week"
    );
    assert_eq!(told(&broker.settings).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_log_does_not_confirm_is_told_of_at_the_next_look() {
    let database = Database::start().await;
    let outlier = "INSERT INTO views.video_outliers (video_id, channel_ref, age_days, views, baseline_videos, baseline_views, \
         outlier_score, as_of) VALUES ('above', 'UC1', 2, 900, 5, 100, 9, $1)";
    run(&database, outlier, start()).await;
    let mut away = Settings::at("127.0.0.1:1");
    away.properties
        .insert("message.timeout.ms".to_owned(), "1000".to_owned());
    let sent = look(&database.pool, &away, THRESHOLDS, start()).await;
    assert!(sent.is_err(), "nobody is there to take it");
    let broker = Fixture::embedded().await;
    let sent = look(&database.pool, &broker.settings, THRESHOLDS, start()).await;
    assert_eq!(sent.expect("looked"), 1);
}
