use anyhow::Result;
use events::{Positions, Topic};
use log::Probe;
use serde::Serialize;
use streams::{BronzeSink, VIEWS_SINK, progress};

use super::Start;
use crate::exit::Done;
use crate::output;
use crate::platform::{ALL_NEEDS, Platform};

#[derive(Debug, Serialize)]
struct Lag {
    sink: String,
    topic: &'static str,
    partition: i32,
    position: i64,
    end: i64,
    behind: i64,
    /// Age of the next record to read; 0 when there is none.
    behind_seconds: Option<f64>,
}

/// Positions come from the sinks' own stores, so they are true whoever runs the pipelines, and when nobody does.
pub async fn run(start: Start) -> Result<Done> {
    let json = start.global.json;
    let platform = Platform::attach(start.settings, start.clock, &ALL_NEEDS).await?;
    let lags = look(&platform).await?;
    platform.stop().await?;
    if json {
        output::print_json(&lags)?;
        return Ok(Done::Wholly);
    }
    let seconds = |lag: &Lag| {
        lag.behind_seconds
            .map_or_else(String::new, |seconds| format!("{seconds:.1}"))
    };
    let rows = lags.iter().map(|lag| {
        let numbers = [i64::from(lag.partition), lag.position, lag.end, lag.behind];
        let mut cells = vec![lag.sink.clone(), lag.topic.to_owned()];
        cells.extend(numbers.map(|number| number.to_string()));
        cells.push(seconds(lag));
        cells
    });
    output::print_table(
        &[
            "sink",
            "topic",
            "partition",
            "position",
            "end",
            "behind",
            "behind seconds",
        ],
        rows,
    )?;
    Ok(Done::Wholly)
}

async fn look(platform: &Platform) -> Result<Vec<Lag>> {
    let settings = platform.log.clone();
    let ends = tokio::task::spawn_blocking(move || Probe::open(&settings)?.ends(&Topic::ALL)).await??;
    let views = streams::stored_positions(platform.pool()?).await?;
    let mut lags = Vec::new();
    for topic in Topic::ALL {
        let ends = ends.only(&[topic]);
        let partitions: Vec<_> = ends.iter().map(|(partition, _)| partition).collect();
        let sink = BronzeSink::name_of(topic);
        let stored = platform
            .lake
            .positions(lake::Table::of(topic), &sink, &partitions)
            .await?;
        lags.extend(of_sink(platform, sink, stored, ends.clone()).await?);
        if features::TILES.iter().any(|tile| tile.topic == topic) {
            lags.extend(of_sink(platform, VIEWS_SINK.to_owned(), views.clone(), ends).await?);
        }
    }
    lags.sort_by(|a, b| (&a.sink, a.topic, a.partition).cmp(&(&b.sink, b.topic, b.partition)));
    Ok(lags)
}

async fn of_sink(platform: &Platform, sink: String, positions: Positions, ends: Positions) -> Result<Vec<Lag>> {
    let (settings, now) = (platform.log.clone(), platform.clock.now());
    let looked = tokio::task::spawn_blocking(move || {
        let probe = Probe::open(&settings)?;
        ends.iter()
            .map(|(partition, end)| {
                let position = positions.of(partition);
                Ok(Lag {
                    sink: sink.clone(),
                    topic: partition.topic.name(),
                    partition: partition.number,
                    position,
                    end,
                    behind: (end - position).max(0),
                    behind_seconds: progress::behind_seconds(&probe, partition, &positions, end, now)?,
                })
            })
            .collect::<Result<Vec<_>, log::LogError>>()
    });
    Ok(looked.await??)
}
