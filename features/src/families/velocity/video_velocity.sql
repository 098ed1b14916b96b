-- Velocities are views an hour between the newest hour with a count and the newest one at least so long before it; null where
-- that one is too old to tell (6, 72 and 120 hours). Acceleration is the change of the 24-hour velocity in a day. The channel is of
-- the newest hour that tells its id, or its title where none does.
WITH newest AS (
    SELECT video_id, max(hour) AS hour
    FROM video_hours
    WHERE views IS NOT NULL
    GROUP BY video_id
),
told AS (
    SELECT
        video_id,
        coalesce(
            max(CASE WHEN channel_id IS NOT NULL THEN hour END),
            max(CASE WHEN channel_title IS NOT NULL THEN hour END)
        ) AS hour
    FROM video_hours
    GROUP BY video_id
),
hours AS (
    SELECT
        h.video_id,
        max(n.hour) AS hour,
        max(CASE WHEN h.hour <= n.hour - INTERVAL '1 hour' AND h.hour >= n.hour - INTERVAL '6 hours' THEN h.hour END) AS hour_1,
        max(CASE WHEN h.hour <= n.hour - INTERVAL '24 hours' AND h.hour >= n.hour - INTERVAL '72 hours' THEN h.hour END) AS hour_24,
        max(CASE WHEN h.hour <= n.hour - INTERVAL '48 hours' AND h.hour >= n.hour - INTERVAL '120 hours' THEN h.hour END) AS hour_48
    FROM video_hours h
    JOIN newest n ON n.video_id = h.video_id
    WHERE h.views IS NOT NULL
    GROUP BY h.video_id
),
points AS (
    SELECT
        h.video_id,
        max(p.hour) AS hour,
        max(p.hour_1) AS hour_1,
        max(p.hour_24) AS hour_24,
        max(p.hour_48) AS hour_48,
        max(CASE WHEN h.hour = t.hour THEN h.channel_ref END) AS channel_ref,
        max(CASE WHEN h.hour = p.hour THEN h.views END) AS views,
        max(CASE WHEN h.hour = p.hour_1 THEN h.views END) AS views_1,
        max(CASE WHEN h.hour = p.hour_24 THEN h.views END) AS views_24,
        max(CASE WHEN h.hour = p.hour_48 THEN h.views END) AS views_48,
        max(CASE WHEN h.hour = p.hour THEN h.as_of END) AS as_of
    FROM video_hours h
    JOIN hours p ON p.video_id = h.video_id
    JOIN told t ON t.video_id = h.video_id
    GROUP BY h.video_id
),
rates AS (
    SELECT
        points.*,
        CAST(views - views_1 AS double precision)
            / ((date_part('epoch', hour) - date_part('epoch', hour_1)) / CAST(3600 AS double precision)) AS velocity_1h,
        CAST(views - views_24 AS double precision)
            / ((date_part('epoch', hour) - date_part('epoch', hour_24)) / CAST(3600 AS double precision)) AS velocity_24h,
        CASE WHEN hour_48 < hour_24 THEN CAST(views_24 - views_48 AS double precision)
            / ((date_part('epoch', hour_24) - date_part('epoch', hour_48)) / CAST(3600 AS double precision)) END AS velocity_48h,
        (date_part('epoch', hour) - date_part('epoch', hour_24)) / CAST(86400 AS double precision) AS days_24
    FROM points
)
SELECT
    video_id,
    channel_ref,
    hour,
    views,
    views - views_1 AS gain_views_1h,
    views - views_24 AS gain_views_24h,
    velocity_1h,
    velocity_24h,
    (velocity_24h - velocity_48h) / days_24 AS acceleration,
    as_of
FROM rates
