-- $1 region, $2 first day, $3 latest day, $4 limit
WITH shares AS (
    SELECT d.*, round(d.views / nullif(sum(d.views) OVER (PARTITION BY d.day), 0), 6) AS view_share
    FROM views.category_days d
    WHERE d.region = $1 AND d.day BETWEEN $2 AND $3
)
SELECT
    l.category_id,
    c.title AS category,
    l.videos,
    l.channels,
    l.views,
    l.likes,
    l.view_share::double precision AS view_share,
    -- not on the first chart means a share of 0; on it with unknown views means that nothing is known
    CASE
        WHEN $2 < $3 THEN l.view_share - CASE WHEN f.category_id IS NULL THEN 0 ELSE f.view_share END
    END::double precision AS view_share_change,
    l.best_rank,
    days.list AS days
FROM shares l
LEFT JOIN shares f ON f.category_id = l.category_id AND f.day = $2
-- the region's own name for the category, else the newest one that another region gives
LEFT JOIN LATERAL (
    SELECT k.title
    FROM views.categories k
    WHERE k.category_id = l.category_id AND k.title IS NOT NULL
    ORDER BY k.region = l.region DESC, k.as_of DESC, k.region
    LIMIT 1
) c ON true
CROSS JOIN LATERAL (
    SELECT
        jsonb_agg(
            jsonb_build_object('day', s.day, 'videos', s.videos, 'views', s.views, 'view_share', s.view_share)
            ORDER BY s.day
        ) AS list
    FROM shares s
    WHERE s.category_id = l.category_id
) days
WHERE l.day = $3
ORDER BY l.views DESC NULLS LAST, l.category_id
LIMIT $4
