-- The videos of channels that were forgotten, by id alone: what names only the video has to be left out, too.
CREATE TABLE ingest.withheld_videos (
    video_id text COLLATE "C" PRIMARY KEY,
    channel_id text COLLATE "C" NOT NULL REFERENCES ingest.withheld_channels (channel_id) ON DELETE CASCADE
);
