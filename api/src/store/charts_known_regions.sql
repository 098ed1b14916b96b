-- Jumps from region to region along the primary key: a plain DISTINCT would read every entry of every day.
WITH RECURSIVE known (region) AS (
    (SELECT region FROM views.trending_ranks ORDER BY region LIMIT 1)
    UNION ALL
    SELECT (SELECT r.region FROM views.trending_ranks r WHERE r.region > known.region ORDER BY r.region LIMIT 1)
    FROM known
    WHERE known.region IS NOT NULL
)
SELECT region FROM known WHERE region IS NOT NULL ORDER BY region
