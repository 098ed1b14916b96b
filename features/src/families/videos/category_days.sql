-- Over a region's chart of the day. An entry's category is what the chart told that day, else the video's; category 0 holds those of
-- which none is known. Its channel is the video's.
SELECT
    e.region,
    coalesce(e.category_id, v.category_id, 0) AS category_id,
    e.day,
    count(*) AS videos,
    count(DISTINCT v.channel_ref) AS channels,
    CAST(sum(e.views) AS bigint) AS views,
    CAST(sum(e.likes) AS bigint) AS likes,
    CAST(sum(e.comments) AS bigint) AS comments,
    min(e.rank) AS best_rank,
    max(e.as_of) AS as_of
FROM trending_entries e
JOIN videos v ON v.video_id = e.video_id
GROUP BY e.region, coalesce(e.category_id, v.category_id, 0), e.day
