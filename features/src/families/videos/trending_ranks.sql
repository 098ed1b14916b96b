-- previous_rank is that of the video's previous day on the chart; a positive change is a climb.
-- best_rank and days_on_chart count up to the day of the row.
SELECT
    region,
    day,
    video_id,
    category_id,
    rank,
    lag(rank) OVER (PARTITION BY region, video_id ORDER BY day) AS previous_rank,
    lag(rank) OVER (PARTITION BY region, video_id ORDER BY day) - rank AS rank_change,
    min(rank) OVER (PARTITION BY region, video_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
        AS best_rank,
    CAST(row_number() OVER (PARTITION BY region, video_id ORDER BY day) AS bigint) AS days_on_chart,
    views - lag(views) OVER (PARTITION BY region, video_id ORDER BY day) AS gain_views,
    as_of
FROM trending_entries
