-- Over the videos of the channel that were observed on the day.
SELECT
    channel_ref,
    day,
    count(*) AS videos,
    CAST(sum(views) AS bigint) AS views,
    CAST(sum(gain_views) AS bigint) AS gain_views,
    CAST(sum(likes) AS bigint) AS likes,
    CAST(sum(comments) AS bigint) AS comments,
    max(as_of) AS as_of
FROM video_days
WHERE channel_ref IS NOT NULL
GROUP BY channel_ref, day
