-- The channel is the video's, whatever the day's observation told. A gain is the difference to the video's previous observed day, if
-- that is no more than 3 days older.
WITH steps AS (
    SELECT
        video_id, day, category_id, views, likes, dislikes, comments, as_of,
        lag(day) OVER (PARTITION BY video_id ORDER BY day) AS before,
        lag(views) OVER (PARTITION BY video_id ORDER BY day) AS views_before,
        lag(likes) OVER (PARTITION BY video_id ORDER BY day) AS likes_before,
        lag(comments) OVER (PARTITION BY video_id ORDER BY day) AS comments_before
    FROM video_day_tiles
)
SELECT
    s.video_id,
    s.day,
    v.channel_ref,
    s.category_id,
    s.views,
    s.likes,
    s.dislikes,
    s.comments,
    CASE WHEN s.day - INTERVAL '3 days' <= s.before THEN s.views - s.views_before END AS gain_views,
    CASE WHEN s.day - INTERVAL '3 days' <= s.before THEN s.likes - s.likes_before END AS gain_likes,
    CASE WHEN s.day - INTERVAL '3 days' <= s.before THEN s.comments - s.comments_before END AS gain_comments,
    s.as_of
FROM steps s
JOIN videos v ON v.video_id = s.video_id
