//! Event ids: 128 bits of BLAKE3 in the clothes of a UUID version 8 (RFC 9562, section 5.8).

use std::fmt;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Names one observation. Two readings of the same observation have the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(Uuid);

impl EventId {
    /// The id of an observation: source, type, natural key, event time, and the payload without what depends on
    /// how it was read. Every part is length-prefixed, so no two different lists of parts run together.
    pub fn of(source: &str, kind: &str, natural_key: &[&str], time: Option<DateTime<Utc>>, payload: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new();
        let time = time.map(|t| t.timestamp_micros().to_be_bytes());
        let parts = [source.as_bytes(), kind.as_bytes()];
        let parts = parts.into_iter().chain(natural_key.iter().map(|k| k.as_bytes()));
        for part in parts.chain([time.as_ref().map_or(&[][..], |t| &t[..]), payload]) {
            hasher.update(&(part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// An id that another producer chose. A UUID stays what it is; any other CloudEvents id is hashed with its source.
    pub fn foreign(source: &str, id: &str) -> Self {
        Uuid::parse_str(id).map_or_else(|_| Self::of(source, "foreign", &[id], None, &[]), Self)
    }

    pub fn as_uuid(self) -> Uuid {
        self.0
    }

    pub fn as_u128(self) -> u128 {
        self.0.as_u128()
    }
}

impl From<Uuid> for EventId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        let id = |key: &[&str]| EventId::of("s", "t", key, None, b"{}");
        assert_ne!(id(&["ab", "c"]), id(&["a", "bc"]));
        assert_eq!(id(&["ab", "c"]), id(&["ab", "c"]));
    }

    #[test]
    fn a_foreign_id_is_stable_and_bound_to_its_source() {
        assert_eq!(EventId::foreign("a", "17"), EventId::foreign("a", "17"));
        assert_ne!(EventId::foreign("a", "17"), EventId::foreign("b", "17"));
    }
}
