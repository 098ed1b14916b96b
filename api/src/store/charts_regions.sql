-- Each region's latest chart by category, entries of unknown category as category 0.
WITH RECURSIVE known (region) AS (
    (SELECT region FROM views.trending_ranks ORDER BY region LIMIT 1)
    UNION ALL
    SELECT (SELECT r.region FROM views.trending_ranks r WHERE r.region > known.region ORDER BY r.region LIMIT 1)
    FROM known
    WHERE known.region IS NOT NULL
),
latest AS (
    SELECT known.region, (SELECT max(r.day) FROM views.trending_ranks r WHERE r.region = known.region) AS day
    FROM known
    WHERE known.region IS NOT NULL
),
counted AS (
    SELECT region, day, coalesce(r.category_id, 0) AS category_id, count(*) AS entries, max(r.as_of) AS as_of
    FROM latest
    JOIN views.trending_ranks r USING (region, day)
    GROUP BY region, day, coalesce(r.category_id, 0)
)
SELECT
    n.region,
    n.day AS latest_day,
    sum(n.entries)::bigint AS entries,
    max(n.as_of) AS as_of,
    jsonb_agg(
        jsonb_build_object('category_id', n.category_id, 'category', c.title, 'entries', n.entries)
        ORDER BY n.entries DESC, n.category_id
    ) AS categories
FROM counted n
-- the region's own name for the category, else the newest one that another region gives
LEFT JOIN LATERAL (
    SELECT k.title
    FROM views.categories k
    WHERE k.category_id = n.category_id AND k.title IS NOT NULL
    ORDER BY k.region = n.region DESC, k.as_of DESC, k.region
    LIMIT 1
) c ON true
GROUP BY n.region, n.day
ORDER BY n.region
