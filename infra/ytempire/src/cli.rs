//! The command line: what can be typed.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};

use crate::output::Form;
use crate::settings::Flags;

mod pulled;
mod stream;

pub use pulled::Pulled;
pub use stream::{
    CorrectionsOptions, RebuildFrom, RebuildOptions, RebuildsOptions, RefusedOptions, StreamCommand, StreamOptions,
};

/// Data pipelines for people who run YouTube channels.
///
/// Data goes to standard output, progress and logs to standard error. Exit codes: 0 done, 1 failed, 2 wrong use,
/// 3 partly done.
#[derive(Debug, Parser)]
#[command(
    name = "ytempire",
    version,
    after_help = "Example: ytempire ingest trending USvideos.csv && ytempire sql \
    \"select region, count(*) from bronze.youtube_video_snapshots group by region\""
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Where the platform keeps its data [env: YTEMPIRE_DATA_DIR]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Address of the API and the dashboard; port 0 takes any free one [env: YTEMPIRE_HTTP]
    #[arg(long, global = true, value_name = "ADDR")]
    pub http: Option<String>,
    /// Print data as JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// No progress, and only errors in the log
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// More in the log; twice for everything
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

impl Global {
    pub fn flags(&self) -> Flags {
        Flags {
            data_dir: self.data_dir.clone(),
            http: self.http.clone(),
        }
    }

    pub fn form(&self) -> Form {
        if self.json { Form::Json } else { Form::Table }
    }
}

#[derive(Debug, clap::Args)]
pub struct LagOptions {
    /// Of another cluster, where groups are known by what they have committed; reached with the settings of [kafka.properties]
    #[arg(long, value_name = "HOST:PORT", value_parser = brokers)]
    pub brokers: Option<String>,
    /// Look every second until Ctrl-C; with --json, a line each
    #[arg(long)]
    pub watch: bool,
}

/// Addresses as Kafka's clients take them, comma separated.
fn brokers(text: &str) -> Result<String, String> {
    for one in text.split(',') {
        let port = one
            .trim()
            .rsplit_once(':')
            .map(|(host, port)| (host, port.parse::<u16>()));
        match port {
            Some((host, Ok(port))) if !host.is_empty() && port > 0 => {}
            _ => return Err(format!("{one:?} is no address: give host:port, such as 127.0.0.1:9092")),
        }
    }
    Ok(text.to_owned())
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the whole platform: broker, database, pipelines, API, dashboard
    #[command(after_help = "Example: ytempire up --http 127.0.0.1:8080")]
    Up(UpOptions),
    /// Bring data in from a source
    #[command(after_help = "Example: ytempire ingest trending USvideos.csv.gz")]
    Ingest(IngestOptions),
    /// Ask the lake by SQL
    #[command(
        after_help = "Example: ytempire sql --csv \"select video_id, max(views) as views from \
        bronze.youtube_video_snapshots group by video_id order by views desc limit 10\""
    )]
    Sql(SqlOptions),
    /// How far every consumer group is behind its topics, in records and in seconds
    #[command(
        after_help = "Example: ytempire lag --watch\n\nbehind s: age of the next record to read. in/s, out/s: records that \
        came and that were read; where nobody runs the pipelines and a group is behind, it takes up to 13 s to see. caught up in s: if both go \
        on so. -: a member reads the partition, and its group has committed nothing. queryable ms: from the log until the last records could be queried."
    )]
    Lag(LagOptions),
    /// Run the pipelines alone, against external parts; several share the work
    #[command(
        after_help = "Example: KAFKA_BROKERS=kafka:9092 DATABASE_URL=postgres://… LAKE_URL=s3://bucket/lake ytempire stream\n\n\
        Partitions are shared between all processes that run pipelines of these parts; one that ends or joins moves work within \
        seconds. It prints the address of its /livez, /readyz and /metrics."
    )]
    Stream(StreamOptions),
    /// Compare topics, lake and views at a common position, and name every difference
    #[command(after_help = "Example: ytempire verify --json")]
    Verify,
    /// Delete what the YouTube API told longer ago than retention.youtube_api_days: from topics, lake and views
    #[command(
        after_help = "Example: ytempire retention --dry-run\n\nYour own data and what was computed from it is kept. `ytempire up` does it \
        by itself, every retention.every_hours."
    )]
    Retention(RetentionOptions),
    /// Delete everything that is known of a channel, and take in nothing of it any more
    #[command(after_help = "Example: ytempire forget UC_x5XG1OV2P6uZZ5FSM9Ttw --dry-run")]
    Forget(ForgetOptions),
    /// Rows that could not be used
    #[command(after_help = "Example: ytempire dead-letters list")]
    DeadLetters(DeadLettersOptions),
    /// Look whether everything the platform needs is there and answers
    #[command(after_help = "Example: ytempire doctor")]
    Doctor,
    /// Serve the vendors' APIs over a simulated world: YouTube, Google OAuth, AdSense, Stripe, Reddit, X, TikTok, Trends
    #[command(
        after_help = "Example: ytempire emulator --http 127.0.0.1:8090 --seed 7 --fault 0.05\n\nIt takes any key and any client. Point a \
        source at it by base_url and, where it has one, token_url: URL/token for Google, URL/api/v1/access_token for Reddit, \
        URL/v2/oauth/token/ for TikTok; Stripe's keys are sk_test_NUMBER, with a channel's number. A refresh token comes from \
        URL/o/oauth2/v2/auth, or by `ytempire channels connect` with [oauth] pointed at it.\n\nGET URL/_emulator/world lists channels \
        and keywords, GET URL/_emulator/requests what was asked; POST URL/_emulator/faults {\"path\": \"/youtube\", \"kind\": \
        \"unavailable\", \"count\": 3} makes the next requests go wrong (too-many-requests, internal, bad-gateway, unavailable, slow, \
        broken, truncated, unauthorized, forbidden, quota-exceeded, not-found)."
    )]
    Emulator(EmulatorOptions),
    /// Channels whose owners have connected them
    #[command(after_help = "Example: ytempire channels connect")]
    Channels(ChannelsOptions),
    /// Bring the database's schema up to date
    #[command(after_help = "Example: DATABASE_URL=postgres://… ytempire migrate")]
    Migrate,
    /// Show the settings in force
    #[command(after_help = "Example: ytempire config show")]
    Config(ConfigOptions),
    /// Print completions for a shell
    #[command(after_help = "Example: ytempire completions bash > ~/.local/share/bash-completion/completions/ytempire")]
    Completions(CompletionsOptions),
}

#[derive(Debug, Args)]
pub struct RetentionOptions {
    /// Count what would go, and delete nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Instead of retention.youtube_api_days
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    pub days: Option<f64>,
}

#[derive(Debug, Args)]
pub struct ForgetOptions {
    /// The channel's id, UC…
    pub channel: String,
    /// Count what would go, and delete nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Don't ask
    #[arg(long)]
    pub yes: bool,
    /// Take the channel in again from now on; what was deleted is gone
    #[arg(long, conflicts_with_all = ["dry_run", "yes"])]
    pub release: bool,
}

#[derive(Debug, Args)]
pub struct UpOptions {
    /// Start without demo data
    #[arg(long)]
    pub no_simulate: bool,
}

#[derive(Debug, Args)]
pub struct IngestOptions {
    #[command(subcommand)]
    pub source: SourceName,
}

#[derive(Debug, Subcommand)]
pub enum SourceName {
    /// YouTube trending exports: CSV files, plain or gzipped
    #[command(after_help = "Example: ytempire ingest trending 'data/*videos.csv.gz' data/US_category_id.json")]
    Trending(TrendingOptions),
    /// Files you have already: YouTube Studio, Google Trends, comments, trackers, sponsorships, trending exports
    ///
    /// What a file is shows in its first rows; the command says what it took it for. Kinds: youtube-trending,
    /// youtube-category-names, youtube-channel-tracker, youtube-comments, youtube-studio-table, youtube-studio-chart,
    /// youtube-studio-totals, google-trends-interest, google-trends-regions, google-trends-related, sponsorship.
    #[command(after_help = "Example: ytempire ingest file 'Content 2021-10-01_2021-11-01 Name.zip' multiTimeline.csv")]
    File(FileOptions),
    /// A seeded world of channels, videos, trends and revenue
    #[command(after_help = "Example: ytempire ingest simulate --seed 7 --channels 50 --days 30")]
    Simulate(SimulateOptions),
    /// Read every source that is configured, on its schedule, until stopped
    #[command(after_help = "Example: ytempire ingest run youtube --once")]
    Run(RunOptions),
    /// How every polled source stands: last success, next run, cursor, quota left, errors
    #[command(after_help = "Example: ytempire ingest status --json")]
    Status,
    #[command(flatten)]
    Pulled(Pulled),
}

#[derive(Debug, Args)]
pub struct RunOptions {
    /// Only these sources; without any, all that are configured
    #[arg(value_name = "SOURCE")]
    pub sources: Vec<String>,
    /// Read what is due, then end
    #[arg(long)]
    pub once: bool,
    /// With --once: read everything, due or not
    #[arg(long, requires = "once")]
    pub now: bool,
    /// With --once: don't wait until the rows can be queried
    #[arg(long, requires = "once")]
    pub no_wait: bool,
}

#[derive(Debug, Args)]
pub struct TrendingOptions {
    /// Exports (.csv, .csv.gz), *_category_id.json files, globs, or - for standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<String>,
    /// Region of all the files; without it, each file's name tells
    #[arg(long, value_name = "CODE")]
    pub region: Option<String>,
    /// Year of dates without one (DD.MM)
    #[arg(long, default_value_t = 2017)]
    pub year: i32,
    /// Don't wait until the rows can be queried
    #[arg(long)]
    pub no_wait: bool,
}

#[derive(Debug, Args)]
pub struct FileOptions {
    /// Files, plain or gzipped, zip archives of YouTube Studio, folders, globs, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<String>,
    /// What every file is, where its content does not tell
    #[arg(long = "as", value_name = "KIND")]
    pub kind: Option<String>,
    /// Region of a chart, or the one that a trend was asked for
    #[arg(long, value_name = "CODE")]
    pub region: Option<String>,
    /// Channel that exports of YouTube Studio are of
    #[arg(long, value_name = "UC...")]
    pub channel: Option<String>,
    /// Days that a table without dates is of, both in it
    #[arg(long, value_name = "FROM..TO")]
    pub period: Option<ingest::sources::file::Period>,
    /// Don't wait until the rows can be queried
    #[arg(long)]
    pub no_wait: bool,
}

#[derive(Debug, Args)]
pub struct SimulateOptions {
    /// The same seed makes the same world
    #[arg(long)]
    pub seed: Option<u64>,
    #[arg(long)]
    pub channels: Option<u32>,
    /// First day, UTC
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub from: Option<chrono::NaiveDate>,
    /// Days of event time
    #[arg(long, default_value_t = 14)]
    pub days: u32,
    /// End after so many events
    #[arg(long)]
    pub count: Option<u64>,
    /// Event time per wall-clock time; without it, as fast as it goes
    #[arg(long)]
    pub speed: Option<f64>,
    /// Events a second at most
    #[arg(long)]
    pub rate: Option<std::num::NonZeroU32>,
    /// Don't wait until the rows can be queried
    #[arg(long)]
    pub no_wait: bool,
}

#[derive(Debug, Args)]
pub struct EmulatorOptions {
    /// The same seed makes the same world, tokens and faults
    #[arg(long)]
    pub seed: Option<u64>,
    /// Channels of the world
    #[arg(long)]
    pub channels: Option<u32>,
    /// Share of requests that go wrong: 429, 5xx, slow, broken or cut answers
    #[arg(long, value_name = "RATE")]
    pub fault: Option<f64>,
}

#[derive(Debug, Args)]
pub struct SqlOptions {
    /// A SELECT over bronze.*, silver.*, gold.* (the views), late_rows and dead_letters; - reads it from standard input
    pub query: String,
    /// Print a header line and rows
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
}

#[derive(Debug, Args)]
pub struct DeadLettersOptions {
    #[command(subcommand)]
    pub action: DeadLettersAction,
}

#[derive(Debug, Subcommand)]
pub enum DeadLettersAction {
    /// Rejected rows, newest first
    #[command(after_help = "Example: ytempire dead-letters list --limit 20")]
    List {
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// One rejected row with its raw bytes
    #[command(after_help = "Example: ytempire dead-letters show 6f0c…")]
    Show {
        /// Event id, or the beginning of one
        id: String,
    },
    /// Send rejected records through the pipelines again
    #[command(after_help = "Example: ytempire dead-letters replay --all")]
    Replay {
        /// Event ids, or the beginnings of some
        #[arg(required_unless_present = "all")]
        ids: Vec<String>,
        /// All of them
        #[arg(long, conflicts_with = "ids")]
        all: bool,
    },
}

#[derive(Debug, Args)]
pub struct ChannelsOptions {
    #[command(subcommand)]
    pub action: ChannelsAction,
}

#[derive(Debug, Subcommand)]
pub enum ChannelsAction {
    /// Every channel that was ever connected, and how its connection stands
    #[command(after_help = "Example: ytempire channels list --json")]
    List,
    /// Connect a channel: prints the address to open in a browser, and waits
    ///
    /// Needs an OAuth client of your Google Cloud project: oauth.client_id and oauth.client_secret, or
    /// YOUTUBE_CLIENT_ID and YOUTUBE_CLIENT_SECRET. Register http://127.0.0.1:8080/auth/youtube/callback (or what
    /// oauth.redirect_url says) as its redirect URI.
    #[command(after_help = "Example: ytempire channels connect")]
    Connect,
    /// Take the access back at Google and forget the tokens; what was read stays
    #[command(after_help = "Example: ytempire channels disconnect UC_x5XG1OV2P6uZZ5FSM9Ttw")]
    Disconnect {
        /// The channel's id, UC…
        channel: String,
    },
}

#[derive(Debug, Args)]
pub struct ConfigOptions {
    #[command(subcommand)]
    pub action: ConfigAction,
}

#[derive(Debug, Subcommand)]
pub enum ConfigAction {
    /// All settings, secrets hidden
    #[command(after_help = "Example: ytempire config show --json")]
    Show,
}

#[derive(Debug, Args)]
pub struct CompletionsOptions {
    pub shell: clap_complete::Shell,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn global_options_go_before_and_after_the_command() {
        for line in [["ytempire", "--json", "lag"], ["ytempire", "lag", "--json"]] {
            assert!(Cli::parse_from(line).global.json);
        }
    }
}
