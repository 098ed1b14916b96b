-- Session windows over the last 28 days (672 hours) of a video: hours in which it grew at least twice as fast as over the whole
-- span, and by 100 views or more, belong to one burst while no more than 3 hours lie between them.
WITH newest AS (
    SELECT video_id, max(hour) AS hour
    FROM video_hours
    WHERE views IS NOT NULL
    GROUP BY video_id
),
steps AS (
    SELECT
        h.video_id,
        h.hour,
        h.as_of,
        h.views - lag(h.views) OVER (PARTITION BY h.video_id ORDER BY h.hour) AS gain,
        date_part('epoch', h.hour) - date_part('epoch', lag(h.hour) OVER (PARTITION BY h.video_id ORDER BY h.hour)) AS seconds
    FROM video_hours h
    JOIN newest n ON n.video_id = h.video_id
    WHERE h.views IS NOT NULL AND h.hour >= n.hour - INTERVAL '672 hours'
),
means AS (
    SELECT
        video_id,
        CAST(sum(gain) AS double precision) AS gain,
        CAST(sum(CAST(seconds AS bigint)) AS double precision) AS seconds
    FROM steps
    WHERE gain IS NOT NULL
    GROUP BY video_id
),
fast AS (
    SELECT s.video_id, s.hour, s.as_of, s.gain
    FROM steps s
    JOIN means m ON m.video_id = s.video_id
    WHERE s.gain >= 100
        AND CAST(s.gain AS double precision) * m.seconds >= CAST(2 AS double precision) * m.gain * s.seconds
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
