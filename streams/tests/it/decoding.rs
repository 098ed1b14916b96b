//! Every record becomes a row, whatever is in it.

use arrow::array::{Array, AsArray};
use chrono::DateTime;
use events::{Envelope, EventId, Topic, Watermarks};
use streams::decode::decode;

use crate::world::{Seen, record};

fn seen() -> Seen {
    Seen {
        video: 1,
        day: 0,
        hour: 0,
        views: 100,
        rank: Some(3),
        channel: Some((1, true)),
        titled: true,
    }
}

#[test]
fn a_record_that_cannot_be_used_is_a_row_with_reason_and_bytes() {
    let event = seen().event();
    let good = record(0, 0, &event);
    let mut negative = record(0, 1, &event);
    negative.value = r#"{"video_id":"video000001","views":-1}"#.into();
    let mut broken = record(0, 2, &event);
    broken.value = (&b"{\xff"[..]).into();
    let stranger = Envelope {
        kind: "com.example.other".into(),
        id: EventId::of("x", "y", &[], None, b""),
        ..event.envelope()
    };
    let foreign = log::Record::new(good.partition, 3, &stranger, None, b"{}".to_vec());

    let rows = decode(
        Topic::VideoSnapshots,
        &[good, negative, broken, foreign],
        DateTime::UNIX_EPOCH,
        &mut Watermarks::default(),
    )
    .expect("rows");
    assert_eq!(rows.num_rows(), 4);
    let text = |name: &str, row: usize| {
        rows.column_by_name(name)
            .expect("a column")
            .as_string::<i32>()
            .value(row)
            .to_owned()
    };
    assert_eq!(text("_verdict", 0), "accepted");
    assert_eq!(text("title", 0), "title 1");
    for (row, reason) in [(1, "views: -1 is negative"), (2, "line 1"), (3, "com.example.other")] {
        assert_eq!(text("_verdict", row), "rejected");
        assert!(text("_reason", row).contains(reason), "{}", text("_reason", row));
        assert!(rows.column_by_name("video_id").expect("a column").is_null(row));
    }
    let raw = rows.column_by_name("_raw").expect("a column");
    assert_eq!(raw.as_binary::<i32>().value(2), b"{\xff");
    assert!(raw.is_null(0));
}

fn id(record: log::Record) -> String {
    let rows = decode(
        record.partition.topic,
        &[record],
        DateTime::UNIX_EPOCH,
        &mut Watermarks::default(),
    );
    let rows = rows.expect("rows");
    let ids = rows.column_by_name("_event_id").expect("a column");
    ids.as_string::<i32>().value(0).to_owned()
}

/// Whoever writes to a topic may choose any id; stream and lake keep the first of an id, and that must be one event.
#[test]
fn an_id_of_version_8_is_believed_only_if_it_is_that_of_the_content() {
    let mut event = seen().event();
    // rank depends on the list that a video was read from: two readings are one observation
    let (own, place) = (event.id.to_string(), record(0, 0, &event).partition);
    event.payload.trending_rank = Some(44);
    assert_eq!(id(record(0, 0, &event)), own);

    let with = |views: i64| {
        let mut event = seen().event();
        event.payload.views = Some(views);
        id(record(0, 0, &event))
    };
    assert_eq!(with(100), own);
    assert_ne!(with(101), own);
    assert_ne!(with(101), with(102));
    assert_eq!(with(101), with(101));

    let elsewhere = Envelope {
        source: "/elsewhere".into(),
        ..event.envelope()
    };
    let elsewhere = |seal| Envelope {
        seal,
        ..elsewhere.clone()
    };
    let sent = |envelope: &Envelope| id(log::Record::new(place, 0, envelope, None, event.body()));
    assert_ne!(sent(&elsewhere(None)), own);
    // a dead letter that is replayed
    let seal = events::seal("/elsewhere", event.id, Some(event.time), &event.body());
    assert_eq!(sent(&elsewhere(Some(seal))), own);
    assert_ne!(sent(&elsewhere(Some(event.id))), own);
}

#[test]
fn a_row_that_its_source_refused_keeps_the_id_that_the_source_gave_it() {
    let refused = events::Rejection::new(
        "/ingest/trending",
        Topic::VideoSnapshots,
        "line 3".into(),
        b"x,y".to_vec(),
    );
    let place = record(0, 0, &seen().event()).partition;
    let sent = |raw: &[u8]| id(log::Record::new(place, 0, &refused.envelope(), None, raw.to_vec()));
    assert_eq!(sent(b"x,y"), refused.id.to_string());
    assert_ne!(sent(b"x,z"), refused.id.to_string());
}

/// Python's readers of Delta tables hold no year 0.
#[test]
fn a_time_that_no_observation_has_is_left_to_the_reason() {
    let event = seen().event();
    let envelope = Envelope {
        time: DateTime::from_timestamp(-62_135_596_801, 0),
        ..event.envelope()
    };
    let record = log::Record::new(record(0, 0, &event).partition, 0, &envelope, None, event.body());
    let rows = decode(
        Topic::VideoSnapshots,
        &[record],
        DateTime::UNIX_EPOCH,
        &mut Watermarks::default(),
    );
    let rows = rows.expect("rows");
    for column in ["observed_at", "observed_on"] {
        assert!(rows.column_by_name(column).expect("a column").is_null(0), "{column}");
    }
    let reasons = rows.column_by_name("_reason").expect("a column");
    assert!(reasons.as_string::<i32>().value(0).contains("0000-12-31"));
}

/// Every payload type with every kind of column, read back from what a sink would write.
#[test]
fn rows_of_every_newer_topic_have_their_columns() {
    let alert = events::Alert {
        kind: events::payload::AlertKind::Quota,
        severity: events::payload::Severity::Warning,
        subject: "project".into(),
        message: "80 % of the day's quota is used".into(),
        details: [("used".to_owned(), "8000".to_owned())].into(),
    };
    let row = events::AnalyticsRow {
        day: chrono::NaiveDate::from_ymd_opt(2026, 1, 2),
        click_through_rate: Some(0.5),
        ..events::AnalyticsRow::of(events::payload::Report::Basic)
    };
    let video = events::VideoId::new("dQw4w9WgXcQ").expect("an id");
    decoded(alert, "subject");
    decoded(row, "day");
    decoded(events::Comment::of("Ugz", video, "hello"), "text");
}

fn decoded<P: events::Payload>(payload: P, column: &str) {
    let event = events::Event::new("/test", DateTime::UNIX_EPOCH, payload).expect("an event");
    let place = events::Partition {
        topic: P::TOPIC,
        number: 0,
    };
    let record = log::Record::new(place, 0, &event.envelope(), None, event.body());
    let rows = decode(P::TOPIC, &[record], DateTime::UNIX_EPOCH, &mut Watermarks::default()).expect("rows");
    let reason = rows.column_by_name("_reason").expect("a column");
    assert!(reason.is_null(0), "{}", reason.as_string::<i32>().value(0));
    assert!(rows.column_by_name(column).expect("a column").is_valid(0));
}

fn verdict(record: log::Record) -> Option<String> {
    let rows = decode(
        Topic::VideoSnapshots,
        &[record],
        DateTime::UNIX_EPOCH,
        &mut Watermarks::default(),
    )
    .expect("rows");
    let reasons = rows.column_by_name("_reason").expect("a column").as_string::<i32>();
    reasons.is_valid(0).then(|| reasons.value(0).to_owned())
}

/// An observation that is told a day before it is made ruins whatever is newest; a simulated world may be ahead of ours.
#[test]
fn what_was_observed_long_after_it_was_told_is_refused() {
    let produced = |source: &str, hours: i64| {
        let event = seen().event();
        let time = event.time;
        let envelope = Envelope {
            source: source.into(),
            ..event.envelope()
        };
        let mut record = log::Record::new(record(0, 0, &event).partition, 0, &envelope, None, event.body());
        record.timestamp_ms = Some((time - chrono::Duration::hours(hours)).timestamp_millis());
        record
    };
    assert_eq!(verdict(produced("/elsewhere", 24)), None);
    let refused = verdict(produced("/elsewhere", 25)).expect("a reason");
    assert!(refused.contains("ce_time") && refused.contains("clock"), "{refused}");
    assert_eq!(verdict(produced("/ingest/simulate", 25)), None);
    let mut timeless = produced("/elsewhere", 0);
    timeless.timestamp_ms = None;
    assert!(verdict(timeless).expect("a reason").contains("timestamp"));
}

#[test]
fn a_body_that_says_it_is_no_json_is_refused() {
    let typed = |content_type: &str| {
        let event = seen().event();
        let envelope = Envelope {
            content_type: content_type.into(),
            ..event.envelope()
        };
        log::Record::new(record(0, 0, &event).partition, 0, &envelope, None, event.body())
    };
    for content_type in [
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/cloudevents+json",
    ] {
        assert_eq!(verdict(typed(content_type)), None, "{content_type}");
    }
    for content_type in ["application/xml", "text/plain", "json"] {
        let refused = verdict(typed(content_type)).expect("a reason");
        assert!(refused.contains("content-type"), "{refused}");
    }
}
