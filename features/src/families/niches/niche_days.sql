-- Over the videos of the niche's channels that were observed on the day; a gain is the difference to the video's previous
-- observed day.
WITH gains AS (
    SELECT
        video_id,
        day,
        channel_ref,
        views,
        views - lag(views) OVER (PARTITION BY video_id ORDER BY day) AS gain_views,
        as_of
    FROM video_niche_days
)
SELECT
    c.category_id,
    g.day,
    count(DISTINCT g.channel_ref) AS channels,
    count(*) AS videos,
    CAST(sum(g.views) AS bigint) AS views,
    CAST(sum(g.gain_views) AS bigint) AS gain_views,
    max(g.as_of) AS as_of
FROM gains g
JOIN channel_niches c ON c.channel_ref = g.channel_ref
GROUP BY c.category_id, g.day
