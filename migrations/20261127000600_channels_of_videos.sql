-- The mean of a niche's hour stands beside the sum and the count that it is made of.
ALTER TABLE views.category_hours ADD COLUMN views_mean double precision;

-- A video's days are found by the video now, whatever channel its observations told.
DROP INDEX views.video_niche_days_channel;

-- Each column of what describes a video or a channel has the newest value that was told; this is when it was.
ALTER TABLE views.video_day_tiles
    ADD COLUMN channel_ref_told timestamptz,
    ADD COLUMN channel_id_told timestamptz,
    ADD COLUMN channel_title_told timestamptz,
    ADD COLUMN title_told timestamptz,
    ADD COLUMN category_id_told timestamptz,
    ADD COLUMN published_at_told timestamptz;
ALTER TABLE views.trending_entries
    ADD COLUMN rank_told timestamptz,
    ADD COLUMN channel_ref_told timestamptz,
    ADD COLUMN channel_id_told timestamptz,
    ADD COLUMN channel_title_told timestamptz,
    ADD COLUMN title_told timestamptz,
    ADD COLUMN category_id_told timestamptz,
    ADD COLUMN published_at_told timestamptz;
ALTER TABLE views.channel_day_tiles
    ADD COLUMN title_told timestamptz,
    ADD COLUMN country_told timestamptz,
    ADD COLUMN published_at_told timestamptz,
    ADD COLUMN subscribers_told timestamptz;
ALTER TABLE views.video_hours
    ADD COLUMN channel_ref_told timestamptz,
    ADD COLUMN published_at_told timestamptz;
ALTER TABLE views.video_ages
    ADD COLUMN channel_ref_told timestamptz,
    ADD COLUMN published_at_told timestamptz;
ALTER TABLE views.video_niche_days
    ADD COLUMN channel_ref_told timestamptz,
    ADD COLUMN category_id_told timestamptz;

-- How many rows came too late for a view; the lake has them, and names each.
CREATE TABLE sink.late_rows (
    view text COLLATE "C" PRIMARY KEY,
    rows bigint NOT NULL,
    newest_at timestamptz NOT NULL DEFAULT now()
);

-- Views are told by new rules (what an observation that tells less may hide, channels of videos, how far gains look back): the next
-- look at retention makes them anew from the lake, as after a removal that was interrupted.
INSERT INTO sink.unfinished_removals (singleton) SELECT true WHERE EXISTS (SELECT FROM sink.positions) ON CONFLICT DO NOTHING;
