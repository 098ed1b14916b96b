-- A tile keeps the newest id and the newest title of a channel apart, and `channel_ref` is made of both: an observation that tells
-- only a title hides no id. A video's peers have the channel of its velocity.
ALTER TABLE views.video_day_tiles DROP COLUMN channel_ref_told;
ALTER TABLE views.trending_entries DROP COLUMN channel_ref_told;
ALTER TABLE views.video_ages
    DROP COLUMN channel_ref,
    DROP COLUMN channel_ref_told;
ALTER TABLE views.video_hours
    ADD COLUMN channel_id text COLLATE "C",
    ADD COLUMN channel_id_told timestamptz,
    ADD COLUMN channel_title text COLLATE "C",
    ADD COLUMN channel_title_told timestamptz;
ALTER TABLE views.video_niche_days
    ADD COLUMN channel_id text COLLATE "C",
    ADD COLUMN channel_id_told timestamptz,
    ADD COLUMN channel_title text COLLATE "C",
    ADD COLUMN channel_title_told timestamptz;
UPDATE views.video_hours SET
    channel_id = CASE WHEN channel_ref NOT LIKE 'title:%' THEN channel_ref END,
    channel_id_told = CASE WHEN channel_ref NOT LIKE 'title:%' THEN channel_ref_told END,
    channel_title = CASE WHEN channel_ref LIKE 'title:%' THEN substr(channel_ref, 7) END,
    channel_title_told = CASE WHEN channel_ref LIKE 'title:%' THEN channel_ref_told END
WHERE channel_ref IS NOT NULL;
UPDATE views.video_niche_days SET
    channel_id = CASE WHEN channel_ref NOT LIKE 'title:%' THEN channel_ref END,
    channel_id_told = CASE WHEN channel_ref NOT LIKE 'title:%' THEN channel_ref_told END,
    channel_title = CASE WHEN channel_ref LIKE 'title:%' THEN substr(channel_ref, 7) END,
    channel_title_told = CASE WHEN channel_ref LIKE 'title:%' THEN channel_ref_told END
WHERE channel_ref IS NOT NULL;
ALTER TABLE views.video_hours DROP COLUMN channel_ref_told;
ALTER TABLE views.video_niche_days DROP COLUMN channel_ref_told;

-- When the last count of an hour was made, for velocities are views by the time between counts.
ALTER TABLE views.video_hours ADD COLUMN counted_at timestamptz;
UPDATE views.video_hours SET counted_at = as_of WHERE views IS NOT NULL;

-- What was published again (private before, or planned) is another series of ages.
ALTER TABLE views.video_ages ADD COLUMN published_on date;
UPDATE views.video_ages SET published_on = (published_at AT TIME ZONE 'UTC')::date;
DELETE FROM views.video_ages WHERE published_on IS NULL;
ALTER TABLE views.video_ages
    DROP CONSTRAINT video_ages_pkey,
    ADD PRIMARY KEY (video_id, published_on, age_days);
ALTER TABLE views.video_peers ADD COLUMN published_on date;

-- An index or a share of windows of another size is another series.
ALTER TABLE views.keyword_hours
    DROP CONSTRAINT keyword_hours_pkey,
    ADD COLUMN window_size text COLLATE "C" NOT NULL DEFAULT '',
    ADD PRIMARY KEY (keyword, region, source, scale, window_size, hour);
ALTER TABLE views.keyword_hours ALTER COLUMN window_size DROP DEFAULT;

-- Views are told by new rules (channels of videos, velocities, ages, keywords, money): the next look at retention makes them anew from the lake, as after a
-- removal that was interrupted.
INSERT INTO sink.unfinished_removals (singleton) SELECT true WHERE EXISTS (SELECT FROM sink.positions) ON CONFLICT DO NOTHING;
