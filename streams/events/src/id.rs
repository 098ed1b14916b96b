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

    /// The id of a record whose producer chose `id`, which tells nothing of what the record holds: hashed with source,
    /// time and body, two observations that were given the same id are two, and one that is sent twice is one.
    pub fn foreign(source: &str, id: &str, time: Option<DateTime<Utc>>, body: &[u8]) -> Self {
        Self::of(source, "foreign", &[id], time, body)
    }

    /// What `id` says if it can be one of ours, a UUID version 8. Whether it is one, only what it is of can tell.
    pub fn parse(id: &str) -> Option<Self> {
        let id = Uuid::parse_str(id).ok()?;
        (id.get_version_num() == 8).then_some(Self(id))
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
    fn a_foreign_id_is_stable_and_bound_to_all_it_is_told_with() {
        let told = |source: &str, id: &str, seconds: i64, body: &[u8]| {
            EventId::foreign(source, id, DateTime::from_timestamp(seconds, 0), body)
        };
        for id in ["17", "11111111-2222-8333-8444-555555555555"] {
            assert_eq!(told("a", id, 1, b"{}"), told("a", id, 1, b"{}"));
            assert_ne!(told("a", id, 1, b"{}"), told("b", id, 1, b"{}"));
            assert_ne!(told("a", id, 1, b"{}"), told("a", id, 2, b"{}"));
            assert_ne!(told("a", id, 1, b"{}"), told("a", id, 1, b"[]"));
        }
    }

    #[test]
    fn only_a_uuid_of_version_8_can_be_ours() {
        let ours = EventId::of("a", "t", &["k"], None, b"{}");
        assert_eq!(EventId::parse(&ours.to_string()), Some(ours));
        assert_eq!(EventId::parse("67e55044-10b1-426f-9247-bb680e5fe0c8"), None);
        assert_eq!(EventId::parse("17"), None);
    }
}
