-- Channels that their owners have connected by OAuth. The tokens themselves are in channel_credentials, encrypted.

CREATE TABLE ingest.connections (
    youtube_channel_id text COLLATE "C" PRIMARY KEY,
    channel_id uuid NOT NULL UNIQUE REFERENCES channels (id) ON DELETE CASCADE,
    -- Which OAuth client the tokens belong to; another one can't renew them.
    client_id text NOT NULL,
    -- connected; revoked: the vendor takes the tokens no longer; disconnected: by us.
    state text NOT NULL CHECK (state IN ('connected', 'revoked', 'disconnected')),
    scopes text[] NOT NULL,
    error text,
    connected_at timestamptz NOT NULL,
    refreshed_at timestamptz,
    -- When the state last changed; an alert is sent for a revoked one after it.
    changed_at timestamptz NOT NULL,
    alerted_at timestamptz
);

-- Owners who are at the vendor's consent page. A row is taken by the one answer that names it, or expires.
CREATE TABLE ingest.connection_attempts (
    -- SHA-256 of the state parameter, and of the cookie of the browser that set out.
    state_digest bytea PRIMARY KEY,
    browser_digest bytea NOT NULL,
    verifier_encrypted text NOT NULL,
    redirect_url text NOT NULL,
    expires_at timestamptz NOT NULL
);
