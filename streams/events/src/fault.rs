//! Where a process may be made to die, so that tests can see what is left: before, within and after every commit.
//!
//! Nothing happens here unless the executable arms the points, which only one that is built for debugging does. Then
//! `FAILPOINTS="lake.committed=2*off->return"` (the language of the `fail` crate) ends the process, without a destructor
//! being run, the third time that it comes by.

/// A place in the way of a batch from the log to a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// Partitions were assigned, and the positions to start from are known.
    Assigned,
    /// A batch was read and decoded.
    Decoded,
    /// Of a lake table: rows are in files that no commit names.
    LakeWritten,
    /// Rows and positions are committed, and the sink does not know it yet.
    LakeCommitted,
    /// Of views: tiles are merged in a transaction.
    ViewsMerged,
    /// Rollups are made anew, and the transaction is not committed.
    ViewsRolledUp,
    /// The transaction is committed, and the sink does not know it yet.
    ViewsCommitted,
    /// The sink has written the batch, and the group was not told.
    Acknowledged,
    /// Of a rebuild: the shadow is complete.
    ShadowFilled,
    /// Its views are in place of the others, in a transaction.
    ShadowSwapped,
    /// Of a removal: rows have left a table of the lake, and the views are not made anew.
    LakeRemoved,
}

impl Point {
    pub const ALL: [Point; 11] = [
        Point::Assigned,
        Point::Decoded,
        Point::LakeWritten,
        Point::LakeCommitted,
        Point::ViewsMerged,
        Point::ViewsRolledUp,
        Point::ViewsCommitted,
        Point::Acknowledged,
        Point::ShadowFilled,
        Point::ShadowSwapped,
        Point::LakeRemoved,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Point::Assigned => "pipeline.assigned",
            Point::Decoded => "pipeline.decoded",
            Point::LakeWritten => "lake.written",
            Point::LakeCommitted => "lake.committed",
            Point::ViewsMerged => "views.merged",
            Point::ViewsRolledUp => "views.rolled-up",
            Point::ViewsCommitted => "views.committed",
            Point::Acknowledged => "pipeline.acknowledged",
            Point::ShadowFilled => "shadow.filled",
            Point::ShadowSwapped => "shadow.swapped",
            Point::LakeRemoved => "lake.removed",
        }
    }
}

/// The process comes by a point, and dies there if it is armed so.
pub fn reached(point: Point) {
    if fail::eval(point.name(), drop).is_some() {
        std::process::abort();
    }
}

/// Arms the points that the environment names. They stay armed while the answer lives.
pub fn arm() -> impl Drop {
    fail::FailScenario::setup()
}
