-- One row per video and day: the larger counters of its observations, and the words of the latest of them.
SELECT
    video_id,
    observed_on,
    last_value(title ORDER BY title IS NOT NULL, observed_at, _event_id) AS title,
    last_value(channel_id ORDER BY channel_id IS NOT NULL, observed_at, _event_id) AS channel_id,
    last_value(channel_title ORDER BY channel_title IS NOT NULL, observed_at, _event_id) AS channel_title,
    last_value(category_id ORDER BY category_id IS NOT NULL, observed_at, _event_id) AS category_id,
    last_value(published_at ORDER BY published_at IS NOT NULL, observed_at, _event_id) AS published_at,
    max(views) AS views,
    max(likes) AS likes,
    max(dislikes) AS dislikes,
    max(comments) AS comments,
    count(*) AS observations,
    max(observed_at) AS as_of
FROM bronze.youtube_video_snapshots
WHERE _verdict = 'accepted'
GROUP BY video_id, observed_on
