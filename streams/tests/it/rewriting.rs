//! Views that are written anew after rows have gone.

use chrono::DateTime;
use events::payload::{Scale, TrendSource};
use events::{Event, Span, Topic, TrendSignal, Watermarks};
use features::{FAMILIES, Family, View, Views};
use streams::{Batch, Rewriting, Sink, ViewsSink, decode::decode};

use crate::meanings::at;
use crate::world::{Database, record};

/// The lake may have its row of an event that came twice from the other record, which the views have yet to come to.
#[tokio::test]
async fn an_event_that_is_left_out_counts_when_it_is_read_again() {
    let database = Database::start().await;
    let family = family();
    let signal = TrendSignal::of("word", TrendSource::GoogleTrends, 3_600, 40.0, Scale::Index);
    let event = Event::new("/test", at(0), signal).expect("a valid event");
    let mut sink = ViewsSink::new(database.pool.clone(), family);
    sink.write(&batch(0, &event)).await.expect("written");
    assert_eq!(keywords(&database).await, 1);

    let mut rewriting = Rewriting::begin(&database.pool, family).await.expect("nobody writes");
    for tile in family.tiles.iter().filter(|tile| tile.counts_once()) {
        rewriting
            .forget(tile.name, &[event.id.as_uuid()])
            .await
            .expect("forgotten");
    }
    rewriting.put(&Views::new(), "a test").await.expect("without the event");
    assert_eq!(keywords(&database).await, 0);

    sink.write(&batch(1, &event)).await.expect("written");
    assert_eq!(keywords(&database).await, 1);
}

fn family() -> &'static Family {
    let mut families = FAMILIES.into_iter();
    let of_keywords = families.find(|family| family.topics() == [Topic::TrendSignals]);
    of_keywords.expect("a family")
}

/// The event as the only record of a partition.
fn batch(partition: i32, event: &Event<TrendSignal>) -> Batch {
    let record = record(partition, 0, event);
    let (mut watermarks, partition) = (Watermarks::default(), record.partition);
    let rows = decode(Topic::TrendSignals, &[record], DateTime::UNIX_EPOCH, &mut watermarks).expect("a row");
    Batch {
        rows: [(Topic::TrendSignals, rows)].into(),
        spans: vec![Span {
            partition,
            from: 0,
            to: 1,
        }],
        watermarks,
    }
}

async fn keywords(database: &Database) -> usize {
    let view = View::named("trend_keywords").expect("a view");
    let rows = streams::read_view(&database.pool, &view).await;
    rows.expect("read").len()
}
