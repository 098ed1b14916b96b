-- Two regions over three days. US: a riser, a faller, a newcomer whose category and channel id are unknown, and an entry
-- without a rank; FR: one day, no category names. Every value that can be null is null somewhere.
INSERT INTO views.categories (region, category_id, title, assignable, as_of, last_order) VALUES
    ('US', 10, 'Music', true, '2020-08-01T00:00:00Z', 'a'),
    ('US', 20, 'Gaming', true, '2020-08-01T00:00:00Z', 'a');

INSERT INTO views.trending_entries
    (region, day, video_id, rank, channel_ref, channel_id, channel_title, title, category_id, published_at,
     views, likes, dislikes, comments, as_of, last_order)
VALUES
    ('US', '2020-08-12', 'riser000001', 3, 'UCmusic0000000000000000a', 'UCmusic0000000000000000a', 'Music Channel', 'Riser', 10, '2020-08-11T10:00:00Z', 100, 10, 1, 5, '2020-08-12T01:00:00Z', 'a'),
    ('US', '2020-08-12', 'faller00001', 1, 'UCgames0000000000000000a', 'UCgames0000000000000000a', 'Games Channel', 'Faller', 20, '2020-08-10T10:00:00Z', 300, 30, 3, NULL, '2020-08-12T01:00:00Z', 'a'),
    ('US', '2020-08-14', 'riser000001', 1, 'UCmusic0000000000000000a', 'UCmusic0000000000000000a', 'Music Channel', 'Riser', 10, '2020-08-11T10:00:00Z', 9000000000, 900, 90, 50, '2020-08-14T01:00:00Z', 'b'),
    ('US', '2020-08-14', 'faller00001', 2, 'UCgames0000000000000000a', 'UCgames0000000000000000a', 'Games Channel', 'Faller', 20, '2020-08-10T10:00:00Z', 3000000000, 300, 30, NULL, '2020-08-14T01:00:00Z', 'b'),
    ('US', '2020-08-14', 'newcomer-_1', 3, 'title:Newcomer', NULL, 'Newcomer', 'New', NULL, NULL, NULL, NULL, NULL, NULL, '2020-08-14T02:00:00Z', 'b'),
    ('US', '2020-08-14', 'unranked001', NULL, NULL, NULL, NULL, NULL, 20, NULL, 7, NULL, NULL, NULL, '2020-08-14T01:30:00Z', 'b'),
    ('FR', '2020-08-13', 'riser000001', 5, 'UCmusic0000000000000000a', 'UCmusic0000000000000000a', 'Music Channel', 'Riser', 10, '2020-08-11T10:00:00Z', 500, 50, 5, 25, '2020-08-13T01:00:00Z', 'a');

INSERT INTO views.trending_ranks
    (region, day, video_id, category_id, rank, previous_rank, rank_change, best_rank, days_on_chart, gain_views, as_of)
VALUES
    ('US', '2020-08-12', 'riser000001', 10, 3, NULL, NULL, 3, 1, NULL, '2020-08-12T01:00:00Z'),
    ('US', '2020-08-12', 'faller00001', 20, 1, NULL, NULL, 1, 1, NULL, '2020-08-12T01:00:00Z'),
    ('US', '2020-08-14', 'riser000001', 10, 1, 3, 2, 1, 2, 8999999900, '2020-08-14T01:00:00Z'),
    ('US', '2020-08-14', 'faller00001', 20, 2, 1, -1, 1, 2, 2999999700, '2020-08-14T01:00:00Z'),
    ('US', '2020-08-14', 'newcomer-_1', NULL, 3, NULL, NULL, 3, 1, NULL, '2020-08-14T02:00:00Z'),
    ('US', '2020-08-14', 'unranked001', 20, NULL, NULL, NULL, NULL, 1, NULL, '2020-08-14T01:30:00Z'),
    ('FR', '2020-08-13', 'riser000001', 10, 5, NULL, NULL, 5, 1, NULL, '2020-08-13T01:00:00Z');

INSERT INTO views.category_days (region, category_id, day, videos, channels, views, likes, comments, best_rank, as_of)
VALUES
    ('US', 10, '2020-08-12', 1, 1, 100, 10, 5, 3, '2020-08-12T01:00:00Z'),
    ('US', 20, '2020-08-12', 1, 1, 300, 30, NULL, 1, '2020-08-12T01:00:00Z'),
    ('US', 10, '2020-08-14', 1, 1, 9000000000, 900, 50, 1, '2020-08-14T01:00:00Z'),
    ('US', 20, '2020-08-14', 2, 1, 3000000000, 300, NULL, 2, '2020-08-14T01:30:00Z'),
    ('US', 0, '2020-08-14', 1, 1, NULL, NULL, NULL, 3, '2020-08-14T02:00:00Z'),
    ('FR', 10, '2020-08-13', 1, 1, 500, 50, 25, 5, '2020-08-13T01:00:00Z');

INSERT INTO views.videos
    (video_id, channel_ref, channel_id, channel_title, title, category_id, published_at, first_day, last_day,
     observed_days, views, likes, dislikes, comments, gain_views_1d, gain_views_7d, gain_views_28d, as_of)
VALUES
    ('riser000001', 'UCmusic0000000000000000a', 'UCmusic0000000000000000a', 'Music Channel', 'Riser', 10, '2020-08-11T10:00:00Z', '2020-08-12', '2020-08-14', 3, 9000000000, 900, 90, 50, 8999999500, 8999999900, 8999999900, '2020-08-14T01:00:00Z'),
    ('newcomer-_1', 'title:Newcomer', NULL, 'Newcomer', 'New', NULL, NULL, '2020-08-14', '2020-08-14', 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2020-08-14T02:00:00Z');

INSERT INTO views.video_days
    (video_id, day, channel_ref, category_id, views, likes, dislikes, comments, gain_views, gain_likes, gain_comments, as_of)
VALUES
    ('riser000001', '2020-08-12', 'UCmusic0000000000000000a', 10, 100, 10, 1, 5, NULL, NULL, NULL, '2020-08-12T01:00:00Z'),
    ('riser000001', '2020-08-13', 'UCmusic0000000000000000a', 10, 500, 50, 5, 25, 400, 40, 20, '2020-08-13T01:00:00Z'),
    ('riser000001', '2020-08-14', 'UCmusic0000000000000000a', 10, 9000000000, 900, 90, 50, 8999999500, 850, 25, '2020-08-14T01:00:00Z'),
    ('newcomer-_1', '2020-08-14', 'title:Newcomer', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2020-08-14T02:00:00Z');

INSERT INTO views.channels
    (channel_ref, channel_id, channel_title, videos, views, gain_views_1d, gain_views_7d, gain_views_28d, as_of)
VALUES
    ('UCgames0000000000000000a', 'UCgames0000000000000000a', 'Games Channel', 1, 3000000000, NULL, 2999999700, 2999999700, '2020-08-14T01:00:00Z'),
    ('UCmusic0000000000000000a', 'UCmusic0000000000000000a', 'Music Channel', 1, 9000000000, 8999999500, 8999999900, 8999999900, '2020-08-14T05:00:00Z'),
    ('title:Newcomer', NULL, 'Newcomer', 1, NULL, NULL, NULL, NULL, '2020-08-14T02:00:00Z');

INSERT INTO views.channel_day_tiles (channel_id, day, title, country, published_at, subscribers, views, videos, as_of, last_order)
VALUES
    ('UCmusic0000000000000000a', '2020-08-13', 'Music Channel', 'US', NULL, 4000000000, 1, 1, '2020-08-13T05:00:00Z', 'a'),
    ('UCmusic0000000000000000a', '2020-08-14', 'Music Channel', 'US', NULL, 5000000000, 1, 1, '2020-08-14T05:00:00Z', 'b');

INSERT INTO sink.progress
    (sink, topic, partition, position, end_offset, behind_seconds, event_time, committed_at, updated_at)
VALUES
    ('views', 'observations', 1, 130, 130, 0, '2020-08-14T01:00:00Z', '2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z'),
    ('views', 'observations', 0, 123, 130, 0.4, '2020-08-14T02:00:00Z', '2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z'),
    ('lake', 'observations', 0, 0, 130, NULL, NULL, NULL, '2026-01-01T00:00:02Z');

INSERT INTO sink.consumer_groups
    (consumergroup, topic, partition, position, begin_offset, end_offset, behind_seconds, in_per_second, out_per_second,
    caught_up_in_seconds, updated_at)
VALUES
    ('strangers', 'orders', 10, 130, 0, 130, 0, 0, 0, 0, '2026-01-01T00:00:01Z'),
    ('strangers', 'orders', 2, 1, 4, 10, 12.5, 0.2, 0.3, 60, '2026-01-01T00:00:01Z'),
    ('beyond', 'orders', 0, 50, 0, 10, NULL, NULL, NULL, NULL, '2026-01-01T00:00:01Z');

INSERT INTO users (id, email, password_hash) VALUES ('00000000-0000-0000-0000-000000000001', 'owner@localhost', '!');
INSERT INTO channels (id, user_id, youtube_channel_id, channel_title) VALUES
    ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-000000000001', 'UCmusic0000000000000000a', 'Music Channel'),
    ('00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-000000000001', 'UCgames0000000000000000a', 'Games Channel');
INSERT INTO ingest.connections
    (youtube_channel_id, channel_id, client_id, state, scopes, error, connected_at, refreshed_at, changed_at)
VALUES
    ('UCgames0000000000000000a', '00000000-0000-0000-0000-000000000003', 'c', 'connected', '{a}', NULL, '2020-08-01T00:00:00Z', '2020-08-14T00:00:00Z', '2020-08-01T00:00:00Z'),
    ('UCmusic0000000000000000a', '00000000-0000-0000-0000-000000000002', 'c', 'revoked', '{a}', 'taken back', '2020-08-01T00:00:00Z', NULL, '2020-08-02T00:00:00Z');
INSERT INTO ingest.runs (source, target, state, last_success, next_run, error, updated_at) VALUES
    ('youtube', 'channel:UCgames0000000000000000a', 'ok', '2020-08-14T00:00:00Z', '2020-08-14T01:00:00Z', NULL, '2020-08-14T00:00:00Z'),
    ('stripe', 'charges', 'credential', NULL, NULL, 'HTTP 401', '2020-08-13T00:00:00Z'),
    ('reddit', 'r/rust', 'running', NULL, NULL, NULL, '2020-08-13T00:00:00Z');
INSERT INTO ingest.quota_ledger (project, day, bucket, daily_limit, reserved, used) VALUES
    ('default', '2026-01-01', 'default', 10000, 1, 41),
    ('default', '2026-01-02', 'default', 10000, 0, 7);

-- The views' own sink: one partition is behind, and holds the others back.
INSERT INTO sink.positions (sink, topic, partition, position, watermark) VALUES
    ('views.velocity', 'youtube.video-snapshots.v1', 0, 100, '2020-08-14T01:00:00Z'),
    ('views.velocity', 'youtube.video-snapshots.v1', 1, 40, '2020-08-13T01:00:00Z'),
    ('views.niches', 'youtube.video-snapshots.v1', 0, 100, '2020-08-14T01:00:00Z'),
    ('views.niches', 'youtube.video-snapshots.v1', 1, 40, '2020-08-13T01:00:00Z');

INSERT INTO sink.progress (sink, topic, partition, position, end_offset, event_time, updated_at) VALUES
    ('views.velocity', 'youtube.video-snapshots.v1', 0, 100, 100, '2020-08-14T01:00:00Z', '2020-08-14T02:00:00Z'),
    ('views.velocity', 'youtube.video-snapshots.v1', 1, 40, 50, '2020-08-13T01:00:00Z', '2020-08-14T02:00:00Z'),
    ('views.niches', 'youtube.video-snapshots.v1', 0, 100, 100, '2020-08-14T01:00:00Z', '2020-08-14T02:00:00Z'),
    ('views.niches', 'youtube.video-snapshots.v1', 1, 40, 40, '2020-08-13T01:00:00Z', '2020-08-14T02:00:00Z');

INSERT INTO views.video_outliers (video_id, channel_ref, age_days, views, baseline_videos, baseline_views, outlier_score, as_of) VALUES
    ('riser000001', 'UCmusic0000000000000000a', 3, 900, 12, 300, 3, '2020-08-14T01:00:00Z'),
    ('faller00001', 'UCgames0000000000000000a', 4, 100, 2, NULL, NULL, '2020-08-14T01:00:00Z');

INSERT INTO views.video_hours (video_id, hour, channel_ref, views, likes, as_of, last_order) VALUES
    ('riser000001', '2020-08-13T20:00:00Z', 'UCmusic0000000000000000a', 100, 10, '2020-08-13T20:10:00Z', 'a'),
    ('riser000001', '2020-08-13T23:00:00Z', 'UCmusic0000000000000000a', 400, NULL, '2020-08-13T23:10:00Z', 'b'),
    ('riser000001', '2020-08-14T00:00:00Z', 'UCmusic0000000000000000a', 900, 90, '2020-08-14T00:10:00Z', 'c');

INSERT INTO sink.corrections (sink, view, key, old, new, watermark, event_id, corrected_at) VALUES
    ('views', 'video_day_tiles', '{"video_id": "riser000001", "day": "2020-08-12"}', '{"views": 90}', '{"views": 100}',
        '2020-08-13T01:00:00Z', '34c69de1-04e7-835f-9e7d-e2fa5385893c', '2020-08-14T02:00:00Z');
