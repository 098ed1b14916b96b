//! One account: fans who join, pay every thirty days, sometimes leave, sometimes get their money back; payouts on
//! Mondays. All of it follows from the seed, the channel and the moment.

use axum::http::HeaderMap;
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use ingest::sources::simulate::{Dice, Subject};
use serde_json::Value;

use super::objects;
use super::refusal::Refusal;
use crate::google::{authorised, oauth};
use crate::moment::Moment;
use crate::secrets;
use crate::state::Shared;

/// Fans who ever joined, per channel, in the first year of the world.
const FANS_A_YEAR: i64 = 150;
const PERIOD: TimeDelta = TimeDelta::days(30);
const PRICES_CENTS: [i64; 4] = [499, 999, 1999, 4999];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Charge,
    Refund,
    Payout,
    BalanceTransaction,
    Subscription,
    Customer,
    Event,
}

impl Kind {
    pub(super) const ALL: [Self; 7] = [
        Self::Charge,
        Self::Refund,
        Self::Payout,
        Self::BalanceTransaction,
        Self::Subscription,
        Self::Customer,
        Self::Event,
    ];

    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Charge => "charges",
            Self::Refund => "refunds",
            Self::Payout => "payouts",
            Self::BalanceTransaction => "balance_transactions",
            Self::Subscription => "subscriptions",
            Self::Customer => "customers",
            Self::Event => "events",
        }
    }

    pub(super) fn object(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Refund => "refund",
            Self::Payout => "payout",
            Self::BalanceTransaction => "balance_transaction",
            Self::Subscription => "subscription",
            Self::Customer => "customer",
            Self::Event => "event",
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Charge => "ch_3",
            Self::Refund => "re_3",
            Self::Payout => "po_1",
            Self::BalanceTransaction => "txn_3",
            Self::Subscription => "sub_1",
            Self::Customer => "cus_",
            Self::Event => "evt_1",
        }
    }
}

/// The channel of a secret key.
pub(super) fn channel(state: &Shared, headers: &HeaderMap) -> Result<u32, Refusal> {
    let basic = oauth::basic(headers).map(|(user, _)| user);
    let key = authorised(headers, "bearer")
        .map(str::to_owned)
        .or(basic)
        .ok_or_else(Refusal::no_key)?;
    channel_of(state, &key).ok_or_else(|| Refusal::bad_key(&key))
}

pub(super) fn channel_of(state: &Shared, key: &str) -> Option<u32> {
    let is_secret = ["sk_test_", "sk_live_", "rk_test_", "rk_live_"]
        .iter()
        .any(|prefix| key.starts_with(prefix));
    let number: u32 = key
        .rsplit('_')
        .next()
        .and_then(|end| end.parse().ok())
        .unwrap_or_default();
    (is_secret && number < state.config.world.channels).then_some(number)
}

/// A fan.
#[derive(Debug, Clone)]
pub(super) struct Fan {
    pub(super) number: i64,
    pub(super) joined: DateTime<Utc>,
    /// Set once it is known.
    pub(super) left: Option<DateTime<Utc>>,
    pub(super) cents: i64,
}

/// A payment of a fan.
#[derive(Debug, Clone)]
pub(super) struct Payment {
    pub(super) fan: Fan,
    pub(super) period: i64,
    pub(super) at: DateTime<Utc>,
    pub(super) refunded: Option<DateTime<Utc>>,
}

impl Payment {
    pub(super) fn name(&self) -> String {
        format!("{}/{}", self.fan.number, self.period)
    }

    /// 2.9 % and 30 cents.
    pub(super) fn fee_cents(&self) -> i64 {
        (self.fan.cents * 29 + 500) / 1000 + 30
    }
}

pub(super) struct Account {
    seed: u64,
    pub(super) channel: u32,
    pub(super) title: String,
    begin: DateTime<Utc>,
    pub(super) now: DateTime<Utc>,
}

impl Account {
    pub(super) fn new(moment: &Moment<'_>, channel: u32) -> Self {
        Self {
            seed: moment.census.seed(),
            channel,
            title: moment.census.channel(channel).title,
            begin: moment.census.config().start,
            now: moment.now,
        }
    }

    pub(super) fn id(&self, kind: Kind, name: &str) -> String {
        let parts = [kind.object(), &self.seed.to_string(), &self.channel.to_string(), name];
        format!("{}{}", kind.prefix(), secrets::alphanumeric(&parts, 20))
    }

    /// All fans who have joined, oldest first.
    pub(super) fn fans(&self) -> Vec<Fan> {
        let gap = TimeDelta::days(365).num_seconds() / FANS_A_YEAR;
        let fan = |number: i64| {
            let which = u64::from(self.channel) << 32 | number.cast_unsigned();
            let mut dice = Dice::new(self.seed, Subject::Payment, which, 0);
            let joined = self.begin + TimeDelta::seconds(number * gap + dice.below(gap.unsigned_abs() as usize) as i64);
            let cents = *dice.pick(&PRICES_CENTS);
            let stays_periods = 1 + (-(1.0 - dice.between(0.0, 1.0)).ln() * 7.0) as i32;
            let left = joined + PERIOD * stays_periods;
            Fan {
                number,
                joined,
                left: (left <= self.now).then_some(left),
                cents,
            }
        };
        (0..).map(fan).take_while(|fan| fan.joined <= self.now).collect()
    }

    /// All payments, oldest first.
    pub(super) fn payments(&self) -> Vec<Payment> {
        let mut payments: Vec<Payment> = self.fans().into_iter().flat_map(|fan| self.payments_of(&fan)).collect();
        payments.sort_by_key(|payment| (payment.at, payment.fan.number));
        payments
    }

    fn payments_of(&self, fan: &Fan) -> Vec<Payment> {
        let end = fan.left.unwrap_or(self.now + TimeDelta::seconds(1));
        let at = |period: i32| fan.joined + PERIOD * period;
        let periods = (0..).take_while(|period| at(*period) < end && at(*period) <= self.now);
        let payment = |period: i32| {
            let which = u64::from(self.channel) << 32 | fan.number.cast_unsigned();
            let mut dice = Dice::new(self.seed, Subject::Payment, which, i64::from(period) + 1);
            let refunded = dice
                .chance(0.03)
                .then(|| at(period) + TimeDelta::hours(12 + dice.below(96) as i64));
            Payment {
                fan: fan.clone(),
                period: i64::from(period),
                at: at(period),
                refunded: refunded.filter(|when| *when <= self.now),
            }
        };
        periods.map(payment).collect()
    }

    /// Payouts: each Monday at 06:00 UTC, what came in during the week before. When, and net cents.
    pub(super) fn payouts(&self) -> Vec<(DateTime<Utc>, i64)> {
        let payments = self.payments();
        let monday = self.begin.date_naive().week(chrono::Weekday::Mon).first_day();
        let first = monday
            .and_hms_opt(6, 0, 0)
            .map(|time| time.and_utc())
            .unwrap_or(self.begin);
        let weeks = (1..)
            .map(|week| first + TimeDelta::weeks(week))
            .take_while(|when| *when <= self.now);
        let net = |when: DateTime<Utc>| {
            let within = |time: DateTime<Utc>| time < when && time >= when - TimeDelta::weeks(1);
            let came = payments
                .iter()
                .filter(|one| within(one.at))
                .map(|one| one.fan.cents - one.fee_cents());
            let went = payments
                .iter()
                .filter(|one| one.refunded.is_some_and(within))
                .map(|one| one.fan.cents);
            came.sum::<i64>() - went.sum::<i64>()
        };
        debug_assert_eq!(first.weekday(), chrono::Weekday::Mon);
        weeks
            .map(|when| (when, net(when)))
            .filter(|(_, cents)| *cents > 0)
            .collect()
    }

    /// All objects of a kind, newest first.
    pub(super) fn all(&self, kind: Kind) -> Vec<Value> {
        let mut all = match kind {
            Kind::Customer => self.fans().iter().map(|fan| objects::customer(self, fan)).collect(),
            Kind::Subscription => self.fans().iter().map(|fan| objects::subscription(self, fan)).collect(),
            Kind::Charge => self
                .payments()
                .iter()
                .map(|payment| objects::charge(self, payment))
                .collect(),
            Kind::Refund => self
                .payments()
                .iter()
                .filter_map(|payment| objects::refund(self, payment))
                .collect(),
            Kind::Payout => self
                .payouts()
                .iter()
                .map(|payout| objects::payout(self, payout))
                .collect(),
            Kind::BalanceTransaction => objects::balance_transactions(self),
            Kind::Event => objects::events(self),
        };
        all.sort_by(|a: &Value, b: &Value| {
            let created = |object: &Value| object["created"].as_i64();
            created(b)
                .cmp(&created(a))
                .then_with(|| b["id"].as_str().cmp(&a["id"].as_str()))
        });
        all
    }

    pub(super) fn find(&self, kind: Kind, id: &str) -> Option<Value> {
        self.all(kind).into_iter().find(|object| object["id"] == id)
    }
}
