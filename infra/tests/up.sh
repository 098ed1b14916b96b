# A running platform: ingest through it, topic, HTTP, dashboard, stop, kill, restart. Sourced by run.sh.
# shellcheck shell=bash

VIDEO_TOPIC=youtube.video-snapshots.v1

test_up() {
    section "a running platform"
    DATA=$WORK/up
    start_up --no-simulate || return 0
    ytempire --json ingest trending "${FILES[@]}"
    ends_with "$ROWS_REJECTED" "ingest works through it"
    cp "$OUT" "$WORK/up.json"
    succeeds "its summary is true" "$PYTHON" "$CHECKS/check_summary.py" "$WORK/up.json" "$EXPORTS" first
    succeeds "what it reported can be queried at once" "$PYTHON" "$CHECKS/check_bronze.py" "$DATA/lake" "$EXPORTS"
    succeeds "confluent-kafka reads the topic" "$PYTHON" "$CHECKS/read_topic.py" "$(run_file kafka_brokers)" "$VIDEO_TOPIC" 1000
    test_http
    test_second_up
    test_dashboard
}

test_http() {
    section "HTTP"
    local video region path
    ytempire --json sql "SELECT video_id, region FROM bronze.youtube_video_snapshots WHERE _verdict = 'accepted' LIMIT 1"
    video=$(json "d[0]['video_id']") region=$(json "d[0]['region']")
    for path in /livez /readyz /metrics /; do
        http "$path"
        equals "$path answers" "$CODE" 200
    done
    for path in "/v1/trending?region=$region" "/v1/videos/stats/$video" /v1/analytics/trends; do
        http "$path"
        equals "$path answers" "$CODE" 200
        says '"as_of"' "$path says as of when"
    done
    http /v1/videos/stats/AAAAAAAAAAA
    equals "an unknown video" "$CODE" 404
    says '"code"' "it has a code"
    says '"request_id"' "and a request id"
    http "/v1/trending?region=nowhere"
    case $CODE in 400 | 422) passed "a region that is none" ;; *) failed "a region that is none" "status $CODE" ;; esac
    http /v1/no/such/thing
    equals "an unknown path" "$CODE" 404
}

test_second_up() {
    section "a second up"
    ytempire --http 127.0.0.1:0 up --no-simulate
    ends_with 1 "a second up on the same folder is refused"
    says "$UP" "it says which process holds the folder"
}

test_dashboard() {
    section "dashboard"
    if [ ! -e "$ROOT/api/dashboard/e2e/run.mjs" ]; then
        skipped "the dashboard: api/dashboard/e2e/run.mjs is not there"
        return 0
    fi
    succeeds "a browser sees what it should" node "$ROOT/api/dashboard/e2e/run.mjs" --url "$URL" --out "$WORK/pictures" \
        --browser "$(command -v chromium || command -v chromium-browser || command -v google-chrome)"
}

COUNTED="SELECT count(*) AS n FROM bronze.youtube_video_snapshots"

test_stop_and_restart() {
    section "stop, restart, kill, restart"
    local before signal
    DATA=$WORK/up
    if [ -z "${UP:-}" ] || gone "$UP"; then start_up --no-simulate || return 0; fi
    ytempire --json sql "$COUNTED"
    before=$(json "d[0]['n']")
    for signal in INT KILL TERM; do
        signal_up "$signal"
        [ "$signal" = KILL ] || ends_with 0 "SIG$signal ends it in order"
        start_up --no-simulate || return 0
        ytempire --json sql "$COUNTED"
        equals "after SIG$signal nothing is lost" "$(json "d[0]['n']")" "$before"
    done
    ytempire verify
    ends_with 0 "verify agrees"
    signal_up INT
}

# Its Postgres dies in the middle of an ingest: after a restart all is there, once.
test_postgres_dies() {
    section "Postgres dies in the middle"
    DATA=$WORK/database
    start_up --no-simulate || return 0
    local ingest postmaster
    "$BIN" --data-dir "$DATA" ingest trending "${SMALL_FILES[@]}" >"$OUT" 2>"$ERR" </dev/null &
    ingest=$!
    STARTED+=("$ingest")
    postmaster=$(pgrep -o -f -- "postgres.*$DATA" || true)
    if [ -z "$postmaster" ]; then skipped "Postgres killed: its process was not found"; else kill -9 "$postmaster"; fi
    until_true 120 gone "$ingest" || kill -9 "$ingest"
    signal_up INT
    start_up --no-simulate || return 0
    ytempire ingest trending "${SMALL_FILES[@]}"
    ends_with "$ROWS_REJECTED" "ingest ends well after a restart"
    ytempire verify
    ends_with 0 "verify agrees"
    succeeds "all is there, once" "$PYTHON" "$CHECKS/check_bronze.py" "$DATA/lake" "$SMALL"
    signal_up INT
}

# DATABASE_URL and LAKE_URL in place of the embedded parts: the database of another data folder, and another folder.
test_external_parts() {
    section "external database and lake"
    DATA=$WORK/lender
    start_up --no-simulate || return 0
    local database lender=$UP
    database=$(run_file database_url)
    succeeds "another database is made" "$POSTGRES/bin/psql" "$database" --quiet --command "CREATE DATABASE borrowed"
    DATA=$WORK/borrower
    export DATABASE_URL=${database%/*}/borrowed LAKE_URL=$WORK/borrowed-lake
    ytempire --json ingest trending "${SMALL_FILES[@]}"
    ends_with "$ROWS_REJECTED" "ingest with DATABASE_URL and LAKE_URL"
    ytempire verify
    ends_with 0 "verify agrees"
    succeeds "the rows are in that lake" "$PYTHON" "$CHECKS/check_bronze.py" "$WORK/borrowed-lake" "$SMALL"
    if [ -e "$DATA/postgres" ] || [ -e "$DATA/lake" ]; then failed "no embedded part was started" "$(ls "$DATA")"; else passed "no embedded part was started"; fi
    unset DATABASE_URL LAKE_URL
    UP=$lender
    signal_up INT
}
