-- The windows of channel_revenue end with a day that has come, and CLF has four digits: the next look at retention makes the views anew from
-- the lake, as after a removal that was interrupted.
INSERT INTO sink.unfinished_removals (singleton) SELECT true WHERE EXISTS (SELECT FROM sink.positions) ON CONFLICT DO NOTHING;
