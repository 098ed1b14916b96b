-- Over the newest state of every observed video of the channel; gains are those of its last observed day, and of the 7 and 28 days up
-- to it. Its title is what it calls itself or, until it was asked, what its videos say.
WITH spans AS (
    SELECT channel_ref, max(day) AS last_day
    FROM channel_days
    GROUP BY channel_ref
),
gains AS (
    SELECT
        d.channel_ref,
        CAST(sum(CASE WHEN d.day = s.last_day THEN d.gain_views END) AS bigint) AS gain_views_1d,
        CAST(sum(CASE WHEN d.day > s.last_day - INTERVAL '7 days' THEN d.gain_views END) AS bigint) AS gain_views_7d,
        CAST(sum(CASE WHEN d.day > s.last_day - INTERVAL '28 days' THEN d.gain_views END) AS bigint) AS gain_views_28d
    FROM channel_days d
    JOIN spans s ON s.channel_ref = d.channel_ref
    GROUP BY d.channel_ref
),
states AS (
    SELECT
        channel_ref,
        max(channel_id) AS channel_id,
        (array_agg(channel_title ORDER BY channel_title_told DESC, video_id) FILTER (WHERE channel_title IS NOT NULL))[1] AS channel_title,
        count(*) AS videos,
        CAST(sum(views) AS bigint) AS views,
        max(as_of) AS as_of
    FROM videos
    WHERE channel_ref IS NOT NULL
    GROUP BY channel_ref
),
themselves AS (
    SELECT
        channel_id,
        (array_agg(title ORDER BY day DESC) FILTER (WHERE title IS NOT NULL))[1] AS title,
        max(as_of) AS as_of
    FROM channel_day_tiles
    GROUP BY channel_id
)
SELECT
    coalesce(c.channel_ref, t.channel_id) AS channel_ref,
    coalesce(c.channel_id, t.channel_id) AS channel_id,
    coalesce(t.title, c.channel_title) AS channel_title,
    coalesce(c.videos, 0) AS videos,
    c.views,
    g.gain_views_1d,
    g.gain_views_7d,
    g.gain_views_28d,
    greatest(c.as_of, t.as_of) AS as_of
FROM states c
FULL JOIN themselves t ON t.channel_id = c.channel_ref
LEFT JOIN gains g ON g.channel_ref = c.channel_ref
