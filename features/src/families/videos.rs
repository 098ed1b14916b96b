//! Videos, channels and charts, by day.

use events::Topic;

use crate::tile::{CHANNEL_REF, DAY, OBSERVED_DAY, big, counter, day, int, last, newest, text, time};
use crate::{Family, Kind, Period, Rollup, Tile};

pub(crate) const FAMILY: Family = Family {
    sink: "views",
    tiles: TILES,
    rollups: ROLLUPS,
    touched: &[
        (
            "touched_videos",
            "video_id text COLLATE \"C\" PRIMARY KEY, from_day date NOT NULL",
        ),
        (
            "touched_entries",
            "region text COLLATE \"C\" NOT NULL, video_id text COLLATE \"C\" NOT NULL, day date NOT NULL, \
             PRIMARY KEY (region, video_id, day)",
        ),
        (
            "touched_video_before",
            "video_id text COLLATE \"C\" PRIMARY KEY, channel_ref text COLLATE \"C\", category_id integer",
        ),
        ("touched_channels", "channel_ref text COLLATE \"C\" PRIMARY KEY"),
        (
            "touched_channel_days",
            "channel_ref text COLLATE \"C\" NOT NULL, day date NOT NULL, PRIMARY KEY (channel_ref, day)",
        ),
    ],
    find: &[
        "INSERT INTO touched_videos SELECT video_id, min(day) FROM incoming_video_day_tiles GROUP BY video_id",
        "INSERT INTO touched_entries SELECT region, video_id, day FROM incoming_trending_entries ON CONFLICT DO NOTHING",
        "ANALYZE touched_videos",
        "ANALYZE touched_entries",
    ],
    finish: &[],
    touch_all: &[],
    handed_on: None,
};

/// The channels that the touched videos belong to, and the days on which they do: run before these are made anew, for the channels
/// that videos leave, and after, for those that they join.
const FIND_CHANNELS: &str = "INSERT INTO touched_channels SELECT DISTINCT v.channel_ref FROM videos v \
     JOIN touched_videos s ON s.video_id = v.video_id WHERE v.channel_ref IS NOT NULL ON CONFLICT DO NOTHING";

/// Those that told something of themselves.
const FIND_CHANNELS_THEMSELVES: &str = "INSERT INTO touched_channels SELECT DISTINCT channel_id FROM incoming_channel_day_tiles \
     ON CONFLICT DO NOTHING";

const FIND_CHANNEL_DAYS: &str = "INSERT INTO touched_channel_days SELECT DISTINCT v.channel_ref, v.day FROM video_days v \
     JOIN touched_videos s ON s.video_id = v.video_id AND v.day >= s.from_day \
     WHERE v.channel_ref IS NOT NULL ON CONFLICT DO NOTHING";

const TILES: &[Tile] = &[
    Tile {
        name: "video_day_tiles",
        period: Period::Day,
        topic: Topic::VideoSnapshots,
        keys: &[text("video_id"), DAY],
        values: &[
            newest!("channel_id", Kind::Text),
            newest!("channel_title", Kind::Text),
            newest!("title", Kind::Text),
            newest!("category_id", Kind::Int),
            newest!("published_at", Kind::Time),
            counter("views"),
            counter("likes"),
            counter("dislikes"),
            counter("comments"),
        ],
        expressions: &[OBSERVED_DAY],
        derived: &[CHANNEL_REF],
        ..Tile::PLAIN
    },
    Tile {
        name: "trending_entries",
        period: Period::Day,
        topic: Topic::VideoSnapshots,
        keys: &[text("region"), DAY, text("video_id")],
        values: &[
            newest!("rank", Kind::Int),
            newest!("channel_id", Kind::Text),
            newest!("channel_title", Kind::Text),
            newest!("title", Kind::Text),
            newest!("category_id", Kind::Int),
            newest!("published_at", Kind::Time),
            counter("views"),
            counter("likes"),
            counter("dislikes"),
            counter("comments"),
        ],
        expressions: &[OBSERVED_DAY, ("rank", "trending_rank")],
        derived: &[CHANNEL_REF],
        filter: "region IS NOT NULL",
        ..Tile::PLAIN
    },
    Tile {
        name: "channel_day_tiles",
        period: Period::Day,
        topic: Topic::ChannelSnapshots,
        keys: &[text("channel_id"), DAY],
        values: &[
            newest!("title", Kind::Text),
            newest!("country", Kind::Text),
            newest!("published_at", Kind::Time),
            newest!("subscribers", Kind::Big),
            counter("views"),
            counter("videos"),
        ],
        expressions: &[OBSERVED_DAY],
        ..Tile::PLAIN
    },
    Tile {
        name: "categories",
        topic: Topic::Categories,
        keys: &[text("region"), int("category_id")],
        values: &[last("title", Kind::Text), last("assignable", Kind::Bool)],
        ..Tile::PLAIN
    },
];

const ROLLUPS: &[Rollup] = &[
    Rollup {
        name: "videos",
        stays: true,
        keys: &[text("video_id")],
        values: &[
            text("channel_ref"),
            text("channel_id"),
            text("channel_title"),
            time("channel_title_told"),
            text("title"),
            int("category_id"),
            time("published_at"),
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
        sql: include_str!("videos/videos.sql"),
        find: &[
            FIND_CHANNELS,
            "INSERT INTO touched_video_before SELECT v.video_id, v.channel_ref, v.category_id FROM videos v \
             JOIN touched_videos s ON s.video_id = v.video_id",
        ],
        narrow: &[(
            "video_day_tiles",
            "i.video_id IN (SELECT s.video_id FROM touched_videos s)",
        )],
        replaces: "v.video_id IN (SELECT s.video_id FROM touched_videos s)",
    },
    Rollup {
        name: "video_days",
        stays: true,
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
        sql: include_str!("videos/video_days.sql"),
        find: &[
            // a video that goes from one channel to another takes all its days along
            "UPDATE touched_videos t SET from_day = v.first_day FROM touched_video_before b \
             JOIN videos v ON v.video_id = b.video_id AND v.channel_ref IS DISTINCT FROM b.channel_ref \
             WHERE t.video_id = b.video_id",
            FIND_CHANNEL_DAYS,
        ],
        narrow: &[
            (
                "video_day_tiles",
                // where gains look back to
                "EXISTS (SELECT FROM touched_videos s WHERE s.video_id = i.video_id AND i.day >= s.from_day - 3)",
            ),
            ("videos", "i.video_id IN (SELECT s.video_id FROM touched_videos s)"),
        ],
        replaces: "EXISTS (SELECT FROM touched_videos s WHERE s.video_id = v.video_id AND v.day >= s.from_day)",
    },
    Rollup {
        name: "channel_days",
        stays: false,
        keys: &[text("channel_ref"), day("day")],
        values: &[
            big("videos"),
            big("views"),
            big("gain_views"),
            big("likes"),
            big("comments"),
        ],
        sql: include_str!("videos/channel_days.sql"),
        find: &[FIND_CHANNELS, FIND_CHANNEL_DAYS],
        narrow: &[(
            "video_days",
            "(i.channel_ref, i.day) IN (SELECT s.channel_ref, s.day FROM touched_channel_days s)",
        )],
        replaces: "(v.channel_ref, v.day) IN (SELECT s.channel_ref, s.day FROM touched_channel_days s)",
    },
    Rollup {
        name: "channels",
        stays: false,
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
        sql: include_str!("videos/channels.sql"),
        find: &[FIND_CHANNELS_THEMSELVES],
        narrow: &[
            (
                "channel_day_tiles",
                "i.channel_id IN (SELECT s.channel_ref FROM touched_channels s)",
            ),
            (
                "videos",
                "i.channel_ref IN (SELECT s.channel_ref FROM touched_channels s)",
            ),
            (
                "channel_days",
                "i.channel_ref IN (SELECT s.channel_ref FROM touched_channels s)",
            ),
        ],
        replaces: "v.channel_ref IN (SELECT s.channel_ref FROM touched_channels s)",
    },
    Rollup {
        name: "trending_ranks",
        stays: true,
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
        sql: include_str!("videos/trending_ranks.sql"),
        find: &[],
        narrow: &[(
            "trending_entries",
            "(i.region, i.video_id) IN (SELECT s.region, s.video_id FROM touched_entries s)",
        )],
        replaces: "EXISTS (SELECT FROM touched_entries s \
                   WHERE s.region = v.region AND s.video_id = v.video_id AND v.day >= s.day)",
    },
    Rollup {
        name: "category_days",
        stays: false,
        keys: &[text("region"), int("category_id"), day("day")],
        values: &[
            big("videos"),
            big("channels"),
            big("views"),
            big("likes"),
            big("comments"),
            int("best_rank"),
        ],
        sql: include_str!("videos/category_days.sql"),
        find: &[
            // entries of videos of which other things are known now
            "INSERT INTO touched_entries SELECT e.region, e.video_id, e.day FROM touched_video_before b \
             JOIN videos v ON v.video_id = b.video_id \
             AND (v.channel_ref, v.category_id) IS DISTINCT FROM (b.channel_ref, b.category_id) \
             JOIN trending_entries e ON e.video_id = b.video_id ON CONFLICT DO NOTHING",
        ],
        narrow: &[
            (
                "trending_entries",
                "(i.region, i.day) IN (SELECT s.region, s.day FROM touched_entries s)",
            ),
            (
                "videos",
                // those of the entries above
                "i.video_id IN (SELECT e.video_id FROM trending_entries e)",
            ),
        ],
        replaces: "(v.region, v.day) IN (SELECT s.region, s.day FROM touched_entries s)",
    },
];
