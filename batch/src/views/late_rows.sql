-- Rows that came too late for a tile that counts events only for so long: they are in bronze and in every other view. The days
-- allowed (features::Tile::lateness_days) and the rows that it would count (features::Tile::filter) are the tile's own; a test compares.
SELECT
    'category_hours' AS view,
    d._topic,
    d._partition,
    d._offset,
    d._event_id,
    d.observed_at,
    d._watermark,
    'came ' || CAST((arrow_cast(d._watermark, 'Int64') - arrow_cast(d.observed_at, 'Int64')) / 86400000000 AS VARCHAR)
        || ' days and ' || CAST((arrow_cast(d._watermark, 'Int64') - arrow_cast(d.observed_at, 'Int64')) / 1000000 % 86400 AS VARCHAR)
        || ' s behind what its partition had told; 400 days are allowed' AS reason
FROM bronze.youtube_video_snapshots d
WHERE d._verdict = 'accepted'
    AND d.views IS NOT NULL
    AND arrow_cast(d._watermark, 'Int64') - arrow_cast(d.observed_at, 'Int64') > 400 * 86400000000
