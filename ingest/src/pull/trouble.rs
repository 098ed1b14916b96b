//! What went wrong with a call, sorted by whose fault it is: that decides whether and when it is tried again.

use std::time::Duration;

use chrono::{DateTime, Utc};
use thiserror::Error;

/// Whose fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What was asked for can't be asked for: the target stops until somebody changes it.
    Input,
    /// The vendor doesn't let us in: the target stops until somebody connects it again.
    Credential,
    /// The day's quota is spent: the target goes on after the reset.
    Quota,
    /// Too many calls at a time: tried again later.
    Rate,
    /// The vendor, the network or the log is in trouble: tried again with backoff.
    Dependency,
    /// Our mistake.
    Ours,
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Input => "input",
            Kind::Credential => "credential",
            Kind::Quota => "quota",
            Kind::Rate => "rate",
            Kind::Dependency => "dependency",
            Kind::Ours => "ours",
        }
    }

    pub const fn is_retried(self) -> bool {
        matches!(self, Kind::Rate | Kind::Dependency)
    }
}

/// A call that brought nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what}")]
pub struct Trouble {
    pub kind: Kind,
    /// What happened, and what to do about it. Holds no secrets.
    pub what: String,
    /// The vendor's own word for it, such as `commentsDisabled`.
    pub reason: String,
    /// How long the vendor wants to be left alone.
    pub after: Option<Duration>,
    /// When the quota is new.
    pub until: Option<DateTime<Utc>>,
}

impl Trouble {
    pub fn new(kind: Kind, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: what.into(),
            reason: String::new(),
            after: None,
            until: None,
        }
    }

    pub fn input(what: impl Into<String>) -> Self {
        Self::new(Kind::Input, what)
    }

    pub fn dependency(what: impl Into<String>) -> Self {
        Self::new(Kind::Dependency, what)
    }

    pub fn ours(what: impl Into<String>) -> Self {
        Self::new(Kind::Ours, what)
    }
}

/// An answer that is no answer: status 400 and above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    /// The body, if it is JSON; else null.
    pub body: serde_json::Value,
    pub after: Option<Duration>,
}

impl Refusal {
    /// Sorts by status alone, which every vendor means alike.
    pub fn kind(&self) -> Kind {
        match self.status {
            401 | 403 => Kind::Credential,
            408 | 425 | 500.. => Kind::Dependency,
            429 => Kind::Rate,
            _ => Kind::Input,
        }
    }

    /// The trouble as `kind`, in the vendor's words.
    pub fn trouble(&self, kind: Kind, reason: &str, message: &str) -> Trouble {
        let advice = match (kind, self.status) {
            (Kind::Credential, 401) => ": connect it again, or set a valid key",
            (Kind::Credential, _) => ": the key or the account may not do this",
            (Kind::Input, 404) => ": check its name, or take it out of the settings",
            (Kind::Input, _) => ": correct the settings",
            _ => "",
        };
        let mut what = format!("HTTP {}", self.status);
        for (before, word) in [(" ", reason), (": ", message)] {
            if !word.is_empty() {
                what.push_str(before);
                what.push_str(&crate::fault::clip_to(word, 200));
            }
        }
        what.push_str(advice);
        Trouble {
            kind,
            what,
            reason: reason.to_owned(),
            after: self.after,
            until: None,
        }
    }
}
