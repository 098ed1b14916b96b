-- One row per source and reference: the latest record of a name replaces the ones before it. A payment that is confirmed is
-- of the same time as when it was estimated, so the order of arrival decides between them.
SELECT
    source,
    reference_id,
    last_value(channel_id ORDER BY observed_at, _ingested_at, _offset) AS channel_id,
    last_value(video_id ORDER BY observed_at, _ingested_at, _offset) AS video_id,
    last_value(amount_minor ORDER BY observed_at, _ingested_at, _offset) AS amount_minor,
    last_value(currency ORDER BY observed_at, _ingested_at, _offset) AS currency,
    last_value(day ORDER BY observed_at, _ingested_at, _offset) AS day,
    last_value(status ORDER BY observed_at, _ingested_at, _offset) AS status,
    max(observed_at) AS as_of
FROM bronze.revenue_records
WHERE _verdict = 'accepted'
GROUP BY source, reference_id
