//! Money: records by their payers' own names, in dollars as far as rates are known, and sums of days.
//!
//! A record is converted from tables that the stream keeps of both topics, so a rate that arrives after the record it is for
//! converts it then.

use events::Topic;

use crate::tile::{big, day, int, last, real, text};
use crate::{Family, Kind, Order, Rollup, Tile};

pub(crate) const FAMILY: Family = Family {
    sink: "views.revenue",
    tiles: &[
        Tile {
            name: "revenue_entries",
            topic: Topic::RevenueRecords,
            keys: &[text("channel_id"), text("source"), text("reference_id")],
            values: &[
                last("video_id", Kind::Text),
                last("amount_minor", Kind::Big),
                last("currency", Kind::Text),
                last("day", Kind::Day),
                last("status", Kind::Text),
                last("kind", Kind::Text),
                last("own_usd_minor", Kind::Big),
                last("payer", Kind::Text),
            ],
            expressions: &[("own_usd_minor", "usd_minor")],
            order: Order::Arrival,
            ..Tile::PLAIN
        },
        Tile {
            name: "euro_rates",
            topic: Topic::ExchangeRates,
            keys: &[text("currency"), day("day")],
            values: &[last("rate", Kind::Real)],
            filter: "base = 'EUR'",
            order: Order::Arrival,
            ..Tile::PLAIN
        },
    ],
    rollups: &[
        Rollup {
            name: "revenue_usd",
            stays: false,
            keys: &[text("channel_id"), text("source"), text("reference_id")],
            values: &[
                text("video_id"),
                day("day"),
                text("kind"),
                text("status"),
                big("amount_minor"),
                text("currency"),
                big("usd_minor"),
                day("usd_rate_on"),
            ],
            sql: include_str!("revenue/revenue_usd.sql"),
            find: &[
                "INSERT INTO touched_entries_usd SELECT channel_id, source, reference_id FROM incoming_revenue_entries",
                // a rate is for the week from its day on; dollars are for every currency
                "INSERT INTO touched_entries_usd SELECT e.channel_id, e.source, e.reference_id FROM incoming_euro_rates n \
                 JOIN revenue_entries e ON e.day >= n.day AND e.day < n.day + 7 \
                 AND (e.currency = n.currency OR n.currency = 'USD') ON CONFLICT DO NOTHING",
                "ANALYZE touched_entries_usd",
                "INSERT INTO touched_revenue_days SELECT DISTINCT u.channel_id, u.day FROM revenue_usd u \
                 JOIN touched_entries_usd s USING (channel_id, source, reference_id) ON CONFLICT DO NOTHING",
                // the three columns of the key are guessed to hold one row, and what is joined to it to be read once
                "SET LOCAL enable_nestloop = off",
            ],
            narrow: &[
                (
                    "revenue_entries",
                    "(i.channel_id, i.source, i.reference_id) IN (SELECT s.channel_id, s.source, s.reference_id \
                     FROM touched_entries_usd s)",
                ),
                ("euro_rates", "true"),
            ],
            replaces: "(v.channel_id, v.source, v.reference_id) IN (SELECT s.channel_id, s.source, s.reference_id \
                       FROM touched_entries_usd s)",
        },
        Rollup {
            name: "revenue_days",
            stays: false,
            keys: &[
                text("channel_id"),
                day("day"),
                text("video_id"),
                text("source"),
                text("currency"),
            ],
            values: &[
                big("records"),
                big("amount_minor"),
                big("usd_minor"),
                big("unconverted"),
                big("estimated"),
            ],
            sql: include_str!("revenue/revenue_days.sql"),
            find: &[
                "SET LOCAL enable_nestloop = on",
                "INSERT INTO touched_revenue_days SELECT DISTINCT u.channel_id, u.day FROM revenue_usd u \
                 JOIN touched_entries_usd s USING (channel_id, source, reference_id) ON CONFLICT DO NOTHING",
                "ANALYZE touched_revenue_days",
            ],
            narrow: &[(
                "revenue_usd",
                "(i.channel_id, i.day) IN (SELECT s.channel_id, s.day FROM touched_revenue_days s)",
            )],
            replaces: "(v.channel_id, v.day) IN (SELECT s.channel_id, s.day FROM touched_revenue_days s)",
        },
        Rollup {
            name: "channel_revenue",
            stays: false,
            keys: &[text("channel_id")],
            values: &[
                day("first_day"),
                day("last_day"),
                int("currencies"),
                big("usd_minor"),
                big("usd_minor_1d"),
                big("usd_minor_7d"),
                big("usd_minor_28d"),
                big("unconverted"),
                real("estimated_share"),
            ],
            sql: include_str!("revenue/channel_revenue.sql"),
            find: &[],
            narrow: &[(
                "revenue_days",
                "i.channel_id IN (SELECT s.channel_id FROM touched_revenue_days s)",
            )],
            replaces: "v.channel_id IN (SELECT s.channel_id FROM touched_revenue_days s)",
        },
    ],
    touched: &[
        (
            "touched_entries_usd",
            "channel_id text COLLATE \"C\" NOT NULL, source text COLLATE \"C\" NOT NULL, \
             reference_id text COLLATE \"C\" NOT NULL, PRIMARY KEY (channel_id, source, reference_id)",
        ),
        (
            "touched_revenue_days",
            "channel_id text COLLATE \"C\" NOT NULL, day date NOT NULL, PRIMARY KEY (channel_id, day)",
        ),
    ],
    find: &[],
    finish: &[],
    touch_all: &[],
    handed_on: None,
};

#[cfg(test)]
mod tests {
    use events::Currency;

    /// By code, those whose minor unit is not a hundredth.
    #[test]
    fn dollars_know_every_minor_unit() {
        let sql = include_str!("revenue/revenue_usd.sql");
        let letters = || 'A'..='Z';
        let codes = letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| [a, b, c])));
        for code in codes.map(String::from_iter) {
            let digits = Currency::new(code.as_str()).expect("a code").minor_digits();
            let named = sql.contains(&format!("'{code}'"));
            assert_eq!(named, digits != 2 || ["EUR", "USD"].contains(&code.as_str()), "{code}");
        }
    }
}
