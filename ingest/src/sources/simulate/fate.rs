//! What becomes of a video apart from its counters: most stay as they are, a few are deleted, hidden or blocked.
//!
//! The stream of observations knows nothing of it, as a fate is something an API tells by leaving a video out.

use events::Region;

use super::calendar::DAY;
use super::dice::{Dice, Subject};
use super::video::VideoKey;

/// Where videos are blocked, when they are.
const BLOCKING: [&str; 4] = ["DE", "JP", "BR", "IN"];

/// Times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Public for ever, to everybody.
    Stays,
    Deleted {
        since: i64,
    },
    /// Only its owner sees it.
    Hidden {
        since: i64,
    },
    Blocked {
        regions: Vec<Region>,
    },
    /// Public, but nobody can comment.
    WithoutComments,
}

/// Who can see a video at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Public,
    Private,
    Gone,
}

impl Fate {
    pub(super) fn draw(seed: u64, key: VideoKey, published: i64) -> Self {
        let mut dice = Dice::new(seed, Subject::Fate, key.which(), key.week);
        let since = published + 3 * DAY + dice.below(37 * DAY as usize) as i64;
        match dice.below(100) {
            0..2 => Fate::Deleted { since },
            2..4 => Fate::Hidden { since },
            4..6 => {
                let from = dice.below(BLOCKING.len());
                let regions = BLOCKING[from..].iter().filter_map(|code| Region::new(*code).ok());
                Fate::Blocked {
                    regions: regions.collect(),
                }
            }
            6 => Fate::WithoutComments,
            _ => Fate::Stays,
        }
    }

    pub fn access(&self, moment: i64) -> Access {
        match self {
            Fate::Deleted { since } if *since <= moment => Access::Gone,
            Fate::Hidden { since } if *since <= moment => Access::Private,
            _ => Access::Public,
        }
    }
}

/// How long a video is, in seconds: a quarter are shorts of up to a minute.
pub(super) fn length_seconds(seed: u64, key: VideoKey) -> i64 {
    let mut dice = Dice::new(seed, Subject::Fate, key.which() | 1 << 63, key.week);
    match dice.chance(0.25) {
        true => 15 + dice.below(46) as i64,
        false => (dice.spread(600.0, 0.5) as i64).clamp(62, 3 * 3600),
    }
}
