//! Things that happen on every topic that has views, small enough that a generator makes many that meet.

use chrono::{Days, TimeDelta};
use events::payload::{
    AlertKind, RatePublisher, RevenueKind, RevenueSource, RevenueStatus, Scale, Severity, TrendSource,
};
use events::{
    Alert, CategoryName, ChannelSnapshot, Currency, Event, EventId, ExchangeRate, Payload, Region, RevenueRecord,
    Topic, TrendSignal,
};
use log::Record;
use proptest::prelude::*;

use crate::world::{Seen, channel_id, record, start};

#[derive(Debug, Clone)]
pub(crate) enum Happening {
    Seen(Seen),
    Named {
        category: i32,
        title: u8,
        hour: u16,
    },
    Signal {
        keyword: u8,
        source: u8,
        region: bool,
        hour: u16,
        value: u16,
    },
    Earned {
        channel: u8,
        reference: u8,
        currency: u8,
        day: u8,
        amount: i32,
        payout: bool,
        confirmed: bool,
    },
    Rate {
        currency: u8,
        day: u8,
        rate: u16,
    },
    Told {
        subject: u8,
        hour: u16,
    },
    /// A channel of itself.
    Presented {
        channel: u8,
        title: Option<u8>,
        hour: u16,
    },
}

pub(crate) fn happening() -> impl Strategy<Value = Happening> {
    let channel = prop::option::of((0u8..3, any::<bool>()));
    let day = prop_oneof![0u8..6, 0u8..60];
    let seen = (
        0u8..6,
        day,
        0u8..24,
        0u16..2_000,
        prop::option::of(0u8..9),
        channel,
        any::<bool>(),
    )
        .prop_map(|(video, day, hour, views, rank, channel, titled)| {
            Happening::Seen(Seen {
                video,
                day,
                hour,
                views,
                rank,
                channel,
                titled,
            })
        });
    let named =
        (0i32..3, 0u8..3, 0u16..1_400).prop_map(|(category, title, hour)| Happening::Named { category, title, hour });
    let signal =
        (0u8..3, 0u8..4, any::<bool>(), 0u16..400, 0u16..1_000).prop_map(|(keyword, source, region, hour, value)| {
            Happening::Signal {
                keyword,
                source,
                region,
                hour,
                value,
            }
        });
    let earned = (
        0u8..3,
        0u8..5,
        0u8..4,
        0u8..20,
        -5_000i32..50_000,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(
            |(channel, reference, currency, day, amount, payout, confirmed)| Happening::Earned {
                channel,
                reference,
                currency,
                day,
                amount,
                payout,
                confirmed,
            },
        );
    let rate =
        (0u8..4, 0u8..20, 1u16..30_000).prop_map(|(currency, day, rate)| Happening::Rate { currency, day, rate });
    let told = (0u8..3, 0u16..100).prop_map(|(subject, hour)| Happening::Told { subject, hour });
    let presented = (0u8..4, prop::option::of(0u8..2), 0u16..1_400)
        .prop_map(|(channel, title, hour)| Happening::Presented { channel, title, hour });
    prop_oneof![6 => seen, 1 => named, 2 => signal, 2 => earned, 2 => rate, 1 => told, 1 => presented]
}

const CURRENCIES: [&str; 4] = ["USD", "GBP", "JPY", "KWD"];

impl Happening {
    pub(crate) fn topic(&self) -> Topic {
        match self {
            Happening::Seen(_) => Topic::VideoSnapshots,
            Happening::Named { .. } => Topic::Categories,
            Happening::Signal { .. } => Topic::TrendSignals,
            Happening::Earned { .. } => Topic::RevenueRecords,
            Happening::Rate { .. } => Topic::ExchangeRates,
            Happening::Told { .. } => Topic::Alerts,
            Happening::Presented { .. } => Topic::ChannelSnapshots,
        }
    }

    /// The record at an offset of partition 0, and the id of its event.
    pub(crate) fn record(&self, offset: i64) -> (EventId, Record) {
        match self {
            Happening::Seen(seen) => of(seen.event(), offset),
            Happening::Named { category, title, hour } => {
                let name = CategoryName {
                    region: Region::new("US").expect("a region"),
                    category_id: *category,
                    title: format!("Niche {title}"),
                    assignable: Some(true),
                };
                at(*hour, name, offset)
            }
            Happening::Signal {
                keyword,
                source,
                region,
                hour,
                value,
            } => {
                let (source, scale) = [
                    (TrendSource::GoogleTrends, Scale::Index),
                    (TrendSource::Reddit, Scale::Count),
                    (TrendSource::GoogleTrends, Scale::Growth),
                    (TrendSource::YoutubeSearch, Scale::Share),
                ][usize::from(*source)];
                let value = match scale {
                    Scale::Index | Scale::Share => f64::from(*value) / 10.0,
                    _ => f64::from(*value),
                };
                let window = [0, 900, 3_600, 604_800][usize::from(hour / 3 % 4)];
                let mut signal = TrendSignal::of(written(*keyword, *hour), source, window, value, scale);
                signal.region = region.then(|| Region::new("DE").expect("a region"));
                at(*hour, signal, offset)
            }
            Happening::Earned {
                channel,
                reference,
                currency,
                day,
                amount,
                payout,
                confirmed,
            } => {
                let record = RevenueRecord {
                    channel_id: channel_id(*channel),
                    video_id: None,
                    source: RevenueSource::Stripe,
                    reference_id: format!("ch_{reference}"),
                    amount_minor: i64::from(*amount),
                    currency: Currency::new(CURRENCIES[usize::from(*currency)]).expect("a currency"),
                    // some is agreed for weeks later
                    day: (start() + Days::new(u64::from(*day) + u64::from(*amount % 7 == 0) * 20)).date_naive(),
                    status: if *confirmed {
                        RevenueStatus::Confirmed
                    } else {
                        RevenueStatus::Estimated
                    },
                    kind: Some(if *payout {
                        RevenueKind::Payout
                    } else {
                        RevenueKind::Charge
                    }),
                    usd_minor: (amount % 11 == 0).then_some(i64::from(*amount) * 2),
                    usd_rate: None,
                    usd_rate_on: None,
                    payer: None,
                };
                // a record and its correction are of one moment
                at(u16::from(*day) * 24, record, offset)
            }
            Happening::Rate { currency, day, rate } => {
                let day_of = (start() + Days::new(u64::from(*day))).date_naive();
                let rate = ExchangeRate {
                    publisher: RatePublisher::Ecb,
                    base: Currency::new("EUR").expect("a currency"),
                    currency: Currency::new(CURRENCIES[usize::from(*currency)]).expect("a currency"),
                    rate: f64::from(*rate) / 97.0,
                    day: day_of,
                };
                at(u16::from(*day) * 24, rate, offset)
            }
            Happening::Told { subject, hour } => {
                let alert = Alert {
                    kind: AlertKind::Anomaly,
                    severity: Severity::Info,
                    subject: format!("channel {subject}"),
                    message: "something is out of line".to_owned(),
                    details: [].into(),
                };
                at(*hour, alert, offset)
            }
            Happening::Presented { channel, title, hour } => {
                let snapshot = ChannelSnapshot {
                    title: title.map(|title| format!("Channel {channel}, {title}")),
                    subscribers: Some(i64::from(*hour)),
                    ..ChannelSnapshot::of(channel_id(*channel))
                };
                at(*hour, snapshot, offset)
            }
        }
    }
}

/// One keyword, in ways that people write it.
fn written(keyword: u8, hour: u16) -> String {
    match hour % 3 {
        0 => format!("Café {keyword} "),
        1 => format!("cafe\u{301}\u{a0}{keyword}"),
        _ => format!("CAF\u{c9}  {keyword}"),
    }
}

fn at<P: Payload>(hour: u16, payload: P, offset: i64) -> (EventId, Record) {
    let time = start() + TimeDelta::hours(i64::from(hour));
    of(Event::new("/test", time, payload).expect("a valid event"), offset)
}

fn of<P: Payload>(event: Event<P>, offset: i64) -> (EventId, Record) {
    (event.id, record(0, offset, &event))
}
