-- The channel is the video's, whatever the day's observation told. A gain is the difference to the video's last day before with a
-- count, if that is no more than 3 days older.
WITH viewed AS (
    SELECT
        video_id,
        day,
        CASE WHEN day - INTERVAL '3 days' <= lag(day) OVER (PARTITION BY video_id ORDER BY day)
            THEN views - lag(views) OVER (PARTITION BY video_id ORDER BY day) END AS gain
    FROM video_day_tiles
    WHERE views IS NOT NULL
),
liked AS (
    SELECT
        video_id,
        day,
        CASE WHEN day - INTERVAL '3 days' <= lag(day) OVER (PARTITION BY video_id ORDER BY day)
            THEN likes - lag(likes) OVER (PARTITION BY video_id ORDER BY day) END AS gain
    FROM video_day_tiles
    WHERE likes IS NOT NULL
),
commented AS (
    SELECT
        video_id,
        day,
        CASE WHEN day - INTERVAL '3 days' <= lag(day) OVER (PARTITION BY video_id ORDER BY day)
            THEN comments - lag(comments) OVER (PARTITION BY video_id ORDER BY day) END AS gain
    FROM video_day_tiles
    WHERE comments IS NOT NULL
)
SELECT
    t.video_id,
    t.day,
    v.channel_ref,
    t.category_id,
    t.views,
    t.likes,
    t.dislikes,
    t.comments,
    w.gain AS gain_views,
    l.gain AS gain_likes,
    c.gain AS gain_comments,
    t.as_of
FROM video_day_tiles t
JOIN videos v ON v.video_id = t.video_id
LEFT JOIN viewed w ON w.video_id = t.video_id AND w.day = t.day
LEFT JOIN liked l ON l.video_id = t.video_id AND l.day = t.day
LEFT JOIN commented c ON c.video_id = t.video_id AND c.day = t.day
