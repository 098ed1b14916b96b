//! `ytempire channels`: channels whose owners have connected them.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use axum::Router;
use events::ChannelId;
use ingest::connect::{Connection, Connections};
use tokio::net::TcpListener;

use super::{Start, asked_to_stop};
use crate::cli::{ChannelsAction, ChannelsOptions};
use crate::connect::{self, CONNECT_PATH};
use crate::exit::{Done, wrong_use};
use crate::output;
use crate::platform::{Need, Platform};

/// How often it is looked whether the owner is back.
const LOOK_EVERY: Duration = Duration::from_millis(500);

pub async fn run(start: Start, options: ChannelsOptions) -> Result<Done> {
    let (json, quiet) = (start.global.json, start.global.quiet);
    if matches!(options.action, ChannelsAction::Connect) && !start.settings.oauth.is_configured() {
        return Err(wrong_use(anyhow!(ingest::connect::ConnectError::NotConfigured)));
    }
    let platform = Platform::attach(start.settings, start.clock, &[Need::Database]).await?;
    let outcome = match options.action {
        ChannelsAction::List => list(&platform, json).await,
        ChannelsAction::Connect => connect(&platform, json, quiet).await,
        ChannelsAction::Disconnect { channel } => disconnect(&platform, &channel, quiet).await,
    };
    platform.stop().await?;
    outcome
}

async fn list(platform: &Platform, json: bool) -> Result<Done> {
    let connections = connect::connections(platform)?.list().await?;
    match json {
        true => output::print_json(&connections)?,
        false => {
            let header = ["channel", "title", "state", "connected", "refreshed", "error"];
            output::print_table(&header, connections.iter().map(cells))?;
        }
    }
    Ok(Done::Wholly)
}

fn cells(connection: &Connection) -> Vec<String> {
    let missing = match connection.missing_scopes.is_empty() {
        true => String::new(),
        false => format!("not granted: {}", connection.missing_scopes.join(", ")),
    };
    let time = |at: chrono::DateTime<chrono::Utc>| at.format("%F %T").to_string();
    vec![
        connection.channel.clone(),
        connection.title.clone(),
        connection.state.as_str().to_owned(),
        time(connection.connected_at),
        connection.refreshed_at.map(time).unwrap_or_default(),
        connection.error.clone().unwrap_or(missing),
    ]
}

/// Prints the address to open, and waits until a channel has been connected there.
async fn connect(platform: &Platform, json: bool, quiet: bool) -> Result<Done> {
    let connections = connect::connections(platform)?;
    let began = platform.clock.now();
    let (own, serving) = match &platform.owner {
        Some(owner) => (owner.http_url.clone(), None),
        None => {
            let (own, serving) = serve(platform).await?;
            (own, Some(serving))
        }
    };
    if !quiet {
        eprintln!(
            "open this address in a browser on this machine; waiting until the channel is connected (Ctrl-C ends it)"
        );
    }
    match json {
        true => eprintln!("{own}{CONNECT_PATH}"),
        false => output::print(&format!("{own}{CONNECT_PATH}\n"))?,
    }
    let connected = tokio::select! {
        connected = wait(&connections, platform, began) => connected?,
        () = asked_to_stop() => bail!("stopped; no channel was connected"),
    };
    if let Some(serving) = serving {
        // the browser's page is on its way
        tokio::time::sleep(LOOK_EVERY).await;
        serving.abort();
    }
    match json {
        true => output::print_json(&connected)?,
        false => output::print(&format!("{} ({}) is connected\n", connected.title, connected.channel))?,
    }
    Ok(Done::Wholly)
}

/// The pages of `up`, for as long as nobody else serves them.
async fn serve(platform: &Platform) -> Result<(String, tokio::task::JoinHandle<()>)> {
    let address = &platform.settings.http;
    let listener = TcpListener::bind(address).await;
    let listener =
        listener.with_context(|| format!("can't listen on {address}: choose another address with --http"))?;
    let own = format!("http://{}", listener.local_addr()?);
    let routes: Router = connect::routes(platform, &own)?;
    let serving = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, routes).await {
            tracing::error!(%error, "the address to connect at is served no longer");
        }
    });
    Ok((own, serving))
}

async fn wait(
    connections: &Connections,
    platform: &Platform,
    began: chrono::DateTime<chrono::Utc>,
) -> Result<Connection> {
    loop {
        platform.check_owner()?;
        let all = connections.list().await?;
        if let Some(new) = all.into_iter().find(|one| one.connected_at >= began) {
            return Ok(new);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn disconnect(platform: &Platform, channel: &str, quiet: bool) -> Result<Done> {
    let id = ChannelId::new(channel).map_err(|invalid| wrong_use(anyhow!("{channel}: {}", invalid.reason)))?;
    let told = connect::connections(platform)?.disconnect(&id).await?;
    match told {
        None => {
            if !quiet {
                eprintln!("{channel} is disconnected; what was read of it stays");
            }
            Ok(Done::Wholly)
        }
        Some(reason) => {
            eprintln!(
                "{channel} is disconnected and its tokens are forgotten, but Google was not told ({reason}): take the \
                 access back at myaccount.google.com/permissions"
            );
            Ok(Done::Partly)
        }
    }
}
