-- What has passed a threshold and was not told of in the last week. $1 outlier score, $2 revenue drop in percent, $3 trend score,
-- $4 now. What was observed longer than three days ago is history, not news.
WITH passed AS (
    SELECT 'outlier' AS rule, coalesce(o.channel_ref, '') AS subject, o.video_id AS thing, o.as_of AS observed_at
    FROM views.video_outliers o
    WHERE $1 > 0 AND o.outlier_score > $1 AND o.age_days <= 28
    UNION ALL
    SELECT 'revenue-drop', r.channel_id, r.last_day::text, r.as_of
    FROM views.channel_revenue r
    WHERE $2 > 0 AND r.usd_minor_7d - r.usd_minor_1d > 0
        AND r.usd_minor_1d::float8 < (r.usd_minor_7d - r.usd_minor_1d)::float8 / 6 * (1 - $2 / 100)
    UNION ALL
    SELECT 'trend', k.keyword, k.keyword || CASE WHEN k.region = '' THEN '' ELSE ' (' || k.region || ')' END, k.as_of
    FROM views.trend_keywords k
    WHERE $3 > 0 AND k.score > $3 AND k.velocity > 0
)
SELECT p.rule, p.subject, p.thing, p.observed_at
FROM passed p
LEFT JOIN sink.alarms a ON a.rule = p.rule AND a.subject = p.subject AND a.thing = p.thing
WHERE p.observed_at > $4::timestamptz - INTERVAL '3 days'
    AND (a.sent_at IS NULL OR a.sent_at < $4::timestamptz - INTERVAL '7 days')
ORDER BY p.rule, p.subject, p.thing
LIMIT 500
