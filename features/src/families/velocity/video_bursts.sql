-- Session windows over the last 28 days (672 hours) of a video: hours in which it grew at least twice as fast as over the whole
-- span, and by 100 views or more, belong to one burst while no more than 3 hours lie between them.
-- The growth over the span is that between its first and its last count.
WITH counted AS (
    SELECT
        video_id,
        hour,
        as_of,
        views,
        max(hour) OVER whole AS newest
    FROM video_hours
    WHERE views IS NOT NULL
    WINDOW whole AS (PARTITION BY video_id ORDER BY hour ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
),
steps AS (
    SELECT
        video_id,
        hour,
        as_of,
        views - lag(views) OVER hours AS gain,
        date_part('epoch', hour) - date_part('epoch', lag(hour) OVER hours) AS seconds,
        last_value(views) OVER whole - first_value(views) OVER whole AS span_gain,
        date_part('epoch', newest) - date_part('epoch', first_value(hour) OVER whole) AS span_seconds
    FROM counted
    WHERE hour >= newest - INTERVAL '672 hours'
    WINDOW
        hours AS (PARTITION BY video_id ORDER BY hour),
        whole AS (PARTITION BY video_id ORDER BY hour ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
),
fast AS (
    SELECT video_id, hour, as_of, gain
    FROM steps
    WHERE gain >= 100
        AND CAST(gain AS double precision) * span_seconds >= CAST(2 AS double precision) * CAST(span_gain AS double precision) * seconds
),
gaps AS (
    SELECT
        fast.*,
        CASE WHEN hour <= lag(hour) OVER (PARTITION BY video_id ORDER BY hour) + INTERVAL '4 hours' THEN 0 ELSE 1 END AS begins
    FROM fast
),
sessions AS (
    SELECT
        gaps.*,
        sum(begins) OVER (PARTITION BY video_id ORDER BY hour ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS session
    FROM gaps
)
SELECT
    video_id,
    min(hour) AS started_at,
    max(hour) + INTERVAL '1 hour' AS ended_at,
    count(*) AS hours,
    CAST(sum(gain) AS bigint) AS gain_views,
    max(gain) AS peak_gain_views,
    max(as_of) AS as_of
FROM sessions
GROUP BY video_id, session
