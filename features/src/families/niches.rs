//! Niches: what the channels of a category do together.
//!
//! Video to channel to niche is joined from tables that the stream keeps (`video_niches`, `niche_names` from the compacted
//! topic of categories). Whichever side arrives later, what it changes is made anew.

use events::Topic;

use crate::tile::{
    CHANNEL_REF, DAY, HOUR, OBSERVED_DAY, OBSERVED_HOUR, big, counter, day, int, last, max, newest, real, text,
};
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
                (real("views_mean"), Derive::Mean("views_sum", "observations")),
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
                newest!("channel_id", Kind::Text),
                newest!("channel_title", Kind::Text),
                newest!("category_id", Kind::Int),
                counter("views"),
            ],
            expressions: &[OBSERVED_DAY],
            derived: &[CHANNEL_REF],
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
            name: "video_niches",
            stays: false,
            keys: &[text("video_id")],
            values: &[text("channel_ref"), int("category_id")],
            sql: include_str!("niches/video_niches.sql"),
            find: &[],
            narrow: &[(
                "video_niche_days",
                "i.video_id IN (SELECT s.video_id FROM touched_niche_videos s)",
            )],
            replaces: "v.video_id IN (SELECT s.video_id FROM touched_niche_videos s)",
        },
        Rollup {
            name: "channel_niches",
            stays: false,
            keys: &[text("channel_ref")],
            values: &[int("category_id"), text("niche"), big("videos"), real("share")],
            sql: include_str!("niches/channel_niches.sql"),
            find: &[
                "INSERT INTO touched_niche_channels SELECT DISTINCT v.channel_ref FROM video_niches v \
                 JOIN touched_niche_videos s ON s.video_id = v.video_id WHERE v.channel_ref IS NOT NULL ON CONFLICT DO NOTHING",
                "INSERT INTO touched_niche_channels SELECT c.channel_ref FROM channel_niches c \
                 JOIN incoming_niche_names n ON n.category_id = c.category_id ON CONFLICT DO NOTHING",
                "ANALYZE touched_niche_channels",
                "INSERT INTO touched_niche_before SELECT c.channel_ref, c.category_id FROM channel_niches c \
                 JOIN touched_niche_channels s ON s.channel_ref = c.channel_ref",
            ],
            narrow: &[
                (
                    "video_niches",
                    "i.channel_ref IN (SELECT s.channel_ref FROM touched_niche_channels s)",
                ),
                ("niche_names", "true"),
            ],
            replaces: "v.channel_ref IN (SELECT s.channel_ref FROM touched_niche_channels s)",
        },
        Rollup {
            name: "niche_days",
            stays: false,
            keys: &[int("category_id"), day("day")],
            values: &[big("channels"), big("videos"), big("views"), big("gain_views")],
            sql: include_str!("niches/niche_days.sql"),
            find: &[
                // channels that go from one niche to another, and videos that go from one channel to another, take all their days along
                "INSERT INTO touched_niche_moved SELECT m.channel_ref, m.category_id FROM ( \
                 SELECT s.channel_ref, unnest(ARRAY[b.category_id, c.category_id]) AS category_id FROM touched_niche_channels s \
                 LEFT JOIN touched_niche_before b ON b.channel_ref = s.channel_ref \
                 LEFT JOIN channel_niches c ON c.channel_ref = s.channel_ref \
                 WHERE b.category_id IS DISTINCT FROM c.category_id) m WHERE m.category_id IS NOT NULL",
                "INSERT INTO touched_niches SELECT DISTINCT category_id FROM touched_niche_moved ON CONFLICT DO NOTHING",
                "INSERT INTO touched_niche_days SELECT DISTINCT m.category_id, t.day FROM touched_niche_moved m \
                 JOIN video_niches v ON v.channel_ref = m.channel_ref \
                 JOIN video_niche_days t ON t.video_id = v.video_id ON CONFLICT DO NOTHING",
                "INSERT INTO touched_niche_days SELECT DISTINCT c.category_id, t.day FROM touched_niche_video_before b \
                 JOIN video_niches v ON v.video_id = b.video_id AND v.channel_ref IS DISTINCT FROM b.channel_ref \
                 JOIN video_niche_days t ON t.video_id = b.video_id \
                 CROSS JOIN LATERAL (SELECT o.category_id FROM touched_niche_before o WHERE o.channel_ref = b.channel_ref \
                 UNION SELECT c.category_id FROM channel_niches c WHERE c.channel_ref IN (b.channel_ref, v.channel_ref)) c \
                 ON CONFLICT DO NOTHING",
                // of the others the days that are told of, and the next ones, whose gains begin there
                "INSERT INTO touched_niche_days SELECT DISTINCT c.category_id, t.day FROM incoming_video_niche_days n \
                 JOIN video_niches v ON v.video_id = n.video_id JOIN channel_niches c ON c.channel_ref = v.channel_ref \
                 CROSS JOIN LATERAL (SELECT n.day UNION ALL (SELECT x.day FROM video_niche_days x \
                 WHERE x.video_id = n.video_id AND x.day > n.day AND x.views IS NOT NULL ORDER BY x.day LIMIT 1)) t ON CONFLICT DO NOTHING",
                "INSERT INTO touched_niches SELECT DISTINCT category_id FROM touched_niche_days ON CONFLICT DO NOTHING",
                "INSERT INTO touched_niches SELECT category_id FROM incoming_niche_names ON CONFLICT DO NOTHING",
                "ANALYZE touched_niche_days",
                "INSERT INTO touched_niche_peers SELECT t.video_id, min(t.day), max(t.day) FROM touched_niche_days s \
                 JOIN channel_niches c ON c.category_id = s.category_id \
                 JOIN video_niches v ON v.channel_ref = c.channel_ref \
                 JOIN video_niche_days t ON t.video_id = v.video_id AND t.day = s.day GROUP BY t.video_id",
                "ANALYZE touched_niche_peers",
            ],
            narrow: &[
                (
                    "video_niche_days",
                    // where gains look back to
                    "EXISTS (SELECT FROM touched_niche_peers s \
                     WHERE s.video_id = i.video_id AND i.day BETWEEN s.from_day - 3 AND s.to_day)",
                ),
                (
                    "video_niches",
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
            stays: false,
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
        (
            "touched_niche_video_before",
            "video_id text COLLATE \"C\" PRIMARY KEY, channel_ref text COLLATE \"C\"",
        ),
        ("touched_niche_channels", "channel_ref text COLLATE \"C\" PRIMARY KEY"),
        (
            "touched_niche_days",
            "category_id integer NOT NULL, day date NOT NULL, PRIMARY KEY (category_id, day)",
        ),
        (
            "touched_niche_before",
            "channel_ref text COLLATE \"C\" PRIMARY KEY, category_id integer NOT NULL",
        ),
        (
            "touched_niche_moved",
            "channel_ref text COLLATE \"C\" NOT NULL, category_id integer NOT NULL",
        ),
        (
            "touched_niche_peers",
            "video_id text COLLATE \"C\" PRIMARY KEY, from_day date NOT NULL, to_day date NOT NULL",
        ),
        ("touched_niches", "category_id integer PRIMARY KEY"),
    ],
    find: &[
        "INSERT INTO touched_niche_videos SELECT DISTINCT video_id FROM incoming_video_niche_days",
        "ANALYZE touched_niche_videos",
        "INSERT INTO touched_niche_video_before SELECT v.video_id, v.channel_ref FROM video_niches v \
         JOIN touched_niche_videos s ON s.video_id = v.video_id",
        // the channels that videos leave
        "INSERT INTO touched_niche_channels SELECT DISTINCT v.channel_ref FROM video_niches v \
         JOIN touched_niche_videos s ON s.video_id = v.video_id WHERE v.channel_ref IS NOT NULL ON CONFLICT DO NOTHING",
    ],
    finish: &[],
    touch_all: &[],
    handed_on: None,
};
