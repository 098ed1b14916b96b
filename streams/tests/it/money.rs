//! What views say of money.

use chrono::{Days, TimeDelta};
use events::payload::{RevenueKind, RevenueSource, RevenueStatus};
use events::{Currency, RevenueRecord};
use features::Cell;

use crate::meanings::{at, row, views_of};
use crate::world::channel_id;

/// Told on a day, of a day so many days after it.
fn earned(told_on: u64, days_later: u64, reference: &str, usd_minor: i64) -> (i64, RevenueRecord) {
    let record = RevenueRecord {
        channel_id: channel_id(1),
        video_id: None,
        source: RevenueSource::Sponsorship,
        reference_id: reference.to_owned(),
        amount_minor: usd_minor,
        currency: Currency::new("USD").expect("a currency"),
        day: (at(0) + Days::new(told_on + days_later)).date_naive(),
        status: RevenueStatus::Confirmed,
        kind: Some(RevenueKind::Earning),
        usd_minor: Some(usd_minor),
        usd_rate: None,
        usd_rate_on: None,
        payer: None,
    };
    (TimeDelta::days(told_on as i64).num_hours(), record)
}

#[tokio::test]
async fn what_is_agreed_for_later_hides_nothing_that_is_earned() {
    let views = views_of(&[
        earned(30, 0, "a month later", 1),
        earned(52, 0, "within 7 days", 20),
        earned(57, 0, "today", 300),
        earned(57, 400, "next year", 4_000),
    ])
    .await;
    let sums = row(&views, "channel_revenue", "UC");
    let sum = |column| &sums[column];
    assert_eq!(sum("usd_minor"), &Cell::Int(4_321));
    assert_eq!(sum("usd_minor_1d"), &Cell::Int(300));
    assert_eq!(sum("usd_minor_7d"), &Cell::Int(320));
    assert_eq!(sum("usd_minor_28d"), &Cell::Int(321));
}

#[tokio::test]
async fn what_is_all_agreed_for_later_ends_with_its_last_day() {
    let views = views_of(&[earned(0, 40, "soon", 10), earned(0, 400, "next year", 4_000)]).await;
    let sums = row(&views, "channel_revenue", "UC");
    assert_eq!(
        (&sums["usd_minor"], &sums["usd_minor_28d"]),
        (&Cell::Int(4_010), &Cell::Int(4_000))
    );
}
