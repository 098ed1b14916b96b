-- What retention has deleted is not behind a group any more.
ALTER TABLE sink.consumer_groups ADD COLUMN begin_offset bigint NOT NULL DEFAULT 0;

-- The growth of a chart's entry is since its newest count of the 3 days before: the next look at retention makes the views anew from
-- the lake, as after a removal that was interrupted.
INSERT INTO sink.unfinished_removals (singleton) SELECT true WHERE EXISTS (SELECT FROM sink.positions) ON CONFLICT DO NOTHING;
