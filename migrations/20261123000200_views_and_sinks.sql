-- What dashboards read (views.*) and how far each sink has come (sink.*).
--
-- views.* are written by the stream pipelines only, in the transaction that moves the sink's positions. Their columns
-- follow the definitions in the `features` crate; a test compares the two. `as_of` is event time, `updated_at` the
-- time of writing. channel_ref is the channel's id, or 'title:' and its title where the source has no id.

CREATE SCHEMA views;
CREATE SCHEMA sink;

-- Tile: the newest state of a video on a day.
CREATE TABLE views.video_day_tiles (
    video_id text COLLATE "C" NOT NULL,
    day date NOT NULL,
    channel_ref text COLLATE "C",
    channel_id text,
    channel_title text,
    title text,
    category_id integer,
    published_at timestamptz,
    views bigint,
    likes bigint,
    dislikes bigint,
    comments bigint,
    as_of timestamptz NOT NULL,
    last_order text COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (video_id, day)
);
CREATE INDEX video_day_tiles_channel ON views.video_day_tiles (channel_ref, day);

-- Tile: a video's place on a region's chart on a day.
CREATE TABLE views.trending_entries (
    region text COLLATE "C" NOT NULL,
    day date NOT NULL,
    video_id text COLLATE "C" NOT NULL,
    rank integer,
    channel_ref text COLLATE "C",
    channel_id text,
    channel_title text,
    title text,
    category_id integer,
    published_at timestamptz,
    views bigint,
    likes bigint,
    dislikes bigint,
    comments bigint,
    as_of timestamptz NOT NULL,
    last_order text COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (region, day, video_id)
);
CREATE INDEX trending_entries_video ON views.trending_entries (video_id, region, day);

-- Tile: the newest state of a channel on a day, as the channel itself reports it.
CREATE TABLE views.channel_day_tiles (
    channel_id text COLLATE "C" NOT NULL,
    day date NOT NULL,
    title text,
    country text,
    published_at timestamptz,
    subscribers bigint,
    views bigint,
    videos bigint,
    as_of timestamptz NOT NULL,
    last_order text COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (channel_id, day)
);

-- Tile: what a region calls a category.
CREATE TABLE views.categories (
    region text COLLATE "C" NOT NULL,
    category_id integer NOT NULL,
    title text,
    assignable boolean,
    as_of timestamptz NOT NULL,
    last_order text COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (region, category_id)
);

-- Video per day with gains: the difference to the video's previous observed day.
CREATE TABLE views.video_days (
    video_id text COLLATE "C" NOT NULL,
    day date NOT NULL,
    channel_ref text COLLATE "C",
    category_id integer,
    views bigint,
    likes bigint,
    dislikes bigint,
    comments bigint,
    gain_views bigint,
    gain_likes bigint,
    gain_comments bigint,
    as_of timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (video_id, day)
);
CREATE INDEX video_days_channel ON views.video_days (channel_ref, day);

-- Latest state and gains per video.
CREATE TABLE views.videos (
    video_id text COLLATE "C" PRIMARY KEY,
    channel_ref text COLLATE "C",
    channel_id text,
    channel_title text,
    title text,
    category_id integer,
    published_at timestamptz,
    first_day date NOT NULL,
    last_day date NOT NULL,
    observed_days bigint NOT NULL,
    views bigint,
    likes bigint,
    dislikes bigint,
    comments bigint,
    gain_views_1d bigint,
    gain_views_7d bigint,
    gain_views_28d bigint,
    as_of timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX videos_channel ON views.videos (channel_ref);

-- Daily channel rollup over its observed videos.
CREATE TABLE views.channel_days (
    channel_ref text COLLATE "C" NOT NULL,
    day date NOT NULL,
    videos bigint NOT NULL,
    views bigint,
    gain_views bigint,
    likes bigint,
    comments bigint,
    as_of timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (channel_ref, day)
);

-- Latest state and gains per channel, over its observed videos.
CREATE TABLE views.channels (
    channel_ref text COLLATE "C" PRIMARY KEY,
    channel_id text,
    channel_title text,
    videos bigint NOT NULL,
    views bigint,
    gain_views_1d bigint,
    gain_views_7d bigint,
    gain_views_28d bigint,
    as_of timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX channels_views ON views.channels (views DESC NULLS LAST);

-- Every chart entry with its movement; the newest day of a region is what trends now.
CREATE TABLE views.trending_ranks (
    region text COLLATE "C" NOT NULL,
    day date NOT NULL,
    video_id text COLLATE "C" NOT NULL,
    category_id integer,
    rank integer,
    previous_rank integer,
    rank_change integer,
    best_rank integer,
    days_on_chart bigint NOT NULL,
    gain_views bigint,
    as_of timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (region, day, video_id)
);

-- Daily rollup of a region's chart by category; category 0 holds the entries whose category is unknown.
CREATE TABLE views.category_days (
    region text COLLATE "C" NOT NULL,
    category_id integer NOT NULL,
    day date NOT NULL,
    videos bigint NOT NULL,
    channels bigint NOT NULL,
    views bigint,
    likes bigint,
    comments bigint,
    best_rank integer,
    as_of timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (region, category_id, day)
);
CREATE INDEX category_days_day ON views.category_days (region, day);

-- The next offset a sink will read. Written only together with the data of that offset.
CREATE TABLE sink.positions (
    sink text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    position bigint NOT NULL CHECK (position >= 0),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (sink, topic, partition)
);

-- For showing freshness and lag; nothing is resumed from it.
CREATE TABLE sink.progress (
    sink text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    position bigint NOT NULL,
    end_offset bigint NOT NULL,
    behind_seconds double precision,
    event_time timestamptz,
    committed_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (sink, topic, partition)
);
