//! Page tokens: where a page begins, and as of when the list was made, so that what is published meanwhile neither
//! repeats nor hides a row. A token fits only the request that it was given for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};

use crate::secrets;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) offset: usize,
    pub(crate) as_of: DateTime<Utc>,
}

impl Page {
    pub(crate) fn first(now: DateTime<Utc>) -> Self {
        Self { offset: 0, as_of: now }
    }

    /// `request` names the request without its page.
    pub(crate) fn token(self, request: &str) -> String {
        let (offset, as_of) = (self.offset as u64, self.as_of.timestamp());
        let mut bytes = Vec::with_capacity(20);
        bytes.extend(offset.to_be_bytes());
        bytes.extend(as_of.to_be_bytes());
        bytes.extend(&check(offset, as_of, request).to_be_bytes()[..4]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// `None` for a token that was not given for this request.
    pub(crate) fn of(token: &str, request: &str) -> Option<Self> {
        let bytes: [u8; 20] = URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()?;
        let number = |at: usize| -> [u8; 8] { std::array::from_fn(|n| bytes[at + n]) };
        let (offset, as_of) = (u64::from_be_bytes(number(0)), i64::from_be_bytes(number(8)));
        let genuine = check(offset, as_of, request).to_be_bytes()[..4] == bytes[16..];
        genuine.then_some(Self {
            offset: usize::try_from(offset).ok()?,
            as_of: DateTime::from_timestamp(as_of, 0)?,
        })
    }

    pub(crate) fn at(self, offset: usize) -> Self {
        Self { offset, ..self }
    }
}

fn check(offset: u64, as_of: i64, request: &str) -> u64 {
    secrets::number(&["page", &offset.to_string(), &as_of.to_string(), request])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_token_fits_its_request_only(offset in 0..100_000_usize, seconds in 0..4_000_000_000_i64, request in ".{0,30}") {
            let page = Page { offset, as_of: DateTime::from_timestamp(seconds, 0).expect("a time") };
            prop_assert_eq!(Page::of(&page.token(&request), &request), Some(page));
            prop_assert_eq!(Page::of(&page.token(&request), &format!("{request}x")), None);
        }

        #[test]
        fn anything_else_is_no_token(text in "\\PC{0,60}") {
            prop_assert_eq!(Page::of(&text, "r"), None);
        }
    }
}
