-- $1 region, $2 day, $3 category or null for all (0: those whose category is unknown), $4 limit, $5 days of history
SELECT
    r.rank,
    r.previous_rank,
    r.rank_change,
    r.best_rank,
    r.days_on_chart,
    r.video_id,
    e.title,
    e.channel_id,
    e.channel_title,
    r.category_id,
    c.title AS category,
    e.published_at,
    e.views,
    e.likes,
    e.dislikes,
    e.comments,
    r.gain_views,
    greatest(r.as_of, e.as_of) AS as_of,
    history.ranks AS rank_history
FROM views.trending_ranks r
LEFT JOIN views.trending_entries e USING (region, day, video_id)
-- the region's own name for the category, else the newest one that another region gives
LEFT JOIN LATERAL (
    SELECT k.title
    FROM views.categories k
    WHERE k.category_id = r.category_id AND k.title IS NOT NULL
    ORDER BY k.region = r.region DESC, k.as_of DESC, k.region
    LIMIT 1
) c ON true
-- the entries have the index by video, the ranks the truth about ranks
CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_agg(jsonb_build_object('day', p.day, 'rank', p.rank) ORDER BY p.day), '[]') AS ranks
    FROM views.trending_entries o
    JOIN views.trending_ranks p USING (region, day, video_id)
    WHERE o.video_id = r.video_id AND o.region = r.region AND o.day <= r.day AND o.day > r.day - $5::integer
) history
WHERE r.region = $1 AND r.day = $2 AND ($3::bigint IS NULL OR coalesce(r.category_id, 0) = $3)
ORDER BY r.rank NULLS LAST, e.views DESC NULLS LAST, r.video_id
LIMIT $4
