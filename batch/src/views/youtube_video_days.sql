-- One row per video and day: the larger counters of its observations, and the words of the latest of them.
-- Each column is the newest that was told; of two that were told at once the lesser, as gold has it.
SELECT
    video_id,
    observed_on,
    last_value(title ORDER BY observed_at, title DESC) FILTER (WHERE title IS NOT NULL) AS title,
    last_value(channel_id ORDER BY observed_at, channel_id DESC) FILTER (WHERE channel_id IS NOT NULL) AS channel_id,
    last_value(channel_title ORDER BY observed_at, channel_title DESC) FILTER (WHERE channel_title IS NOT NULL) AS channel_title,
    last_value(category_id ORDER BY observed_at, category_id DESC) FILTER (WHERE category_id IS NOT NULL) AS category_id,
    last_value(published_at ORDER BY observed_at, published_at DESC) FILTER (WHERE published_at IS NOT NULL) AS published_at,
    max(views) AS views,
    max(likes) AS likes,
    max(dislikes) AS dislikes,
    max(comments) AS comments,
    count(*) AS observations,
    max(observed_at) AS as_of
FROM bronze.youtube_video_snapshots
WHERE _verdict = 'accepted'
GROUP BY video_id, observed_on
