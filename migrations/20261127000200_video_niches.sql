-- The channel and the category that a video was told with last: what a channel's niche is counted from.
CREATE TABLE views.video_niches (
    video_id text COLLATE "C" NOT NULL,
    channel_ref text COLLATE "C",
    category_id integer,
    as_of timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (video_id)
);
CREATE INDEX video_niches_channel ON views.video_niches (channel_ref);

INSERT INTO views.video_niches (video_id, channel_ref, category_id, as_of)
SELECT
    video_id,
    (array_agg(channel_ref ORDER BY day DESC) FILTER (WHERE channel_ref IS NOT NULL))[1],
    (array_agg(category_id ORDER BY day DESC) FILTER (WHERE category_id IS NOT NULL))[1],
    max(as_of)
FROM views.video_niche_days
GROUP BY video_id;
