-- One row per region, day and video on the region's chart.
SELECT
    region,
    observed_on,
    video_id,
    last_value(trending_rank ORDER BY observed_at, _event_id) AS trending_rank,
    last_value(title ORDER BY title IS NOT NULL, observed_at, _event_id) AS title,
    last_value(channel_title ORDER BY channel_title IS NOT NULL, observed_at, _event_id) AS channel_title,
    last_value(category_id ORDER BY category_id IS NOT NULL, observed_at, _event_id) AS category_id,
    max(views) AS views,
    max(likes) AS likes,
    max(dislikes) AS dislikes,
    max(comments) AS comments,
    max(observed_at) AS as_of
FROM bronze.youtube_video_snapshots
WHERE _verdict = 'accepted' AND region IS NOT NULL
GROUP BY region, observed_on, video_id
