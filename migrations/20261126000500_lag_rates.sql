-- How fast records come and are read, and how long the last ones took from the log to the sink.
ALTER TABLE sink.progress
    ADD COLUMN in_per_second double precision,
    ADD COLUMN out_per_second double precision,
    ADD COLUMN queryable_ms bigint;
