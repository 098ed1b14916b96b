-- previous_rank is that of the video's last day on the chart before, if that is no more than 3 days older; a positive change is a climb.
-- gain_views is the growth since the newest count on the chart of the 3 days before. best_rank and days_on_chart count up to the day of
-- the row.
WITH entries AS (
    SELECT
        trending_entries.*,
        day - INTERVAL '3 days' <= lag(day) OVER (PARTITION BY region, video_id ORDER BY day) AS follows,
        lag(rank) OVER (PARTITION BY region, video_id ORDER BY day) AS rank_before,
        array_agg(views) FILTER (WHERE views IS NOT NULL) OVER (
            PARTITION BY region, video_id ORDER BY day DESC
            RANGE BETWEEN INTERVAL '1 day' FOLLOWING AND INTERVAL '3 days' FOLLOWING
        ) AS views_before,
        min(rank) OVER (PARTITION BY region, video_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS best_rank,
        CAST(row_number() OVER (PARTITION BY region, video_id ORDER BY day) AS bigint) AS days_on_chart
    FROM trending_entries
)
SELECT
    region,
    day,
    video_id,
    category_id,
    rank,
    CASE WHEN follows THEN rank_before END AS previous_rank,
    CASE WHEN follows THEN rank_before - rank END AS rank_change,
    best_rank,
    days_on_chart,
    views - views_before[1] AS gain_views,
    as_of
FROM entries
