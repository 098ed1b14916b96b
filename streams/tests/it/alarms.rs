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
    // 100 cents a day for six days, then yesterday 49: below half, and 50: not; today, of which little is known yet, counts for neither
    let revenue = "INSERT INTO views.revenue_days (channel_id, day, video_id, source, currency, records, amount_minor, usd_minor, \
         unconverted, estimated, as_of) \
         SELECT channel, day::date, '', 'adsense', 'USD', 1, usd, usd, 0, 0, $1 FROM ( \
             SELECT c.channel, d.day, CASE WHEN d.day < '2020-08-11' THEN 100 WHEN d.day < '2020-08-12' THEN c.usd ELSE 5 END usd \
             FROM (VALUES ('UCfallen', 49), ('UCheld', 50)) c (channel, usd), \
             generate_series('2020-08-05'::timestamp, '2020-08-12', '1 day') d (day) \
             UNION ALL \
             SELECT c.channel, d.day, 100 FROM (VALUES ('UCstopped', 4, 10), ('UClate', 3, 10), ('UChistory', 30, 40)) \
             c (channel, newest, oldest), generate_series(1, 50) n, LATERAL (SELECT '2020-08-12'::timestamp - n * interval '1 day') d (day) \
             WHERE n BETWEEN c.newest AND c.oldest) r";
    // AdSense has not told of yesterday yet, Stripe has; a sponsor's fee comes once
    let sources = "INSERT INTO views.revenue_days (channel_id, day, video_id, source, currency, records, amount_minor, usd_minor, \
         unconverted, estimated, as_of) \
         SELECT c.channel, '2020-08-12'::date - n, '', c.source, 'USD', 1, c.usd, c.usd, 0, 0, $1 \
         FROM (VALUES ('UCwaits', 'adsense', 2, 10, 100), ('UCwaits', 'stripe', 1, 10, 5), \
             ('UCsponsored', 'adsense', 1, 10, 100), ('UCsponsored', 'sponsorship', 4, 4, 6000), \
             ('UCloses', 'adsense', 4, 10, 100), ('UCloses', 'stripe', 1, 10, 5), \
             ('UCloses little', 'adsense', 1, 10, 100), ('UCloses little', 'stripe', 4, 10, 5), \
             ('UCbooked', 'adsense', 5, 10, 100), ('UCbooked', 'sponsorship', -20, -20, 5)) c (channel, source, newest, oldest, usd), \
         generate_series(-20, 10) n WHERE n BETWEEN c.newest AND c.oldest";
    run(&database, revenue, now).await;
    run(&database, sources, now).await;
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
    assert_eq!(look_at(THRESHOLDS, now).await, 6);
    let noted: Vec<(String, String, String)> =
        sqlx::query_as("SELECT rule, subject, thing FROM sink.alarms ORDER BY rule, subject")
            .fetch_all(&database.pool)
            .await
            .expect("alarms");
    let expected = [
        ("outlier", "UC1", "above"),
        ("revenue-drop", "UCfallen", "2020-08-11"),
        ("revenue-stop", "UCbooked", "2020-08-07"),
        ("revenue-stop", "UCstopped", "2020-08-08"),
        ("source-stop", "UCloses", "adsense since 2020-08-08"),
        ("trend", "rises", "rises (US)"),
    ];
    let expected = expected.map(|(rule, subject, thing)| (rule.to_owned(), subject.to_owned(), thing.to_owned()));
    assert_eq!(noted, expected);
    assert_eq!(told(&broker.settings).await, 6);

    assert_eq!(look_at(THRESHOLDS, now + Duration::hours(1)).await, 0, "told already");
    let lasting = "UPDATE views.video_outliers SET as_of = $1 WHERE video_id = 'above'";
    run(&database, lasting, now + Duration::days(8)).await;
    assert_eq!(
        look_at(THRESHOLDS, now + Duration::days(8)).await,
        7,
        "still so after a week, and six channels of which nothing was heard since"
    );
    assert_eq!(told(&broker.settings).await, 13);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_alert_that_is_long_or_ahead_keeps_no_other_from_being_told() {
    let (database, broker) = (Database::start().await, Fixture::embedded().await);
    let now = start();
    let outlier = "INSERT INTO views.video_outliers (video_id, channel_ref, age_days, views, baseline_videos, baseline_views, \
         outlier_score, as_of) VALUES ('long', 'title:' || repeat('ü', 498), 2, 900, 5, 100, 9, $1), \
         ('short', 'UC1', 2, 900, 5, 100, 9, $1)";
    // as where a simulated world runs ahead
    run(&database, outlier, now + Duration::days(5)).await;
    let sent = look(&database.pool, &broker.settings, THRESHOLDS, now).await;
    assert_eq!(sent.expect("looked"), 2);
    let settings = broker.settings.clone();
    let read = move || {
        let place = events::Partition {
            topic: Topic::Alerts,
            number: 0,
        };
        let mut alerts = Vec::new();
        let probe = Probe::open(&settings)?;
        probe.read(place, 0, 2, |record| {
            let alert: events::Alert = serde_json::from_slice(&record.value).expect("an alert");
            alerts.push((record.attributes().expect("attributes").time, alert));
        })?;
        Ok::<_, log::LogError>(alerts)
    };
    let alerts = tokio::task::spawn_blocking(read).await.expect("read").expect("alerts");
    assert_eq!(alerts.len(), 2);
    for (time, alert) in alerts {
        assert_eq!(time, Some(now), "nothing is told of before it can be");
        assert_eq!(alert.details["value"], "9.00");
        assert!(
            alert.subject == "UC1" || alert.subject.ends_with("ü…"),
            "{}",
            alert.subject
        );
    }
    let sent = look(&database.pool, &broker.settings, THRESHOLDS, now).await;
    assert_eq!(sent.expect("looked"), 0);
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
