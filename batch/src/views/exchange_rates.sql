-- One row per currency and day: what a unit was worth in US dollars, by way of the euro. Days without rates (weekends, holidays)
-- have no row.
WITH latest AS (
    SELECT currency, day, last_value(rate ORDER BY _ingested_at, _offset) AS rate, max(observed_at) AS as_of
    FROM bronze.finance_exchange_rates
    WHERE _verdict = 'accepted' AND base = 'EUR'
    GROUP BY currency, day
),
dollars AS (
    SELECT day, rate FROM latest WHERE currency = 'USD'
)
SELECT latest.currency, latest.day, dollars.rate / latest.rate AS usd_rate, latest.as_of
FROM latest JOIN dollars ON dollars.day = latest.day
UNION ALL
SELECT 'EUR' AS currency, day, rate AS usd_rate, as_of
FROM latest WHERE currency = 'USD'
