//! `ytempire verify`: do topic, lake and views agree?
//!
//! The common position vector is that of the views, read in one snapshot of the database together with every view. The
//! lake is given time to reach it. Then the topic's distinct events below it are compared with the lake's rows, value by
//! value, the views with the same views computed from the lake's rows below it, and the tables that are made from views with those.

mod compare;

pub(super) use compare::show;

use std::collections::HashMap;

use anyhow::Result;
use batch::{Cut, Place, Session};
use chrono::{DateTime, SecondsFormat, Utc};
use events::{Partition, Positions, Topic};
use features::{FAMILIES, Family, View, Views};
use lake::Table;
use log::Probe;
use serde::Serialize;
use streams::BronzeSink;

use super::Start;
use crate::exit::Done;
use crate::output;
use crate::platform::{ALL_NEEDS, Platform};
use crate::removal;

/// Differences named one by one, per table or view; the rest is counted.
const NAMED: usize = 20;

#[derive(Debug, Default, Serialize)]
struct Report {
    agrees: bool,
    /// Offsets below which everything was compared, by `topic/partition`.
    position: HashMap<String, i64>,
    topics: Vec<TopicReport>,
    views: Vec<ViewReport>,
    /// Tables that are made from views.
    tables: Vec<TableReport>,
    /// Since when the views show what a removal has taken out of the lake, if one is under way or was interrupted.
    unfinished_removal: Option<DateTime<Utc>>,
}

/// Distinct events of a topic against the rows of its table.
#[derive(Debug, Default, Serialize)]
struct TopicReport {
    topic: &'static str,
    /// Distinct ids among the records.
    events: u64,
    records: u64,
    rows: u64,
    missing: u64,
    doubled: u64,
    unknown: u64,
    /// Rows that do not say what their records say.
    altered: u64,
    /// Rows whose records the broker has removed (retention, compaction), so that only the lake has them.
    past_retention: u64,
    differences: Vec<String>,
}

#[derive(Debug, Default, Serialize)]
struct ViewReport {
    view: &'static str,
    rows: usize,
    computed: usize,
    differing: usize,
    differences: Vec<String>,
}

#[derive(Debug, Serialize)]
struct TableReport {
    table: &'static str,
    made_from: &'static str,
    /// Rows that are not what the views say.
    differing: i64,
}

pub async fn run(start: Start) -> Result<Done> {
    let json = start.global.json;
    let platform = Platform::attach(start.settings, start.clock, &ALL_NEEDS).await?;
    let checked = async {
        removal::catch_up(&platform).await?;
        check(&platform).await
    };
    let checked = checked.await;
    // also after a failure: what still runs would be cut off in the middle
    let stopped = platform.stop().await;
    let report = checked?;
    stopped?;
    match json {
        true => output::print_json(&report)?,
        false => print(&report)?,
    }
    Ok(if report.agrees { Done::Wholly } else { Done::BadFinding })
}

async fn check(platform: &Platform) -> Result<Report> {
    // first of all: a removal that begins after it waits for none of this, and one before it is told of
    let unfinished_removal = streams::unfinished_removal(platform.pool()?).await?;
    let (views, tables, mut by_family) = read_views(platform).await?;
    let at = furthest(&by_family);
    removal::wait_for_lake(platform, &at).await?;
    // where to compare to, before the lake is opened at its newest version, so that all of it is in that version
    let mut goals = Vec::new();
    for topic in Topic::ALL {
        goals.push((topic, topic_goal(platform, topic, &at).await?));
    }
    let session = Session::open(&platform.lake).await?;
    let mut report = Report {
        unfinished_removal: unfinished_removal.or(streams::unfinished_removal(platform.pool()?).await?),
        position: at
            .iter()
            .map(|(partition, position)| (partition.to_string(), position))
            .collect(),
        ..Report::default()
    };
    for (topic, goal) in goals {
        report
            .topics
            .push(check_topic(platform, &session, topic, goal, &mut by_family).await?);
    }
    let mut computed = Views::new();
    for standing in &by_family {
        let cut = Cut {
            at: &standing.at,
            also: &standing.from_elsewhere,
            refused: &standing.refused,
            removal: None,
        };
        computed.extend(batch::recompute(&session, standing.family, &cut).await?);
    }
    report.views = View::all()
        .map(|view| compare::views(&view, &views, &computed))
        .collect();
    let topics_agree = report
        .topics
        .iter()
        .all(|one| one.missing + one.doubled + one.unknown + one.altered == 0);
    report.tables = tables;
    report.agrees = topics_agree
        && report.views.iter().all(|one| one.differing == 0)
        && report.tables.iter().all(|one| one.differing == 0);
    Ok(report)
}

/// A family as the views have it.
struct Standing {
    family: &'static Family,
    at: Positions,
    /// The ids of the events that it has put aside.
    refused: Vec<String>,
    /// The ids of the events that it has from another partition than the lake, where it has not come to the lake's row yet.
    from_elsewhere: Vec<String>,
}

/// Every view, what is made from them, and the positions behind them, as of one moment.
async fn read_views(platform: &Platform) -> Result<(Views, Vec<TableReport>, Vec<Standing>)> {
    let mut snapshot = platform
        .pool()?
        .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        .await?;
    let mut at = Vec::new();
    for family in FAMILIES {
        at.push(Standing {
            family,
            at: streams::stored_positions(&mut *snapshot, family.sink).await?,
            refused: streams::refused_ids(&mut *snapshot, family.sink).await?,
            from_elsewhere: Vec::new(),
        });
    }
    let mut views = Views::new();
    for view in View::all() {
        views.insert(view.name(), streams::read_view(&mut *snapshot, &view).await?);
    }
    let mut tables = Vec::new();
    for handed_on in FAMILIES.into_iter().filter_map(|family| family.handed_on.as_ref()) {
        tables.push(TableReport {
            table: handed_on.table,
            made_from: handed_on.view,
            differing: streams::handed_on_differing(&mut snapshot, handed_on).await?,
        });
    }
    Ok((views, tables, at))
}

/// The position vector that all families have reached in some partition: what the lake has to have reached, too.
fn furthest(by_family: &[Standing]) -> Positions {
    let mut furthest = Positions::default();
    for (partition, position) in by_family.iter().flat_map(|standing| standing.at.iter()) {
        furthest.set(partition, position.max(furthest.of(partition)));
    }
    furthest
}

/// A topic without views is compared as far as the lake has come.
async fn topic_goal(platform: &Platform, topic: Topic, at: &Positions) -> Result<Vec<(Partition, i64, i64)>> {
    let settings = platform.log.clone();
    let marks = tokio::task::spawn_blocking(move || {
        let probe = Probe::open(&settings)?;
        let partitions = probe.partitions(topic)?;
        partitions
            .into_iter()
            .map(|p| Ok((p, probe.watermarks(p)?.begin)))
            .collect::<Result<Vec<_>, log::LogError>>()
    })
    .await??;
    let partitions: Vec<_> = marks.iter().map(|(partition, _)| *partition).collect();
    let in_lake = platform
        .lake
        .positions(Table::of(topic), &BronzeSink::name_of(topic), &partitions)
        .await?;
    let has_views = features::topics().contains(&topic);
    let end = |partition| {
        if has_views {
            at.of(partition)
        } else {
            in_lake.of(partition)
        }
    };
    Ok(marks
        .into_iter()
        .map(|(partition, begin)| (partition, begin, end(partition)))
        .collect())
}

async fn check_topic(
    platform: &Platform,
    session: &Session,
    topic: Topic,
    ranges: Vec<(Partition, i64, i64)>,
    by_family: &mut [Standing],
) -> Result<TopicReport> {
    let (settings, wanted) = (platform.log.clone(), ranges.clone());
    let records = tokio::task::spawn_blocking(move || compare::read_topic(&settings, topic, &wanted)).await??;
    let everywhere: Vec<_> = ranges.iter().map(|(partition, ..)| (*partition, 0, i64::MAX)).collect();
    let begins: HashMap<Partition, i64> = ranges
        .iter()
        .map(|(partition, begin, _)| (*partition, *begin))
        .collect();
    let mut rows: Vec<Place> = Vec::new();
    session.places(topic, &everywhere, |place| rows.push(place)).await?;
    for standing in by_family.iter_mut().filter(|one| one.family.topics().contains(&topic)) {
        let ids = compare::from_elsewhere(&records, &rows, &standing.at);
        standing.from_elsewhere.extend(ids);
    }
    let ends: HashMap<Partition, i64> = ranges.iter().map(|(partition, _, end)| (*partition, *end)).collect();
    let is_inside = |row: &Place| ends.get(&row.partition).is_some_and(|end| row.offset < *end);
    let (rows, beyond): (Vec<_>, Vec<_>) = rows.into_iter().partition(is_inside);
    let mut report = compare::topic(topic, &records, (&rows, &beyond), &begins);
    let said: HashMap<(Partition, i64), u64> = records
        .iter()
        .map(|record| ((record.partition, record.offset), record.digest))
        .collect();
    session
        .digests(topic, &ranges, |partition, offset, digest| {
            let altered = said.get(&(partition, offset)).is_some_and(|said| *said != digest);
            if altered {
                compare::altered(&mut report, partition, offset);
            }
        })
        .await?;
    Ok(report)
}

fn print(report: &Report) -> Result<()> {
    let topics = report.topics.iter().map(|one| {
        let counts = [
            one.records,
            one.events,
            one.rows,
            one.missing,
            one.doubled,
            one.unknown,
            one.altered,
        ];
        let mut cells = vec![one.topic.to_owned()];
        cells.extend(counts.map(|count| count.to_string()));
        cells
    });
    output::print_table(
        &[
            "topic", "records", "events", "rows", "missing", "doubled", "unknown", "altered",
        ],
        topics,
    )?;
    let views = report.views.iter().map(|one| {
        vec![
            one.view.to_owned(),
            one.rows.to_string(),
            one.computed.to_string(),
            one.differing.to_string(),
        ]
    });
    output::print_table(&["view", "streamed rows", "computed rows", "differing"], views)?;
    let named = report.topics.iter().flat_map(|one| &one.differences);
    for difference in named.chain(report.views.iter().flat_map(|one| &one.differences)) {
        output::print(&format!("{difference}\n"))?;
    }
    for one in report.tables.iter().filter(|one| one.differing > 0) {
        output::print(&format!(
            "{}: {} rows are not what {view} says; `ytempire stream rebuild {view}` makes them anew\n",
            one.table,
            one.differing,
            view = one.made_from
        ))?;
    }
    if let Some(since) = report.unfinished_removal {
        let since = since.to_rfc3339_opts(SecondsFormat::Secs, true);
        output::print(&format!(
            "rows were removed from the lake at {since}, and the views still show them: a removal is under way, or was interrupted; \
             `ytempire retention` ends it\n"
        ))?;
    }
    output::print(if report.agrees {
        "topics, lake and views agree\n"
    } else {
        "there are differences\n"
    })
}
