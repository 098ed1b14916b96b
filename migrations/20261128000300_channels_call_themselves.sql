-- Of what the videos of a channel call it, the newest counts.
ALTER TABLE views.videos ADD COLUMN channel_title_told timestamptz;

-- Channels are called as they call themselves, or as was told with their ids: the next look at retention makes the views anew from the lake,
-- as after a removal that was interrupted.
INSERT INTO sink.unfinished_removals (singleton) SELECT true WHERE EXISTS (SELECT FROM sink.positions) ON CONFLICT DO NOTHING;
