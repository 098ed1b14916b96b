-- Views of growth, niches, keywords, money and alerts; and what streams note beside them.
--
-- Their columns follow the definitions in the `features` crate. Sketches (bytea) are HyperLogLog and DDSketch states that
-- the platform reads; what they say is in the columns beside them.

-- Tile: the newest state of a video in an hour.
CREATE TABLE views.video_hours (
    video_id text COLLATE "C" NOT NULL,
    hour timestamptz NOT NULL,
    channel_ref text COLLATE "C",
    published_at timestamptz,
    views bigint,
    likes bigint,
    comments bigint,
    as_of timestamptz NOT NULL,
    last_order text COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (video_id, hour)
);

-- Tile: what a video had at an age in whole days.
CREATE TABLE views.video_ages (
    video_id text COLLATE "C" NOT NULL,
    age_days integer NOT NULL,
    channel_ref text COLLATE "C",
    published_at timestamptz,
    views bigint,
    as_of timestamptz NOT NULL,
    last_order text COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (video_id, age_days)
);

-- Views an hour, and how that changes.
CREATE TABLE views.video_velocity (
    video_id text COLLATE "C" NOT NULL,
    channel_ref text COLLATE "C",
    hour timestamptz,
    views bigint,
    gain_views_1h bigint,
    gain_views_24h bigint,
    velocity_1h double precision,
    velocity_24h double precision,
    acceleration double precision,
    as_of timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (video_id)
);
CREATE INDEX video_velocity_fastest ON views.video_velocity (velocity_24h DESC NULLS LAST);
CREATE INDEX video_velocity_channel ON views.video_velocity (channel_ref);

-- Sessions in which a video grew faster than it does.
CREATE TABLE views.video_bursts (
    video_id text COLLATE "C" NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    hours bigint NOT NULL,
    gain_views bigint,
    peak_gain_views bigint,
    as_of timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (video_id, started_at)
);
CREATE INDEX video_bursts_newest ON views.video_bursts (started_at DESC);

-- The oldest age at which a video was seen.
CREATE TABLE views.video_peers (
    video_id text COLLATE "C" NOT NULL,
    channel_ref text COLLATE "C",
    published_at timestamptz,
    age_days integer,
    views bigint,
    as_of timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (video_id)
);
CREATE INDEX video_peers_channel ON views.video_peers (channel_ref, published_at, video_id);

-- A video beside those its channel published before it, at the same age.
CREATE TABLE views.video_outliers (
    video_id text COLLATE "C" NOT NULL,
    channel_ref text COLLATE "C",
    age_days integer,
    views bigint,
    baseline_videos bigint,
    baseline_views bigint,
    outlier_score double precision,
    as_of timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (video_id)
);
CREATE INDEX video_outliers_best ON views.video_outliers (outlier_score DESC NULLS LAST);
CREATE INDEX video_outliers_channel ON views.video_outliers (channel_ref);

-- Tile: what was observed of a category on a region's charts in an hour; region '' is no chart, category 0 an unknown one.
CREATE TABLE views.category_hours (
    region text COLLATE "C" NOT NULL,
    category_id integer NOT NULL,
    hour timestamptz NOT NULL,
    observations bigint,
    views_sum bigint,
    views_min bigint,
    views_max bigint,
    first_video_id text COLLATE "C",
    last_video_id text COLLATE "C",
    videos_sketch bytea,
    channels_sketch bytea,
    views_sketch bytea,
    videos bigint,
    channels bigint,
    views_p50 bigint,
    views_p90 bigint,
    views_p99 bigint,
    as_of timestamptz NOT NULL,
    last_order text COLLATE "C" NOT NULL,
    first_order text COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (region, category_id, hour)
);

-- Tile: a video, its channel and its category on a day.
CREATE TABLE views.video_niche_days (
    video_id text COLLATE "C" NOT NULL,
    day date NOT NULL,
    channel_ref text COLLATE "C",
    category_id integer,
    views bigint,
    as_of timestamptz NOT NULL,
    last_order text COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (video_id, day)
);
CREATE INDEX video_niche_days_channel ON views.video_niche_days (channel_ref, day);

-- Tile: what a category is called, wherever it was told last.
CREATE TABLE views.niche_names (
    category_id integer NOT NULL,
    title text COLLATE "C",
    as_of timestamptz NOT NULL,
    last_order text COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (category_id)
);

-- The niche of a channel: the category of most of its videos.
CREATE TABLE views.channel_niches (
    channel_ref text COLLATE "C" NOT NULL,
    category_id integer NOT NULL,
    niche text COLLATE "C",
    videos bigint,
    share double precision,
    as_of timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (channel_ref)
);
CREATE INDEX channel_niches_category ON views.channel_niches (category_id);

-- Daily rollup of a niche over its channels.
CREATE TABLE views.niche_days (
    category_id integer NOT NULL,
    day date NOT NULL,
    channels bigint,
    videos bigint,
    views bigint,
    gain_views bigint,
    as_of timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (category_id, day)
);

-- Newest gains of a niche.
CREATE TABLE views.niches (
    category_id integer NOT NULL,
    niche text COLLATE "C",
    last_day date,
    channels bigint,
    gain_views_1d bigint,
    gain_views_7d bigint,
    gain_views_28d bigint,
    as_of timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (category_id)
);

-- Tile: what a source said of a keyword in an hour, in thousandths; region '' is the world.
CREATE TABLE views.keyword_hours (
    keyword text COLLATE "C" NOT NULL,
    region text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    scale text COLLATE "C" NOT NULL,
    hour timestamptz NOT NULL,
    value_milli bigint,
    value_max_milli bigint,
    value_min_milli bigint,
    window_seconds bigint,
    as_of timestamptz NOT NULL,
    last_order text COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (keyword, region, source, scale, hour)
);

-- Keywords merged over sources: score 0 to 100, velocity in points a day.
CREATE TABLE views.trend_keywords (
    keyword text COLLATE "C" NOT NULL,
    region text COLLATE "C" NOT NULL,
    sources bigint,
    source_names text COLLATE "C",
    score double precision,
    velocity double precision,
    first_hour timestamptz,
    last_hour timestamptz,
    as_of timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (keyword, region)
);
CREATE INDEX trend_keywords_best ON views.trend_keywords (score DESC NULLS LAST);

-- Tile: a record of money by its payer's own name.
CREATE TABLE views.revenue_entries (
    channel_id text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    reference_id text COLLATE "C" NOT NULL,
    video_id text COLLATE "C",
    amount_minor bigint,
    currency text COLLATE "C",
    day date,
    status text COLLATE "C",
    kind text COLLATE "C",
    own_usd_minor bigint,
    payer text COLLATE "C",
    as_of timestamptz NOT NULL,
    last_order text COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (channel_id, source, reference_id)
);
CREATE INDEX revenue_entries_rates ON views.revenue_entries (currency, day);

-- Tile: units of a currency for one euro on a day.
CREATE TABLE views.euro_rates (
    currency text COLLATE "C" NOT NULL,
    day date NOT NULL,
    rate double precision,
    as_of timestamptz NOT NULL,
    last_order text COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (currency, day)
);

-- A record of money in US cents, as far as rates are known.
CREATE TABLE views.revenue_usd (
    channel_id text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    reference_id text COLLATE "C" NOT NULL,
    video_id text COLLATE "C",
    day date,
    kind text COLLATE "C",
    status text COLLATE "C",
    amount_minor bigint,
    currency text COLLATE "C",
    usd_minor bigint,
    usd_rate_on date,
    as_of timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (channel_id, source, reference_id)
);
CREATE INDEX revenue_usd_days ON views.revenue_usd (channel_id, day);

-- What a channel earned on a day; video '' is no video.
CREATE TABLE views.revenue_days (
    channel_id text COLLATE "C" NOT NULL,
    day date NOT NULL,
    video_id text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    records bigint,
    amount_minor bigint,
    usd_minor bigint,
    unconverted bigint,
    estimated bigint,
    as_of timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (channel_id, day, video_id, source, currency)
);
CREATE INDEX revenue_days_video ON views.revenue_days (video_id, day);

-- Newest sums of a channel in US cents.
CREATE TABLE views.channel_revenue (
    channel_id text COLLATE "C" NOT NULL,
    first_day date,
    last_day date,
    currencies integer,
    usd_minor bigint,
    usd_minor_1d bigint,
    usd_minor_7d bigint,
    usd_minor_28d bigint,
    unconverted bigint,
    estimated_share double precision,
    as_of timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (channel_id)
);

-- Tile: what people were told of.
CREATE TABLE views.alerts (
    event_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C",
    severity text COLLATE "C",
    subject text COLLATE "C",
    message text COLLATE "C",
    as_of timestamptz NOT NULL,
    last_order text COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (event_id)
);
CREATE INDEX alerts_newest ON views.alerts (as_of DESC);
CREATE INDEX alerts_subject ON views.alerts (subject, as_of DESC);

-- Up to which event time a partition has told, where the sink stands.
ALTER TABLE sink.positions ADD COLUMN watermark timestamptz;
ALTER TABLE sink.progress ADD COLUMN watermark timestamptz;

-- Events that tiles which add up have counted.
CREATE TABLE sink.event_ids (
    sink text NOT NULL,
    event_id uuid NOT NULL,
    event_time timestamptz NOT NULL,
    PRIMARY KEY (sink, event_id)
);

-- What late events have changed: the columns that differ, before and after; old is null where there was no row.
CREATE TABLE sink.corrections (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sink text NOT NULL,
    view text NOT NULL,
    key jsonb NOT NULL,
    old jsonb,
    new jsonb,
    watermark timestamptz NOT NULL,
    event_id text NOT NULL,
    corrected_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX corrections_newest ON sink.corrections (corrected_at);

-- Views that were recomputed and put in the place of those that were read.
CREATE TABLE sink.rebuilds (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sink text NOT NULL,
    view text NOT NULL,
    removed bigint NOT NULL,
    added bigint NOT NULL,
    why text NOT NULL,
    rebuilt_at timestamptz NOT NULL DEFAULT now()
);

-- Thresholds that were passed and told of.
CREATE TABLE sink.alarms (
    rule text NOT NULL,
    subject text NOT NULL,
    thing text NOT NULL,
    sent_at timestamptz NOT NULL,
    PRIMARY KEY (rule, subject, thing)
);
