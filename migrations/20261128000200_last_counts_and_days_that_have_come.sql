-- Speeds are between counts as they were last made, not between the greatest of their hours.
ALTER TABLE views.video_hours RENAME COLUMN counted_at TO last_views_told;
ALTER TABLE views.video_hours ADD COLUMN last_views bigint;
UPDATE views.video_hours SET last_views = views WHERE last_views_told IS NOT NULL;

-- The windows of channel_revenue end with a day that has come, and CLF has four digits: the next look at retention makes the views anew from
-- the lake, as after a removal that was interrupted.
INSERT INTO sink.unfinished_removals (singleton) SELECT true WHERE EXISTS (SELECT FROM sink.positions) ON CONFLICT DO NOTHING;
