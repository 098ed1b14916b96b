-- One row per region, day and video on the region's chart.
-- Each column is the newest that was told; of two that were told at once the lesser, as gold has it.
SELECT
    region,
    observed_on,
    video_id,
    last_value(trending_rank ORDER BY observed_at, trending_rank DESC) FILTER (WHERE trending_rank IS NOT NULL) AS trending_rank,
    last_value(title ORDER BY observed_at, title DESC) FILTER (WHERE title IS NOT NULL) AS title,
    last_value(channel_title ORDER BY observed_at, channel_title DESC) FILTER (WHERE channel_title IS NOT NULL) AS channel_title,
    last_value(category_id ORDER BY observed_at, category_id DESC) FILTER (WHERE category_id IS NOT NULL) AS category_id,
    max(views) AS views,
    max(likes) AS likes,
    max(dislikes) AS dislikes,
    max(comments) AS comments,
    max(observed_at) AS as_of
FROM bronze.youtube_video_snapshots
WHERE _verdict = 'accepted' AND region IS NOT NULL
GROUP BY region, observed_on, video_id
