-- What was earned; payouts only move it to a bank, and a subscription is a promise whose charges are told of themselves. A record of
-- no video counts for the video ''. Dollars are of the records that have them, `unconverted` counts those that don't.
SELECT
    channel_id,
    day,
    coalesce(video_id, '') AS video_id,
    source,
    currency,
    count(*) AS records,
    CAST(sum(amount_minor) AS bigint) AS amount_minor,
    CAST(sum(usd_minor) AS bigint) AS usd_minor,
    count(*) - count(usd_minor) AS unconverted,
    CAST(sum(CASE WHEN status = 'estimated' THEN 1 ELSE 0 END) AS bigint) AS estimated,
    max(as_of) AS as_of
FROM revenue_usd
WHERE kind IS NULL OR kind NOT IN ('payout', 'subscription')
GROUP BY channel_id, day, coalesce(video_id, ''), source, currency
