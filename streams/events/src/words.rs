//! Words with a form: ids, regions, currencies. A value of these types is well formed, or it does not exist.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A value that does not have the form its field demands.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field}: {reason}")]
pub struct Invalid {
    pub field: &'static str,
    pub reason: String,
}

impl Invalid {
    pub fn new(field: &'static str, reason: impl Into<String>) -> Self {
        Self {
            field,
            reason: reason.into(),
        }
    }
}

macro_rules! word {
    ($(#[$doc:meta])* $name:ident, $field:literal, $pattern:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(#[schemars(regex(pattern = $pattern))] String);

        impl $name {
            /// # Errors
            /// [`Invalid`] names the field and says which form it should have.
            pub fn new(text: impl Into<String>) -> Result<Self, Invalid> {
                let text = text.into();
                let check: fn(&str) -> Option<String> = $check;
                match check(&text) {
                    None => Ok(Self(text)),
                    Some(reason) => Err(Invalid::new($field, reason)),
                }
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;
            fn try_from(text: String) -> Result<Self, Invalid> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(word: $name) -> String {
                word.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

word! {
    /// A YouTube video id: 11 characters of the URL-safe base64 alphabet.
    VideoId, "video_id", r"^[A-Za-z0-9_-]{11}$", |text| {
        (text.len() != 11 || !text.bytes().all(is_id_byte))
            .then(|| format!("{} is not a YouTube video id (11 letters, digits, '-' or '_')", excerpt(text)))
    }
}

word! {
    /// A YouTube channel id: `UC` and 22 characters of the URL-safe base64 alphabet.
    ChannelId, "channel_id", r"^UC[A-Za-z0-9_-]{22}$", |text| {
        (text.len() != 24 || !text.starts_with("UC") || !text.bytes().all(is_id_byte))
            .then(|| format!("{} is not a YouTube channel id ('UC' and 22 letters, digits, '-' or '_')", excerpt(text)))
    }
}

word! {
    /// A country as YouTube names regions: ISO 3166-1 alpha-2, upper case.
    Region, "region", r"^[A-Z]{2}$", |text| {
        isocountry::CountryCode::for_alpha2(text).err()
            .map(|_| format!("{} is not an ISO 3166-1 alpha-2 country code in upper case, such as US or FR", excerpt(text)))
    }
}

word! {
    /// An ISO 4217 currency code, upper case.
    Currency, "currency", r"^[A-Z]{3}$", |text| {
        (text.len() != 3 || !text.bytes().all(|b| b.is_ascii_uppercase()))
            .then(|| format!("{} is not an ISO 4217 currency code in upper case, such as USD", excerpt(text)))
    }
}

impl Currency {
    /// Decimal digits of the minor unit (ISO 4217).
    pub fn minor_digits(&self) -> u32 {
        match self.as_str() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
            | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            "CLF" | "UYW" => 4,
            _ => 2,
        }
    }
}

fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// The text as an error message may show it: quoted, control characters escaped, at most 40 characters.
fn excerpt(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("{short:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreadsheet_damage_is_no_video_id() {
        let error = VideoId::new("#NAME?").expect_err("accepted");
        assert_eq!(error.field, "video_id");
        assert!(error.reason.contains("#NAME?"), "{error}");
    }

    #[test]
    fn ids_of_the_right_form_are_accepted() {
        assert!(VideoId::new("-1234567_aZ").is_ok());
        assert!(ChannelId::new("UC4PooiX37Pld1T8J5SYT-SQ").is_ok());
        assert!(Region::new("JP").is_ok());
        assert!(Region::new("jp").is_err());
        assert!(Region::new("ZZ").is_err());
    }
}
