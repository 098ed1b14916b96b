-- A gain is the difference to the video's previous observed day; null on its first day.
SELECT
    video_id,
    day,
    channel_ref,
    category_id,
    views,
    likes,
    dislikes,
    comments,
    views - lag(views) OVER (PARTITION BY video_id ORDER BY day) AS gain_views,
    likes - lag(likes) OVER (PARTITION BY video_id ORDER BY day) AS gain_likes,
    comments - lag(comments) OVER (PARTITION BY video_id ORDER BY day) AS gain_comments,
    as_of
FROM video_day_tiles
