-- Over the videos of the niche's channels that were observed on the day, whatever that observation told of channel and category; a
-- gain is the difference to the video's previous observed day, if that is no more than 3 days older.
WITH gains AS (
    SELECT
        video_id,
        day,
        views,
        CASE WHEN day - INTERVAL '3 days' <= lag(day) OVER (PARTITION BY video_id ORDER BY day)
            THEN views - lag(views) OVER (PARTITION BY video_id ORDER BY day) END AS gain_views,
        as_of
    FROM video_niche_days
)
SELECT
    c.category_id,
    g.day,
    count(DISTINCT v.channel_ref) AS channels,
    count(*) AS videos,
    CAST(sum(g.views) AS bigint) AS views,
    CAST(sum(g.gain_views) AS bigint) AS gain_views,
    max(g.as_of) AS as_of
FROM gains g
JOIN video_niches v ON v.video_id = g.video_id
JOIN channel_niches c ON c.channel_ref = v.channel_ref
GROUP BY c.category_id, g.day
