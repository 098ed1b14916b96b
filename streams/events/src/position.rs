//! Positions: where a reader stands. A position is the offset of the next record to read.

use std::collections::BTreeMap;
use std::fmt;

use crate::Topic;

/// One partition of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition {
    pub topic: Topic,
    pub number: i32,
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.topic.name(), self.number)
    }
}

/// A step of one reader in one partition: it stood at `from`, and stands at `to` once the step is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub partition: Partition,
    pub from: i64,
    pub to: i64,
}

/// A position vector: the next offset to read, per partition. A partition that is not in it stands at 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Positions(BTreeMap<Partition, i64>);

impl Positions {
    pub fn of(&self, partition: Partition) -> i64 {
        self.0.get(&partition).copied().unwrap_or(0)
    }

    pub fn set(&mut self, partition: Partition, position: i64) {
        self.0.insert(partition, position);
    }

    pub fn advance(&mut self, spans: &[Span]) {
        for span in spans {
            self.set(span.partition, span.to);
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (Partition, i64)> + '_ {
        self.0.iter().map(|(partition, position)| (*partition, *position))
    }

    /// Whether every partition of `other` has been reached.
    pub fn reaches(&self, other: &Positions) -> bool {
        other.iter().all(|(partition, position)| self.of(partition) >= position)
    }

    /// The part of the vector that is about `topics`.
    pub fn only(&self, topics: &[Topic]) -> Positions {
        self.iter()
            .filter(|(partition, _)| topics.contains(&partition.topic))
            .collect()
    }
}

impl FromIterator<(Partition, i64)> for Positions {
    fn from_iter<I: IntoIterator<Item = (Partition, i64)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const P0: Partition = Partition {
        topic: Topic::Categories,
        number: 0,
    };

    #[test]
    fn a_partition_that_was_never_read_stands_at_zero() {
        let mut reader = Positions::default();
        let goal: Positions = [(P0, 3)].into_iter().collect();
        assert!(!reader.reaches(&goal));
        reader.advance(&[Span {
            partition: P0,
            from: 0,
            to: 3,
        }]);
        assert!(reader.reaches(&goal));
    }
}
