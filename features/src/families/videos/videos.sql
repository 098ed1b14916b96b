-- The newest known value of each column; a day that doesn't tell a title does not hide the one told before.
-- A gain over n days is the difference to the newest observation that is at least n days older than the last.
WITH span AS (
    SELECT video_id, min(day) AS first_day, max(day) AS last_day, count(*) AS observed_days
    FROM video_day_tiles
    GROUP BY video_id
),
state AS (
    SELECT
        t.video_id,
        (array_agg(t.channel_ref ORDER BY t.day DESC) FILTER (WHERE t.channel_ref IS NOT NULL))[1] AS channel_ref,
        (array_agg(t.channel_id ORDER BY t.day DESC) FILTER (WHERE t.channel_id IS NOT NULL))[1] AS channel_id,
        (array_agg(t.channel_title ORDER BY t.day DESC) FILTER (WHERE t.channel_title IS NOT NULL))[1] AS channel_title,
        (array_agg(t.title ORDER BY t.day DESC) FILTER (WHERE t.title IS NOT NULL))[1] AS title,
        (array_agg(t.category_id ORDER BY t.day DESC) FILTER (WHERE t.category_id IS NOT NULL))[1] AS category_id,
        (array_agg(t.published_at ORDER BY t.day DESC) FILTER (WHERE t.published_at IS NOT NULL))[1] AS published_at,
        (array_agg(t.views ORDER BY t.day DESC) FILTER (WHERE t.views IS NOT NULL))[1] AS views,
        (array_agg(t.likes ORDER BY t.day DESC) FILTER (WHERE t.likes IS NOT NULL))[1] AS likes,
        (array_agg(t.dislikes ORDER BY t.day DESC) FILTER (WHERE t.dislikes IS NOT NULL))[1] AS dislikes,
        (array_agg(t.comments ORDER BY t.day DESC) FILTER (WHERE t.comments IS NOT NULL))[1] AS comments,
        (array_agg(t.views ORDER BY t.day DESC)
            FILTER (WHERE t.views IS NOT NULL AND t.day <= s.last_day - INTERVAL '1 day'))[1] AS views_1d,
        (array_agg(t.views ORDER BY t.day DESC)
            FILTER (WHERE t.views IS NOT NULL AND t.day <= s.last_day - INTERVAL '7 days'))[1] AS views_7d,
        (array_agg(t.views ORDER BY t.day DESC)
            FILTER (WHERE t.views IS NOT NULL AND t.day <= s.last_day - INTERVAL '28 days'))[1] AS views_28d,
        max(t.as_of) AS as_of
    FROM video_day_tiles t
    JOIN span s ON s.video_id = t.video_id
    GROUP BY t.video_id
)
SELECT
    state.video_id,
    state.channel_ref,
    state.channel_id,
    state.channel_title,
    state.title,
    state.category_id,
    state.published_at,
    span.first_day,
    span.last_day,
    span.observed_days,
    state.views,
    state.likes,
    state.dislikes,
    state.comments,
    state.views - state.views_1d AS gain_views_1d,
    state.views - state.views_7d AS gain_views_7d,
    state.views - state.views_28d AS gain_views_28d,
    state.as_of
FROM state
JOIN span ON span.video_id = state.video_id
