-- One row per channel and day, as the channel reports itself.
-- Each column is the newest that was told; of two that were told at once the lesser, as gold has it.
SELECT
    channel_id,
    observed_on,
    last_value(title ORDER BY observed_at, title DESC) FILTER (WHERE title IS NOT NULL) AS title,
    last_value(country ORDER BY observed_at, country DESC) FILTER (WHERE country IS NOT NULL) AS country,
    last_value(subscribers ORDER BY observed_at, subscribers DESC) FILTER (WHERE subscribers IS NOT NULL) AS subscribers,
    max(views) AS views,
    max(videos) AS videos,
    max(observed_at) AS as_of
FROM bronze.youtube_channel_snapshots
WHERE _verdict = 'accepted'
GROUP BY channel_id, observed_on
