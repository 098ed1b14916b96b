//! How fast videos grow: by the hour, in bursts, and beside the other videos of their channel at the same age.

use events::Topic;

use crate::tile::{CHANNEL_REF, HOUR, OBSERVED_HOUR, big, counter, day, int, newest, real, text, time};
use crate::{Family, Kind, Period, Rollup, Tile};

/// Whole days between publication and observation.
const AGE_DAYS: (&str, &str) = (
    "age_days",
    "CAST((arrow_cast(observed_at, 'Int64') - arrow_cast(published_at, 'Int64')) / 86400000000 AS INT)",
);

pub(crate) const FAMILY: Family = Family {
    sink: "views.velocity",
    tiles: &[
        Tile {
            name: "video_hours",
            topic: Topic::VideoSnapshots,
            keys: &[text("video_id"), HOUR],
            values: &[
                newest!("channel_id", Kind::Text),
                newest!("channel_title", Kind::Text),
                newest!("published_at", Kind::Time),
                counter("views"),
                counter("likes"),
                counter("comments"),
                // speeds are between counts as they were last made: a counter that was corrected has fallen
                newest!("last_views", Kind::Big),
            ],
            expressions: &[OBSERVED_HOUR, ("last_views", "views")],
            derived: &[CHANNEL_REF],
            period: Period::Hour,
            ..Tile::PLAIN
        },
        Tile {
            name: "video_ages",
            topic: Topic::VideoSnapshots,
            // what was published again is another series: it was private, or planned
            keys: &[text("video_id"), day("published_on"), int("age_days")],
            values: &[newest!("published_at", Kind::Time), counter("views")],
            expressions: &[("published_on", "CAST(published_at AS DATE)"), AGE_DAYS],
            filter: "published_at IS NOT NULL AND observed_at >= published_at AND views IS NOT NULL",
            ..Tile::PLAIN
        },
    ],
    rollups: &[
        Rollup {
            name: "video_velocity",
            stays: false,
            keys: &[text("video_id")],
            values: &[
                text("channel_ref"),
                time("hour"),
                big("views"),
                big("gain_views_1h"),
                big("gain_views_24h"),
                real("velocity_1h"),
                real("velocity_24h"),
                real("acceleration"),
            ],
            sql: include_str!("velocity/video_velocity.sql"),
            find: FIND_HOURS,
            narrow: &[(
                "video_hours",
                "(i.video_id, i.hour) IN (SELECT s.video_id, h.hour FROM touched_hours s \
                 CROSS JOIN LATERAL unnest(ARRAY[s.newest, s.hour_1, s.hour_24, s.hour_48, s.hour_told]) h(hour))",
            )],
            replaces: "v.video_id IN (SELECT s.video_id FROM touched_hours s)",
        },
        Rollup {
            name: "video_bursts",
            stays: false,
            keys: &[text("video_id"), time("started_at")],
            values: &[
                time("ended_at"),
                big("hours"),
                big("gain_views"),
                big("peak_gain_views"),
            ],
            sql: include_str!("velocity/video_bursts.sql"),
            find: &[],
            narrow: &[(
                "video_hours",
                "EXISTS (SELECT FROM touched_hours s WHERE s.video_id = i.video_id AND i.hour >= s.newest - INTERVAL '672 hours')",
            )],
            replaces: "v.video_id IN (SELECT s.video_id FROM touched_hours s)",
        },
        Rollup {
            name: "video_peers",
            stays: false,
            keys: &[text("video_id")],
            values: &[
                text("channel_ref"),
                time("published_at"),
                day("published_on"),
                int("age_days"),
                big("views"),
            ],
            sql: include_str!("velocity/video_peers.sql"),
            find: FIND_FOLLOWERS,
            narrow: &[
                ("video_ages", "i.video_id IN (SELECT s.video_id FROM touched_ages s)"),
                (
                    "video_velocity",
                    "i.video_id IN (SELECT s.video_id FROM touched_ages s)",
                ),
            ],
            replaces: "v.video_id IN (SELECT s.video_id FROM touched_ages s)",
        },
        Rollup {
            name: "video_outliers",
            stays: false,
            keys: &[text("video_id")],
            values: &[
                text("channel_ref"),
                int("age_days"),
                big("views"),
                big("baseline_videos"),
                big("baseline_views"),
                real("outlier_score"),
            ],
            sql: include_str!("velocity/video_outliers.sql"),
            find: FIND_PEERS,
            narrow: &[
                ("video_peers", "i.video_id IN (SELECT s.video_id FROM touched_peers s)"),
                ("video_ages", "i.video_id IN (SELECT s.video_id FROM touched_peers s)"),
            ],
            replaces: "v.video_id IN (SELECT s.video_id FROM touched_outliers s)",
        },
    ],
    touched: &[
        (
            "touched_hours",
            "video_id text COLLATE \"C\" PRIMARY KEY, newest timestamptz NOT NULL, hour_1 timestamptz, hour_24 timestamptz, \
             hour_48 timestamptz, hour_told timestamptz",
        ),
        ("touched_ages", "video_id text COLLATE \"C\" PRIMARY KEY"),
        ("touched_outliers", "video_id text COLLATE \"C\" PRIMARY KEY"),
        ("touched_peers", "video_id text COLLATE \"C\" PRIMARY KEY"),
    ],
    find: &[
        "INSERT INTO touched_ages SELECT DISTINCT video_id FROM incoming_video_ages",
        "ANALYZE touched_ages",
    ],
    finish: &[],
    touch_all: &[],
    handed_on: None,
};

/// The newest hour of a video, those that its velocities are told by, and the one that tells its channel: five rows to read, not
/// five days of them. A count is made in its hour, so the hours to look at are known, too.
const FIND_HOURS: &[&str] = &[
    "INSERT INTO touched_hours SELECT n.video_id, n.newest, b.hour_1, b.hour_24, b.hour_48, b.hour_told \
     FROM (SELECT i.video_id, coalesce(l.hour, 'epoch') AS newest, l.counted_at FROM (SELECT DISTINCT video_id FROM incoming_video_hours) i \
     LEFT JOIN LATERAL (SELECT h.hour, h.last_views_told AS counted_at FROM video_hours h \
     WHERE h.video_id = i.video_id AND h.views IS NOT NULL ORDER BY h.hour DESC LIMIT 1) l ON true) n \
     CROSS JOIN LATERAL (SELECT \
     (SELECT max(h.hour) FROM video_hours h WHERE h.video_id = n.video_id AND h.hour BETWEEN n.newest - INTERVAL '7 hours' AND n.newest \
     AND h.last_views_told BETWEEN n.counted_at - INTERVAL '6 hours' AND n.counted_at - INTERVAL '1 hour') AS hour_1, \
     (SELECT max(h.hour) FROM video_hours h WHERE h.video_id = n.video_id AND h.hour BETWEEN n.newest - INTERVAL '73 hours' AND n.newest - INTERVAL '23 hours' \
     AND h.last_views_told BETWEEN n.counted_at - INTERVAL '72 hours' AND n.counted_at - INTERVAL '24 hours') AS hour_24, \
     (SELECT max(h.hour) FROM video_hours h WHERE h.video_id = n.video_id AND h.hour BETWEEN n.newest - INTERVAL '121 hours' AND n.newest - INTERVAL '47 hours' \
     AND h.last_views_told BETWEEN n.counted_at - INTERVAL '120 hours' AND n.counted_at - INTERVAL '48 hours') AS hour_48, \
     coalesce((SELECT max(h.hour) FROM video_hours h WHERE h.video_id = n.video_id AND h.channel_id IS NOT NULL), \
     (SELECT max(h.hour) FROM video_hours h WHERE h.video_id = n.video_id AND h.channel_title IS NOT NULL)) AS hour_told) b",
    "ANALYZE touched_hours",
];

/// A video is measured by the 30 before it, so what touches one touches the 30 after it: in the order as it was, and in
/// the order as it is.
const FIND_FOLLOWERS: &[&str] = &[
    // what tells no count may tell another channel
    "INSERT INTO touched_ages SELECT p.video_id FROM touched_hours s JOIN video_peers p ON p.video_id = s.video_id \
     JOIN video_velocity v ON v.video_id = s.video_id AND v.channel_ref IS DISTINCT FROM p.channel_ref ON CONFLICT DO NOTHING",
    FOLLOWERS,
];

const FOLLOWERS: &str = "INSERT INTO touched_outliers SELECT f.video_id FROM touched_ages s \
     JOIN video_peers p ON p.video_id = s.video_id \
     CROSS JOIN LATERAL (SELECT n.video_id FROM video_peers n WHERE n.channel_ref = p.channel_ref \
     AND (n.published_at, n.video_id) >= (p.published_at, p.video_id) ORDER BY n.published_at, n.video_id LIMIT 31) f \
     ON CONFLICT DO NOTHING";

const FIND_PEERS: &[&str] = &[
    FOLLOWERS,
    "INSERT INTO touched_outliers SELECT video_id FROM touched_ages ON CONFLICT DO NOTHING",
    "INSERT INTO touched_peers SELECT f.video_id FROM touched_outliers s \
     JOIN video_peers p ON p.video_id = s.video_id \
     CROSS JOIN LATERAL (SELECT n.video_id FROM video_peers n WHERE n.channel_ref = p.channel_ref \
     AND (n.published_at, n.video_id) <= (p.published_at, p.video_id) \
     ORDER BY n.published_at DESC, n.video_id DESC LIMIT 31) f ON CONFLICT DO NOTHING",
    "INSERT INTO touched_peers SELECT video_id FROM touched_outliers ON CONFLICT DO NOTHING",
    "ANALYZE touched_outliers",
    "ANALYZE touched_peers",
];
