//! Rollups: views made from tiles and from other rollups by SQL that DataFusion and Postgres both run.
//!
//! DataFusion runs the SQL over everything. Postgres runs it over what a micro-batch touched: `narrow` cuts each input
//! down to the rows needed, `replaces` names the rows of the view that are made anew. Both are speed, not meaning.

use crate::{Column, Kind};

/// The definition of a rollup.
#[derive(Debug, Clone, Copy)]
pub struct Rollup {
    pub name: &'static str,
    pub keys: &'static [Column],
    pub values: &'static [Column],
    /// A SELECT over the names of tiles and earlier rollups.
    pub sql: &'static str,
    /// Input and predicate over it (alias `i`), in terms of the `touched_*` tables.
    pub narrow: &'static [(&'static str, &'static str)],
    /// Predicate over the view's own rows (alias `v`), in terms of the `touched_*` tables.
    pub replaces: &'static str,
}

const fn text(name: &'static str) -> Column {
    Column::new(name, Kind::Text)
}

const fn big(name: &'static str) -> Column {
    Column::new(name, Kind::Big)
}

const fn int(name: &'static str) -> Column {
    Column::new(name, Kind::Int)
}

const fn day(name: &'static str) -> Column {
    Column::new(name, Kind::Day)
}

/// Every rollup, each after those that it is made from.
pub const ROLLUPS: &[Rollup] = &[
    Rollup {
        name: "video_days",
        keys: &[text("video_id"), day("day")],
        values: &[
            text("channel_ref"),
            int("category_id"),
            big("views"),
            big("likes"),
            big("dislikes"),
            big("comments"),
            big("gain_views"),
            big("gain_likes"),
            big("gain_comments"),
        ],
        sql: include_str!("rollups/video_days.sql"),
        narrow: &[(
            "video_day_tiles",
            "EXISTS (SELECT FROM touched_videos s WHERE s.video_id = i.video_id AND i.day >= s.reads_from)",
        )],
        replaces: "EXISTS (SELECT FROM touched_videos s WHERE s.video_id = v.video_id AND v.day >= s.from_day)",
    },
    Rollup {
        name: "videos",
        keys: &[text("video_id")],
        values: &[
            text("channel_ref"),
            text("channel_id"),
            text("channel_title"),
            text("title"),
            int("category_id"),
            Column::new("published_at", Kind::Time),
            day("first_day"),
            day("last_day"),
            big("observed_days"),
            big("views"),
            big("likes"),
            big("dislikes"),
            big("comments"),
            big("gain_views_1d"),
            big("gain_views_7d"),
            big("gain_views_28d"),
        ],
        sql: include_str!("rollups/videos.sql"),
        narrow: &[(
            "video_day_tiles",
            "i.video_id IN (SELECT s.video_id FROM touched_videos s)",
        )],
        replaces: "v.video_id IN (SELECT s.video_id FROM touched_videos s)",
    },
    Rollup {
        name: "channel_days",
        keys: &[text("channel_ref"), day("day")],
        values: &[
            big("videos"),
            big("views"),
            big("gain_views"),
            big("likes"),
            big("comments"),
        ],
        sql: include_str!("rollups/channel_days.sql"),
        narrow: &[(
            "video_days",
            "(i.channel_ref, i.day) IN (SELECT s.channel_ref, s.day FROM touched_channel_days s)",
        )],
        replaces: "(v.channel_ref, v.day) IN (SELECT s.channel_ref, s.day FROM touched_channel_days s)",
    },
    Rollup {
        name: "channels",
        keys: &[text("channel_ref")],
        values: &[
            text("channel_id"),
            text("channel_title"),
            big("videos"),
            big("views"),
            big("gain_views_1d"),
            big("gain_views_7d"),
            big("gain_views_28d"),
        ],
        sql: include_str!("rollups/channels.sql"),
        narrow: &[(
            "videos",
            "i.channel_ref IN (SELECT s.channel_ref FROM touched_channels s)",
        )],
        replaces: "v.channel_ref IN (SELECT s.channel_ref FROM touched_channels s)",
    },
    Rollup {
        name: "trending_ranks",
        keys: &[text("region"), day("day"), text("video_id")],
        values: &[
            int("category_id"),
            int("rank"),
            int("previous_rank"),
            int("rank_change"),
            int("best_rank"),
            big("days_on_chart"),
            big("gain_views"),
        ],
        sql: include_str!("rollups/trending_ranks.sql"),
        narrow: &[(
            "trending_entries",
            "(i.region, i.video_id) IN (SELECT s.region, s.video_id FROM touched_entries s)",
        )],
        replaces: "EXISTS (SELECT FROM touched_entries s \
                   WHERE s.region = v.region AND s.video_id = v.video_id AND v.day >= s.day)",
    },
    Rollup {
        name: "category_days",
        keys: &[text("region"), int("category_id"), day("day")],
        values: &[
            big("videos"),
            big("channels"),
            big("views"),
            big("likes"),
            big("comments"),
            int("best_rank"),
        ],
        sql: include_str!("rollups/category_days.sql"),
        narrow: &[(
            "trending_entries",
            "(i.region, i.day) IN (SELECT s.region, s.day FROM touched_entries s)",
        )],
        replaces: "(v.region, v.day) IN (SELECT s.region, s.day FROM touched_entries s)",
    },
];
