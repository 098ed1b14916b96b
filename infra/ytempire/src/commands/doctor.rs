//! `ytempire doctor`: is everything there, and does it answer? Every finding that is bad says what to do.

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use events::Topic;
use lake::Lake;
use log::Probe;
use serde::Serialize;

use super::Start;
use crate::exit::{Done, told};
use crate::output;
use crate::platform::{self, ALL_NEEDS, Platform};
use crate::settings::Settings;

#[derive(Debug, Serialize)]
struct Finding {
    part: &'static str,
    ok: bool,
    detail: String,
}

pub async fn run(start: Start) -> Result<Done> {
    let json = start.global.json;
    let mut findings = vec![binaries(&start)];
    let settings = start.settings.clone();
    match Platform::attach(start.settings, start.clock, &ALL_NEEDS).await {
        Ok(platform) => {
            findings.push(ok("data folder", owner(&platform)));
            findings.push(finding("database", database(&platform).await));
            findings.push(finding("broker", broker(&platform.log).await));
            findings.push(finding("lake", lake(&platform.lake).await));
            findings.push(finding("pipelines", pipelines(&platform).await));
            platform.stop().await?;
        }
        Err(error) => {
            findings.push(finding("platform", Err(error)));
            findings.extend(without_platform(&settings).await);
        }
    }
    let healthy = findings.iter().all(|finding| finding.ok);
    match json {
        true => output::print_json(&findings)?,
        false => output::print_table(
            &["part", "", "finding"],
            findings.iter().map(|f| {
                vec![
                    f.part.to_owned(),
                    if f.ok { "ok" } else { "BAD" }.to_owned(),
                    f.detail.clone(),
                ]
            }),
        )?,
    }
    Ok(if healthy { Done::Wholly } else { Done::BadFinding })
}

fn ok(part: &'static str, detail: String) -> Finding {
    Finding { part, ok: true, detail }
}

fn finding(part: &'static str, outcome: Result<String>) -> Finding {
    match outcome {
        Ok(detail) => ok(part, detail),
        Err(error) => Finding {
            part,
            ok: false,
            detail: told(&error),
        },
    }
}

/// Of the parts that answer for themselves, whatever else is away.
async fn without_platform(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    match platform::log(settings) {
        Ok(Some(log)) => findings.push(finding("broker", broker(&log).await)),
        // the embedded one runs when a platform does
        Ok(None) => {}
        Err(error) => findings.push(finding("broker", Err(error))),
    }
    let found = match platform::lake(settings) {
        Ok(found) => lake(&found).await,
        Err(error) => Err(error),
    };
    findings.push(finding("lake", found));
    findings
}

fn binaries(start: &Start) -> Finding {
    let part = "postgres binaries";
    if !start.settings.database.url.is_empty() {
        return ok(part, "not needed: DATABASE_URL names a database".to_owned());
    }
    let server = start.settings.database.install.join("bin/postgres");
    match server.exists() {
        true => ok(part, server.display().to_string()),
        false => finding(
            part,
            Err(anyhow::anyhow!(
                "{} is not there: run infra/bootstrap.sh",
                server.display()
            )),
        ),
    }
}

fn owner(platform: &Platform) -> String {
    let folder = platform.data_dir().display();
    match &platform.owner {
        Some(owner) => format!("{folder}, held by process {} at {}", owner.pid, owner.http_url),
        None => format!("{folder}, held by nobody else"),
    }
}

async fn database(platform: &Platform) -> Result<String> {
    let row: (String, Option<String>) = sqlx::query_as(
        "SELECT current_setting('server_version'), (SELECT extversion FROM pg_extension WHERE extname = 'vector')",
    )
    .fetch_one(platform.pool()?)
    .await
    .context("the database does not answer")?;
    match row.1 {
        Some(vector) => Ok(format!("Postgres {}, pgvector {vector}", row.0)),
        None => bail!(
            "Postgres {} has no pgvector: install it and run `ytempire migrate`",
            row.0
        ),
    }
}

async fn broker(settings: &log::Settings) -> Result<String> {
    let settings = settings.clone();
    let brokers = settings.brokers.clone();
    let missing = tokio::task::spawn_blocking(move || {
        let probe = Probe::open(&settings)?;
        let there = |topic| probe.partitions(topic).map(|partitions| !partitions.is_empty());
        let mut missing = Vec::new();
        for topic in Topic::ALL {
            if !there(topic)? {
                missing.push(topic.name());
            }
        }
        Ok::<_, log::LogError>(missing)
    })
    .await??;
    match missing.is_empty() {
        true => Ok(format!("{brokers}, all {} topics", Topic::ALL.len())),
        false => bail!(
            "{brokers} lacks the topics {}: start `ytempire up` once",
            missing.join(", ")
        ),
    }
}

async fn lake(lake: &Lake) -> Result<String> {
    batch::Session::open(lake).await?;
    Ok(format!("{}, all {} tables", lake.url(), lake::Table::ALL.len()))
}

/// # Errors
/// A pipeline is stopped, or has put rows aside.
async fn pipelines(platform: &Platform) -> Result<String> {
    // what the processes that run them say of themselves
    let stopped: Vec<(String, String, String, DateTime<Utc>)> = sqlx::query_as(
        // one reason is told once, however many have it
        "SELECT string_agg(DISTINCT sink, ', '), CASE WHEN count(DISTINCT sink) = 1 THEN \
         ', at ' || string_agg(topic || '/' || partition || '@' || position, ' ' ORDER BY topic, partition) ELSE '' END, \
         trouble, min(trouble_since) \
         FROM sink.progress WHERE trouble IS NOT NULL AND updated_at > now() - INTERVAL '15 seconds' \
         GROUP BY trouble ORDER BY 1",
    )
    .fetch_all(platform.pool()?)
    .await?;
    if !stopped.is_empty() {
        let said = stopped.iter().map(|(sinks, places, why, since)| {
            format!(
                "not moving since {}{places}: {sinks}: {why}",
                since.format("%Y-%m-%d %H:%M:%S UTC")
            )
        });
        bail!("{}", said.collect::<Vec<_>>().join("; "));
    }
    let (rows, newest): (i64, Option<String>) = sqlx::query_as(
        "SELECT count(*), (array_agg(sink || ': ' || reason ORDER BY refused_at DESC))[1] FROM sink.refused_rows \
         WHERE NOT starts_with(sink, 'shadow:')",
    )
    .fetch_one(platform.pool()?)
    .await?;
    if let Some(newest) = newest {
        bail!(
            "{rows} rows were put aside, as views can't hold them ({newest}): see `ytempire stream refused`, and please report it"
        );
    }
    let (behind, told, is_old): (Option<i64>, Option<DateTime<Utc>>, Option<bool>) = sqlx::query_as(
        "SELECT sum(greatest(end_offset - position, 0))::bigint, max(updated_at), max(updated_at) < now() - INTERVAL '60 seconds' \
         FROM sink.progress",
    )
    .fetch_one(platform.pool()?)
    .await?;
    let (Some(behind), Some(told)) = (behind, told) else {
        return Ok("have not run yet".to_owned());
    };
    let told = told.format("%Y-%m-%d %H:%M:%S UTC");
    match (is_old, behind) {
        (Some(true), 1..) => bail!(
            "{behind} records were unread at {told}, and nobody has told of them since: start `ytempire up` or `ytempire stream`"
        ),
        (Some(true), _) => Ok(format!("all was read at {told}; nobody has told of them since")),
        _ => Ok(format!("{behind} records behind at {told}")),
    }
}
