-- Stripe's events that were taken, so that one that is sent again is known, and one that is overtaken by a newer state of
-- its object is left out. A row is written after the records are confirmed by the log.

CREATE TABLE ingest.stripe_events (
    event_id text COLLATE "C" PRIMARY KEY,
    object_id text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL
);

CREATE INDEX stripe_events_object ON ingest.stripe_events (object_id, created_at);
