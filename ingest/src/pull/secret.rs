//! A key, token or password. It can be used, and can't be shown.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

const HIDDEN: &str = "********";

/// Text that neither `Debug` nor `Serialize` gives away.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text itself: for the request that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// `text` without the secret in it: vendors like to quote a key that they refuse.
    pub fn scrub(&self, text: &str) -> String {
        match self.0.len() {
            0..6 => text.to_owned(),
            _ => text.replace(&self.0, HIDDEN),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "(none)" } else { HIDDEN })
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if self.0.is_empty() { "" } else { HIDDEN })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        let secret = Secret::new("hunter2-hunter2");
        assert!(!format!("{secret:?}").contains("hunter2"));
        assert!(!serde_json::to_string(&secret).expect("json").contains("hunter2"));
        assert_eq!(secret.scrub("bad key hunter2-hunter2!"), "bad key ********!");
    }
}
