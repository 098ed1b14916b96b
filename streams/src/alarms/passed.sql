-- What has passed a threshold and was not told of in the last week. $1 outlier score, $2 revenue drop in percent, $3 trend score,
-- $4 now. What was observed longer than three days ago is history, not news, and so is revenue of a day further back. A day counts
-- once it is over; one with money that has no rate yet does not.
WITH days AS (
    SELECT channel_id, day, sum(usd_minor)::float8 AS usd, sum(unconverted) AS unconverted, max(as_of) AS as_of
    FROM views.revenue_days
    WHERE day >= ($4::timestamptz AT TIME ZONE 'UTC')::date - 17
    GROUP BY channel_id, day
), channels AS (
    SELECT d.channel_id, max(d.day) FILTER (WHERE d.day < t.today) AS last_day, bool_or(d.day BETWEEN t.today AND t.today + 1) AS goes_on, t.today
    FROM days d, (SELECT ($4::timestamptz AT TIME ZONE 'UTC')::date AS today) t
    GROUP BY d.channel_id, t.today
), money AS (
    SELECT c.channel_id, c.last_day, c.goes_on, c.today, d.usd,
        (SELECT sum(b.usd) FROM days b WHERE b.channel_id = c.channel_id AND b.day < c.last_day AND b.day >= c.last_day - 6)
            AS before
    FROM channels c
    JOIN days d ON d.channel_id = c.channel_id AND d.day = c.last_day
), sources AS (
    SELECT channel_id, source, day, sum(usd_minor)::float8 AS usd, sum(unconverted) AS unconverted, max(as_of) AS as_of
    FROM views.revenue_days
    WHERE day >= ($4::timestamptz AT TIME ZONE 'UTC')::date - 17 AND day < ($4::timestamptz AT TIME ZONE 'UTC')::date
    GROUP BY channel_id, source, day
), regular AS (
    -- a source has told of a day up to its newest one, and of four of the six before at least: what comes once falls afterwards
    SELECT n.channel_id, n.source, n.last_day
    FROM (SELECT channel_id, source, max(day) AS last_day FROM sources GROUP BY channel_id, source) n
    JOIN sources b ON b.channel_id = n.channel_id AND b.source = n.source AND b.usd > 0
        AND b.day BETWEEN n.last_day - 6 AND n.last_day - 1
    WHERE n.last_day >= ($4::timestamptz AT TIME ZONE 'UTC')::date - 3
    GROUP BY n.channel_id, n.source, n.last_day
    HAVING count(*) >= 4
), ended AS (
    -- one that told of four of the six days before its last one, and ended, while the channel earns from others
    SELECT n.channel_id, n.source, n.last_day, sum(b.usd) AS usd
    FROM (SELECT channel_id, source, max(day) AS last_day FROM sources GROUP BY channel_id, source) n
    JOIN money m ON m.channel_id = n.channel_id AND (m.goes_on OR m.last_day >= m.today - 3)
    JOIN sources b ON b.channel_id = n.channel_id AND b.source = n.source AND b.usd > 0
        AND b.day BETWEEN n.last_day - 6 AND n.last_day
    WHERE n.last_day BETWEEN m.today - 10 AND m.today - 4
    GROUP BY n.channel_id, n.source, n.last_day
    HAVING count(*) FILTER (WHERE b.day < n.last_day) >= 4
), drops AS (
    SELECT t.channel_id, t.last_day,
        coalesce(sum(s.usd) FILTER (WHERE s.day = t.last_day), 0) AS usd,
        coalesce(sum(s.unconverted) FILTER (WHERE s.day = t.last_day), 0) AS unconverted,
        max(s.as_of) AS as_of,
        sum(s.usd) FILTER (WHERE s.day < t.last_day) AS before
    FROM (SELECT channel_id, min(last_day) AS last_day FROM regular GROUP BY channel_id) t
    JOIN regular r ON r.channel_id = t.channel_id
    JOIN sources s ON s.channel_id = r.channel_id AND s.source = r.source AND s.day BETWEEN t.last_day - 6 AND t.last_day
    GROUP BY t.channel_id, t.last_day
), passed AS (
    SELECT 'outlier' AS rule, coalesce(o.channel_ref, '') AS subject, o.video_id AS thing, o.as_of AS observed_at,
        o.outlier_score AS value
    FROM views.video_outliers o
    WHERE $1 > 0 AND o.outlier_score > $1 AND o.age_days <= 28 AND o.as_of > $4::timestamptz - INTERVAL '3 days'
    UNION ALL
    -- of the day that all have told of that tell of most days
    SELECT 'revenue-drop', d.channel_id, d.last_day::text, d.as_of, 100 - 100 * d.usd / (d.before / 6)
    FROM drops d
    WHERE $2 > 0 AND d.unconverted = 0 AND d.before > 0 AND d.usd < d.before / 6 * (1 - $2 / 100)
    UNION ALL
    -- sources tell of a day up to three days later
    SELECT 'revenue-stop', m.channel_id, m.last_day::text, $4::timestamptz, m.usd / 100
    FROM money m
    WHERE $2 > 0 AND NOT m.goes_on AND m.last_day BETWEEN m.today - 10 AND m.today - 4 AND m.usd > 0 AND m.before > 0
    UNION ALL
    -- it was so much of what the channel earned in those days as a drop has to be
    SELECT 'source-stop', e.channel_id, e.source || ' since ' || e.last_day, $4::timestamptz, e.usd / 100
    FROM ended e
    JOIN days d ON d.channel_id = e.channel_id AND d.day BETWEEN e.last_day - 6 AND e.last_day
    WHERE $2 > 0
    GROUP BY e.channel_id, e.source, e.last_day, e.usd
    HAVING e.usd * 100 >= $2 * sum(d.usd)
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
