//! Rows that have to go, everywhere: first from the topics, then from the lake, then from the views, which are made anew
//! from what the lake still has. In this order nothing is read again. Between lake and views `ytempire verify` finds
//! differences, and says why; a removal that was interrupted there is done by running it, or any other, again.

use std::time::Duration;

use anyhow::{Result, bail};
use batch::{Cut, Session};
use chrono::{DateTime, TimeDelta, Utc};
use events::fault::{self, Point};
use events::{ChannelId, Positions, SourceClass, Topic};
use features::{FAMILIES, View};
use ingest::pull::catalogue::Configured;
use ingest::sources::youtube;
use lake::{Removal, Table};
use serde::Serialize;
use streams::{BronzeSink, Removing, Rewriting};

use crate::pipelines::{Pipelines, stores_reach};
use crate::platform::Platform;

/// Topics that hold what the YouTube Data API told.
const API_TOPICS: [Topic; 4] = [
    Topic::VideoSnapshots,
    Topic::ChannelSnapshots,
    Topic::Categories,
    Topic::Comments,
];
/// A hundred years.
const MOST_DAYS: f64 = 36_500.0;
/// How long running pipelines may take to read what is there.
const PATIENCE: Duration = Duration::from_secs(120);

/// Whether it is done, or only counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    DryRun,
    Real,
}

/// What went, or would go.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub dry_run: bool,
    /// Of a retention: what was obtained before this goes.
    pub cutoff: Option<DateTime<Utc>>,
    /// Of a deletion request.
    pub channel: Option<String>,
    pub topics: Vec<TopicReport>,
    pub tables: Vec<TableReport>,
    pub views: Vec<ViewReport>,
    pub database: Vec<DatabaseReport>,
    /// What people should do about it.
    pub notes: Vec<String>,
}

/// Records below `to` go.
#[derive(Debug, Serialize)]
pub struct TopicReport {
    pub topic: &'static str,
    pub partition: i32,
    pub records: i64,
    pub to: i64,
}

#[derive(Debug, Serialize)]
pub struct TableReport {
    pub table: String,
    pub rows: usize,
    pub kept: usize,
}

#[derive(Debug, Serialize)]
pub struct ViewReport {
    pub view: &'static str,
    pub rows: usize,
    pub rows_after: usize,
}

#[derive(Debug, Serialize)]
pub struct DatabaseReport {
    pub table: &'static str,
    pub rows: u64,
}

impl Report {
    fn new(mode: Mode) -> Self {
        Self {
            dry_run: mode == Mode::DryRun,
            ..Self::default()
        }
    }
}

/// Enforces that what the YouTube API told is kept for `days` at most.
///
/// # Errors
/// A part of the platform does not answer.
pub async fn retention(platform: &Platform, days: f64, mode: Mode) -> Result<Report> {
    let now = platform.clock.now();
    if !(0.0..=MOST_DAYS).contains(&days) {
        bail!("retention.youtube_api_days is {days}: give 0 to {MOST_DAYS} days");
    }
    let cutoff = now - TimeDelta::milliseconds((days * 86_400_000.0) as i64);
    let mut report = Report::new(mode);
    report.cutoff = Some(cutoff);
    let log = platform.log.clone();
    let since = tokio::task::spawn_blocking(move || log::first_since(&log, &API_TOPICS, cutoff)).await??;
    let read = read_by_all(platform, &API_TOPICS).await?;
    // nothing leaves the log that a sink has not read
    let goal: Positions = since
        .iter()
        .map(|(partition, offset)| (partition, offset.min(read.of(partition))))
        .collect();
    let below = truncate(platform, &goal, mode, &mut report).await?;
    let removal = Removal::Obtained {
        sources: SourceClass::YoutubeApi.sources().map(str::to_owned).collect(),
        before: cutoff,
        below: below.iter().collect(),
    };
    remove(platform, &removal, mode, &mut report).await?;
    if mode == Mode::Real {
        streams::forget_corrections(platform.pool()?, Some(cutoff), &[]).await?;
    }
    if mode == Mode::Real && report.tables.iter().any(|table| table.rows > 0) {
        ingest::forget::ask_anew(platform.pool()?, youtube::Settings::MANUAL.name).await?;
    }
    Ok(report)
}

/// Deletes everything that is known of a channel, and takes nothing of it in any more.
///
/// # Errors
/// A part of the platform does not answer.
pub async fn forget(platform: &Platform, channel: &ChannelId, mode: Mode) -> Result<Report> {
    let mut report = Report::new(mode);
    report.channel = Some(channel.to_string());
    let pool = platform.pool()?;
    if mode == Mode::Real {
        ingest::forget::withhold(pool, channel, platform.clock.now()).await?;
        // until whoever sends has heard of it
        tokio::time::sleep(crate::sending::WITHHELD_FOR * 2).await;
    }
    let log = platform.log.clone();
    let ends = tokio::task::spawn_blocking(move || log::Probe::open(&log)?.ends(&Topic::ALL)).await??;
    if mode == Mode::Real {
        wait_for_sinks(platform, &ends).await?;
    }
    let mut videos = Session::open(&platform.lake).await?.videos_of(channel).await?;
    match mode {
        Mode::Real => videos = ingest::forget::withhold_videos(pool, channel, &videos).await?,
        Mode::DryRun => videos.extend(ingest::forget::videos_of(pool, channel).await?),
    }
    videos.sort();
    videos.dedup();
    truncate(platform, &ends, mode, &mut report).await?;
    let removal = Removal::Channel {
        id: channel.clone(),
        videos: videos.clone(),
        below: ends.iter().collect(),
    };
    remove(platform, &removal, mode, &mut report).await?;
    if mode == Mode::Real {
        let named: Vec<String> = std::iter::once(channel.to_string())
            .chain(videos.iter().cloned())
            .collect();
        streams::forget_corrections(pool, None, &named).await?;
    }
    let gone = match mode {
        Mode::Real => ingest::forget::delete(pool, channel, &videos).await?,
        Mode::DryRun => ingest::forget::would_delete(pool, channel, &videos).await?,
    };
    let gone = gone.into_iter().map(|gone| DatabaseReport {
        table: gone.table,
        rows: gone.rows,
    });
    report.database.extend(gone);
    report.notes.extend(in_settings(platform, channel, &videos)?);
    Ok(report)
}

/// Where nobody else runs the pipelines, they are run to the end of the log first. Others may do so without this data folder:
/// they are left to it, as taking partitions from them for a moment would stop both.
///
/// # Errors
/// They can't be run, or those who run them do not come there.
pub async fn catch_up(platform: &Platform) -> Result<()> {
    if platform.owner.is_some() {
        return Ok(());
    }
    let settings = platform.log.clone();
    let ends = tokio::task::spawn_blocking(move || log::Probe::open(&settings)?.ends(&Topic::ALL)).await??;
    let deadline = tokio::time::Instant::now() + PATIENCE;
    // whoever was killed is a member of his groups until they notice
    while somebody_runs_them(platform).await? {
        if stores_reach(platform, &ends).await? {
            return Ok(());
        }
        if tokio::time::Instant::now() > deadline {
            bail!("the processes that run the pipelines do not read what is on the topics: see `ytempire lag`");
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let mut pipelines = Pipelines::start(platform).await?;
    let reached = pipelines.reach(platform, &ends).await;
    pipelines.stop().await;
    reached
}

async fn somebody_runs_them(platform: &Platform) -> Result<bool> {
    let sinks = FAMILIES.iter().map(|family| family.sink.to_owned());
    let sinks: Vec<String> = sinks.chain(Topic::ALL.map(BronzeSink::name_of)).collect();
    let settings = platform.log.clone();
    Ok(tokio::task::spawn_blocking(move || log::have_members(&settings, &sinks)).await??)
}

/// Up to where every sink has read.
async fn read_by_all(platform: &Platform, topics: &[Topic]) -> Result<Positions> {
    let mut views = Vec::new();
    for family in FAMILIES {
        let stored = streams::stored_positions(platform.pool()?, family.sink).await?;
        views.push((family, stored));
    }
    let (log, topics) = (platform.log.clone(), topics.to_vec());
    let ends = {
        let topics = topics.clone();
        tokio::task::spawn_blocking(move || log::Probe::open(&log)?.ends(&topics)).await??
    };
    let mut read = Positions::default();
    for topic in topics {
        let partitions: Vec<_> = ends.only(&[topic]).iter().map(|(partition, _)| partition).collect();
        let sink = BronzeSink::name_of(topic);
        let stored = platform.lake.positions(Table::of(topic), &sink, &partitions).await?;
        for partition in partitions {
            let of_topic = views.iter().filter(|(family, _)| family.topics().contains(&topic));
            let in_views = of_topic.map(|(_, stored)| stored.of(partition)).min();
            read.set(partition, stored.of(partition).min(in_views.unwrap_or(i64::MAX)));
        }
    }
    Ok(read)
}

async fn wait_for_sinks(platform: &Platform, goal: &Positions) -> Result<()> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !read_by_all(platform, &Topic::ALL).await?.reaches(goal) {
        if tokio::time::Instant::now() > deadline {
            bail!(
                "the pipelines do not read what is on the topics: see `ytempire lag`, then run the same command again"
            );
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

/// Takes records off the topics; gives the offsets below which there are none any more.
async fn truncate(platform: &Platform, goal: &Positions, mode: Mode, report: &mut Report) -> Result<Positions> {
    let (settings, wanted) = (platform.log.clone(), goal.clone());
    let begins = tokio::task::spawn_blocking(move || {
        let probe = log::Probe::open(&settings)?;
        let begin = |(partition, _)| Ok((partition, probe.watermarks(partition)?.begin));
        wanted.iter().map(begin).collect::<Result<Positions, log::LogError>>()
    });
    let begins = begins.await??;
    let mut below = Positions::default();
    for (partition, to) in goal.iter() {
        let records = (to - begins.of(partition)).max(0);
        below.set(partition, to.max(begins.of(partition)));
        report.topics.push(TopicReport {
            topic: partition.topic.name(),
            partition: partition.number,
            records,
            to,
        });
    }
    if mode == Mode::DryRun {
        return Ok(below);
    }
    for truncated in log::truncate(&platform.log, goal).await? {
        let begin = truncated.begin.unwrap_or_else(|| begins.of(truncated.partition));
        below.set(truncated.partition, begin);
        if truncated.begin.is_none() {
            report.notes.push(format!(
                "the brokers keep what is in {}: its cleanup.policy is compact alone; set it to compact,delete, and run the same \
                 command again",
                truncated.partition.topic.name()
            ));
        }
    }
    Ok(below)
}

/// Takes rows out of the lake, and makes the views anew if any went.
async fn remove(platform: &Platform, removal: &Removal, mode: Mode, report: &mut Report) -> Result<()> {
    let mut removing = match mode {
        Mode::DryRun => None,
        Mode::Real => Some(Removing::begin(platform.pool()?).await?),
    };
    let session = Session::open(&platform.lake).await?;
    // the videos of a channel are known by its snapshots, so they go last
    for table in Table::ALL.into_iter().rev() {
        let mut doomed = session.doomed(table, removal).await?;
        if let Some(removing) = removing.as_mut().filter(|_| doomed.rows > 0) {
            removing.mark().await?;
            let removed = platform.lake.remove(table, removal, platform.clock.now()).await?;
            doomed.rows = removed.rows.unwrap_or(doomed.rows);
            fault::reached(Point::LakeRemoved);
        }
        report.tables.push(TableReport {
            table: table.to_string(),
            rows: doomed.rows,
            kept: doomed.kept,
        });
    }
    let Some(mut removing) = removing else {
        report.views = count_views(platform, &session, removal).await?;
        return Ok(());
    };
    // it keeps the sinks waiting, so only where there is something to do, or an interrupted one has left it
    if removing.is_marked().await? {
        report.views = rewrite_views(platform).await?;
    }
    removing.end().await?;
    Ok(())
}

async fn count_views(platform: &Platform, session: &Session, removal: &Removal) -> Result<Vec<ViewReport>> {
    let pool = platform.pool()?;
    let mut views = Vec::new();
    for family in FAMILIES {
        let at = streams::stored_positions(pool, family.sink).await?;
        let refused = streams::refused_ids(pool, family.sink).await?;
        let cut = Cut {
            at: &at,
            also: &[],
            refused: &refused,
            removal: Some(removal),
        };
        let computed = batch::recompute(session, family, &cut).await?;
        for view in View::of(family) {
            views.push(ViewReport {
                view: view.name(),
                rows: streams::read_view(pool, &view).await?.len(),
                rows_after: computed.get(view.name()).map_or(0, Vec::len),
            });
        }
    }
    Ok(views)
}

/// Readers see the views as they were until the new ones are there.
async fn rewrite_views(platform: &Platform) -> Result<Vec<ViewReport>> {
    let mut reports = Vec::new();
    for family in FAMILIES {
        let mut rewriting = Rewriting::begin(platform.pool()?, family).await?;
        wait_for_lake(platform, rewriting.at()).await?;
        let session = Session::open(&platform.lake).await?;
        let cut = Cut {
            at: rewriting.at(),
            also: &[],
            refused: rewriting.refused(),
            removal: None,
        };
        let computed = batch::recompute(&session, family, &cut).await?;
        for tile in family.tiles.iter().filter(|tile| tile.counts_once()) {
            let beyond = batch::events_beyond(&session, tile.topic, rewriting.at()).await?;
            rewriting.forget(tile.name, &beyond).await?;
        }
        let rewritten = rewriting.put(&computed, "rows were removed from the lake").await?;
        reports.extend(rewritten.into_iter().map(|one| ViewReport {
            view: one.view,
            rows: one.before,
            rows_after: one.after,
        }));
    }
    Ok(reports)
}

/// The views may be ahead of the lake.
///
/// # Errors
/// It does not catch up.
pub async fn wait_for_lake(platform: &Platform, at: &Positions) -> Result<()> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    for topic in Topic::ALL {
        let goal = at.only(&[topic]);
        let partitions: Vec<_> = goal.iter().map(|(partition, _)| partition).collect();
        let sink = BronzeSink::name_of(topic);
        while !platform
            .lake
            .positions(Table::of(topic), &sink, &partitions)
            .await?
            .reaches(&goal)
        {
            if tokio::time::Instant::now() > deadline {
                bail!(
                    "the lake does not catch up with the views on {}: see `ytempire lag`",
                    topic.name()
                );
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    Ok(())
}

/// Settings that still name the channel or its videos: they are yours.
fn in_settings(platform: &Platform, channel: &ChannelId, videos: &[String]) -> Result<Vec<String>> {
    let settings = serde_json::to_string(&platform.settings)?;
    let named = std::iter::once(channel.as_str()).chain(videos.iter().map(String::as_str));
    let named: Vec<&str> = named.filter(|name| settings.contains(name)).collect();
    Ok(match named.is_empty() {
        true => Vec::new(),
        false => vec![format!(
            "your settings still name {}: take it out of ytempire.toml",
            named.join(", ")
        )],
    })
}
