//! A video: its name, its fate as a growth curve, and what is seen of it at a moment.

use std::ops::Range;

use events::{Invalid, VideoId, VideoSnapshot};
use models::growth::{Curve, Shape, Shot};

use super::calendar::{DAY, time};
use super::census::Counters;
use super::channel::{Channel, letters};
use super::dice::{Dice, Subject};
use super::interest::{interest, waves};
use super::niche::{KEYWORDS_PER_NICHE, keyword};
use super::title::{tags, title};

/// Names a video inside its world: the `slot`th upload of a channel in a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct VideoKey {
    pub(super) channel: u32,
    pub(super) week: i64,
    pub(super) slot: u32,
}

impl VideoKey {
    /// What tells it from the other videos of its week.
    pub(super) fn which(self) -> u64 {
        u64::from(self.channel) << 32 | u64::from(self.slot)
    }
}

#[derive(Debug)]
pub(super) struct Video {
    pub(super) id: VideoId,
    pub(super) published: i64,
    /// From here on its counters stand still.
    pub(super) retires: i64,
    /// Both on the clock of the channel's audience.
    published_shown: f64,
    retires_shown: f64,
    final_views: i64,
    title: String,
    pub(super) keyword: usize,
    tags: Vec<String>,
    thumbnail_url: String,
    curve: Curve,
    likes_per_view: f64,
    comments_per_view: f64,
    /// How well it does outside its country and outside its language, against at home.
    pub(super) abroad: f64,
    /// Views it would have after 30 days by itself.
    pub(super) appeal: f64,
    /// Seconds after publication at which a sponsor pays for it.
    pub(super) sponsored_after: Option<i64>,
}

impl Video {
    pub(super) fn draw(
        seed: u64,
        channel: &Channel,
        key: VideoKey,
        published: i64,
        life: i64,
    ) -> Result<Self, Invalid> {
        let mut dice = Dice::new(seed, Subject::Video, key.which(), key.week);
        let id = VideoId::new(letters(u128::from(dice.bits()) << 64, 11))?;
        let number = choose_keyword(seed, &mut dice, channel, published);
        let appeal = channel.reach(published) * dice.spread(1.0, 0.7);
        let curve = draw_curve(seed, &mut dice, channel, number, appeal, published..published + life);
        let keyword = keyword(number);
        let (published_shown, retires_shown) = (channel.shown_days(published), channel.shown_days(published + life));
        Ok(Self {
            published,
            retires: published + life,
            published_shown,
            retires_shown,
            final_views: curve.views(retires_shown - published_shown) as i64,
            title: title(&mut dice, keyword, &channel.title),
            keyword: number,
            tags: tags(&mut dice, keyword, channel.niche),
            thumbnail_url: format!("https://i.ytimg.com/vi/{id}/hqdefault.jpg"),
            id,
            curve,
            likes_per_view: dice.spread(channel.niche.likes_per_view, 0.3).min(0.2),
            comments_per_view: dice.spread(channel.niche.comments_per_view, 0.5).min(0.1),
            abroad: dice.between(0.01, 0.3),
            appeal,
            sponsored_after: (appeal > 30_000.0 && dice.chance(0.05))
                .then(|| DAY + dice.below(8 * DAY as usize) as i64),
        })
    }

    /// Cumulative views once the clock of its channel shows so many days: whole numbers from here on.
    pub(super) fn views(&self, shown_days: f64) -> i64 {
        match shown_days < self.retires_shown {
            true => self.curve.views(shown_days - self.published_shown) as i64,
            false => self.final_views,
        }
    }

    pub(super) fn words(&self) -> (&str, &[String]) {
        (&self.title, &self.tags)
    }

    pub(super) fn counters(&self, channel: &Channel, moment: i64) -> Counters {
        let views = self.views(channel.shown_days(moment));
        Counters {
            views,
            likes: (views as f64 * self.likes_per_view) as i64,
            comments: (views as f64 * self.comments_per_view) as i64,
        }
    }

    pub(super) fn snapshot(&self, channel: &Channel, moment: i64) -> VideoSnapshot {
        let Counters { views, likes, comments } = self.counters(channel, moment);
        VideoSnapshot {
            title: Some(self.title.clone()),
            channel_id: Some(channel.id.clone()),
            channel_title: Some(channel.title.clone()),
            category_id: Some(channel.niche.category_id),
            published_at: Some(time(self.published)),
            tags: Some(self.tags.clone()),
            views: Some(views),
            likes: Some(likes),
            comments: Some(comments),
            thumbnail_url: Some(self.thumbnail_url.clone()),
            ..VideoSnapshot::of(self.id.clone())
        }
    }
}

/// Of three ideas, the one people talked about most the day before.
fn choose_keyword(seed: u64, dice: &mut Dice, channel: &Channel, published: i64) -> usize {
    let mut idea = || channel.niche_number * KEYWORDS_PER_NICHE + dice.below(KEYWORDS_PER_NICHE);
    let ideas = [idea(), idea(), idea()];
    let talk = |number: &usize| interest(seed, *number, published - DAY);
    ideas
        .into_iter()
        .max_by(|a, b| talk(a).total_cmp(&talk(b)))
        .unwrap_or(ideas[0])
}

/// The release, what the keyword's waves bring, and bursts out of nowhere.
fn draw_curve(seed: u64, dice: &mut Dice, channel: &Channel, keyword: usize, appeal: f64, life: Range<i64>) -> Curve {
    let published_shown = channel.shown_days(life.start);
    let waves: Vec<_> = waves(seed, keyword, life.start, life.end).collect();
    let pull: f64 = waves.iter().map(|wave| wave.pull(life.start)).sum();
    let mut shots = vec![Shot::new(0.0, appeal * (1.0 + 0.5 * pull), release(dice))];
    for wave in waves.iter().filter(|wave| wave.arrival > life.start) {
        let views = appeal * wave.strength * dice.between(0.3, 0.6);
        let shape = Shape::PowerLaw {
            exponent: dice.between(2.0, 3.0),
            onset_days: 3.0,
            rise_days: dice.between(0.5, 1.5),
        };
        let at_days = channel.shown_days(wave.arrival) - published_shown;
        shots.push(Shot::new(at_days, views, shape));
    }
    while shots.len() < 8 && dice.chance(0.3) {
        let (at_days, views) = (dice.between(1.0, 45.0), dice.spread(0.25 * appeal, 0.9));
        shots.push(Shot::new(at_days, views, burst(dice)));
    }
    Curve::new(shots, appeal * 0.0015)
}

fn release(dice: &mut Dice) -> Shape {
    match dice.below(10) {
        0..7 => Shape::PowerLaw {
            exponent: dice.between(0.9, 1.5),
            onset_days: dice.between(0.1, 0.5),
            rise_days: 0.0,
        },
        7 => Shape::exogenous_critical(dice.between(0.1, 0.3)),
        _ => Shape::Diffusion {
            innovation_per_day: dice.between(0.05, 0.25),
            imitation_per_day: dice.between(0.3, 1.2),
        },
    }
}

fn burst(dice: &mut Dice) -> Shape {
    match dice.below(4) {
        0 => Shape::exogenous_subcritical(dice.between(0.2, 0.6)),
        1 => Shape::exogenous_critical(dice.between(0.1, 0.4)),
        2 => Shape::endogenous_critical(dice.between(0.2, 0.5), dice.between(1.0, 5.0)),
        _ => Shape::Exponential {
            mean_days: dice.between(0.5, 4.0),
        },
    }
}
