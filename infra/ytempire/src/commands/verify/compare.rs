//! The comparisons themselves: plain functions over what was read.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use arrow::array::AsArray;
use arrow::error::ArrowError;
use batch::Place;
use events::{Cleanup, Partition, Positions, Topic, Watermarks};
use features::{Cell, View, Views};
use lake::Table;
use log::{Probe, Record, Settings};

use super::{NAMED, TopicReport, ViewReport};

/// A record of the topic: where it is, its event's id, and the digest of the row that it should be.
pub(super) struct Seen {
    pub(super) partition: Partition,
    pub(super) offset: i64,
    pub(super) id: String,
    pub(super) digest: u64,
}

/// Records decoded at once.
const CHUNK: usize = 5_000;

/// Reads the records in `ranges`.
pub(super) fn read_topic(
    settings: &Settings,
    topic: Topic,
    ranges: &[(Partition, i64, i64)],
) -> anyhow::Result<Vec<Seen>> {
    let probe = Probe::open(settings)?;
    let (mut seen, mut chunk) = (Vec::new(), Vec::new());
    for (partition, from, to) in ranges {
        let mut failed = None;
        probe.read(*partition, *from, *to, |record| {
            chunk.push(record);
            if chunk.len() == CHUNK
                && let Err(error) = look_at(topic, &mut chunk, &mut seen)
            {
                failed.get_or_insert(error);
            }
        })?;
        if let Some(error) = failed {
            return Err(error.into());
        }
        look_at(topic, &mut chunk, &mut seen)?;
    }
    Ok(seen)
}

/// Decodes the records as the pipeline does, and empties `records`.
fn look_at(topic: Topic, records: &mut Vec<Record>, seen: &mut Vec<Seen>) -> Result<(), ArrowError> {
    let rows = streams::decode::decode(
        topic,
        &*records,
        chrono::DateTime::UNIX_EPOCH,
        &mut Watermarks::default(),
    )?;
    let ids = rows.column_by_name("_event_id").map(|ids| ids.as_string::<i32>());
    let ids = ids.ok_or_else(|| ArrowError::SchemaError("column _event_id is missing".to_owned()))?;
    let digests = batch::digests_of(Table::of(topic), &rows)?;
    seen.extend(
        digests
            .into_iter()
            .zip(ids)
            .map(|((partition, offset, digest), id)| Seen {
                partition,
                offset,
                id: id.unwrap_or_default().to_owned(),
                digest,
            }),
    );
    records.clear();
    Ok(())
}

/// Takes note of a row that does not say what its record says.
pub(super) fn altered(report: &mut TopicReport, partition: Partition, offset: i64) {
    report.altered += 1;
    name(&mut report.differences, || {
        format!("{partition}@{offset}: the row in the lake does not say what the record says")
    });
}

/// Every distinct event has one row, and every row has an event. Rows are those of where records were read, and those `beyond`: of
/// two deliveries on two partitions either may have one. `begins` are the first offsets still on the broker.
pub(super) fn topic(
    topic: Topic,
    records: &[Seen],
    (rows, beyond): (&[Place], &[Place]),
    begins: &HashMap<Partition, i64>,
) -> TopicReport {
    let mut report = TopicReport {
        topic: topic.name(),
        records: records.len() as u64,
        rows: rows.len() as u64,
        ..TopicReport::default()
    };
    // a rejected row and its accepted replay are two rows of one id
    let mut stored: HashMap<(&str, bool), u64> = HashMap::new();
    for row in rows.iter().chain(beyond) {
        *stored.entry((row.event_id.as_str(), row.accepted)).or_default() += 1;
    }
    let holds = |id| stored.contains_key(&(id, true)) || stored.contains_key(&(id, false));
    let mut distinct = BTreeSet::new();
    for record in records {
        let id = record.id.as_str();
        if distinct.insert(id) && !holds(id) {
            report.missing += 1;
            name(&mut report.differences, || {
                format!("{}@{}: event {id} is not in the lake", record.partition, record.offset)
            });
        }
    }
    report.events = distinct.len() as u64;
    for ((id, _), count) in stored.iter().filter(|(_, count)| **count > 1) {
        report.doubled += 1;
        name(&mut report.differences, || {
            format!("{}: event {id} has {count} rows in the lake", topic.name())
        });
    }
    let recorded: BTreeSet<(Partition, i64)> = records.iter().map(|record| (record.partition, record.offset)).collect();
    for row in rows {
        let removed = row.offset < begins.get(&row.partition).copied().unwrap_or(0);
        let recorded = recorded.contains(&(row.partition, row.offset));
        if removed || (!recorded && matches!(topic.cleanup(), Cleanup::Compact { .. })) {
            report.past_retention += 1;
        } else if !recorded {
            report.unknown += 1;
            name(&mut report.differences, || {
                format!(
                    "{}@{}: the lake has a row, the topic no record",
                    row.partition, row.offset
                )
            });
        }
    }
    report
}

/// The ids of events with a record below `at` whose row in the lake is of another record, beyond it: a second delivery on another
/// partition that the lake came to first.
pub(super) fn from_elsewhere(records: &[Seen], rows: &[Place], at: &Positions) -> Vec<String> {
    let is_below = |partition, offset| offset < at.of(partition);
    // what has a row below is no such event: its row beyond is the replay of a dead letter
    let (mut held, mut beyond) = (HashSet::new(), HashSet::new());
    for row in rows {
        let ids = match is_below(row.partition, row.offset) {
            true => &mut held,
            false => &mut beyond,
        };
        ids.insert(row.event_id.as_str());
    }
    let below = records
        .iter()
        .filter(|record| is_below(record.partition, record.offset))
        .map(|record| record.id.as_str());
    let ids: BTreeSet<&str> = below.filter(|id| beyond.contains(id) && !held.contains(id)).collect();
    ids.into_iter().map(str::to_owned).collect()
}

/// The streamed rows of a view against the computed ones.
pub(super) fn views(view: &View, streamed: &Views, computed: &Views) -> ViewReport {
    let none = Vec::new();
    let streamed = streamed.get(view.name()).unwrap_or(&none);
    let computed = computed.get(view.name()).unwrap_or(&none);
    let mut report = ViewReport {
        view: view.name(),
        rows: streamed.len(),
        computed: computed.len(),
        ..ViewReport::default()
    };
    let key_width = view.keys().len();
    let place = match view {
        View::Tile(tile) => tile.place_column(),
        View::Rollup(_) => None,
    };
    let place = view.columns().iter().position(|column| Some(column.name) == place);
    let by_key = |rows: &'_ [Vec<Cell>]| -> BTreeMap<Vec<Cell>, Vec<Cell>> {
        let values = |row: &[Cell]| {
            let mut row = row.to_vec();
            if let Some(place) = place {
                row[place] = Cell::Null;
            }
            row.split_off(key_width)
        };
        rows.iter()
            .map(|row| (row[..key_width].to_vec(), values(row)))
            .collect()
    };
    let (left, right) = (by_key(streamed), by_key(computed));
    let keys: BTreeSet<&Vec<Cell>> = left.keys().chain(right.keys()).collect();
    for key in keys {
        let (streamed, computed) = (left.get(key), right.get(key));
        if streamed != computed {
            report.differing += 1;
            name(&mut report.differences, || describe(view, key, streamed, computed));
        }
    }
    report
}

fn describe(view: &View, key: &[Cell], streamed: Option<&Vec<Cell>>, computed: Option<&Vec<Cell>>) -> String {
    let key: Vec<String> = key.iter().map(show).collect();
    let place = format!("{} [{}]", view.name(), key.join(", "));
    match (streamed, computed) {
        (Some(_), None) => format!("{place}: in the view, not in the lake"),
        (None, _) => format!("{place}: in the lake, not in the view"),
        (Some(streamed), Some(computed)) => {
            let columns = view.columns();
            let pairs = streamed.iter().zip(computed).zip(&columns[view.keys().len()..]);
            let differing = pairs.filter(|((a, b), _)| a != b);
            let said: Vec<String> = differing
                .map(|((a, b), column)| format!("{} is {}, computed {}", column.name, show(a), show(b)))
                .collect();
            format!("{place}: {}", said.join("; "))
        }
    }
}

pub(crate) fn show(cell: &Cell) -> String {
    match cell {
        Cell::Null => "null".to_owned(),
        Cell::Text(text) => text.clone(),
        Cell::Day(day) => chrono::NaiveDate::from_epoch_days(*day).unwrap_or_default().to_string(),
        Cell::Int(number) => number.to_string(),
        Cell::Time(micros) => chrono::DateTime::from_timestamp_micros(*micros)
            .unwrap_or_default()
            .to_rfc3339(),
        Cell::Bool(value) => value.to_string(),
        Cell::Real(bits) => f64::from_bits(*bits).to_string(),
        Cell::Bytes(bytes) => format!("{} bytes", bytes.len()),
    }
}

fn name(differences: &mut Vec<String>, difference: impl FnOnce() -> String) {
    if differences.len() < NAMED {
        differences.push(difference());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partition(number: i32) -> Partition {
        Partition {
            topic: Topic::VideoSnapshots,
            number,
        }
    }

    fn seen(number: i32, offset: i64, id: &str) -> Seen {
        Seen {
            partition: partition(number),
            offset,
            id: id.to_owned(),
            digest: 0,
        }
    }

    fn row(number: i32, offset: i64, id: &str) -> Place {
        Place {
            partition: partition(number),
            offset,
            event_id: id.to_owned(),
            accepted: true,
        }
    }

    /// An event was delivered on two partitions; the views came to the one, the lake to the other first.
    #[test]
    fn an_event_may_have_its_row_on_another_partition() {
        let mut at = Positions::default();
        at.set(partition(0), 1);
        let records = [seen(0, 0, "twice")];
        let beyond = [row(1, 7, "twice"), row(1, 8, "later")];
        assert_eq!(from_elsewhere(&records, &beyond, &at), ["twice"]);
        let report = topic(Topic::VideoSnapshots, &records, (&[], &beyond), &HashMap::new());
        assert_eq!((report.missing, report.doubled, report.rows), (0, 0, 0));
        assert_eq!(
            from_elsewhere(&records, &[row(0, 0, "twice")], &at),
            Vec::<String>::new()
        );
        // a dead letter has its row, and its replay waits
        let replayed = [row(0, 0, "twice"), row(1, 7, "twice")];
        assert_eq!(from_elsewhere(&records, &replayed, &at), Vec::<String>::new());
        let both = [row(0, 0, "twice")];
        let report = topic(Topic::VideoSnapshots, &records, (&both, &beyond), &HashMap::new());
        assert_eq!(report.doubled, 1);
        let lost = topic(Topic::VideoSnapshots, &records, (&[], &beyond[1..]), &HashMap::new());
        assert_eq!(lost.missing, 1);
    }
}
