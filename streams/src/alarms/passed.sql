-- What has passed a threshold and was not told of in the last week. $1 outlier score, $2 revenue drop in percent, $3 trend score,
-- $4 now. What was observed longer than three days ago is history, not news, and so is revenue of a day further back. A day counts
-- once it is over; one with money that has no rate yet does not.
WITH days AS (
    SELECT channel_id, day, sum(usd_minor)::float8 AS usd, sum(unconverted) AS unconverted, max(as_of) AS as_of
    FROM views.revenue_days
    WHERE day >= ($4::timestamptz AT TIME ZONE 'UTC')::date - 17
    GROUP BY channel_id, day
), channels AS (
    SELECT d.channel_id, max(d.day) FILTER (WHERE d.day < t.today) AS last_day, bool_or(d.day >= t.today) AS goes_on, t.today
    FROM days d, (SELECT ($4::timestamptz AT TIME ZONE 'UTC')::date AS today) t
    GROUP BY d.channel_id, t.today
), money AS (
    SELECT c.channel_id, c.last_day, c.goes_on, c.today, d.usd, d.unconverted, d.as_of,
        (SELECT sum(b.usd) FROM days b WHERE b.channel_id = c.channel_id AND b.day < c.last_day AND b.day >= c.last_day - 6)
            AS before
    FROM channels c
    JOIN days d ON d.channel_id = c.channel_id AND d.day = c.last_day
), passed AS (
    SELECT 'outlier' AS rule, coalesce(o.channel_ref, '') AS subject, o.video_id AS thing, o.as_of AS observed_at,
        o.outlier_score AS value
    FROM views.video_outliers o
    WHERE $1 > 0 AND o.outlier_score > $1 AND o.age_days <= 28 AND o.as_of > $4::timestamptz - INTERVAL '3 days'
    UNION ALL
    SELECT 'revenue-drop', m.channel_id, m.last_day::text, m.as_of, 100 - 100 * m.usd / (m.before / 6)
    FROM money m
    WHERE $2 > 0 AND m.last_day >= m.today - 3 AND m.unconverted = 0 AND m.before > 0
        AND m.usd < m.before / 6 * (1 - $2 / 100)
    UNION ALL
    -- sources tell of a day up to three days later
    SELECT 'revenue-stop', m.channel_id, m.last_day::text, $4::timestamptz, m.usd / 100
    FROM money m
    WHERE $2 > 0 AND NOT m.goes_on AND m.last_day BETWEEN m.today - 10 AND m.today - 4 AND m.usd > 0 AND m.before > 0
    UNION ALL
    SELECT 'trend', k.keyword, k.keyword || CASE WHEN k.region = '' THEN '' ELSE ' (' || k.region || ')' END, k.as_of, k.score
    FROM views.trend_keywords k
    WHERE $3 > 0 AND k.score > $3 AND k.velocity > 0 AND k.as_of > $4::timestamptz - INTERVAL '3 days'
)
SELECT p.rule, p.subject, p.thing, p.observed_at, p.value::float8 AS value
FROM passed p
LEFT JOIN sink.alarms a ON a.rule = p.rule AND a.subject = p.subject AND a.thing = p.thing
WHERE a.sent_at IS NULL OR a.sent_at < $4::timestamptz - INTERVAL '7 days'
ORDER BY p.rule, p.subject, p.thing
LIMIT 500
