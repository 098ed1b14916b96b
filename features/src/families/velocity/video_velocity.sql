-- Velocities are views an hour between the newest count and the newest one of another hour at least so long before it, each hour
-- told by its last count; null where that one is too old to tell (6, 72 and 120 hours). Acceleration is the change of the 24-hour velocity in a day. The channel is of
-- the newest hour that tells its id, or its title where none does.
WITH newest AS (
    SELECT video_id, max(hour) AS hour, max(last_views_told) AS counted_at
    FROM video_hours
    WHERE last_views IS NOT NULL
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
        max(CASE WHEN h.last_views_told <= n.counted_at - INTERVAL '1 hour' AND h.last_views_told >= n.counted_at - INTERVAL '6 hours'
            THEN h.hour END) AS hour_1,
        max(CASE WHEN h.last_views_told <= n.counted_at - INTERVAL '24 hours' AND h.last_views_told >= n.counted_at - INTERVAL '72 hours'
            THEN h.hour END) AS hour_24,
        max(CASE WHEN h.last_views_told <= n.counted_at - INTERVAL '48 hours' AND h.last_views_told >= n.counted_at - INTERVAL '120 hours'
            THEN h.hour END) AS hour_48
    FROM video_hours h
    JOIN newest n ON n.video_id = h.video_id
    WHERE h.last_views IS NOT NULL
    GROUP BY h.video_id
),
points AS (
    SELECT
        h.video_id,
        max(p.hour) AS hour,
        max(CASE WHEN h.hour = t.hour THEN h.channel_ref END) AS channel_ref,
        max(CASE WHEN h.hour = p.hour THEN h.last_views END) AS views,
        max(CASE WHEN h.hour = p.hour_1 THEN h.last_views END) AS views_1,
        max(CASE WHEN h.hour = p.hour_24 THEN h.last_views END) AS views_24,
        max(CASE WHEN h.hour = p.hour_48 THEN h.last_views END) AS views_48,
        max(CASE WHEN h.hour = p.hour THEN date_part('epoch', h.last_views_told) END) AS counted,
        max(CASE WHEN h.hour = p.hour_1 THEN date_part('epoch', h.last_views_told) END) AS counted_1,
        max(CASE WHEN h.hour = p.hour_24 THEN date_part('epoch', h.last_views_told) END) AS counted_24,
        max(CASE WHEN h.hour = p.hour_48 THEN date_part('epoch', h.last_views_told) END) AS counted_48,
        max(CASE WHEN h.hour = p.hour THEN h.as_of END) AS as_of
    FROM video_hours h
    JOIN hours p ON p.video_id = h.video_id
    JOIN told t ON t.video_id = h.video_id
    GROUP BY h.video_id
),
rates AS (
    SELECT
        points.*,
        CAST(views - views_1 AS double precision) * CAST(3600 AS double precision) / (counted - counted_1) AS velocity_1h,
        CAST(views - views_24 AS double precision) * CAST(3600 AS double precision) / (counted - counted_24) AS velocity_24h,
        CASE WHEN counted_48 < counted_24 THEN CAST(views_24 - views_48 AS double precision)
            * CAST(3600 AS double precision) / (counted_24 - counted_48) END AS velocity_48h,
        (counted - counted_24) / CAST(86400 AS double precision) AS days_24
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
