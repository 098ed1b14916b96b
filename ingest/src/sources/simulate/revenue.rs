//! Money: AdSense follows the views of the day, sponsors pay for a few videos.
//!
//! A day is estimated the morning after and confirmed a week later. Both records have the same name, so the second
//! replaces the first.

use events::payload::{RevenueSource, RevenueStatus};
use events::{Currency, Invalid, RevenueRecord};

use super::calendar::{DAY, date};
use super::dice::{Dice, Subject};
use super::population::Population;
use super::video::VideoKey;

/// Days between a day and the confirmation of what it earned.
pub(super) const CONFIRMED_AFTER_DAYS: i64 = 7;
/// What a sponsor pays per expected view.
const SPONSOR_CENTS: f64 = 2.5;

/// The AdSense account of a channel's owner.
pub fn publisher(channel: u32) -> String {
    format!("pub-{:016}", 4_000_000_000_000_000_u64 + u64::from(channel) * 7_919)
}

/// What a channel earned by advertising on the day that began at `day`.
pub(super) fn adsense(
    seed: u64,
    population: &Population,
    index: u32,
    day: i64,
    status: RevenueStatus,
) -> Result<RevenueRecord, Invalid> {
    let channel = population.channel(index);
    let gained = population.views(index, day + DAY) - population.views(index, day);
    let mut dice = Dice::new(seed, Subject::Revenue, u64::from(index), day);
    let cents_per_view = channel.niche.rpm_cents * channel.country.rpm_factor / 1000.0;
    let estimated = gained as f64 * cents_per_view * dice.spread(1.0, 0.04);
    // invalid traffic is taken off
    let confirmed = estimated * dice.between(0.97, 1.0);
    let amount = match status {
        RevenueStatus::Estimated => estimated,
        RevenueStatus::Confirmed => confirmed,
    };
    Ok(RevenueRecord {
        channel_id: channel.id.clone(),
        video_id: None,
        source: RevenueSource::Adsense,
        // as AdSense names it when it is asked over HTTP: one day is one record
        reference_id: format!("{}/{}", publisher(index), date(day)),
        amount_minor: amount.round() as i64,
        currency: Currency::new("USD")?,
        day: date(day),
        status,
        kind: None,
        usd_minor: None,
        usd_rate: None,
        usd_rate_on: None,
        payer: None,
    })
}

/// What a sponsor pays for a video; `None` for a video that is not sponsored or no longer known.
pub(super) fn sponsorship(population: &Population, key: VideoKey) -> Option<Result<RevenueRecord, Invalid>> {
    let (channel, video) = population.video(key)?;
    let paid = video.published + video.sponsored_after?;
    let cents = video.appeal * SPONSOR_CENTS * channel.country.rpm_factor;
    let record = |currency| RevenueRecord {
        channel_id: channel.id.clone(),
        video_id: Some(video.id.clone()),
        source: RevenueSource::Sponsorship,
        reference_id: format!("sponsor-{}", video.id),
        // deals are made in whole hundreds of dollars
        amount_minor: ((cents / 10_000.0).ceil() * 10_000.0) as i64,
        currency,
        day: date(paid),
        status: RevenueStatus::Confirmed,
        kind: None,
        usd_minor: None,
        usd_rate: None,
        usd_rate_on: None,
        payer: None,
    };
    Some(Currency::new("USD").map(record))
}
