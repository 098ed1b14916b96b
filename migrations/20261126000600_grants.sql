-- Refresh tokens that vendors gave in the place of configured ones, sealed; the digest is that of the configured one.
CREATE TABLE ingest.grants (
    source text COLLATE "C" PRIMARY KEY,
    digest text NOT NULL,
    token_encrypted text NOT NULL,
    updated_at timestamptz NOT NULL
);
