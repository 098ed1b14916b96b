-- Regions name categories, a video has no region: the name is the newest one that any region gives.
SELECT
    v.video_id,
    v.title,
    v.channel_id,
    v.channel_title,
    v.category_id,
    (
        SELECT c.title
        FROM views.categories c
        WHERE c.category_id = v.category_id AND c.title IS NOT NULL
        ORDER BY c.as_of DESC, c.region
        LIMIT 1
    ) AS category,
    v.published_at,
    v.first_day,
    v.last_day,
    v.observed_days,
    v.views,
    v.likes,
    v.dislikes,
    v.comments,
    v.gain_views_1d,
    v.gain_views_7d,
    v.gain_views_28d,
    v.as_of
FROM views.videos v
WHERE v.video_id = $1
