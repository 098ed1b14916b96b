use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LONGEST_NAME, name, no_nul, text};
use crate::{Invalid, Payload, Topic};

/// Something that a person should know: a quota that runs out, a connection that was revoked, a number out of line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alert {
    pub kind: AlertKind,
    pub severity: Severity,
    /// What it is about: a channel id, or the project whose quota it is.
    pub subject: String,
    /// One sentence for people, with what to do.
    pub message: String,
    /// Figures and names behind the sentence, for machines.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AlertKind {
    Quota,
    Policy,
    Anomaly,
    Credential,
}

impl AlertKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            AlertKind::Quota => "quota",
            AlertKind::Policy => "policy",
            AlertKind::Anomaly => "anomaly",
            AlertKind::Credential => "credential",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    Info,
    Warning,
    Critical,
}

impl Alert {
    /// The detail that may differ from telling to telling: what has passed a threshold, as it was when it was told.
    pub const VALUE: &str = "value";
    /// Bytes.
    pub const LONGEST_SUBJECT: usize = LONGEST_NAME;
}

impl Payload for Alert {
    const TOPIC: Topic = Topic::Alerts;
    const KIND: &'static str = "com.ytempire.platform.alert.v1";

    fn key(&self) -> String {
        self.subject.clone()
    }

    fn natural_key(&self) -> Vec<&str> {
        vec![self.kind.as_str(), &self.subject]
    }

    fn identity(&self) -> Self {
        let mut same = self.clone();
        same.details.remove(Alert::VALUE);
        same
    }

    fn check(&self) -> Result<(), Invalid> {
        name("subject", &self.subject)?;
        text("message", &self.message)?;
        for (name, value) in &self.details {
            no_nul("details", name)?;
            no_nul("details", value)?;
        }
        Ok(())
    }
}
