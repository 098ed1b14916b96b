-- Dollars are the payer's own where it gave them, else converted at the last European Central Bank rate of the week up to the
-- record's day, by way of the euro. Minor units are those of ISO 4217; half a cent is rounded away from zero.
WITH dollars AS (
    SELECT day, rate FROM euro_rates WHERE currency = 'USD'
),
rates AS (
    SELECT r.currency, r.day, d.rate / r.rate AS usd_rate
    FROM euro_rates r
    JOIN dollars d ON d.day = r.day
    WHERE r.rate > 0
    UNION ALL
    SELECT 'EUR' AS currency, day, rate AS usd_rate FROM dollars
),
rate_days AS (
    SELECT e.channel_id, e.source, e.reference_id, max(r.day) AS day
    FROM revenue_entries e
    JOIN rates r ON r.currency = e.currency AND r.day <= e.day AND r.day > e.day - INTERVAL '7 days'
    GROUP BY e.channel_id, e.source, e.reference_id
),
converted AS (
    SELECT
        e.channel_id,
        e.source,
        e.reference_id,
        r.day AS rate_on,
        CAST(e.amount_minor AS double precision) * CASE
            WHEN e.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND',
                'VUV', 'XAF', 'XOF', 'XPF') THEN CAST(100 AS double precision)
            WHEN e.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')
                THEN CAST(1 AS double precision) / CAST(10 AS double precision)
            WHEN e.currency IN ('CLF', 'UYW') THEN CAST(1 AS double precision) / CAST(100 AS double precision)
            ELSE CAST(1 AS double precision)
        END * r.usd_rate AS cents
    FROM revenue_entries e
    JOIN rate_days k ON k.channel_id = e.channel_id AND k.source = e.source AND k.reference_id = e.reference_id
    JOIN rates r ON r.currency = e.currency AND r.day = k.day
)
SELECT
    e.channel_id,
    e.source,
    e.reference_id,
    e.video_id,
    e.day,
    e.kind,
    e.status,
    e.amount_minor,
    e.currency,
    CASE
        WHEN e.currency = 'USD' THEN e.amount_minor
        WHEN e.own_usd_minor IS NOT NULL THEN e.own_usd_minor
        WHEN c.cents < CAST(0 AS double precision)
            THEN CAST(ceil(c.cents - CAST(1 AS double precision) / CAST(2 AS double precision)) AS bigint)
        ELSE CAST(floor(c.cents + CAST(1 AS double precision) / CAST(2 AS double precision)) AS bigint)
    END AS usd_minor,
    CASE WHEN e.currency <> 'USD' AND e.own_usd_minor IS NULL THEN c.rate_on END AS usd_rate_on,
    e.as_of
FROM revenue_entries e
LEFT JOIN converted c ON c.channel_id = e.channel_id AND c.source = e.source AND c.reference_id = e.reference_id
    -- what is beyond every amount there can be is an absurd rate's, and stays unconverted
    AND c.cents >= CAST(-1000000000000000 AS double precision) AND c.cents <= CAST(1000000000000000 AS double precision)
