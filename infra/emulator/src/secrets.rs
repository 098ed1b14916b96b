//! Opaque strings that are the same for the same seed: tokens, ids, tags.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// `length` letters of the URL-safe alphabet, at most 43, that name these parts.
pub(crate) fn opaque(parts: &[&str], length: usize) -> String {
    let mut text = URL_SAFE_NO_PAD.encode(digest(parts));
    text.truncate(length);
    text
}

/// The same with letters and digits only, as Stripe's ids have.
pub(crate) fn alphanumeric(parts: &[&str], length: usize) -> String {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    digest(parts)
        .iter()
        .take(length)
        .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
        .collect()
}

/// A number of these parts.
pub(crate) fn number(parts: &[&str]) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest(parts)[..8]);
    u64::from_le_bytes(bytes)
}

fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

/// A token that says itself until when it is good, in seconds since 1970.
pub(crate) fn timed(purpose: &str, holder: &str, until: i64) -> String {
    let check = opaque(&["timed", purpose, holder, &until.to_string()], 27);
    format!("{until}-{check}-{}", hex_of(holder))
}

/// Whom a token was given to; `None` for one that is not good any more, or never was.
pub(crate) fn holder(purpose: &str, token: &str, now: i64) -> Option<String> {
    let (until, rest) = token.split_once('-')?;
    let until: i64 = until.parse().ok()?;
    let holder = text_of(token.rsplit('-').next()?)?;
    let genuine = timed(purpose, &holder, until) == token && rest.len() > 27;
    (genuine && now < until).then_some(holder)
}

fn hex_of(text: &str) -> String {
    crate::hub::hex(text.as_bytes())
}

fn text_of(hex: &str) -> Option<String> {
    let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..hex.len()).step_by(2).map(byte).collect();
    String::from_utf8(bytes?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timed_token_is_good_for_its_purpose_until_its_time() {
        let token = timed("reddit", "app-1", 100);
        assert_eq!(holder("reddit", &token, 99).as_deref(), Some("app-1"));
        assert_eq!(holder("reddit", &token, 100), None);
        assert_eq!(holder("tiktok", &token, 99), None);
        assert_eq!(holder("reddit", "nonsense", 99), None);
    }
}
