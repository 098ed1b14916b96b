-- Every source's newest hour, as points from 0 to 100: an index or a share is that already; a count is a percentage of the
-- keyword's own highest count there; growth counts 1 point for 50 %, so that a breakout (5000 %) is 100. The score is the mean
-- over sources. Velocity is the mean change in points a day, since the newest hour at least 24 hours older, no more than 7 days.
WITH newest AS (
    SELECT keyword, region, source, scale, max(hour) AS hour, max(value_max_milli) AS peak
    FROM keyword_hours
    GROUP BY keyword, region, source, scale
),
before AS (
    SELECT h.keyword, h.region, h.source, h.scale, max(h.hour) AS hour
    FROM keyword_hours h
    JOIN newest n ON n.keyword = h.keyword AND n.region = h.region AND n.source = h.source AND n.scale = h.scale
    WHERE h.hour <= n.hour - INTERVAL '24 hours' AND h.hour >= n.hour - INTERVAL '168 hours'
    GROUP BY h.keyword, h.region, h.source, h.scale
),
points AS (
    SELECT
        h.keyword,
        h.region,
        h.source,
        h.scale,
        h.hour,
        h.as_of,
        CASE h.scale
            WHEN 'count' THEN CASE WHEN n.peak > 0 THEN h.value_milli * 100000 / n.peak ELSE 0 END
            WHEN 'growth' THEN CASE WHEN h.value_milli > 5000000 THEN 100000 ELSE h.value_milli / 50 END
            ELSE h.value_milli
        END AS points
    FROM keyword_hours h
    JOIN newest n ON n.keyword = h.keyword AND n.region = h.region AND n.source = h.source AND n.scale = h.scale
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
        AND p.hour = n.hour
    LEFT JOIN before b ON b.keyword = n.keyword AND b.region = n.region AND b.source = n.source AND b.scale = n.scale
    LEFT JOIN points o ON o.keyword = b.keyword AND o.region = b.region AND o.source = b.source AND o.scale = b.scale
        AND o.hour = b.hour
),
firsts AS (
    SELECT keyword, region, min(hour) AS first_hour
    FROM keyword_hours
    GROUP BY keyword, region
)
SELECT
    c.keyword,
    c.region,
    count(DISTINCT c.source) AS sources,
    string_agg(DISTINCT c.source, ', ' ORDER BY c.source) AS source_names,
    CAST(CAST(sum(c.points) AS bigint) / count(c.points) AS double precision) / CAST(1000 AS double precision) AS score,
    CASE WHEN count(c.change) > 0 THEN CAST(CAST(sum(c.change) AS bigint) / count(c.change) AS double precision)
        / CAST(1000 AS double precision) END AS velocity,
    max(f.first_hour) AS first_hour,
    max(c.hour) AS last_hour,
    max(c.as_of) AS as_of
FROM changes c
JOIN firsts f ON f.keyword = c.keyword AND f.region = c.region
GROUP BY c.keyword, c.region
