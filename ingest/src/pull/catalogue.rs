//! The catalogue of polled sources: one line each. Settings, flags and help of a source come from its own file.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use thiserror::Error;

use super::{BadSetting, Pull, Target};
use crate::sources::{
    adsense, analytics, exchange_rates, google_trends, reddit, reporting, stripe, suggestions, tiktok, websub, x,
    youtube,
};

/// Every polled source.
pub const CATALOGUE: &[Entry] = &[
    Entry::of::<youtube::Settings>(),
    Entry::of::<websub::Settings>(),
    Entry::of::<analytics::Settings>(),
    Entry::of::<reporting::Settings>(),
    Entry::of::<adsense::Settings>(),
    Entry::of::<reddit::Settings>(),
    Entry::of::<google_trends::Settings>(),
    Entry::of::<x::Settings>(),
    Entry::of::<tiktok::Settings>(),
    Entry::of::<suggestions::Settings>(),
    Entry::of::<stripe::Settings>(),
    Entry::of::<exchange_rates::Settings>(),
];

/// What a source needs to stand in the catalogue: its settings, with a default for each.
pub trait Configured: DeserializeOwned + Serialize + Default {
    const MANUAL: Manual;

    /// # Errors
    /// A setting that can't be.
    fn open(self) -> Result<Box<dyn Pull>, BadSetting>;
}

/// What people are told about a source.
#[derive(Debug, Clone, Copy)]
pub struct Manual {
    /// Its name on the command line and in `[sources.<name>]`.
    pub name: &'static str,
    pub about: &'static str,
    /// What it reads, what that costs, what it needs.
    pub details: &'static str,
    pub example: &'static str,
    pub flags: &'static [Flag],
    /// Environment variables and the settings they set.
    pub variables: &'static [(&'static str, &'static str)],
}

/// A flag that says what to read, and the setting (a list) that it stands for.
#[derive(Debug, Clone, Copy)]
pub struct Flag {
    pub name: &'static str,
    pub setting: &'static str,
    pub value: &'static str,
    pub help: &'static str,
}

/// A line of the catalogue.
#[derive(Clone, Copy)]
pub struct Entry {
    pub manual: Manual,
    open: fn(Value) -> Result<Box<dyn Pull>, SettingsError>,
    shown: fn(Value) -> Result<Value, SettingsError>,
}

/// A source, ready to be read.
pub struct Opened {
    pub name: &'static str,
    pub pull: Box<dyn Pull>,
    /// Whether it reads what is connected, beside its targets.
    pub reads_accounts: bool,
}

/// The settings of a source don't fit. The message holds no value of a setting that may be a secret.
#[derive(Debug, Error)]
pub enum SettingsError {
    #[error("[sources.{source_name}] has a setting that does not exist or does not fit: {what}")]
    Unfit { source_name: &'static str, what: String },
    #[error("[sources.{source_name}] {bad}")]
    Bad { source_name: &'static str, bad: BadSetting },
}

impl Opened {
    /// Its targets, and what it reads of those who are connected.
    pub fn all_targets(&self, accounts: &[String]) -> Vec<Target> {
        let mut targets = self.pull.targets().to_vec();
        for account in accounts.iter().filter(|_| self.reads_accounts) {
            for target in self.pull.of_account(account) {
                if !targets.iter().any(|known| known.name == target.name) {
                    targets.push(target);
                }
            }
        }
        targets
    }
}

impl Entry {
    pub const fn of<S: Configured>() -> Self {
        Self {
            manual: S::MANUAL,
            open: open::<S>,
            shown: shown::<S>,
        }
    }

    pub fn find(name: &str) -> Option<&'static Entry> {
        CATALOGUE.iter().find(|entry| entry.manual.name == name)
    }

    /// # Errors
    /// A setting does not exist or can't be; the message names it.
    pub fn open(&self, settings: Value) -> Result<Opened, SettingsError> {
        let pull = (self.open)(settings)?;
        Ok(Opened {
            name: self.manual.name,
            reads_accounts: pull.reads_accounts(),
            pull,
        })
    }

    /// As [`Entry::open`], for what flags ask for alone.
    ///
    /// # Errors
    /// A setting does not exist or can't be; the message names it.
    pub fn open_asked(&self, settings: Value, asked: &[(&'static str, Vec<String>)]) -> Result<Opened, SettingsError> {
        let is_asked = asked.iter().any(|(_, values)| !values.is_empty());
        let mut opened = self.open(self.asked(settings, asked))?;
        opened.reads_accounts &= !is_asked;
        Ok(opened)
    }

    /// All settings in force, defaults included and secrets hidden.
    ///
    /// # Errors
    /// A setting does not exist or can't be; the message names it.
    pub fn shown(&self, settings: Value) -> Result<Value, SettingsError> {
        (self.shown)(settings)
    }

    /// `settings` with only what the flags ask for to be read; without flags, as they are.
    pub fn asked(&self, settings: Value, asked: &[(&'static str, Vec<String>)]) -> Value {
        let mut settings = settings;
        let is_asked = asked.iter().any(|(_, values)| !values.is_empty());
        if let (true, Some(settings)) = (is_asked, settings.as_object_mut()) {
            for flag in self.manual.flags {
                settings.insert(flag.setting.to_owned(), Value::Array(Vec::new()));
            }
            for (setting, values) in asked {
                settings.insert((*setting).to_owned(), values.clone().into());
            }
        }
        settings
    }
}

fn read<S: Configured>(settings: Value) -> Result<S, SettingsError> {
    let settings = if settings.is_null() {
        Value::Object(Map::new())
    } else {
        settings
    };
    serde_json::from_value(settings).map_err(|error| SettingsError::Unfit {
        source_name: S::MANUAL.name,
        what: without_values(&error.to_string()),
    })
}

fn open<S: Configured>(settings: Value) -> Result<Box<dyn Pull>, SettingsError> {
    read::<S>(settings)?.open().map_err(|bad| SettingsError::Bad {
        source_name: S::MANUAL.name,
        bad,
    })
}

fn shown<S: Configured>(settings: Value) -> Result<Value, SettingsError> {
    let settings = read::<S>(settings)?;
    Ok(serde_json::to_value(settings).unwrap_or_default())
}

/// serde quotes the value that does not fit, and it may be a key that was put in the wrong place.
fn without_values(message: &str) -> String {
    let mut shown = String::new();
    let mut is_inside = false;
    for c in message.chars() {
        match (c, is_inside) {
            ('"', _) => {
                is_inside = !is_inside;
                shown.push_str(if is_inside { "\"…\"" } else { "" });
            }
            (_, true) => {}
            (c, false) => shown.push(c),
        }
    }
    shown
}
