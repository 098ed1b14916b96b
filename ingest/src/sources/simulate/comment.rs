//! Comments, one for each that a video's counter says there is.
//!
//! The `n`th comment was written in the second in which the counter first exceeded `n`. Of eight in a row the last
//! three answer the first; the others begin threads.

use chrono::{DateTime, Utc};
use events::{ChannelId, Invalid};

use super::calendar::{in_days, time};
use super::channel::letters;
use super::dice::{Dice, Subject};
use super::niche::FORENAMES;
use super::video::VideoKey;

const BLOCK: i64 = 8;
const THREADS_PER_BLOCK: i64 = 5;

const REMARKS: [&str; 12] = [
    "This {k} video is exactly what I needed 🙏",
    "Been waiting for more {k}!",
    "Who else is watching this at 3 am?",
    "I disagree about {k}, but well made.",
    "Can you do a part 2?",
    "The ending 😂😂",
    "Source for the claim about {k}? <3 & thanks",
    "First!",
    "Underrated channel.\nSubscribed.",
    "¿Alguien más por aquí?",
    "I tried {k} after the last one. It's harder than it looks",
    "すごい!",
];

/// A comment as it is seen at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Comment {
    /// Its place among the comments of its video, 0 for the first.
    pub number: i64,
    /// The number of the comment it answers.
    pub parent: Option<i64>,
    pub written: DateTime<Utc>,
    pub author: String,
    pub author_id: ChannelId,
    pub text: String,
    pub likes: i64,
}

/// The comment that the `number`th one answers.
pub(super) fn parent_of(number: i64) -> Option<i64> {
    (number % BLOCK >= THREADS_PER_BLOCK).then_some(number - number % BLOCK)
}

/// How many of the first `count` comments begin threads.
pub(super) fn threads_among(count: i64) -> i64 {
    count / BLOCK * THREADS_PER_BLOCK + (count % BLOCK).min(THREADS_PER_BLOCK)
}

/// The number of the comment that begins the `thread`th thread.
pub(super) fn thread(thread: i64) -> i64 {
    thread / THREADS_PER_BLOCK * BLOCK + thread % THREADS_PER_BLOCK
}

/// Answers to a comment among the first `count`.
pub(super) fn answers(number: i64, count: i64) -> std::ops::Range<i64> {
    match number % BLOCK {
        0 => (number + THREADS_PER_BLOCK).min(count)..(number + BLOCK).min(count),
        _ => 0..0,
    }
}

pub(super) fn comment(
    seed: u64,
    key: VideoKey,
    number: i64,
    written: i64,
    moment: i64,
    keyword: &str,
) -> Result<Comment, Invalid> {
    let mut dice = Dice::new(seed, Subject::Comment, key.which(), key.week << 32 ^ number);
    let bits = u128::from(dice.bits()) << 64 | u128::from(dice.bits());
    let fans = dice.spread(1.5, 1.2);
    Ok(Comment {
        number,
        parent: parent_of(number),
        written: time(written),
        author: format!("{} {}", dice.pick(&FORENAMES), letters(bits, 2)),
        author_id: ChannelId::new(format!("UC{}A", letters(bits, 21)))?,
        text: dice.pick(&REMARKS).replace("{k}", keyword),
        likes: (fans * (1.0 - libm::exp(-in_days(moment - written)))) as i64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_comment_begins_a_thread_or_answers_one() {
        for count in 0..40 {
            let threads: Vec<i64> = (0..threads_among(count)).map(thread).collect();
            let mut all: Vec<i64> = threads.iter().flat_map(|head| answers(*head, count)).collect();
            all.extend(&threads);
            all.sort_unstable();
            assert!(all.into_iter().eq(0..count), "{count} comments");
            assert!(threads.iter().all(|head| parent_of(*head).is_none()));
        }
    }
}
