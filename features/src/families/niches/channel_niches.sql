-- A channel's niche is the category of most of its videos, each counted by the newest category it was told with; of two with
-- equally many the smaller id. Its name comes from the compacted topic of categories, as soon as it does.
WITH counted AS (
    SELECT channel_ref, category_id, count(*) AS videos, max(as_of) AS as_of
    FROM video_niches
    WHERE channel_ref IS NOT NULL AND category_id IS NOT NULL
    GROUP BY channel_ref, category_id
),
placed AS (
    SELECT
        counted.*,
        row_number() OVER (PARTITION BY channel_ref ORDER BY videos DESC, category_id) AS place,
        sum(videos) OVER (PARTITION BY channel_ref) AS all_videos,
        max(as_of) OVER (PARTITION BY channel_ref) AS newest_as_of
    FROM counted
)
SELECT
    p.channel_ref,
    p.category_id,
    n.title AS niche,
    p.videos,
    CAST(p.videos AS double precision) / CAST(p.all_videos AS double precision) AS share,
    p.newest_as_of AS as_of
FROM placed p
LEFT JOIN niche_names n ON n.category_id = p.category_id
WHERE p.place = 1
