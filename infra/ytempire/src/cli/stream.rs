//! What can be typed after `ytempire stream`.

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct StreamOptions {
    /// A name of its own that the process keeps (a host's, a pod's): killed and started again it has its partitions at once,
    /// not after the 6 s in which the brokers miss it. Stopped for good, its partitions wait those 6 s for others
    #[arg(long, value_name = "NAME", value_parser = instance)]
    pub instance: Option<String>,
    #[command(subcommand)]
    pub command: Option<StreamCommand>,
}

/// What Kafka takes as a `group.instance.id`: the letters of a topic's name.
fn instance(name: &str) -> Result<String, String> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    match !name.is_empty() && name.len() <= 249 && name.bytes().all(legal) {
        true => Ok(name.to_owned()),
        false => Err("give 1 to 249 letters, digits, '.', '_' or '-'".to_owned()),
    }
}

#[derive(Debug, Subcommand)]
pub enum StreamCommand {
    /// Compute views anew beside those that are read, show the difference, and put them in their place
    #[command(after_help = "Example: ytempire stream rebuild video_velocity --dry-run\n\n\
        Views of one family are made in one transaction, so all of the view's family are rebuilt. Readers read on; pipelines run on, but \
        for the moment of the swap.")]
    Rebuild(RebuildOptions),
    /// What late events have changed in views
    #[command(after_help = "Example: ytempire stream corrections --view video_day_tiles --limit 20")]
    Corrections(CorrectionsOptions),
    /// Rows that views could not hold, which were put aside so that nothing has to wait for them
    #[command(
        after_help = "The rows themselves are in the lake: select * from bronze.… where _partition = … and _offset = …. \
        `ytempire stream rebuild VIEW --from topic` tries them again.

Example: ytempire stream refused --json"
    )]
    Refused(RefusedOptions),
    /// What was changed in views by no event: by rebuilds, and by rows that were removed from the lake
    #[command(after_help = "Example: ytempire stream rebuilds --json")]
    Rebuilds(RebuildsOptions),
}

#[derive(Debug, Args)]
pub struct RebuildOptions {
    /// A view such as video_velocity, with or without `views.` before it
    pub view: String,
    /// What to compute from
    #[arg(long, value_enum, default_value_t = RebuildFrom::Lake)]
    pub from: RebuildFrom,
    /// Show the difference, change nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum RebuildFrom {
    /// All rows that were ever taken in
    Lake,
    /// The records that the brokers keep, in order, as they came
    Topic,
}

#[derive(Debug, Args)]
pub struct CorrectionsOptions {
    /// Only of this view
    #[arg(long)]
    pub view: Option<String>,
    /// The newest so many
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=100_000))]
    pub limit: i64,
}

#[derive(Debug, Args)]
pub struct RefusedOptions {
    /// The newest so many
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=100_000))]
    pub limit: i64,
}

#[derive(Debug, Args)]
pub struct RebuildsOptions {
    /// The newest so many
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=100_000))]
    pub limit: i64,
}
