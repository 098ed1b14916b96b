-- Session windows over the last 28 days (672 hours) of a video: what it grew between two counts (the last ones of two hours, no more than
-- 3 days apart) at least twice as fast as over the whole span, and by 100 views or more, belongs to one burst while no more than 3
-- hours lie between. A burst begins and ends with counts.
-- The growth over the span is that between its first and its last count.
WITH counted AS (
    SELECT
        video_id,
        hour,
        last_views_told AS counted_at,
        as_of,
        last_views AS views,
        max(hour) OVER whole AS newest
    FROM video_hours
    WHERE last_views IS NOT NULL
    WINDOW whole AS (PARTITION BY video_id ORDER BY hour ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
),
steps AS (
    SELECT
        video_id,
        lag(counted_at) OVER hours AS since,
        counted_at,
        as_of,
        views - lag(views) OVER hours AS gain,
        date_part('epoch', counted_at) - date_part('epoch', lag(counted_at) OVER hours) AS seconds,
        last_value(views) OVER whole - first_value(views) OVER whole AS span_gain,
        date_part('epoch', last_value(counted_at) OVER whole) - date_part('epoch', first_value(counted_at) OVER whole) AS span_seconds
    FROM counted
    WHERE hour >= newest - INTERVAL '672 hours'
    WINDOW
        hours AS (PARTITION BY video_id ORDER BY hour),
        whole AS (PARTITION BY video_id ORDER BY hour ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
),
fast AS (
    SELECT video_id, since, counted_at, as_of, gain
    FROM steps
    WHERE gain >= 100
        AND seconds <= CAST(259200 AS double precision)
        AND CAST(gain AS double precision) * span_seconds >= CAST(2 AS double precision) * CAST(span_gain AS double precision) * seconds
),
gaps AS (
    SELECT
        fast.*,
        CASE WHEN since <= lag(counted_at) OVER (PARTITION BY video_id ORDER BY counted_at) + INTERVAL '3 hours'
            THEN 0 ELSE 1 END AS begins
    FROM fast
),
sessions AS (
    SELECT
        gaps.*,
        sum(begins) OVER (PARTITION BY video_id ORDER BY counted_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS session
    FROM gaps
)
SELECT
    video_id,
    min(since) AS started_at,
    max(counted_at) AS ended_at,
    CAST(ceil((date_part('epoch', max(counted_at)) - date_part('epoch', min(since))) / CAST(3600 AS double precision)) AS bigint) AS hours,
    CAST(sum(gain) AS bigint) AS gain_views,
    max(gain) AS peak_gain_views,
    max(as_of) AS as_of
FROM sessions
GROUP BY video_id, session
