-- A series is what a source says of a keyword on one scale: of an index or a share, in windows of one size; and it is told in points
-- from 0 to 100. An index or a share is that already; a count, by the second of its window (an hour at least), is a percentage of the
-- series' highest, or of 100 an hour where it never was so high; growth counts 1 point for 50 %, so that a breakout (5000 %) is 100. The score is the mean over the sources, each
-- the mean of its series by their newest hours; nothing counts that is older than the
-- keyword's newest hour by more than 7 days and its window (31 days at most): by then the next window would have been told of.
-- Velocity is the mean change in points a day, since the newest hour at least 24 hours older, no more than 7 days.
WITH hours AS (
    SELECT
        keyword,
        region,
        source,
        scale,
        window_size,
        hour,
        as_of,
        value_milli,
        CASE WHEN window_seconds > 2678400 THEN 2678400 WHEN window_seconds > 0 THEN window_seconds ELSE 3600 END AS window_seconds,
        CAST(value_milli AS double precision)
            / CAST(CASE WHEN window_seconds > 3600 THEN window_seconds ELSE 3600 END AS double precision) AS rate
    FROM keyword_hours
),
newest AS (
    SELECT keyword, region, source, scale, window_size, max(hour) AS hour,
        CASE WHEN max(rate) > CAST(100000 AS double precision) / CAST(3600 AS double precision)
            THEN max(rate) ELSE CAST(100000 AS double precision) / CAST(3600 AS double precision) END AS peak
    FROM hours
    GROUP BY keyword, region, source, scale, window_size
),
latest AS (
    SELECT keyword, region, max(hour) AS hour
    FROM newest
    GROUP BY keyword, region
),
before AS (
    SELECT h.keyword, h.region, h.source, h.scale, h.window_size, max(h.hour) AS hour
    FROM hours h
    JOIN newest n ON n.keyword = h.keyword AND n.region = h.region AND n.source = h.source AND n.scale = h.scale
        AND n.window_size = h.window_size
    WHERE h.hour <= n.hour - INTERVAL '24 hours' AND h.hour >= n.hour - INTERVAL '168 hours'
    GROUP BY h.keyword, h.region, h.source, h.scale, h.window_size
),
points AS (
    SELECT
        h.keyword,
        h.region,
        h.source,
        h.scale,
        h.window_size,
        h.hour,
        h.as_of,
        h.window_seconds,
        CASE h.scale
            WHEN 'count' THEN CAST(floor(h.rate / n.peak * CAST(100000 AS double precision)
                + CAST(1 AS double precision) / CAST(2 AS double precision)) AS bigint)
            WHEN 'growth' THEN CASE WHEN h.value_milli > 5000000 THEN 100000 ELSE h.value_milli / 50 END
            ELSE h.value_milli
        END AS points
    FROM hours h
    JOIN newest n ON n.keyword = h.keyword AND n.region = h.region AND n.source = h.source AND n.scale = h.scale
        AND n.window_size = h.window_size
),
changes AS (
    SELECT
        n.keyword,
        n.region,
        n.source,
        p.hour,
        p.as_of,
        p.points,
        CASE WHEN o.hour IS NOT NULL THEN (p.points - o.points) * 86400
            / CAST(date_part('epoch', p.hour) - date_part('epoch', o.hour) AS bigint) END AS change
    FROM newest n
    JOIN points p ON p.keyword = n.keyword AND p.region = n.region AND p.source = n.source AND p.scale = n.scale
        AND p.window_size = n.window_size AND p.hour = n.hour
    JOIN latest l ON l.keyword = n.keyword AND l.region = n.region
        AND date_part('epoch', p.hour) + CAST(p.window_seconds AS double precision) >= date_part('epoch', l.hour) - 604800
    LEFT JOIN before b ON b.keyword = n.keyword AND b.region = n.region AND b.source = n.source AND b.scale = n.scale
        AND b.window_size = n.window_size
    LEFT JOIN points o ON o.keyword = b.keyword AND o.region = b.region AND o.source = b.source AND o.scale = b.scale
        AND o.window_size = b.window_size AND o.hour = b.hour
),
by_source AS (
    SELECT
        keyword,
        region,
        source,
        CAST(sum(points) AS bigint) / count(points) AS points,
        CASE WHEN count(change) > 0 THEN CAST(sum(change) AS bigint) / count(change) END AS change,
        max(hour) AS hour,
        max(as_of) AS as_of
    FROM changes
    GROUP BY keyword, region, source
),
firsts AS (
    SELECT keyword, region, min(hour) AS first_hour
    FROM keyword_hours
    GROUP BY keyword, region
)
SELECT
    c.keyword,
    c.region,
    count(*) AS sources,
    string_agg(c.source, ', ' ORDER BY c.source) AS source_names,
    CAST(CAST(sum(c.points) AS bigint) / count(c.points) AS double precision) / CAST(1000 AS double precision) AS score,
    CASE WHEN count(c.change) > 0 THEN CAST(CAST(sum(c.change) AS bigint) / count(c.change) AS double precision)
        / CAST(1000 AS double precision) END AS velocity,
    max(f.first_hour) AS first_hour,
    max(c.hour) AS last_hour,
    max(c.as_of) AS as_of
FROM by_source c
JOIN firsts f ON f.keyword = c.keyword AND f.region = c.region
GROUP BY c.keyword, c.region
