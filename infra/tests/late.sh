# Rows that come years behind what their partition has told: told of, refused by the tile that refuses them, in every other view.
# Sourced by run.sh.
# shellcheck shell=bash

test_late_rows() {
    section "late rows, and views from the lake"
    DATA=$WORK/late
    local before
    "$PYTHON" "$CHECKS/write_exports.py" "$WORK/late-exports" 300 1
    ytempire --quiet ingest trending "$WORK/late-exports"/v*
    ends_with 0 "exports of 2017 to 2020"
    before=$(rows_of_2017)
    equals "no row was late" "$(late_count)" 0
    "$PYTHON" "$CHECKS/write_exports.py" "$WORK/late-exports" 300 2
    ytempire --quiet ingest trending "$WORK/late-exports"/v2017sep*_seed2*
    ends_with 0 "another of 2017 after them"
    equals "all of its rows are told of as late" "$(late_count)" $(($(rows_of_2017) - before))
    equals "there were some" "$((before < $(rows_of_2017)))" 1
    ytempire sql --json "SELECT DISTINCT view FROM late_rows WHERE reason LIKE 'came % days and % s behind %; 400 days are allowed'"
    equals "by the tile that refuses them, with their reason" "$(json '[row["view"] for row in d]')" "['category_hours']"
    ytempire verify
    ends_with 0 "lake and views agree on what is late"
    views_from_the_lake
    ytempire stream corrections --json
    ends_with 0 "what late rows changed can be listed"
    equals "each with its key, what is new, and the event that came late" \
        "$(json 'bool(d) and all(c["key"] and c["new"] and c["event_id"] and c["watermark"] for c in d)')" True
}

rows_of_2017() {
    ytempire sql --json "SELECT count(*) AS n FROM bronze.youtube_video_snapshots \
        WHERE _verdict = 'accepted' AND observed_at < '2017-10-15'"
    json 'd[0]["n"]'
}

late_count() {
    ytempire sql --json "SELECT count(*) AS n FROM late_rows"
    json 'd[0]["n"]'
}

# gold.* is what views.* are, row by row.
views_from_the_lake() {
    local columns="video_id, day, views, gain_views" query
    start_up --no-simulate || return 0
    query="SELECT $columns FROM views.video_days ORDER BY video_id, day"
    "$POSTGRES/bin/psql" "$(run_file database_url)" --quiet --csv --command "$query" >"$WORK/views.csv"
    ytempire sql --csv "SELECT $columns FROM gold.video_days ORDER BY video_id, day"
    ends_with 0 "a view can be computed from the lake"
    equals "it has the rows of the one that is kept" "$(cmp "$OUT" "$WORK/views.csv" 2>&1)" ""
    equals "which are not none" "$(($(wc -l <"$WORK/views.csv") > 100))" 1
    signal_up INT
}
