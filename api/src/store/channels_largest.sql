-- $1 limit
SELECT
    c.channel_ref,
    c.channel_id,
    c.channel_title,
    c.videos,
    c.views,
    c.gain_views_7d,
    c.gain_views_28d,
    t.subscribers,
    c.as_of
FROM views.channels c
LEFT JOIN LATERAL (
    SELECT d.subscribers
    FROM views.channel_day_tiles d
    WHERE d.channel_id = c.channel_id
    ORDER BY d.day DESC
    LIMIT 1
) t ON true
ORDER BY c.views DESC NULLS LAST, c.channel_ref
LIMIT $1
