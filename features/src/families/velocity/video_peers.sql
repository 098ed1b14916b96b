-- The oldest age at which each video was seen, counted from the publication that was told last (what was private is published again),
-- and what it had then; its channel is that of its velocity.
WITH publications AS (
    SELECT video_id, published_on, max(age_days) AS age_days, max(as_of) AS as_of
    FROM video_ages
    GROUP BY video_id, published_on
),
placed AS (
    SELECT publications.*, row_number() OVER (PARTITION BY video_id ORDER BY as_of DESC, published_on DESC) AS place
    FROM publications
)
SELECT a.video_id, c.channel_ref, a.published_at, a.published_on, a.age_days, a.views, a.as_of
FROM video_ages a
JOIN placed n ON n.video_id = a.video_id AND n.published_on = a.published_on AND n.age_days = a.age_days AND n.place = 1
JOIN video_velocity c ON c.video_id = a.video_id
