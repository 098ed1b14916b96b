//! Posts: for every keyword and day as many as a hundredth of the mentions that the world's stream reports of Reddit.

use chrono::{DateTime, TimeDelta, Utc};
use events::payload::TrendSource;
use ingest::sources::simulate::{Dice, Subject};

use crate::moment::Moment;

const SECONDS_PER_DAY: i64 = 86_400;
const MENTIONS_PER_POST: f64 = 100.0;
/// Post numbers begin here, so that ids have as many letters as real ones.
const FIRST: i64 = 40_000_000_000;
const FRAMES: [&str; 8] = [
    "What is the best thing about {k}?",
    "I spent a year with {k}, AMA",
    "{k}: am I the only one?",
    "PSA: stop doing this with {k}",
    "My first {k}, be gentle",
    "Why is everybody talking about {k} & nothing else?",
    "[Serious] Is {k} still worth it?",
    "This video about {k} changed my mind",
];

/// Which post: a keyword's number, a day since the world's start, a place in that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    day: i64,
    keyword: i64,
    place: i64,
}

impl Name {
    fn number(self) -> i64 {
        FIRST + (self.day * 256 + self.keyword) * 256 + self.place
    }

    fn of(number: i64) -> Option<Self> {
        let rest = number.checked_sub(FIRST).filter(|rest| *rest >= 0)?;
        Some(Self {
            day: rest / 65_536,
            keyword: rest / 256 % 256,
            place: rest % 256,
        })
    }
}

#[derive(Debug, Clone)]
pub(super) struct Post {
    number: i64,
    pub(super) keyword: &'static str,
    pub(super) niche: &'static str,
    pub(super) title: String,
    pub(super) author: String,
    pub(super) written: DateTime<Utc>,
    pub(super) score: i64,
    pub(super) comments: i64,
    pub(super) is_self: bool,
}

impl Post {
    pub(super) fn id(&self) -> String {
        base36(self.number)
    }

    /// Reddit's: a power of ten of points weighs as much as twelve and a half hours.
    pub(super) fn hotness(&self) -> f64 {
        (self.score.max(1) as f64).log10() + self.written.timestamp() as f64 / 45_000.0
    }
}

pub(super) fn base36(mut number: i64) -> String {
    let mut digits = Vec::new();
    while number > 0 {
        digits.push(b"0123456789abcdefghijklmnopqrstuvwxyz"[(number % 36) as usize]);
        number /= 36;
    }
    digits.reverse();
    String::from_utf8(digits).unwrap_or_default()
}

pub(super) fn find(moment: &Moment<'_>, id: &str) -> Option<Post> {
    let name = Name::of(i64::from_str_radix(id, 36).ok()?)?;
    let keyword = usize::try_from(name.keyword)
        .ok()
        .filter(|keyword| *keyword < moment.census.keyword_count())?;
    let known = name.place < count(moment, keyword, name.day);
    post(moment, name).filter(|post| known && post.id() == id)
}

/// Posts about some keywords since a time, in no order.
pub(super) fn since(moment: &Moment<'_>, keywords: &[usize], since: DateTime<Utc>) -> Vec<Post> {
    let start = moment.census.config().start;
    let day_of = |time: DateTime<Utc>| (time - start).num_seconds().div_euclid(SECONDS_PER_DAY);
    let mut posts = Vec::new();
    for keyword in keywords {
        for day in day_of(since).max(0)..=day_of(moment.now) {
            let names = (0..count(moment, *keyword, day)).map(|place| Name {
                day,
                keyword: *keyword as i64,
                place,
            });
            posts.extend(
                names
                    .filter_map(|name| post(moment, name))
                    .filter(|post| post.written >= since),
            );
        }
    }
    posts
}

fn count(moment: &Moment<'_>, keyword: usize, day: i64) -> i64 {
    let end = moment.census.config().start + TimeDelta::seconds((day + 1) * SECONDS_PER_DAY);
    let signal = moment
        .census
        .signal(TrendSource::Reddit, None, keyword, end, SECONDS_PER_DAY);
    signal
        .map_or(0, |signal| (signal.value / MENTIONS_PER_POST) as i64)
        .min(255)
}

/// `None` for a post that is not written yet.
fn post(moment: &Moment<'_>, name: Name) -> Option<Post> {
    let census = &moment.census;
    let keyword = usize::try_from(name.keyword).ok()?;
    let mut dice = Dice::new(census.seed(), Subject::Post, name.number().cast_unsigned(), 0);
    let begin = census.config().start + TimeDelta::seconds(name.day * SECONDS_PER_DAY);
    let written = begin + TimeDelta::seconds(dice.below(SECONDS_PER_DAY as usize) as i64);
    if written > moment.now {
        return None;
    }
    let grown = 1.0 - (-((moment.now - written).num_seconds() as f64) / 30_000.0).exp();
    let (fame, talk) = (dice.spread(40.0, 1.5), dice.between(0.05, 0.5));
    let text = census.keyword(keyword);
    Some(Post {
        number: name.number(),
        keyword: text,
        niche: census.niches().find(|(_, keywords)| keywords.contains(&text))?.0,
        title: dice.pick(&FRAMES).replace("{k}", text),
        author: format!("user_{}", dice.below(90_000) + 10_000),
        written,
        score: (fame * grown) as i64,
        comments: (fame * talk * grown) as i64,
        is_self: dice.chance(0.6),
    })
}
