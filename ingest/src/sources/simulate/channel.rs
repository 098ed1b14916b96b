//! A channel: who it is, how large, and when it uploads.

use chrono::{DateTime, Utc};
use events::{ChannelId, Invalid, Region};
use models::growth::Rhythm;

use super::WorldConfig;
use super::calendar::{DAY, HOUR, WEEK, days_since_monday, in_days, time, week_start};
use super::country::Country;
use super::dice::{Dice, Subject};
use super::niche::{FORENAMES, NICHES, Niche};

/// What does not change about a channel.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) index: u32,
    pub(super) id: ChannelId,
    pub(super) title: String,
    pub(super) niche_number: usize,
    pub(super) niche: &'static Niche,
    pub(super) region: Region,
    pub(super) country: &'static Country,
    /// When its audience watches.
    rhythm: Rhythm,
    pub(super) founded: DateTime<Utc>,
    /// As the world begins.
    pub(super) subscribers: f64,
    pub(super) catalogue: Catalogue,
    videos_per_week: f64,
    upload_weekday: usize,
    upload_hour: f64,
}

/// The videos from before the world began: nobody observes them, but they count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Catalogue {
    pub(super) videos: i64,
    views: f64,
    views_per_day: f64,
    since: i64,
}

impl Channel {
    /// What the clock of its audience shows, in days.
    pub(super) fn shown_days(&self, moment: i64) -> f64 {
        self.rhythm.shown_days(days_since_monday(moment))
    }

    /// Views of the videos from before the world began.
    pub(super) fn catalogue_views(&self, moment: i64) -> i64 {
        let days = self.shown_days(moment) - self.shown_days(self.catalogue.since);
        (self.catalogue.views + self.catalogue.views_per_day * days) as i64
    }

    /// The channel of this number in a world whose videos begin at `origin`.
    pub(super) fn draw(seed: u64, config: &WorldConfig, index: u32, origin: i64) -> Result<Self, Invalid> {
        let mut dice = Dice::new(seed, Subject::Channel, u64::from(index), 0);
        let id = channel_id(&mut dice)?;
        let niche_number = dice.below(NICHES.len());
        let niche = &NICHES[niche_number];
        let region = dice.pick(&config.regions).clone();
        let country = Country::of(&region);
        let subscribers = libm::exp10(dice.between(3.3, 6.7));
        let age_days = dice.between(200.0, 4000.0);
        // log-normal with mean 1
        let videos_per_week = config.videos_per_channel_per_week * dice.spread(0.8825, 0.5);
        let catalogue = Catalogue {
            videos: (videos_per_week * age_days / 9.0) as i64 + 1,
            views: subscribers * dice.between(60.0, 200.0),
            views_per_day: subscribers * dice.between(0.005, 0.02),
            since: origin,
        };
        Ok(Self {
            index,
            id,
            title: format!("{} {}", dice.pick(&FORENAMES), dice.pick(&niche.surnames)),
            niche_number,
            niche,
            rhythm: country.rhythm(),
            country,
            region,
            founded: time(origin - (age_days * DAY as f64) as i64),
            subscribers,
            catalogue,
            videos_per_week,
            upload_weekday: dice.below(7),
            upload_hour: dice.between(8.0, 20.0),
        })
    }

    /// When it uploads in a week: spread over the weekdays from its favourite one on, around its favourite hour.
    pub(super) fn uploads(&self, seed: u64, week: i64) -> Vec<i64> {
        let mut dice = Dice::new(seed, Subject::Uploads, u64::from(self.index), week);
        let whole = self.videos_per_week.floor();
        let count = whole as usize + usize::from(dice.chance(self.videos_per_week - whole));
        let mut uploads = Vec::with_capacity(count);
        for number in 0..count {
            let weekday = (self.upload_weekday + number * 7 / count) % 7;
            let hour = (self.upload_hour * dice.spread(1.0, 0.08)).min(23.5);
            let local = weekday as i64 * DAY + (hour * HOUR as f64) as i64;
            uploads.push(week_start(week) + (local + self.country.to_utc_seconds()).rem_euclid(WEEK));
        }
        uploads
    }

    /// Subscribers of a channel with so many views, to three digits, as YouTube shows them.
    pub(super) fn subscribers_at(&self, views: i64) -> i64 {
        let mut subscribers = (self.subscribers + (views as f64 - self.catalogue.views) * 0.002) as i64;
        let mut unit = 1;
        while subscribers >= 1000 {
            subscribers /= 10;
            unit *= 10;
        }
        subscribers * unit
    }

    /// Views that a new video of average appeal has after 30 days.
    pub(super) fn reach(&self, published: i64) -> f64 {
        let years = in_days(published - self.catalogue.since) / 365.0;
        self.subscribers * 0.2 * (1.0 + 0.25 * years.max(0.0))
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The highest `6 * length` bits of a number in YouTube's alphabet, padded with zeros on the right.
pub(super) fn letters(number: u128, length: u32) -> String {
    let letter = |position| ALPHABET[((number >> (122 - 6 * position)) & 63) as usize] as char;
    (0..length).map(letter).collect()
}

/// 16 random bytes, as in real ids.
fn channel_id(dice: &mut Dice) -> Result<ChannelId, Invalid> {
    let bits = u128::from(dice.bits()) << 64 | u128::from(dice.bits());
    let last = ALPHABET[((bits << 4) & 63) as usize] as char;
    ChannelId::new(format!("UC{}{last}", letters(bits, 21)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::simulate::calendar::week_of;

    fn channels(config: &WorldConfig) -> Vec<Channel> {
        let draw = |index| Channel::draw(11, config, index, 1_760_000_000).expect("a channel");
        (0..config.channels).map(draw).collect()
    }

    #[test]
    fn uploads_fall_into_their_week_and_are_as_many_as_configured() {
        let config = WorldConfig::default();
        let (mut count, weeks) = (0, 2900..2920);
        for channel in channels(&config) {
            for week in weeks.clone() {
                let uploads = channel.uploads(11, week);
                assert!(uploads.iter().all(|moment| week_of(*moment) == week));
                count += uploads.len();
            }
        }
        let mean = count as f64 / f64::from(config.channels) / weeks.count() as f64;
        assert!(
            (3.2..4.8).contains(&mean),
            "{mean} videos per channel and week, configured 4"
        );
    }

    #[test]
    fn subscribers_have_three_digits() {
        let channel = &channels(&WorldConfig::default())[0];
        let shown = channel.subscribers_at(123_456_789_012);
        assert!(shown.to_string().trim_end_matches('0').len() <= 3, "{shown}");
    }
}
