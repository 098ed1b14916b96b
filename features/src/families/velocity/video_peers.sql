-- The oldest age at which each video was seen, and what it had then. The channel is of the oldest age that tells its id, or its title
-- where none does.
WITH newest AS (
    SELECT
        video_id,
        max(age_days) AS age_days,
        coalesce(
            (array_agg(channel_ref ORDER BY age_days DESC) FILTER (WHERE channel_ref NOT LIKE 'title:%'))[1],
            (array_agg(channel_ref ORDER BY age_days DESC) FILTER (WHERE channel_ref IS NOT NULL))[1]
        ) AS channel_ref
    FROM video_ages
    GROUP BY video_id
)
SELECT a.video_id, n.channel_ref, a.published_at, a.age_days, a.views, a.as_of
FROM video_ages a
JOIN newest n ON n.video_id = a.video_id AND n.age_days = a.age_days
