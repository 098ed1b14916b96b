//! `ytempire stream rebuild`: a family of views computed anew in a shadow, compared, and put in place of the one that is read.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use batch::{Cut, Session};
use chrono::{DateTime, Utc};
use events::fault::{self, Point};
use events::{Partition, Positions, Span, Topic, Watermarks};
use features::{Cell, Family, View, Views};
use log::{Assignment, BatchLimits, Probe, Record};
use serde::Serialize;
use streams::{Batch, Counted, Difference, Pipeline, Reading, Shadow, Sink, Standing, Swapped};
use tokio_util::sync::CancellationToken;

use crate::cli::{RebuildFrom, RebuildOptions};
use crate::commands::Start;
use crate::commands::verify::show;
use crate::exit::{Done, wrong_use};
use crate::output;
use crate::platform::{ALL_NEEDS, Platform};
use crate::removal;

/// Rows named one by one, per view; the rest is counted.
const NAMED: usize = 10;
/// Records replayed in one step.
const STEP: usize = 20_000;
/// How long a shadow may take to come level with the live views, at the end.
const PATIENCE: Duration = Duration::from_secs(120);
/// Said of every failure before the swap.
const UNCHANGED: &str = "nothing was changed, and the same command can be given again";

#[derive(Debug, Serialize)]
struct Report {
    view: &'static str,
    sink: &'static str,
    from: &'static str,
    dry_run: bool,
    /// Offsets below which both were computed when they were compared, by `topic/partition`.
    position: BTreeMap<String, i64>,
    views: Vec<ViewReport>,
    /// What the swap changed: the difference, and what came meanwhile.
    swapped: Vec<SwapReport>,
}

#[derive(Debug, Serialize)]
struct ViewReport {
    view: &'static str,
    rows: usize,
    rows_rebuilt: usize,
    removed: usize,
    added: usize,
    changed: usize,
    differences: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SwapReport {
    view: &'static str,
    removed: u64,
    added: u64,
}

impl From<Swapped> for SwapReport {
    fn from(swapped: Swapped) -> Self {
        Self {
            view: swapped.view,
            removed: swapped.removed,
            added: swapped.added,
        }
    }
}

/// The view of that name.
///
/// # Errors
/// There is none.
pub(super) fn known_view(name: &str) -> Result<View> {
    let bare = name.strip_prefix("views.").unwrap_or(name);
    View::named(bare).ok_or_else(|| {
        let names: Vec<&str> = View::all().map(|view| view.name()).collect();
        wrong_use(anyhow!("there is no view {name}; there are: {}", names.join(", ")))
    })
}

pub async fn run(start: Start, options: RebuildOptions) -> Result<Done> {
    let json = start.global.json;
    let view = known_view(&options.view)?;
    let family = Family::of_view(view.name()).context("a view without a family")?;
    let platform = Platform::attach(start.settings, start.clock, &ALL_NEEDS).await?;
    let rebuilt = rebuild(&platform, view, family, &options).await;
    // also after a failure: what still runs would be cut off in the middle
    let stopped = platform.stop().await;
    let report = rebuilt?;
    stopped?;
    match json {
        true => output::print_json(&report)?,
        false => print(&report)?,
    }
    Ok(Done::Wholly)
}

async fn rebuild(platform: &Platform, view: View, family: &'static Family, options: &RebuildOptions) -> Result<Report> {
    let shadow = Shadow::create(platform.pool()?, family).await?;
    let Some(shadow) = shadow else {
        bail!("somebody else is rebuilding {}: wait until that has ended", family.sink);
    };
    if let Err(error) = removal::catch_up(platform).await {
        shadow.give_up().await;
        return Err(error.context(UNCHANGED));
    }
    let filled = fill(platform, &shadow, family, options.from).await;
    let (standing, views) = match filled {
        Ok(filled) => filled,
        Err(error) => {
            shadow.give_up().await;
            return Err(error.context(UNCHANGED));
        }
    };
    fault::reached(Point::ShadowFilled);
    let mut report = Report {
        view: view.name(),
        sink: family.sink,
        from: match options.from {
            RebuildFrom::Lake => "lake",
            RebuildFrom::Topic => "topic",
        },
        dry_run: options.dry_run,
        position: standing
            .positions
            .iter()
            .map(|(partition, at)| (partition.to_string(), at))
            .collect(),
        views,
        swapped: Vec::new(),
    };
    if options.dry_run {
        shadow.give_up().await;
        return Ok(report);
    }
    let swapped = swap(platform, shadow, family, report.from).await?;
    report.swapped = swapped.into_iter().map(SwapReport::from).collect();
    Ok(report)
}

/// Fills the shadow; gives where it stands, and what it differs by.
async fn fill(
    platform: &Platform,
    shadow: &Shadow,
    family: &'static Family,
    from: RebuildFrom,
) -> Result<(Standing, Vec<ViewReport>)> {
    let (live, standing) = read_live(platform, family).await?;
    match from {
        RebuildFrom::Lake => fill_from_lake(platform, shadow, family, &standing).await?,
        RebuildFrom::Topic => fill_from_topic(platform, shadow, family, &standing).await?,
    }
    let views = compare(shadow, family, &live).await?;
    Ok((standing, views))
}

/// The views as they are read, and where they stand, as of one moment.
async fn read_live(platform: &Platform, family: &'static Family) -> Result<(Views, Standing)> {
    let mut snapshot = platform
        .pool()?
        .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        .await?;
    let standing = streams::stored_standing(&mut *snapshot, family.sink).await?;
    let mut views = Views::new();
    for view in View::of(family) {
        views.insert(view.name(), streams::read_view(&mut *snapshot, &view).await?);
    }
    Ok((views, standing))
}

async fn fill_from_lake(
    platform: &Platform,
    shadow: &Shadow,
    family: &'static Family,
    standing: &Standing,
) -> Result<()> {
    removal::wait_for_lake(platform, &standing.positions).await?;
    let session = Session::open(&platform.lake).await?;
    let refused = streams::refused_ids(platform.pool()?, family.sink).await?;
    let cut = Cut {
        at: &standing.positions,
        also: &[],
        refused: &refused,
        removal: None,
    };
    let views = batch::recompute(&session, family, &cut).await?;
    let mut counted: Vec<Counted> = Vec::new();
    for tile in family.tiles.iter().filter(|tile| tile.counts_once()) {
        let events = batch::counted_events(&session, tile.topic, &cut).await?;
        counted.push((tile.name, events));
    }
    shadow.fill(&views, standing, &counted).await?;
    Ok(())
}

/// Every record that the brokers keep below where the live views stand, in the order of its partition.
async fn fill_from_topic(
    platform: &Platform,
    shadow: &Shadow,
    family: &'static Family,
    standing: &Standing,
) -> Result<()> {
    let mut sink = shadow.sink();
    let mut watermarks = Watermarks::default();
    for (partition, to) in standing.positions.iter().filter(|(_, to)| *to > 0) {
        let settings = platform.log.clone();
        let begin = tokio::task::spawn_blocking(move || Probe::open(&settings)?.watermarks(partition))
            .await??
            .begin;
        if begin > 0 {
            bail!(
                "the brokers no longer have the records of {partition} below offset {begin}: rebuild {} with --from lake, which has \
                 them all",
                family.sink
            );
        }
        let (sender, mut steps) = tokio::sync::mpsc::channel::<Vec<Record>>(1);
        let settings = platform.log.clone();
        let reading = tokio::task::spawn_blocking(move || read_steps(&settings, partition, to, &sender));
        let mut from = 0;
        while let Some(records) = steps.recv().await {
            let reached = records.last().map_or(to, |record| record.offset + 1);
            let span = Span {
                partition,
                from,
                to: reached,
            };
            write(
                &mut sink,
                partition.topic,
                &records,
                span,
                &mut watermarks,
                platform.clock.now(),
            )
            .await?;
            from = reached;
        }
        reading.await??;
        if from < to {
            // a compacted tail holds no records
            let span = Span { partition, from, to };
            write(
                &mut sink,
                partition.topic,
                &[],
                span,
                &mut watermarks,
                platform.clock.now(),
            )
            .await?;
        }
    }
    Ok(())
}

fn read_steps(
    settings: &log::Settings,
    partition: Partition,
    to: i64,
    sender: &tokio::sync::mpsc::Sender<Vec<Record>>,
) -> Result<()> {
    let probe = Probe::open(settings)?;
    let mut step = Vec::new();
    probe.read(partition, 0, to, |record| {
        step.push(record);
        if step.len() >= STEP {
            let _ = sender.blocking_send(std::mem::take(&mut step));
        }
    })?;
    if !step.is_empty() {
        let _ = sender.blocking_send(step);
    }
    Ok(())
}

async fn write(
    sink: &mut impl Sink,
    topic: Topic,
    records: &[Record],
    span: Span,
    watermarks: &mut Watermarks,
    now: DateTime<Utc>,
) -> Result<()> {
    let rows = streams::decode::decode(topic, records, now, watermarks)?;
    let batch = Batch {
        rows: [(topic, rows)].into(),
        spans: vec![span],
        watermarks: watermarks.clone(),
    };
    sink.write(&batch).await?;
    Ok(())
}

async fn compare(shadow: &Shadow, family: &'static Family, live: &Views) -> Result<Vec<ViewReport>> {
    let mut reports = Vec::new();
    for view in View::of(family) {
        let was = live.get(view.name()).map(Vec::as_slice).unwrap_or_default();
        let rebuilt = shadow.read(&view).await?;
        let difference = Difference::between(&view, was, &rebuilt);
        reports.push(ViewReport {
            view: view.name(),
            rows: was.len(),
            rows_rebuilt: rebuilt.len(),
            removed: difference.only_live.len(),
            added: difference.only_shadow.len(),
            changed: difference.changed.len(),
            differences: name(&view, &difference),
        });
    }
    Ok(reports)
}

fn name(view: &View, difference: &Difference) -> Vec<String> {
    let keys = view.keys().len();
    let place = |row: &[Cell]| {
        let key: Vec<String> = row[..keys].iter().map(show).collect();
        format!("{} [{}]", view.name(), key.join(", "))
    };
    let columns = view.columns();
    let changed = difference.changed.iter().map(|(was, is)| {
        let pairs = columns
            .iter()
            .zip(was.iter().zip(is))
            .filter(|(_, (was, is))| was != is);
        let said: Vec<String> = pairs
            .map(|(column, (was, is))| format!("{} is {}, will be {}", column.name, show(was), show(is)))
            .collect();
        format!("{}: {}", place(was), said.join("; "))
    });
    let removed = difference.only_live.iter().map(|row| format!("{}: goes", place(row)));
    let added = difference
        .only_shadow
        .iter()
        .map(|row| format!("{}: comes", place(row)));
    changed.chain(removed).chain(added).take(NAMED).collect()
}

/// Brings the shadow level with the live views, and swaps while they are held still.
async fn swap(
    platform: &Platform,
    shadow: Shadow,
    family: &'static Family,
    from: &'static str,
) -> Result<Vec<Swapped>> {
    let settings = &platform.settings.pipelines;
    let reading = Reading {
        settings: platform.log.clone(),
        topics: family.topics(),
        assignment: Assignment::All,
        limits: BatchLimits {
            max_rows: settings.max_rows,
            max_bytes: settings.max_bytes,
            max_wait: Duration::from_millis(settings.max_wait_ms),
        },
    };
    let pipeline = Pipeline::new(shadow.sink(), reading, Arc::clone(&platform.clock));
    let (status, stop) = (pipeline.status(), CancellationToken::new());
    let running = tokio::spawn(pipeline.run(stop.clone()));
    let level = async {
        let near = streams::stored_positions(platform.pool()?, family.sink).await?;
        reach(status.clone(), &near).await?;
        let (swap, goal) = shadow.begin_swap().await?;
        reach(status, &goal).await?;
        anyhow::Ok(swap)
    };
    let level = tokio::time::timeout(PATIENCE, level).await;
    stop.cancel();
    let ended = running.await.context("the shadow's pipeline")?;
    let held = match level {
        Ok(Ok(held)) => held,
        failed => {
            shadow.give_up().await;
            let late = "the shadow did not come level with the live views in time: see `ytempire lag`";
            let reason = match (ended, failed) {
                (Err(error), _) => error.into(),
                (Ok(()), Ok(Err(error))) => error,
                (Ok(()), _) => anyhow!(late),
            };
            return Err(reason.context(UNCHANGED));
        }
    };
    Ok(shadow.swap(held, &format!("rebuilt from {from}")).await?)
}

async fn reach(mut status: tokio::sync::watch::Receiver<streams::Status>, goal: &Positions) -> Result<()> {
    let reached = status.wait_for(|status| status.positions.reaches(goal)).await;
    reached.map(drop).context("the shadow's pipeline ended")
}

fn print(report: &Report) -> Result<()> {
    let rows = report.views.iter().map(|one| {
        let numbers = [one.rows, one.rows_rebuilt, one.removed, one.added, one.changed];
        let mut cells = vec![one.view.to_owned()];
        cells.extend(numbers.map(|number| number.to_string()));
        cells
    });
    output::print_table(&["view", "rows", "rebuilt", "go", "come", "change"], rows)?;
    for difference in report.views.iter().flat_map(|one| &one.differences) {
        output::print(&format!("{difference}\n"))?;
    }
    let differing: usize = report
        .views
        .iter()
        .map(|one| one.removed + one.added + one.changed)
        .sum();
    let said = match (differing, report.dry_run) {
        (0, true) => "the views are what they would be rebuilt to\n",
        (0, false) => "the views were what they are rebuilt to\n",
        (_, true) => "nothing was changed: without --dry-run the rebuilt views take the place of those that are read\n",
        (_, false) => "the rebuilt views are what is read now\n",
    };
    output::print(said)
}
