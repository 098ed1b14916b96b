-- The mean of a niche's hour stands beside the sum and the count that it is made of.
ALTER TABLE views.category_hours ADD COLUMN views_mean double precision;

-- A video's days are found by the video now, whatever channel its observations told.
DROP INDEX views.video_niche_days_channel;

-- How many rows came too late for a view; the lake has them, and names each.
CREATE TABLE sink.late_rows (
    view text COLLATE "C" PRIMARY KEY,
    rows bigint NOT NULL,
    newest_at timestamptz NOT NULL DEFAULT now()
);

-- Views are told by new rules (what an observation that tells less may hide, channels of videos, how far gains look back): the next
-- look at retention makes them anew from the lake, as after a removal that was interrupted.
INSERT INTO sink.unfinished_removals (singleton) SELECT true WHERE EXISTS (SELECT FROM sink.positions) ON CONFLICT DO NOTHING;
