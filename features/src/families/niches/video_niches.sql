-- The channel and the category that a video was told with last, each from the newest day that tells it; a channel's title stands for
-- it only where its id was never told.
SELECT
    video_id,
    coalesce(
        (array_agg(channel_id ORDER BY day DESC) FILTER (WHERE channel_id IS NOT NULL))[1],
        (array_agg(channel_ref ORDER BY day DESC) FILTER (WHERE channel_ref IS NOT NULL))[1]
    ) AS channel_ref,
    (array_agg(category_id ORDER BY day DESC) FILTER (WHERE category_id IS NOT NULL))[1] AS category_id,
    max(as_of) AS as_of
FROM video_niche_days
GROUP BY video_id
