//! Keywords: one score from every source that speaks of them.

use events::Topic;

use crate::tile::{HOUR, OBSERVED_HOUR, big, last, max, real, text, time};
use crate::{Family, HandedOn, Kind, Merge, Order, Period, Rollup, Tile};

/// An index and a share are of the window that was asked for, so those of windows of another size are another series.
const WINDOW_SIZE: (&str, &str) = (
    "window_size",
    "CASE WHEN scale NOT IN ('index', 'share') OR window_seconds <= 0 THEN '' WHEN window_seconds <= 21600 THEN 'hours' \
     WHEN window_seconds <= 172800 THEN 'days' WHEN window_seconds <= 864000 THEN 'weeks' \
     WHEN window_seconds <= 2764800 THEN 'months' ELSE 'years' END",
);

/// Thousandths, so that sums are exact.
const MILLI: &str = "CAST(round(value * 1000) AS BIGINT)";

macro_rules! trends_columns {
    () => {
        "id, trend_keyword, trend_score, velocity, data_sources, detected_at, expires_at, metadata"
    };
}

/// The product's table holds two digits behind the point and three before it, and 255 characters of a keyword. It expires when the
/// last of its windows has, and a week.
macro_rules! trends_rows {
    () => {
        "SELECT md5(k.keyword || chr(10) || k.region)::uuid, left(k.keyword, 255), round(k.score::numeric, 2), \
         CASE WHEN k.velocity IS NOT NULL THEN greatest(least(round(k.velocity::numeric, 2), 999.99), -999.99) END, \
         to_jsonb(string_to_array(k.source_names, ', ')), k.first_hour, INTERVAL '7 days' + \
         (SELECT max(h.hour + make_interval(secs => CASE WHEN h.window_seconds > 2678400 THEN 2678400 \
         WHEN h.window_seconds > 0 THEN h.window_seconds ELSE 3600 END)) \
         FROM keyword_hours h WHERE h.keyword = k.keyword AND h.region = k.region), \
         jsonb_build_object('region', k.region, 'as_of', k.as_of) FROM trend_keywords k"
    };
}

pub(crate) const FAMILY: Family = Family {
    sink: "views.trends",
    tiles: &[Tile {
        name: "keyword_hours",
        topic: Topic::TrendSignals,
        keys: &[
            text("keyword"),
            text("region"),
            text("source"),
            text("scale"),
            text("window_size"),
            HOUR,
        ],
        values: &[
            last("value_milli", Kind::Big),
            max("value_max_milli"),
            (big("value_min_milli"), Merge::Min),
            last("window_seconds", Kind::Big),
        ],
        expressions: &[
            ("keyword", "folded(keyword)"),
            ("region", "coalesce(region, '')"),
            WINDOW_SIZE,
            OBSERVED_HOUR,
            ("value_milli", MILLI),
            ("value_max_milli", MILLI),
            ("value_min_milli", MILLI),
        ],
        // a place smaller than a country is told of as a share, not as a trend; and Google's index of a query beside a keyword is
        // relative to the other queries there, not to its own past
        filter: "area IS NULL AND NOT (source = 'google-trends' AND scale = 'index' AND (relation IS NOT NULL OR related_to IS NOT NULL))",
        period: Period::Hour,
        order: Order::Arrival,
        ..Tile::PLAIN
    }],
    rollups: &[Rollup {
        name: "trend_keywords",
        stays: false,
        keys: &[text("keyword"), text("region")],
        values: &[
            big("sources"),
            text("source_names"),
            real("score"),
            real("velocity"),
            time("first_hour"),
            time("last_hour"),
        ],
        sql: include_str!("trends/trend_keywords.sql"),
        find: &[],
        narrow: &[(
            "keyword_hours",
            "(i.keyword, i.region) IN (SELECT s.keyword, s.region FROM touched_keywords s)",
        )],
        replaces: "(v.keyword, v.region) IN (SELECT s.keyword, s.region FROM touched_keywords s)",
    }],
    touched: &[(
        "touched_keywords",
        "keyword text COLLATE \"C\" NOT NULL, region text COLLATE \"C\" NOT NULL, PRIMARY KEY (keyword, region)",
    )],
    find: &[
        "INSERT INTO touched_keywords SELECT DISTINCT keyword, region FROM incoming_keyword_hours",
        "ANALYZE touched_keywords",
    ],
    finish: &[
        "DELETE FROM public.trends t USING touched_keywords s WHERE t.id = md5(s.keyword || chr(10) || s.region)::uuid",
        concat!(
            "INSERT INTO public.trends (",
            trends_columns!(),
            ") ",
            trends_rows!(),
            " JOIN touched_keywords s ON s.keyword = k.keyword AND s.region = k.region"
        ),
    ],
    touch_all: &[
        "INSERT INTO touched_keywords SELECT DISTINCT keyword, region FROM trend_keywords ON CONFLICT DO NOTHING",
    ],
    handed_on: Some(HandedOn {
        table: "public.trends",
        columns: trends_columns!(),
        view: "trend_keywords",
        rows: trends_rows!(),
        ours: "metadata ? 'as_of'",
    }),
};
