-- The channel is the video's, whatever the day's observation told. A gain is the difference to the newest count of the 3 days before.
WITH counted AS (
    SELECT
        video_day_tiles.*,
        array_agg(views) FILTER (WHERE views IS NOT NULL) OVER before AS views_before,
        array_agg(likes) FILTER (WHERE likes IS NOT NULL) OVER before AS likes_before,
        array_agg(comments) FILTER (WHERE comments IS NOT NULL) OVER before AS comments_before
    FROM video_day_tiles
    WINDOW before AS (
        PARTITION BY video_id ORDER BY day DESC
        RANGE BETWEEN INTERVAL '1 day' FOLLOWING AND INTERVAL '3 days' FOLLOWING
    )
)
SELECT
    c.video_id,
    c.day,
    v.channel_ref,
    c.category_id,
    c.views,
    c.likes,
    c.dislikes,
    c.comments,
    c.views - c.views_before[1] AS gain_views,
    c.likes - c.likes_before[1] AS gain_likes,
    c.comments - c.comments_before[1] AS gain_comments,
    c.as_of
FROM counted c
JOIN videos v ON v.video_id = c.video_id
