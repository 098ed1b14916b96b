# Commands that work through an owner, and an ingest that is asked to stop. Sourced by run.sh.
# shellcheck shell=bash

# Another command reads the lake that the owner was started with, and verify sees every value that was changed in it.
test_owners_lake() {
    section "the owner's lake"
    local fresh
    DATA=$WORK/owner
    export LAKE_URL=$WORK/owner-lake
    start_up --no-simulate || { unset LAKE_URL; return 0; }
    unset LAKE_URL
    ytempire --json ingest trending "${SMALL_FILES[@]}"
    fresh=$(json "d['accepted']")
    ytempire --json sql "SELECT count(*) AS n FROM bronze.youtube_video_snapshots WHERE _verdict = 'accepted'"
    equals "sql asks the owner's lake" "$(json "d[0]['n']")" "$fresh"
    ytempire --json dead-letters list
    says '"subject": ".*csv' "dead letters say which file they stand in"
    if [ -e "$DATA/lake" ]; then failed "no second lake is made" "$(ls "$DATA")"; else passed "no second lake is made"; fi
    ytempire verify
    ends_with 0 "verify agrees"
    succeeds "a tag list is changed in the lake" "$PYTHON" "$CHECKS/alter_delta.py" "$WORK/owner-lake/bronze/youtube_video_snapshots"
    ytempire verify
    ends_with 1 "verify sees the changed value"
    says "does not say what the record says" "and names its row"
    signal_up INT
}

has_records() { [ "$(cat "$DATA"/broker/records.db* 2>/dev/null | wc -c)" -gt 400000 ]; }

test_stopped_ingest() {
    section "an ingest that is asked to stop"
    local ingest
    DATA=$WORK/stopped
    "$BIN" --data-dir "$DATA" --json ingest trending "${FILES[@]}" >"$OUT" 2>"$ERR" </dev/null &
    ingest=$!
    STARTED+=("$ingest")
    until_true 60 has_records || failed "records come within 60 s"
    kill -TERM "$ingest" 2>/dev/null || true
    CODE=0
    until_true 120 gone "$ingest" || failed "it ends within 120 s"
    wait "$ingest" || CODE=$?
    ends_with "3 0" "it ends in order"
    equals "and counts what it sent" "$(json "d['read'] == d['accepted'] + d['repeated'] + d['rejected'] and d['read'] > 0")" True
    ytempire --quiet ingest trending "${FILES[@]}"
    ends_with "$ROWS_REJECTED" "the same command again does the rest"
    succeeds "all is there, once" "$PYTHON" "$CHECKS/check_bronze.py" "$DATA/lake" "$EXPORTS"
}
