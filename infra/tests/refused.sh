# Rows that a view can't hold are put aside, nothing waits for them, and a rebuild takes them in when the view can.
# Sourced by run.sh.
# shellcheck shell=bash

test_refused_rows() {
    section "rows that views can't hold"
    DATA=$WORK/refused
    local full aside
    "$PYTHON" "$CHECKS/write_exports.py" "$WORK/refused-exports" 200 1
    "$PYTHON" "$CHECKS/write_exports.py" "$WORK/refused-exports" 200 2
    start_up --no-simulate || return 0
    ytempire --quiet ingest trending "$WORK/refused-exports"/v2017sep*_seed1*
    ends_with 0 "an export"
    ytempire stream refused --json
    equals "nothing is put aside" "$(json 'd')" "[]"
    full="SELECT region, category_id, hour FROM views.category_hours ORDER BY observations DESC, 1, 2, 3 LIMIT 1"
    "$POSTGRES/bin/psql" "$(run_file database_url)" --quiet --command "UPDATE views.category_hours \
        SET views_sum = 9223372036854775807 WHERE (region, category_id, hour) IN ($full)"

    ytempire --quiet ingest trending "$WORK/refused-exports"/v2017sep*_seed2*
    ends_with 0 "another export is read to its end, though one of its sums has no room"
    ytempire stream refused --json
    aside=$(json 'len(d)')
    equals "rows were put aside" "$((aside > 0))" 1
    equals "each with its place and its reason" \
        "$(json 'all(r["sink"] == "views.niches" and r["offset"] >= 0 and "out of range" in r["reason"] for r in d)')" True
    ytempire doctor
    ends_with 1 "the doctor finds them"
    says "ytempire stream refused" "it says how to see them"
    http /v1/views
    equals "the API tells how many, by the sink's views" \
        "$(json '{v["refused"] for v in d["data"]["views"] if v["sink"] == "views.niches"}')" "{$aside}"
    http /metrics
    equals "and so do the metrics" "$(grep -c "^pipeline_refused_rows_total{sink=\"views.niches\"} $aside\$" "$OUT")" 1

    ytempire --quiet stream rebuild niches
    ends_with 0 "the views are rebuilt from the lake"
    ytempire stream refused --json
    equals "without those rows" "$(json 'len(d)')" "$aside"
    ytempire --quiet verify
    ends_with 0 "lake and views agree without them"
    ytempire --quiet stream rebuild niches --from topic
    ends_with 0 "the views are rebuilt from the topic, and have room now"
    ytempire stream refused --json
    equals "nothing is put aside any more" "$(json 'd')" "[]"
    ytempire --quiet verify
    ends_with 0 "lake and views agree with them"
    ytempire stream rebuilds --json
    equals "what the rebuilds changed is written down" \
        "$(json '{(r["view"], r["why"]) for r in d} >= {("category_hours", "rebuilt from lake"), ("category_hours", "rebuilt from topic")}')" True
    ytempire doctor
    ends_with 0 "the doctor is content"
    signal_up INT
}
