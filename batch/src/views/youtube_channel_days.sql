-- One row per channel and day, as the channel reports itself.
SELECT
    channel_id,
    observed_on,
    last_value(title ORDER BY title IS NOT NULL, observed_at, _event_id) AS title,
    last_value(country ORDER BY country IS NOT NULL, observed_at, _event_id) AS country,
    last_value(subscribers ORDER BY subscribers IS NOT NULL, observed_at, _event_id) AS subscribers,
    max(views) AS views,
    max(videos) AS videos,
    max(observed_at) AS as_of
FROM bronze.youtube_channel_snapshots
WHERE _verdict = 'accepted'
GROUP BY channel_id, observed_on
