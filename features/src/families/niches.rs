//! Niches: what the channels of a category do together.
//!
//! Video to channel to niche is joined from tables that the stream keeps (`video_niche_days`, `niche_names` from the compacted
//! topic of categories). Whichever side arrives later, what it changes is made anew.

use events::Topic;

use crate::tile::{CHANNEL_REF, DAY, HOUR, OBSERVED_DAY, OBSERVED_HOUR, big, day, int, last, max, real, text};
use crate::{Column, Derive, Family, Kind, Merge, Period, Rollup, Tile};

pub(crate) const FAMILY: Family = Family {
    sink: "views.niches",
    tiles: &[
        Tile {
            name: "category_hours",
            topic: Topic::VideoSnapshots,
            keys: &[text("region"), int("category_id"), HOUR],
            values: &[
                (big("observations"), Merge::Count),
                (big("views_sum"), Merge::Sum),
                (big("views_min"), Merge::Min),
                max("views_max"),
                (text("first_video_id"), Merge::First),
                last("last_video_id", Kind::Text),
                (Column::new("videos_sketch", Kind::Bytes), Merge::Distinct),
                (Column::new("channels_sketch", Kind::Bytes), Merge::Distinct),
                (Column::new("views_sketch", Kind::Bytes), Merge::Quantiles),
            ],
            derived: &[
                (big("videos"), Derive::Distinct("videos_sketch")),
                (big("channels"), Derive::Distinct("channels_sketch")),
                (big("views_p50"), Derive::Quantile("views_sketch", 0.5)),
                (big("views_p90"), Derive::Quantile("views_sketch", 0.9)),
                (big("views_p99"), Derive::Quantile("views_sketch", 0.99)),
            ],
            expressions: &[
                OBSERVED_HOUR,
                ("region", "coalesce(region, '')"),
                ("category_id", "coalesce(category_id, 0)"),
                ("observations", "views"),
                ("views_sum", "views"),
                ("views_min", "views"),
                ("views_max", "views"),
                ("first_video_id", "video_id"),
                ("last_video_id", "video_id"),
                ("videos_sketch", "video_id"),
                ("channels_sketch", "coalesce(channel_id, 'title:' || channel_title)"),
                ("views_sketch", "views"),
            ],
            filter: "views IS NOT NULL",
            period: Period::Hour,
            lateness_days: Some(400),
            ..Tile::PLAIN
        },
        Tile {
            name: "video_niche_days",
            topic: Topic::VideoSnapshots,
            keys: &[text("video_id"), DAY],
            values: &[
                last("channel_ref", Kind::Text),
                last("category_id", Kind::Int),
                max("views"),
            ],
            expressions: &[OBSERVED_DAY, CHANNEL_REF],
            period: Period::Day,
            ..Tile::PLAIN
        },
        Tile {
            name: "niche_names",
            topic: Topic::Categories,
            keys: &[int("category_id")],
            values: &[last("title", Kind::Text)],
            ..Tile::PLAIN
        },
    ],
    rollups: &[
        Rollup {
            name: "channel_niches",
            keys: &[text("channel_ref")],
            values: &[int("category_id"), text("niche"), big("videos"), real("share")],
            sql: include_str!("niches/channel_niches.sql"),
            find: &[
                "INSERT INTO touched_niche_channels SELECT DISTINCT t.channel_ref FROM video_niche_days t \
                 JOIN touched_niche_videos s ON s.video_id = t.video_id WHERE t.channel_ref IS NOT NULL ON CONFLICT DO NOTHING",
                "INSERT INTO touched_niche_channels SELECT c.channel_ref FROM channel_niches c \
                 JOIN incoming_niche_names n ON n.category_id = c.category_id ON CONFLICT DO NOTHING",
                "ANALYZE touched_niche_channels",
                "INSERT INTO touched_niche_days SELECT DISTINCT c.category_id, t.day FROM touched_niche_channels s \
                 JOIN channel_niches c ON c.channel_ref = s.channel_ref JOIN video_niche_days t ON t.channel_ref = s.channel_ref \
                 ON CONFLICT DO NOTHING",
                "INSERT INTO touched_niches SELECT DISTINCT category_id FROM touched_niche_days ON CONFLICT DO NOTHING",
            ],
            narrow: &[
                (
                    "video_niche_days",
                    "i.video_id IN (SELECT t.video_id FROM video_niche_days t JOIN touched_niche_channels s \
                     ON s.channel_ref = t.channel_ref)",
                ),
                ("niche_names", "true"),
            ],
            replaces: "v.channel_ref IN (SELECT s.channel_ref FROM touched_niche_channels s)",
        },
        Rollup {
            name: "niche_days",
            keys: &[int("category_id"), day("day")],
            values: &[big("channels"), big("videos"), big("views"), big("gain_views")],
            sql: include_str!("niches/niche_days.sql"),
            find: &[
                "INSERT INTO touched_niche_days SELECT DISTINCT c.category_id, t.day FROM touched_niche_channels s \
                 JOIN channel_niches c ON c.channel_ref = s.channel_ref JOIN video_niche_days t ON t.channel_ref = s.channel_ref \
                 ON CONFLICT DO NOTHING",
                "INSERT INTO touched_niches SELECT DISTINCT category_id FROM touched_niche_days ON CONFLICT DO NOTHING",
                "INSERT INTO touched_niches SELECT category_id FROM incoming_niche_names ON CONFLICT DO NOTHING",
                "ANALYZE touched_niche_days",
                "INSERT INTO touched_niche_peers SELECT DISTINCT t.video_id FROM touched_niche_days s \
                 JOIN channel_niches c ON c.category_id = s.category_id \
                 JOIN video_niche_days t ON t.channel_ref = c.channel_ref AND t.day = s.day",
                "ANALYZE touched_niche_peers",
            ],
            narrow: &[
                (
                    "video_niche_days",
                    "i.video_id IN (SELECT s.video_id FROM touched_niche_peers s)",
                ),
                (
                    "channel_niches",
                    "i.category_id IN (SELECT s.category_id FROM touched_niches s)",
                ),
            ],
            replaces: "(v.category_id, v.day) IN (SELECT s.category_id, s.day FROM touched_niche_days s)",
        },
        Rollup {
            name: "niches",
            keys: &[int("category_id")],
            values: &[
                text("niche"),
                day("last_day"),
                big("channels"),
                big("gain_views_1d"),
                big("gain_views_7d"),
                big("gain_views_28d"),
            ],
            sql: include_str!("niches/niches.sql"),
            find: &[],
            narrow: &[
                (
                    "niche_days",
                    "i.category_id IN (SELECT s.category_id FROM touched_niches s)",
                ),
                (
                    "channel_niches",
                    "i.category_id IN (SELECT s.category_id FROM touched_niches s)",
                ),
                (
                    "niche_names",
                    "i.category_id IN (SELECT s.category_id FROM touched_niches s)",
                ),
            ],
            replaces: "v.category_id IN (SELECT s.category_id FROM touched_niches s)",
        },
    ],
    touched: &[
        ("touched_niche_videos", "video_id text COLLATE \"C\" PRIMARY KEY"),
        ("touched_niche_channels", "channel_ref text COLLATE \"C\" PRIMARY KEY"),
        (
            "touched_niche_days",
            "category_id integer NOT NULL, day date NOT NULL, PRIMARY KEY (category_id, day)",
        ),
        ("touched_niche_peers", "video_id text COLLATE \"C\" PRIMARY KEY"),
        ("touched_niches", "category_id integer PRIMARY KEY"),
    ],
    find: &[
        "INSERT INTO touched_niche_videos SELECT DISTINCT video_id FROM incoming_video_niche_days",
        // the channels that videos leave
        "INSERT INTO touched_niche_channels SELECT DISTINCT t.channel_ref FROM video_niche_days t \
         JOIN touched_niche_videos s ON s.video_id = t.video_id WHERE t.channel_ref IS NOT NULL ON CONFLICT DO NOTHING",
        "INSERT INTO touched_niche_days SELECT DISTINCT c.category_id, t.day FROM touched_niche_channels s \
         JOIN channel_niches c ON c.channel_ref = s.channel_ref JOIN video_niche_days t ON t.channel_ref = s.channel_ref \
         ON CONFLICT DO NOTHING",
    ],
    finish: &[],
    touch_all: &[],
};
