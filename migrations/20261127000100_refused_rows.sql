-- Rows that a family's views could not hold, and why. They were put aside in the transaction that moved the sink past them, so
-- that nothing else has to wait for them; the rows themselves are in the lake, found by their place in the log.
CREATE TABLE sink.refused_rows (
    sink text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    event_id text NOT NULL,
    reason text NOT NULL,
    refused_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (sink, topic, partition, "offset")
);
CREATE INDEX refused_rows_newest ON sink.refused_rows (refused_at);

-- Why a sink is not moving, and since when; null while it is.
ALTER TABLE sink.progress ADD COLUMN trouble text;
ALTER TABLE sink.progress ADD COLUMN trouble_since timestamptz;
