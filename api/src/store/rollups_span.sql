-- $1 region, $2 days
SELECT min(d.day) AS first, max(d.day) AS latest, max(d.as_of) AS as_of
FROM views.category_days d
WHERE
    d.region = $1
    AND d.day > (SELECT max(l.day) FROM views.category_days l WHERE l.region = $1) - $2::bigint::integer
HAVING count(*) > 0
