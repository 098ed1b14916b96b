create table if not exists counter (
    name text primary key,
    value integer not null
);

create table if not exists partition (
    id integer primary key,
    topic text not null,
    number integer not null,
    log_start integer not null,
    next_offset integer not null,
    unique (topic, number)
);

-- `bytes` is a whole Kafka record batch (format 2) and stands last, so that the other columns are read without it
create table if not exists batch (
    id integer primary key,
    partition integer not null,
    base_offset integer not null,
    last_offset integer not null,
    max_timestamp integer not null,
    size_bytes integer not null,
    bytes blob not null
);

create unique index if not exists batch_of_offset on batch (partition, last_offset);

-- the last appends of every idempotent producer: what tells a repetition from something new
create table if not exists recent_append (
    partition integer not null,
    producer_id integer not null,
    base_offset integer not null,
    producer_epoch integer not null,
    base_sequence integer not null,
    last_sequence integer not null,
    max_timestamp integer not null,
    primary key (partition, producer_id, base_offset)
) without rowid;
