-- Where each polled source stands: its cursor, its last run, its answers' ETags, and what it has spent of its quota.
--
-- Only `ingest` writes here. A cursor moves after the events of its page are confirmed by the log, never before; what
-- an answer's ETag vouches for is stored in the transaction that moves the cursor. Days are Pacific, as quotas are.

CREATE SCHEMA ingest;

CREATE TABLE ingest.cursors (
    source text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    version smallint NOT NULL,
    -- Where to go on; null is the beginning.
    cursor jsonb,
    -- Observation time of the run in progress; null between runs.
    observed_at timestamptz,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (source, target)
);

CREATE TABLE ingest.runs (
    source text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    state text NOT NULL,
    last_success timestamptz,
    -- Null: not before somebody has done something about the error.
    next_run timestamptz,
    error text,
    -- When the quota will have lasted for all of it.
    done_by timestamptz,
    -- Runs that failed since the last success.
    failures integer NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (source, target)
);

CREATE TABLE ingest.etags (
    source text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    request text COLLATE "C" NOT NULL,
    etag text NOT NULL,
    -- What the source needs to know of the answer when it is told that nothing has changed.
    kept jsonb,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (source, target, request)
);

-- What a target is known to hold (the videos of a channel), so that what disappears is noticed.
CREATE TABLE ingest.known (
    source text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    item text COLLATE "C" NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (source, target, item)
);

CREATE TABLE ingest.quota_ledger (
    project text COLLATE "C" NOT NULL,
    day date NOT NULL,
    bucket text COLLATE "C" NOT NULL,
    daily_limit bigint NOT NULL,
    -- Of calls that are under way, or whose end nobody saw; they count as used.
    reserved bigint NOT NULL DEFAULT 0,
    used bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (project, day, bucket)
);

CREATE TABLE ingest.quota_alerts (
    project text COLLATE "C" NOT NULL,
    day date NOT NULL,
    bucket text COLLATE "C" NOT NULL,
    percent smallint NOT NULL,
    crossed_at timestamptz NOT NULL,
    delivered_at timestamptz,
    PRIMARY KEY (project, day, bucket, percent)
);

CREATE TABLE ingest.requests (
    source text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    day date NOT NULL,
    requests bigint NOT NULL DEFAULT 0,
    units bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (source, target, day)
);
