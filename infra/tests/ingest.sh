# Ingest without a running platform, twice, and ask the lake. Sourced by run.sh.
# shellcheck shell=bash

SUMS="SELECT region, observed_on, count(*) AS rows, sum(views) AS views FROM bronze.youtube_video_snapshots
    WHERE _verdict = 'accepted' GROUP BY region, observed_on ORDER BY region, observed_on"

test_ingest_twice() {
    section "ingest ${#FILES[@]} files twice, then ask"
    DATA=$WORK/data
    ytempire --json ingest trending "${FILES[@]}"
    ends_with "$ROWS_REJECTED" "ingest ends well"
    cp "$OUT" "$WORK/first.json"
    succeeds "its summary is true, file by file" "$PYTHON" "$CHECKS/check_summary.py" "$WORK/first.json" "$EXPORTS" first
    ytempire ingest trending "${FILES[@]}" --json
    ends_with "$ROWS_REJECTED" "ingest ends well the second time"
    cp "$OUT" "$WORK/again.json"
    succeeds "the second time nothing is new" "$PYTHON" "$CHECKS/check_summary.py" "$WORK/again.json" "$EXPORTS" again
    succeeds "DuckDB, deltalake and the files agree on bronze" "$PYTHON" "$CHECKS/check_bronze.py" "$DATA/lake" "$EXPORTS"
}

test_sql() {
    section "sql"
    ytempire sql --csv "$SUMS"
    ends_with 0 "sql --csv"
    cp "$OUT" "$WORK/sums.csv"
    equals "its first line names the columns" "$(head -n 1 "$OUT" | tr -d '\r')" "region,observed_on,rows,views"
    succeeds "sums per region and day are those of the files" "$PYTHON" "$CHECKS/check_sums.py" "$WORK/sums.csv" "$EXPORTS"
    ytempire sql --json "$SUMS"
    ends_with 0 "sql --json"
    equals "it prints an array of objects" "$(json 'sorted(d[0])')" "['observed_on', 'region', 'rows', 'views']"
    equals "as many as the csv has rows" "$(json 'len(d)')" "$(($(wc -l <"$WORK/sums.csv") - 1))"
    ytempire --json sql "SELECT 1 AS one WHERE false"
    equals "no rows are an empty array" "$(json d)" "[]"
    ytempire sql "SELECT count(*) AS observations FROM bronze.youtube_video_snapshots"
    says "observations" "a table for people has its header"
    ytempire sql --csv "SHOW TABLES"
    says "gold,videos" "the views are among what can be asked"
    ytempire sql "SELECT * FROM bronze.youtube_video_snapshot"
    ends_with "1 2" "a table that is not there is refused"
    says "youtube_video_snapshots" "and the nearest name is offered"
    ytempire sql "SELECT viewz FROM bronze.youtube_video_snapshots"
    says "views" "a column that is not there: the nearest name is offered"
    ytempire sql "SELEKT 1"
    ends_with "1 2" "broken SQL is refused"
}

test_verify() {
    section "verify, lag, dead letters, doctor"
    ytempire verify
    ends_with 0 "verify finds lake, views and topic in agreement"
    ytempire verify --json
    equals "verify --json prints an object" "$(json 'isinstance(d, dict)')" True
    ytempire lag --json
    ends_with 0 "lag --json"
    succeeds "it is JSON" "$PYTHON" -m json.tool "$OUT"
    ytempire dead-letters list
    ends_with 0 "dead-letters list"
    says "#NAME\?|video_id" "it shows the damaged ids"
    ytempire doctor
    ends_with 0 "doctor finds nothing wrong"
}

test_wrong_use() {
    section "wrong use and help"
    ytempire no-such-command
    ends_with 2 "an unknown command"
    ytempire ingest trending --no-such-flag
    ends_with 2 "an unknown flag"
    ytempire ingest trending
    ends_with 2 "ingest trending without a file"
    local command
    for command in "retention --dry-run" "forget UC0000000000000000000000 --yes" lag; do
        # shellcheck disable=SC2086 # several words are several arguments
        DATA=$WORK/mistyped ytempire $command
        ends_with 2 "$command where there is no platform"
        says "name its folder with --data-dir" "it says what to do"
        equals "and makes none" "$(find "$WORK/mistyped" -name version.json 2>/dev/null)" ""
    done
    for command in up ingest "ingest trending" "ingest file" "ingest simulate" sql lag verify dead-letters migrate doctor; do
        # shellcheck disable=SC2086 # two words are two arguments
        ytempire $command --help
        ends_with 0 "$command --help"
        says "example" "$command --help has an example"
    done
}

test_notebooks() {
    section "notebooks"
    export YTEMPIRE_LAKE=$WORK/data/lake
    succeeds "every notebook runs to its end" "$PYTHON" "$CHECKS/run_notebooks.py" "$ROOT"/notebooks/*.ipynb
    unset YTEMPIRE_LAKE
}
