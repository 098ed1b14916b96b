-- Subscriptions at YouTube's WebSub hub, as its verifications and deliveries tell of them.
CREATE TABLE ingest.websub_subscriptions (
    channel_id text COLLATE "C" PRIMARY KEY,
    verified_at timestamptz,
    lease_until timestamptz,
    delivered_at timestamptz,
    deliveries bigint NOT NULL DEFAULT 0,
    -- Deliveries whose signature was of somebody else.
    refused bigint NOT NULL DEFAULT 0
);

-- Videos that the hub told of, until they have been read.
CREATE TABLE ingest.websub_notices (
    channel_id text COLLATE "C" NOT NULL,
    video_id text COLLATE "C" NOT NULL,
    deleted boolean NOT NULL,
    received_at timestamptz NOT NULL,
    -- Stored before the video is asked for, so that a reading that is interrupted makes the same event again.
    observed_at timestamptz,
    tries integer NOT NULL DEFAULT 0,
    next_try timestamptz NOT NULL,
    error text,
    PRIMARY KEY (channel_id, video_id)
);
