-- Over the newest state of every observed video of the channel.
SELECT
    channel_ref,
    (array_agg(channel_id ORDER BY as_of DESC, video_id) FILTER (WHERE channel_id IS NOT NULL))[1] AS channel_id,
    (array_agg(channel_title ORDER BY as_of DESC, video_id) FILTER (WHERE channel_title IS NOT NULL))[1] AS channel_title,
    count(*) AS videos,
    CAST(sum(views) AS bigint) AS views,
    CAST(sum(gain_views_1d) AS bigint) AS gain_views_1d,
    CAST(sum(gain_views_7d) AS bigint) AS gain_views_7d,
    CAST(sum(gain_views_28d) AS bigint) AS gain_views_28d,
    max(as_of) AS as_of
FROM videos
WHERE channel_ref IS NOT NULL
GROUP BY channel_ref
