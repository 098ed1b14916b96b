-- Over the videos of the niche's channels that were observed on the day, whatever that observation told of channel and category; a
-- gain is the difference to the video's newest count of the 3 days before.
WITH counted AS (
    SELECT
        video_niche_days.*,
        array_agg(views) FILTER (WHERE views IS NOT NULL) OVER (
            PARTITION BY video_id ORDER BY day DESC
            RANGE BETWEEN INTERVAL '1 day' FOLLOWING AND INTERVAL '3 days' FOLLOWING
        ) AS views_before
    FROM video_niche_days
)
SELECT
    n.category_id,
    c.day,
    count(DISTINCT v.channel_ref) AS channels,
    count(*) AS videos,
    CAST(sum(c.views) AS bigint) AS views,
    CAST(sum(c.views - c.views_before[1]) AS bigint) AS gain_views,
    max(c.as_of) AS as_of
FROM counted c
JOIN video_niches v ON v.video_id = c.video_id
JOIN channel_niches n ON n.channel_ref = v.channel_ref
GROUP BY n.category_id, c.day
