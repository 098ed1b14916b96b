//! What a member of a consumer group was given to read.

use super::PartitionName;

/// Reads a member's assignment in the format of the consumer protocol (`ConsumerProtocolAssignment`, versions 0 to 3: version,
/// topics with their partitions, what the assignor adds). None of one that is something else.
pub(super) fn partitions(bytes: &[u8]) -> Option<Vec<PartitionName>> {
    let mut rest = bytes;
    let version = i16::from_be_bytes(take(&mut rest)?);
    if !(0..=3).contains(&version) {
        return None;
    }
    let mut partitions = Vec::new();
    for _ in 0..i32::from_be_bytes(take(&mut rest)?) {
        let length = usize::try_from(i16::from_be_bytes(take(&mut rest)?)).ok()?;
        let (name, behind) = rest.split_at_checked(length)?;
        rest = behind;
        let topic = std::str::from_utf8(name).ok()?;
        for _ in 0..i32::from_be_bytes(take(&mut rest)?) {
            partitions.push((topic.to_owned(), i32::from_be_bytes(take(&mut rest)?)));
        }
    }
    Some(partitions)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, behind) = rest.split_first_chunk::<N>()?;
    *rest = behind;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_and_partitions_are_read_and_anything_else_is_not() {
        let bytes = b"\0\x01\0\0\0\x02\0\x01a\0\0\0\x02\0\0\0\0\0\0\0\x03\0\x02bc\0\0\0\x01\0\0\0\x07\xff\xff\xff\xff";
        let expected = [("a", 0), ("a", 3), ("bc", 7)].map(|(topic, number)| (topic.to_owned(), number));
        assert_eq!(partitions(bytes), Some(expected.to_vec()));
        for end in 0..bytes.len() - 4 {
            assert_eq!(partitions(&bytes[..end]), None, "{end} bytes");
        }
        assert_eq!(partitions(b"\x7f\x01connect"), None);
    }
}
