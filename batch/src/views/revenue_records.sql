-- One row per channel, source and reference: the latest record of a name replaces the ones before it. A payment that is confirmed is
-- of the same time as when it was estimated, so the order of arrival decides between them.
--
-- Dollars are the payer's own where it gave them, else converted at the last rate of the week up to the record's day; the rate
-- and its day say how. Minor units are those of ISO 4217; half a cent is rounded away from zero.
WITH latest AS (
    SELECT
        source,
        reference_id,
        channel_id,
        last_value(video_id ORDER BY observed_at, _offset, _event_id) AS video_id,
        last_value(amount_minor ORDER BY observed_at, _offset, _event_id) AS amount_minor,
        last_value(currency ORDER BY observed_at, _offset, _event_id) AS currency,
        last_value(day ORDER BY observed_at, _offset, _event_id) AS day,
        last_value(status ORDER BY observed_at, _offset, _event_id) AS status,
        last_value(kind ORDER BY observed_at, _offset, _event_id) AS kind,
        last_value(usd_minor ORDER BY observed_at, _offset, _event_id) AS own_usd_minor,
        last_value(usd_rate ORDER BY observed_at, _offset, _event_id) AS own_usd_rate,
        last_value(usd_rate_on ORDER BY observed_at, _offset, _event_id) AS own_usd_rate_on,
        max(observed_at) AS as_of
    FROM bronze.revenue_records
    WHERE _verdict = 'accepted'
    GROUP BY channel_id, source, reference_id
),
rate_days AS (
    SELECT latest.channel_id, latest.source, latest.reference_id, max(rates.day) AS day
    FROM latest
    JOIN silver.exchange_rates rates
        ON rates.currency = latest.currency
        AND rates.day <= latest.day AND rates.day > latest.day - INTERVAL '7 days'
    GROUP BY latest.channel_id, latest.source, latest.reference_id
),
converted AS (
    SELECT
        latest.*,
        rates.usd_rate,
        rates.day AS rate_on,
        CASE minor_digits(latest.currency)
            WHEN 0 THEN 100.0
            WHEN 3 THEN 0.1
            WHEN 4 THEN 0.01
            ELSE 1.0
        END AS cents_per_minor
    FROM latest
    LEFT JOIN rate_days ON rate_days.channel_id = latest.channel_id AND rate_days.source = latest.source
        AND rate_days.reference_id = latest.reference_id
    LEFT JOIN silver.exchange_rates rates ON rates.currency = latest.currency AND rates.day = rate_days.day
)
SELECT
    source,
    reference_id,
    channel_id,
    video_id,
    amount_minor,
    currency,
    day,
    status,
    kind,
    CASE
        WHEN currency = 'USD' THEN amount_minor
        WHEN own_usd_minor IS NOT NULL THEN own_usd_minor
        -- beyond every amount there can be: an absurd rate's, not converted
        WHEN abs(amount_minor * cents_per_minor * usd_rate) > 1e15 THEN NULL
        ELSE CAST(round(amount_minor * cents_per_minor * usd_rate) AS BIGINT)
    END AS usd_minor,
    CASE
        WHEN currency = 'USD' THEN 1.0
        WHEN own_usd_minor IS NOT NULL THEN own_usd_rate
        ELSE usd_rate
    END AS usd_rate,
    CASE
        WHEN currency = 'USD' THEN day
        WHEN own_usd_minor IS NOT NULL THEN own_usd_rate_on
        ELSE rate_on
    END AS usd_rate_on,
    as_of
FROM converted
