-- Sums in US cents: of all days, of the channel's last day, and of the 7 and 28 days up to it. The last day had come when the channel's
-- newest record was told: what is agreed for later (a sponsor's fee) does not hide what is earned now.
WITH told AS (
    SELECT channel_id, max(date_part('epoch', as_of)) AS at
    FROM revenue_days
    GROUP BY channel_id
),
span AS (
    SELECT
        d.channel_id,
        min(d.day) AS first_day,
        coalesce(max(CASE WHEN date_part('epoch', d.day) <= t.at THEN d.day END), max(d.day)) AS last_day
    FROM revenue_days d
    JOIN told t ON t.channel_id = d.channel_id
    GROUP BY d.channel_id
)
SELECT
    d.channel_id,
    max(s.first_day) AS first_day,
    max(s.last_day) AS last_day,
    CAST(count(DISTINCT d.currency) AS integer) AS currencies,
    CAST(sum(d.usd_minor) AS bigint) AS usd_minor,
    CAST(sum(CASE WHEN d.day = s.last_day THEN d.usd_minor END) AS bigint) AS usd_minor_1d,
    CAST(sum(CASE WHEN d.day <= s.last_day AND d.day > s.last_day - INTERVAL '7 days' THEN d.usd_minor END) AS bigint) AS usd_minor_7d,
    CAST(sum(CASE WHEN d.day <= s.last_day AND d.day > s.last_day - INTERVAL '28 days' THEN d.usd_minor END) AS bigint) AS usd_minor_28d,
    CAST(sum(d.unconverted) AS bigint) AS unconverted,
    CAST(CAST(sum(d.estimated) AS bigint) AS double precision) / CAST(CAST(sum(d.records) AS bigint) AS double precision)
        AS estimated_share,
    max(d.as_of) AS as_of
FROM revenue_days d
JOIN span s ON s.channel_id = d.channel_id
GROUP BY d.channel_id
