-- A video beside the 30 that its channel published before it: the baseline is the (lower) median of their views at the same age,
-- which is the newest count from half that age up to it. The score is views over baseline; null with fewer than 3 videos to
-- compare with, or a baseline of 0.
WITH ranked AS (
    SELECT
        p.*,
        row_number() OVER (PARTITION BY p.channel_ref ORDER BY p.published_at, p.video_id) AS place
    FROM video_peers p
    WHERE p.channel_ref IS NOT NULL
),
compared AS (
    SELECT v.video_id, o.video_id AS other, (array_agg(a.views ORDER BY a.age_days DESC))[1] AS views, max(a.as_of) AS as_of
    FROM ranked v
    JOIN ranked o ON o.channel_ref = v.channel_ref AND o.place < v.place AND o.place >= v.place - 30
    JOIN video_ages a ON a.video_id = o.video_id AND a.published_on = o.published_on
        AND a.age_days <= v.age_days AND a.age_days * 2 >= v.age_days
    GROUP BY v.video_id, o.video_id
),
ordered AS (
    SELECT
        compared.*,
        row_number() OVER (PARTITION BY video_id ORDER BY views, other) AS place,
        count(*) OVER (PARTITION BY video_id) AS videos
    FROM compared
),
baselines AS (
    SELECT
        video_id,
        max(videos) AS videos,
        max(CASE WHEN place = (videos + 1) / 2 THEN views END) AS views,
        max(as_of) AS as_of
    FROM ordered
    GROUP BY video_id
)
SELECT
    v.video_id,
    v.channel_ref,
    v.age_days,
    v.views,
    coalesce(b.videos, 0) AS baseline_videos,
    CASE WHEN b.videos >= 3 THEN b.views END AS baseline_views,
    CASE WHEN b.videos >= 3 AND b.views > 0
        THEN CAST(v.views AS double precision) / CAST(b.views AS double precision) END AS outlier_score,
    CASE WHEN b.as_of > v.as_of THEN b.as_of ELSE v.as_of END AS as_of
FROM ranked v
LEFT JOIN baselines b ON b.video_id = v.video_id
