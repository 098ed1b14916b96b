-- Over the videos of the niche's channels that were observed on the day, whatever that observation told of channel and category; a
-- gain is the difference to the video's last day before with a count, if that is no more than 3 days older.
WITH gains AS (
    SELECT
        video_id,
        day,
        CASE WHEN day - INTERVAL '3 days' <= lag(day) OVER (PARTITION BY video_id ORDER BY day)
            THEN views - lag(views) OVER (PARTITION BY video_id ORDER BY day) END AS gain_views
    FROM video_niche_days
    WHERE views IS NOT NULL
)
SELECT
    c.category_id,
    t.day,
    count(DISTINCT v.channel_ref) AS channels,
    count(*) AS videos,
    CAST(sum(t.views) AS bigint) AS views,
    CAST(sum(g.gain_views) AS bigint) AS gain_views,
    max(t.as_of) AS as_of
FROM video_niche_days t
JOIN video_niches v ON v.video_id = t.video_id
JOIN channel_niches c ON c.channel_ref = v.channel_ref
LEFT JOIN gains g ON g.video_id = t.video_id AND g.day = t.day
GROUP BY c.category_id, t.day
