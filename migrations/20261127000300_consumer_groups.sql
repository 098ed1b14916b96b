-- Where consumer groups of others stand, for the operators' page; written every second by whoever runs pipelines, and nothing is
-- lost with it.
CREATE UNLOGGED TABLE sink.consumer_groups (
    consumergroup text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    position bigint NOT NULL,
    end_offset bigint NOT NULL,
    behind_seconds double precision,
    in_per_second double precision,
    out_per_second double precision,
    caught_up_in_seconds double precision,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumergroup, topic, partition)
);
