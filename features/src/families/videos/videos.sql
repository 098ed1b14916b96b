-- The newest known value of each column; a day that doesn't tell a title does not hide the one told before.
-- Its channel is known by the title only where the id was never told. The channel's title is one that was told with the channel's id or,
-- by who told none, on a later day: one that another id was told with is another channel's.
-- A gain over 1, 7 or 28 days is the difference of the last count to the newest one of a day at least so much older, and no more than
-- 3, 10 or 35 days.
WITH spanned AS (
    SELECT
        video_day_tiles.*,
        max(CASE WHEN views IS NOT NULL THEN day END) OVER whole AS newest_day,
        max(CASE WHEN channel_id IS NOT NULL THEN day END) OVER whole AS id_day
    FROM video_day_tiles
    WINDOW whole AS (PARTITION BY video_id ORDER BY day DESC ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
),
named AS (
    SELECT
        spanned.*,
        channel_title IS NOT NULL AND (id_day IS NULL
            OR channel_id = max(CASE WHEN day = id_day THEN channel_id END) OVER whole AND channel_title_told >= channel_id_told
            OR channel_id IS NULL AND day > id_day) AS names_owner
    FROM spanned
    WINDOW whole AS (PARTITION BY video_id ORDER BY day DESC ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
),
state AS (
    SELECT
        video_id,
        coalesce(
            (array_agg(channel_id ORDER BY day DESC) FILTER (WHERE channel_id IS NOT NULL))[1],
            (array_agg(channel_ref ORDER BY day DESC) FILTER (WHERE channel_ref IS NOT NULL))[1]
        ) AS channel_ref,
        (array_agg(channel_id ORDER BY day DESC) FILTER (WHERE channel_id IS NOT NULL))[1] AS channel_id,
        (array_agg(channel_title ORDER BY day DESC) FILTER (WHERE names_owner))[1] AS channel_title,
        (array_agg(channel_title_told ORDER BY day DESC) FILTER (WHERE names_owner))[1] AS channel_title_told,
        (array_agg(title ORDER BY day DESC) FILTER (WHERE title IS NOT NULL))[1] AS title,
        (array_agg(category_id ORDER BY day DESC) FILTER (WHERE category_id IS NOT NULL))[1] AS category_id,
        (array_agg(published_at ORDER BY day DESC) FILTER (WHERE published_at IS NOT NULL))[1] AS published_at,
        min(day) AS first_day,
        max(day) AS last_day,
        count(*) AS observed_days,
        (array_agg(views ORDER BY day DESC) FILTER (WHERE views IS NOT NULL))[1] AS views,
        (array_agg(likes ORDER BY day DESC) FILTER (WHERE likes IS NOT NULL))[1] AS likes,
        (array_agg(dislikes ORDER BY day DESC) FILTER (WHERE dislikes IS NOT NULL))[1] AS dislikes,
        (array_agg(comments ORDER BY day DESC) FILTER (WHERE comments IS NOT NULL))[1] AS comments,
        (array_agg(views ORDER BY day DESC)
            FILTER (WHERE views IS NOT NULL AND day <= newest_day - INTERVAL '1 day'
                AND day >= newest_day - INTERVAL '3 days'))[1] AS views_1d,
        (array_agg(views ORDER BY day DESC)
            FILTER (WHERE views IS NOT NULL AND day <= newest_day - INTERVAL '7 days'
                AND day >= newest_day - INTERVAL '10 days'))[1] AS views_7d,
        (array_agg(views ORDER BY day DESC)
            FILTER (WHERE views IS NOT NULL AND day <= newest_day - INTERVAL '28 days'
                AND day >= newest_day - INTERVAL '35 days'))[1] AS views_28d,
        max(as_of) AS as_of
    FROM named
    GROUP BY video_id
)
SELECT
    video_id,
    channel_ref,
    channel_id,
    channel_title,
    channel_title_told,
    title,
    category_id,
    published_at,
    first_day,
    last_day,
    observed_days,
    views,
    likes,
    dislikes,
    comments,
    views - views_1d AS gain_views_1d,
    views - views_7d AS gain_views_7d,
    views - views_28d AS gain_views_28d,
    as_of
FROM state
