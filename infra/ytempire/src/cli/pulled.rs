//! `ytempire ingest <source>` for every source of the catalogue: the command is made from what the source says of
//! itself, so that adding a source adds its command.

use clap::{Arg, ArgAction, ArgMatches, Command, Error, FromArgMatches, Subcommand, error::ErrorKind};
use ingest::pull::{CATALOGUE, Entry};

/// A source to read now.
#[derive(Clone)]
pub struct Pulled {
    pub entry: &'static Entry,
    /// Settings that flags stand for, with what was given.
    pub asked: Vec<(&'static str, Vec<String>)>,
    pub no_wait: bool,
}

impl std::fmt::Debug for Pulled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}", self.entry.manual.name, self.asked)
    }
}

fn command(entry: &'static Entry) -> Command {
    let manual = &entry.manual;
    let variables: Vec<String> = manual
        .variables
        .iter()
        .map(|(name, setting)| format!("{name} sets {setting}"))
        .collect();
    let long = format!(
        "{}\n\n{}\n\nEnvironment: {}",
        manual.about,
        manual.details,
        variables.join(", ")
    );
    let flags = manual.flags.iter().map(|flag| {
        Arg::new(flag.name)
            .long(flag.name)
            .value_name(flag.value)
            .help(flag.help)
            .action(ArgAction::Append)
    });
    let no_wait = Arg::new(NO_WAIT)
        .long(NO_WAIT)
        .help("Don't wait until the rows can be queried")
        .action(ArgAction::SetTrue);
    Command::new(manual.name)
        .about(manual.about)
        .long_about(long)
        .after_help(format!("Example: {}", manual.example))
        .args(flags)
        .arg(no_wait)
}

const NO_WAIT: &str = "no-wait";

impl Subcommand for Pulled {
    fn augment_subcommands(cmd: Command) -> Command {
        CATALOGUE.iter().fold(cmd, |cmd, entry| cmd.subcommand(command(entry)))
    }

    fn augment_subcommands_for_update(cmd: Command) -> Command {
        Self::augment_subcommands(cmd)
    }

    fn has_subcommand(name: &str) -> bool {
        Entry::find(name).is_some()
    }
}

impl FromArgMatches for Pulled {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let found = matches
            .subcommand()
            .and_then(|(name, inner)| Some((Entry::find(name)?, inner)));
        let (entry, inner) = found.ok_or_else(|| Error::new(ErrorKind::InvalidSubcommand))?;
        let values = |name| inner.get_many::<String>(name).into_iter().flatten().cloned().collect();
        Ok(Self {
            entry,
            asked: entry
                .manual
                .flags
                .iter()
                .map(|flag| (flag.setting, values(flag.name)))
                .collect(),
            no_wait: inner.get_flag(NO_WAIT),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::{Cli, Command as Typed, SourceName};

    #[test]
    fn flags_of_a_source_become_its_settings() {
        let line = [
            "ytempire",
            "ingest",
            "youtube",
            "--channel",
            "@a",
            "--channel",
            "@b",
            "--chart",
            "US",
        ];
        let Typed::Ingest(options) = Cli::parse_from(line).command else {
            panic!("another command");
        };
        let SourceName::Pulled(pulled) = options.source else {
            panic!("another source");
        };
        assert_eq!(pulled.entry.manual.name, "youtube");
        assert!(
            pulled
                .asked
                .contains(&("channels", vec!["@a".to_owned(), "@b".to_owned()]))
        );
        let settings = pulled
            .entry
            .asked(serde_json::json!({"searches": ["x"]}), &pulled.asked);
        assert_eq!(settings["searches"], serde_json::json!([]));
        assert_eq!(settings["charts"], serde_json::json!(["US"]));
    }
}
