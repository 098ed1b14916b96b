-- The product schema: what users own. Names of tables and columns are a contract; others query them.
--
-- Against the specification some types are wider, because its own could overflow or round:
--   * every counter is bigint (subscribers, videos, views, likes, impressions ...): single videos pass 2^31 views;
--   * generation_time_ms is bigint: 2^31 ms is 25 days, and a stage that hangs is measured too;
--   * watch time is numeric(18,2): 100 million minutes is one viral day;
--   * metric_value is double precision: a metric may be an error in views (10^9) or a p-value (10^-9);
--   * every moment is timestamptz, so no value depends on the session's time zone.
-- What always has a value is NOT NULL. Counters stay nullable: null says that the source did not report it, 0 that it
-- reported zero. The specification's second foreign key on the same column (NO ACTION beside CASCADE) is left out.
--
-- Deleting goes from owner to owned: users -> channels -> videos -> analytics. Where a row only mentions a video
-- (a calendar slot, a revenue record) the mention is cleared instead: the slot and the money are the channel's.

CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email varchar(255) NOT NULL UNIQUE,
    password_hash varchar(255) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    subscription_tier varchar(50) NOT NULL DEFAULT 'free',
    subscription_expires_at timestamptz,
    is_active boolean NOT NULL DEFAULT true,
    metadata jsonb NOT NULL DEFAULT '{}'
);

CREATE TABLE channels (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    youtube_channel_id varchar(255) NOT NULL UNIQUE,
    channel_title varchar(255) NOT NULL,
    channel_description text,
    subscriber_count bigint DEFAULT 0,
    video_count bigint DEFAULT 0,
    view_count bigint DEFAULT 0,
    niche varchar(100),
    ai_personality varchar(50),
    content_style varchar(50),
    primary_language varchar(10) NOT NULL DEFAULT 'en',
    primary_timezone varchar(50) NOT NULL DEFAULT 'UTC',
    is_monetized boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    last_synced_at timestamptz,
    settings jsonb NOT NULL DEFAULT '{}'
);

-- Tokens are stored encrypted only; no column holds a readable one.
CREATE TABLE channel_credentials (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    channel_id uuid NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    access_token_encrypted text NOT NULL,
    refresh_token_encrypted text NOT NULL,
    token_expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- A video exists from the moment it is asked for, so YouTube's id comes later and may be null.
CREATE TABLE videos (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    channel_id uuid NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    youtube_video_id varchar(255) UNIQUE,
    title varchar(255) NOT NULL,
    description text,
    tags text[],
    script text NOT NULL,
    voice_profile varchar(100),
    thumbnail_url text,
    video_url text,
    duration_seconds integer,
    scheduled_publish_time timestamptz,
    actual_publish_time timestamptz,
    generation_started_at timestamptz,
    generation_completed_at timestamptz,
    generation_time_ms bigint,
    quality_score numeric(3, 2),
    cost_breakdown jsonb,
    total_cost numeric(10, 4),
    status varchar(50) NOT NULL DEFAULT 'pending',
    error_message text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    metadata jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX idx_videos_channel_id ON videos (channel_id);
CREATE INDEX idx_videos_status ON videos (status);
CREATE INDEX idx_videos_scheduled_time ON videos (scheduled_publish_time);

-- The uniqueness of (video_id, date) is also the index on it: a second one would only cost writes.
CREATE TABLE video_analytics (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    video_id uuid NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    date date NOT NULL,
    views bigint DEFAULT 0,
    likes bigint DEFAULT 0,
    dislikes bigint DEFAULT 0,
    comments bigint DEFAULT 0,
    shares bigint DEFAULT 0,
    watch_time_minutes numeric(18, 2) DEFAULT 0,
    average_view_duration_seconds numeric(10, 2) DEFAULT 0,
    click_through_rate numeric(5, 4) DEFAULT 0,
    impressions bigint DEFAULT 0,
    revenue_usd numeric(10, 4) DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT idx_analytics_video_date UNIQUE (video_id, date)
);

-- time_slot is local to the channel's primary_timezone: a slot at 18:00 stays at 18:00 over a change of clocks.
CREATE TABLE content_calendar (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    channel_id uuid NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    scheduled_date date NOT NULL,
    time_slot time NOT NULL,
    topic varchar(500),
    content_type varchar(50),
    priority integer NOT NULL DEFAULT 5,
    status varchar(50) NOT NULL DEFAULT 'scheduled',
    video_id uuid REFERENCES videos (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    metadata jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX idx_calendar_channel_date ON content_calendar (channel_id, scheduled_date);

CREATE TABLE trends (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    trend_keyword varchar(255) NOT NULL,
    niche varchar(100),
    trend_score numeric(5, 2),
    velocity numeric(5, 2),
    data_sources jsonb,
    detected_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    metadata jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX idx_trends_niche_score ON trends (niche, trend_score DESC);

CREATE TABLE model_performance (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    model_name varchar(100) NOT NULL,
    model_version varchar(50) NOT NULL,
    metric_name varchar(100) NOT NULL,
    metric_value double precision,
    evaluated_at timestamptz NOT NULL DEFAULT now(),
    metadata jsonb NOT NULL DEFAULT '{}'
);

CREATE TABLE revenue_records (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    channel_id uuid NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    video_id uuid REFERENCES videos (id) ON DELETE SET NULL,
    revenue_source varchar(50) NOT NULL,
    amount_usd numeric(10, 4) NOT NULL,
    currency varchar(3) NOT NULL DEFAULT 'USD',
    date date NOT NULL,
    status varchar(50) NOT NULL DEFAULT 'confirmed',
    reference_id varchar(255),
    created_at timestamptz NOT NULL DEFAULT now(),
    metadata jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX idx_revenue_channel_date ON revenue_records (channel_id, date);

CREATE TABLE content_embeddings (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    video_id uuid NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    embedding vector(1536),
    model_version varchar(50),
    created_at timestamptz NOT NULL DEFAULT now()
);
-- HNSW, not IVFFlat: IVFFlat takes its centroids from the rows that exist when the index is built, and here there are
-- none yet, so its recall would be poor until somebody rebuilt it. HNSW grows with the rows.
CREATE INDEX idx_content_embedding ON content_embeddings USING hnsw (embedding vector_cosine_ops);
