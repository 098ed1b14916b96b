use std::path::Path;

use anyhow::Result;
use batch::Session;
use chrono::{DateTime, Days, Utc};
use ingest::sources::simulate::{Pace, Simulation, World, WorldConfig};
use ingest::{Outgoing, Progress, Source, SourceError};

use super::summary::{self, Counts};
use super::{Run, Start, Wait, progress::Seen};
use crate::cli::SimulateOptions;
use crate::exit::{Done, wrong_use};
use crate::output;

pub async fn run(start: Start, options: SimulateOptions) -> Result<Done> {
    let (quiet, json) = (start.global.quiet, start.global.json);
    let source = paced(&start, &options)?;
    let wait = Wait::unless(options.no_wait);
    let mut run = Run::open(start).await?;
    let mut seen = Seen::new(Path::new("simulate"), quiet);
    let read = run.send(source, &mut seen).await?;
    seen.finish();
    if let Some(error) = read.broken {
        return Err(error.into());
    }
    run.settle(wait).await?;
    let mut counts = Counts {
        read: read.records,
        rejected: read.rejected,
        ..Counts::default()
    };
    if wait == Wait::Yes {
        let session = Session::open(&run.platform.lake).await?;
        if let [became] = summary::became(&session, &run.sending).await?[..] {
            counts.settle(became);
        }
    }
    run.close().await?;
    let done = if read.stopped { Done::Partly } else { Done::Wholly };
    match json {
        true => output::print_json(&counts)?,
        false => summary::print_table(vec![summary::cells("simulate", &counts, "")])?,
    }
    Ok(done)
}

fn paced(start: &Start, options: &SimulateOptions) -> Result<Box<dyn Source>> {
    let defaults = WorldConfig::default();
    let from = options
        .from
        .and_then(|day| day.and_hms_opt(0, 0, 0))
        .map(|time| time.and_utc());
    let from: DateTime<Utc> = from.unwrap_or(defaults.start);
    let config = WorldConfig {
        channels: options.channels.unwrap_or(start.settings.simulate.channels),
        start: from,
        ..defaults
    };
    let seed = options.seed.unwrap_or(start.settings.simulate.seed);
    let world = World::new(seed, config).map_err(wrong_use)?;
    let until = from.checked_add_days(Days::new(options.days.into()));
    let pace = Pace::new(from, options.speed, options.rate).map_err(wrong_use)?;
    let simulation = Simulation::new(world, until, options.count);
    Ok(match (options.speed, options.rate) {
        (None, None) => Box::new(simulation),
        _ => Box::new(Paced {
            source: simulation,
            pace,
            started: None,
        }),
    })
}

/// A source that waits until each of its records is due. It is read on a thread of its own, which may sleep.
struct Paced {
    source: Simulation,
    pace: Pace,
    started: Option<std::time::Instant>,
}

impl Source for Paced {
    fn next(&mut self) -> Option<Result<Outgoing, SourceError>> {
        let next = self.source.next()?;
        if let Ok(outgoing) = &next
            && let Some(time) = outgoing.envelope.time
        {
            let started = *self.started.get_or_insert_with(std::time::Instant::now);
            std::thread::sleep(self.pace.due(time).saturating_sub(started.elapsed()));
        }
        Some(next)
    }

    fn progress(&self) -> Progress {
        self.source.progress()
    }
}
