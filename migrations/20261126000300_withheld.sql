-- Channels whose data was asked to be deleted: nothing of them is taken in any more.
CREATE TABLE ingest.withheld_channels (
    channel_id text COLLATE "C" PRIMARY KEY,
    requested_at timestamptz NOT NULL
);
