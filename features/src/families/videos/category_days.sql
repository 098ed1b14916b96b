-- Over a region's chart of the day; category 0 holds the entries whose category is unknown.
SELECT
    region,
    coalesce(category_id, 0) AS category_id,
    day,
    count(*) AS videos,
    count(DISTINCT channel_ref) AS channels,
    CAST(sum(views) AS bigint) AS views,
    CAST(sum(likes) AS bigint) AS likes,
    CAST(sum(comments) AS bigint) AS comments,
    min(rank) AS best_rank,
    max(as_of) AS as_of
FROM trending_entries
GROUP BY region, coalesce(category_id, 0), day
