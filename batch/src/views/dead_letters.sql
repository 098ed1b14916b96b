-- Every row that could not be used, with its reason and its raw bytes; one that was replayed with success is none any more.
SELECT d._topic, d._partition, d._offset, d._event_id, d._event_type, d._source, d._subject, d.observed_at, d._ingested_at, d._reason, d._raw
FROM bronze.youtube_video_snapshots d
WHERE d._verdict = 'rejected'
    AND NOT EXISTS (SELECT 1 FROM bronze.youtube_video_snapshots a WHERE a._verdict = 'accepted' AND a._event_id = d._event_id)
UNION ALL
SELECT d._topic, d._partition, d._offset, d._event_id, d._event_type, d._source, d._subject, d.observed_at, d._ingested_at, d._reason, d._raw
FROM bronze.youtube_channel_snapshots d
WHERE d._verdict = 'rejected'
    AND NOT EXISTS (SELECT 1 FROM bronze.youtube_channel_snapshots a WHERE a._verdict = 'accepted' AND a._event_id = d._event_id)
UNION ALL
SELECT d._topic, d._partition, d._offset, d._event_id, d._event_type, d._source, d._subject, d.observed_at, d._ingested_at, d._reason, d._raw
FROM bronze.youtube_categories d
WHERE d._verdict = 'rejected'
    AND NOT EXISTS (SELECT 1 FROM bronze.youtube_categories a WHERE a._verdict = 'accepted' AND a._event_id = d._event_id)
UNION ALL
SELECT d._topic, d._partition, d._offset, d._event_id, d._event_type, d._source, d._subject, d.observed_at, d._ingested_at, d._reason, d._raw
FROM bronze.trends_signals d
WHERE d._verdict = 'rejected'
    AND NOT EXISTS (SELECT 1 FROM bronze.trends_signals a WHERE a._verdict = 'accepted' AND a._event_id = d._event_id)
UNION ALL
SELECT d._topic, d._partition, d._offset, d._event_id, d._event_type, d._source, d._subject, d.observed_at, d._ingested_at, d._reason, d._raw
FROM bronze.revenue_records d
WHERE d._verdict = 'rejected'
    AND NOT EXISTS (SELECT 1 FROM bronze.revenue_records a WHERE a._verdict = 'accepted' AND a._event_id = d._event_id)
UNION ALL
SELECT d._topic, d._partition, d._offset, d._event_id, d._event_type, d._source, d._subject, d.observed_at, d._ingested_at, d._reason, d._raw
FROM bronze.youtube_analytics d
WHERE d._verdict = 'rejected'
    AND NOT EXISTS (SELECT 1 FROM bronze.youtube_analytics a WHERE a._verdict = 'accepted' AND a._event_id = d._event_id)
UNION ALL
SELECT d._topic, d._partition, d._offset, d._event_id, d._event_type, d._source, d._subject, d.observed_at, d._ingested_at, d._reason, d._raw
FROM bronze.youtube_comments d
WHERE d._verdict = 'rejected'
    AND NOT EXISTS (SELECT 1 FROM bronze.youtube_comments a WHERE a._verdict = 'accepted' AND a._event_id = d._event_id)
UNION ALL
SELECT d._topic, d._partition, d._offset, d._event_id, d._event_type, d._source, d._subject, d.observed_at, d._ingested_at, d._reason, d._raw
FROM bronze.platform_alerts d
WHERE d._verdict = 'rejected'
    AND NOT EXISTS (SELECT 1 FROM bronze.platform_alerts a WHERE a._verdict = 'accepted' AND a._event_id = d._event_id)
UNION ALL
SELECT d._topic, d._partition, d._offset, d._event_id, d._event_type, d._source, d._subject, d.observed_at, d._ingested_at, d._reason, d._raw
FROM bronze.finance_exchange_rates d
WHERE d._verdict = 'rejected'
    AND NOT EXISTS (SELECT 1 FROM bronze.finance_exchange_rates a WHERE a._verdict = 'accepted' AND a._event_id = d._event_id)
