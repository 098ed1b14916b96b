-- Gains of the niche's last observed day, and of the 7 and 28 days up to it.
WITH span AS (
    SELECT category_id, max(day) AS last_day
    FROM niche_days
    GROUP BY category_id
),
sizes AS (
    SELECT category_id, count(*) AS channels
    FROM channel_niches
    GROUP BY category_id
),
gains AS (
    SELECT
        d.category_id,
        max(s.last_day) AS last_day,
        CAST(sum(CASE WHEN d.day = s.last_day THEN d.gain_views END) AS bigint) AS gain_views_1d,
        CAST(sum(CASE WHEN d.day > s.last_day - INTERVAL '7 days' THEN d.gain_views END) AS bigint) AS gain_views_7d,
        CAST(sum(CASE WHEN d.day > s.last_day - INTERVAL '28 days' THEN d.gain_views END) AS bigint) AS gain_views_28d,
        max(d.as_of) AS as_of
    FROM niche_days d
    JOIN span s ON s.category_id = d.category_id
    GROUP BY d.category_id
)
SELECT
    g.category_id,
    n.title AS niche,
    g.last_day,
    s.channels,
    g.gain_views_1d,
    g.gain_views_7d,
    g.gain_views_28d,
    g.as_of
FROM gains g
JOIN sizes s ON s.category_id = g.category_id
LEFT JOIN niche_names n ON n.category_id = g.category_id
