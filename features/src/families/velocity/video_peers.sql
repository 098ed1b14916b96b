-- The oldest age at which each video was seen, and what it had then; its channel is that of its velocity.
WITH newest AS (
    SELECT video_id, max(age_days) AS age_days
    FROM video_ages
    GROUP BY video_id
)
SELECT a.video_id, c.channel_ref, a.published_at, a.age_days, a.views, a.as_of
FROM video_ages a
JOIN newest n ON n.video_id = a.video_id AND n.age_days = a.age_days
JOIN video_velocity c ON c.video_id = a.video_id
