//! `[sources.<name>]`: each source of the catalogue has its own settings, and checks them itself.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use ingest::pull::catalogue::{Opened, SettingsError};
use ingest::pull::{CATALOGUE, Entry};
use serde::{Deserialize, Serialize};

/// What was set, by source; what was not set has the source's own default.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Sources(BTreeMap<String, serde_json::Value>);

impl Sources {
    /// Environment variables, each with the source and the setting it is for.
    pub fn variables() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        CATALOGUE.iter().flat_map(|entry| {
            let of_source = |(name, setting): &(&'static str, &'static str)| (*name, entry.manual.name, *setting);
            entry.manual.variables.iter().map(of_source)
        })
    }

    /// # Errors
    /// A source or a setting that does not exist, or one that can't be.
    pub fn check(&self) -> Result<()> {
        for name in self.0.keys() {
            if Entry::find(name).is_none() {
                let names: Vec<&str> = CATALOGUE.iter().map(|entry| entry.manual.name).collect();
                bail!(
                    "[sources.{name}]: there is no such source; there are {}",
                    names.join(", ")
                );
            }
        }
        self.open_all()?;
        Ok(())
    }

    /// The settings of a source as they were set.
    pub fn of(&self, name: &str) -> serde_json::Value {
        self.0.get(name).cloned().unwrap_or_else(|| serde_json::json!({}))
    }

    /// Every source of the catalogue, configured or not.
    pub fn open_all(&self) -> Result<Vec<Opened>, SettingsError> {
        CATALOGUE
            .iter()
            .map(|entry| entry.open(self.of(entry.manual.name)))
            .collect()
    }

    /// The project that the YouTube Data API is charged to, and its units a day.
    pub fn youtube_quota(&self) -> (String, i64) {
        let shown = Entry::find("youtube").and_then(|entry| entry.shown(self.of("youtube")).ok());
        let shown = shown.unwrap_or_default();
        let project = shown
            .get("project")
            .and_then(serde_json::Value::as_str)
            .unwrap_or("default");
        let units = shown.get("daily_units").and_then(serde_json::Value::as_i64);
        (project.to_owned(), units.unwrap_or(10_000))
    }

    /// All settings in force, defaults included, secrets hidden.
    pub fn redacted(&self) -> Self {
        let shown = |entry: &Entry| {
            let name = entry.manual.name;
            let mut settings = entry.shown(self.of(name)).unwrap_or_default();
            if let Some(settings) = settings.as_object_mut() {
                for value in settings.values_mut() {
                    if let Some(text) = value.as_str().filter(|text| text.contains("://")) {
                        *value = super::without_password(text).into();
                    }
                }
            }
            (name.to_owned(), settings)
        };
        Self(CATALOGUE.iter().map(shown).collect())
    }
}

impl std::fmt::Debug for Sources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
